"""The libraries compared with, as far as they are installed, each set up to do the same work."""

import atexit
import os
import shutil
import tempfile
from importlib import import_module

NAMES = ("torch", "jax", "autograd", "pytensor", "casadi")
MISSING = {}  # name -> why it is left out


def peers():
    """{name: module} of the peers that are installed; the others are written to MISSING."""
    found = {}
    for name in NAMES:
        try:
            found[name] = SETUPS[name]()
        except ImportError as error:
            MISSING[name] = str(error)
    return found


def torch():
    """torch on one thread, in double precision."""
    module = import_module("torch")
    module.set_num_threads(1)
    return module


def jax():
    """jax in double precision, on the processor."""
    module = import_module("jax")
    module.config.update("jax_enable_x64", True)
    module.config.update("jax_platforms", "cpu")
    return module


def autograd():
    """HIPS autograd with its NumPy."""
    import_module("autograd.numpy")
    return import_module("autograd")


def pytensor():
    """PyTensor, with what it compiles in a folder of its own for each process."""
    folder = tempfile.mkdtemp(prefix="pytensor-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ.setdefault("PYTENSOR_FLAGS", f"base_compiledir={folder}")
    return import_module("pytensor")


def casadi():
    """CasADi, whose functions run in its own virtual machine."""
    return import_module("casadi")


SETUPS = {
    "torch": torch,
    "jax": jax,
    "autograd": autograd,
    "pytensor": pytensor,
    "casadi": casadi,
}
