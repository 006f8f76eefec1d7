"""The libraries compared with, as far as they are installed, each set up to do the same work."""

from importlib import import_module

NAMES = ("torch", "jax", "autograd")
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


SETUPS = {"torch": torch, "jax": jax, "autograd": autograd}
