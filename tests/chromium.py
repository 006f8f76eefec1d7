"""A headless Chromium that tests drive through its own pipe: no port, no further package."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
    "--disable-extensions", "--disable-background-networking",
    "--host-resolver-rules=MAP * 0.0.0.0",
)  # fmt: skip
PATIENCE = 60.0  # [s] for one answer


class Browser:
    """One page in a browser.

    faults: what the page's programs complained of.  requests: addresses that it asked for.
    """

    def __init__(self, process, writes, reads):
        self.process, self.writes, self.reads = process, writes, reads
        self.number, self.waiting, self.session = 0, b"", None
        self.faults, self.requests = [], []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        attached = self.send("Target.attachToTarget", targetId=target, flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")

    def send(self, method, **params):
        """Ask for something, and wait for the answer."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writes, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            answer = self.next()
            if answer.get("id") == self.number:
                assert "error" not in answer, answer["error"]
                return answer["result"]
            self.note(answer)
        raise TimeoutError(method)

    def next(self):
        """The next message of the browser."""
        while b"\0" not in self.waiting:
            read = os.read(self.reads, 1 << 20)
            assert read, "the browser ended"
            self.waiting += read
        line, _, self.waiting = self.waiting.partition(b"\0")
        return json.loads(line)

    def note(self, event):
        """Remember faults and requests."""
        method, params = event.get("method"), event.get("params", {})
        if method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.faults.append(details.get("exception", details).get("description", str(details)))
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.faults.append(params["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])

    def size(self, width, height, phone=False):
        """Set the size of the window [px]."""
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=2 if phone else 1, mobile=phone,
        )  # fmt: skip

    def media(self, media="", **features):
        """Set the medium, and features such as prefers_color_scheme="dark"."""
        found = [{"name": n.replace("_", "-"), "value": v} for n, v in features.items()]
        self.send("Emulation.setEmulatedMedia", media=media, features=found)

    def open(self, path):
        """Show a file, and wait until its program is ready."""
        self.send("Page.navigate", url=Path(path).as_uri())
        end = time.monotonic() + PATIENCE
        while self.run("document.body && document.body.dataset.ready") != "yes":
            assert time.monotonic() < end, f"the page never became ready: {self.faults}"
            assert not self.faults, self.faults
            time.sleep(0.05)

    def run(self, expression):
        """The value of an expression of JavaScript, promises included."""
        found = self.send(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def press(self, key, code=None, text=None):
        """Press a key and let go of it."""
        shared = {"key": key, "code": code or key}
        down = "keyDown" if text else "rawKeyDown"
        extra = {"text": text} if text else {}
        self.send("Input.dispatchKeyEvent", type=down, **shared, **extra)
        self.send("Input.dispatchKeyEvent", type="keyUp", **shared)

    def move(self, x, y):
        """Put the pointer somewhere."""
        self.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def click(self, selector):
        """Click in the middle of an element."""
        x, y = self.middle(selector)
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def middle(self, selector):
        """Where an element is in the window, after it was brought there."""
        return self.run(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            "e.scrollIntoView({block: 'center'}); const b = e.getBoundingClientRect();"
            "return [b.x + b.width / 2, b.y + b.height / 2]; })()"
        )

    def screenshot(self, path=None, whole=False):
        """The window, or the whole page, as a PNG."""
        data = self.send("Page.captureScreenshot", captureBeyondViewport=whole)["data"]
        picture = base64.b64decode(data)
        if path is not None:
            Path(path).write_bytes(picture)
        return picture

    def pdf(self, path=None):
        """The page as it is printed."""
        data = base64.b64decode(self.send("Page.printToPDF", printBackground=True)["data"])
        if path is not None:
            Path(path).write_bytes(data)
        return data


def program():
    """Where Chromium is."""
    found = [path for name in NAMES if (path := shutil.which(name))]
    assert found, f"these tests need Chromium: install one of {', '.join(NAMES)}"
    return found[0]


@contextmanager
def browser():
    """A browser for as long as the block runs."""
    to_browser, writes = os.pipe()
    reads, from_browser = os.pipe()
    # helpers of the browser may write for a moment after it has ended
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        # The pipe's ends are 3 and 4 in the browser; a shell puts them there.
        command = f'exec "$0" "$@" 3<&{to_browser} 4>&{from_browser}'
        flags = (*FLAGS, f"--user-data-dir={home}", "--remote-debugging-pipe")
        process = subprocess.Popen(
            ["bash", "-c", command, program(), *flags, "about:blank"],
            pass_fds=(to_browser, from_browser), stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(to_browser)
        os.close(from_browser)
        try:
            yield Browser(process, writes, reads)
        finally:
            process.terminate()
            process.wait()
            os.close(writes)
            os.close(reads)
