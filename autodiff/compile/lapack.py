"""Addresses of LAPACK's and BLAS's functions: NumPy's own library, or else SciPy's."""

import ctypes
import glob
import os
from functools import cache
from importlib import import_module

import numpy as np

LETTERS = {np.dtype(np.float64): "d", np.dtype(np.float32): "s"}
BLAS = ("gemm", "trsm", "trsv", "trmm")


@cache
def library():
    """NumPy's library, or None where it is another one than those of its wheels."""
    folder = os.path.join(os.path.dirname(os.path.dirname(np.__file__)), "numpy.libs")
    for path in glob.glob(os.path.join(folder, "*openblas64_*")):
        return ctypes.CDLL(path)
    return None


@cache
def bits():
    """The bits of the integers of the library; None where there is no library."""
    if getattr(library(), "scipy_dgetrf_64_", None) is not None:
        return 64
    try:
        import_module("scipy.linalg.cython_lapack")
    except ImportError:
        return None
    return 32


@cache
def routine(name, dtype):
    """The address of a function, such as getrf, that takes numbers of a dtype."""
    name = LETTERS[dtype] + name
    if bits() == 64:
        found = getattr(library(), f"scipy_{name}_64_")
        return ctypes.cast(found, ctypes.c_void_p).value
    module = "cython_blas" if name[1:] in BLAS else "cython_lapack"
    capsule = import_module(f"scipy.linalg.{module}").__pyx_capi__[name]
    named, pointer = ctypes.pythonapi.PyCapsule_GetName, ctypes.pythonapi.PyCapsule_GetPointer
    named.restype, named.argtypes = ctypes.c_char_p, [ctypes.py_object]
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    return pointer(capsule, named(capsule))
