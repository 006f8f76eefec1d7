"""Compiled code on the disk: written by many processes at once, never trusted, never too large."""

import hashlib
import os
import tempfile
from pathlib import Path

LIMIT = 256 * 2**20  # [B] of all files together
SWEEP = 64  # writes between two looks at the size
MARK = b"autodiff object 1\n"

writes = 0


def folder():
    """Where compiled code is kept; the variable AUTODIFF_CACHE moves it, empty switches it off."""
    given = os.environ.get("AUTODIFF_CACHE")
    if given is not None:
        return Path(given) if given else None
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(base) / "autodiff"


def kept(key):
    """The object file of that key, or None; what is damaged counts as missing."""
    where = folder()
    if where is None:
        return None
    try:
        data = (where / key).read_bytes()
    except OSError:
        return None
    head = len(MARK) + 32
    code = data[head:]
    if data[: len(MARK)] != MARK or data[len(MARK) : head] != hashlib.sha256(code).digest():
        return None
    return code


def keep(key, code):
    """Write an object file under its key; a disk that cannot be written is no error."""
    global writes
    where = folder()
    if where is None:
        return
    try:
        where.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=where, prefix="new-")
        with os.fdopen(handle, "wb") as file:
            file.write(MARK + hashlib.sha256(code).digest() + code)
        os.replace(name, where / key)  # whole or not at all, also beside other writers
        writes += 1
        if writes % SWEEP == 1:
            shrink(where)
    except OSError:
        return


def shrink(where):
    """Delete the oldest files beyond the limit."""
    files = []
    for path in where.iterdir():
        try:
            found = path.stat()
        except OSError:
            continue
        files.append((found.st_mtime, found.st_size, path))
    total = sum(size for _, size, _ in files)
    for _, size, path in sorted(files):
        if total <= LIMIT:
            return
        total -= size
        path.unlink(missing_ok=True)
