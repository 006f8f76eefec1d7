"""The function that Python calls: checks arguments, runs steps, makes arrays; in native code.

It is the same for every program and is compiled once.  A program is a table of 8-byte words, which
it reads; see `program.py`, where the tables are written and the words are named.
"""

import ctypes
import platform
import re
import struct
import sys
import sysconfig
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from .native import LOCK, engine

# Words of the head of a program.
NEXT, NARGS, ARGS, NOUTS, OUTS, TEMPLATE, POINTERS, FIRST, STEPS, COUNT, ROOM, SPACE, BUSY, LONG = (
    range(14)
)
RESULT, FINISH, MISSED, STACKS = 14, 15, 16, 17
HEAD = 20
# Words of a step.
STEP = 8
FASTCALL_KEYWORDS = 0x0080 | 0x0002


def field(name, base, word):
    address = f"  %{name}.p = getelementptr i64, ptr {base}, i64 {word}"
    return f"{address}\n  %{name} = load i64, ptr %{name}.p\n"


def put(value, base, word):
    place = f"%put{word}"
    address = f"  {place} = getelementptr i64, ptr {base}, i64 {word}"
    return f"{address}\n  store i64 {value}, ptr {place}"


SPELLED = {"FIELD": field, "PUT": put}


def text():
    """The driver with the names of words filled in."""
    words = {k: str(v) for k, v in globals().items() if k.isupper() and type(v) is int}
    done = []
    for line in Path(__file__).with_name("driver.ll").read_text().splitlines():
        match = re.fullmatch(r"(FIELD|PUT)\(([%\w.]+), ([%\w.]+), (\w+)\)", line)
        if match:
            kind, value, base, word = match.groups()
            done.append(SPELLED[kind](value, base, words.get(word, word)))
        else:
            done.append(line.replace("i64 BUSY", f"i64 {BUSY}"))
    return "\n".join(done)


class Definition(ctypes.Structure):
    """CPython's PyMethodDef."""

    _fields_ = [
        ("name", ctypes.c_char_p), ("function", ctypes.c_void_p), ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    ]  # fmt: skip


def supported():
    """Why native calls are impossible here, or None: the layout of objects is what is expected."""
    if (
        sys.implementation.name != "cpython"
        or struct.calcsize("P") != 8
        or sys.byteorder != "little"
    ):
        return f"{platform.python_implementation()} on {platform.machine()} has other objects"
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        return "free-threaded Python has other objects"
    x = np.arange(6.0).reshape(2, 3)
    words = (ctypes.c_int64 * 9).from_address(id(x))
    shape = (ctypes.c_int64 * 2).from_address(words[4])
    there = x.__array_interface__["data"][0]
    if words[2] != there or list(shape) != [2, 3] or words[7] != id(x.dtype):
        return "this NumPy has other arrays"
    return None


@cache
def driver_addresses():
    with LOCK:
        return engine().link(text(), ["enter", "repeat", "lockstep"], tidy=True)


def enter_address():
    """The address of the compiled driver."""
    return driver_addresses()[0]


def repeat_address():
    """The address of the step that repeats other steps."""
    return driver_addresses()[1]


@cache
def array_table():
    """The address of the table of NumPy's C functions."""
    get = ctypes.pythonapi.PyCapsule_GetPointer
    get.restype, get.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    # NumPy's own C table; private names have no stubs
    return get(import_module("numpy._core._multiarray_umath")._ARRAY_API, None)


def lockstep_address():
    """The address of the step that runs others block by block."""
    return driver_addresses()[2]


class Entry:
    """A callable that tries its programs and falls back to a Python function.

    call: the function to call, without any Python between.
    """

    def __init__(self, name, fallback):
        self.fallback, self.programs = fallback, []
        self.head = np.zeros(4, np.int64)
        self.head[:] = [0, id(fallback), array_table(), id(float)]
        self.definition = Definition(
            name.encode(), enter_address(), FASTCALL_KEYWORDS, b"A compiled function."
        )
        make = ctypes.pythonapi.PyCFunction_NewEx
        make.restype = ctypes.py_object
        make.argtypes = [ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p]
        self.call: Any = make(ctypes.addressof(self.definition), self.head, None)

    def add(self, program):
        """Try this program first from now on."""
        program.head[NEXT] = self.head[0]
        self.programs.append(program)
        self.head[0] = program.head.ctypes.data
