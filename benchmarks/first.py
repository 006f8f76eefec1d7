"""First answers: from the definition to the first gradient, in fresh processes with empty caches.

`python -m benchmarks.first LIBRARY PROGRAM` is one of these processes and prints its seconds.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from autodiff.examples.progress import steps

from . import jit_peers, peers
from .programs import FIRST
from .table import Table, Target

PATIENCE = 60  # [s]
ROOT = Path(__file__).parents[1]
OURS = ("autodiff jit", "autodiff background", "autodiff eager")
QUICK = (*OURS, "torch", "autograd")  # those that take a moment, so that several runs are fair
RUNS = 3
# Seconds of ours, compiled, over seconds of JAX, on one and the same machine.
BOUNDS = {"perceptron": 0.3 / 0.61, "LSTM of 20 steps": 0.8 / 7.8, "chain of 2,000": 0.7 / 13}
WAIT = 1.3


def measure(effort, found):
    """Seconds of each library, and ours against JAX and against our own eager run."""
    rows, targets = {}, []
    libraries = [name for name in jit_peers.MAKERS if name in OURS or name in found]
    names = list(FIRST) if effort.seconds else ["chain of 2,000"]
    for name, _ in zip(names, steps(len(names), "first answers")):
        taken = dict.fromkeys(libraries)
        for turn in range(RUNS if effort.seconds else 1):
            for library in libraries:
                if turn == 0 or (library in QUICK and taken[library] is not None):
                    seconds = answer(library, name)
                    taken[library] = min(seconds, taken[library] or seconds) if seconds else None
        rows[name] = {f"{library} [s]": s for library, s in taken.items()}
        targets += judged(name, taken)
    note = f"seconds without imports; empty: it failed, or took more than {PATIENCE} s"
    return [Table("First answers in fresh processes", rows, targets, note)]


def judged(name, taken):
    """What the seconds of one program are held to."""
    found = []
    if taken.get("jax") and name in BOUNDS:
        figure = taken["autodiff jit"] / taken["jax"]
        found.append(Target(f"{name}: compiled, over JAX", figure, "at most", BOUNDS[name]))
    figure = taken["autodiff background"] / taken["autodiff eager"]
    found.append(Target(f"{name}: in the background, over eager", figure, "at most", WAIT))
    return found


def answer(library, name):
    """Seconds of one process; None if it fails or takes too long."""
    with TemporaryDirectory() as cache:
        environment = {
            **os.environ,
            "AUTODIFF_CACHE": "",
            "PYTENSOR_FLAGS": f"base_compiledir={cache}",
        }
        command = [sys.executable, "-m", "benchmarks.first", library, name]
        try:
            done = subprocess.run(
                command, env=environment, cwd=ROOT, timeout=PATIENCE + 15, check=True,
                capture_output=True, text=True,
            )  # fmt: skip
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
            if library in OURS:
                raise
            return None
    seconds = float(done.stdout.split()[-1])
    return seconds if seconds <= PATIENCE else None


def main(library, name):
    """Print the seconds of one first answer, and leave without waiting for a compiler."""
    module = None if library in OURS else peers.SETUPS[library]()
    f, make, places = FIRST[name]
    arguments = make()
    begin = time.perf_counter()
    jit_peers.MAKERS[library](module, f, arguments, places, False)()
    print(time.perf_counter() - begin, flush=True)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
