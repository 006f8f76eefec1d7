"""The libraries that can answer: ours, eager and compiled, and JAX."""

import autodiff as ad
from autodiff.compile.jit import jit

from .problem import Library, as_it_is

EAGER = Library(ad, as_it_is)
NATIVE = Library(ad, jit)


class Names:
    """The names of several modules as those of one: the first that has a name gives it."""

    def __init__(self, *modules):
        self.modules = modules

    def __getattr__(self, name):
        for module in self.modules:
            if hasattr(module, name):
                return getattr(module, name)
        raise AttributeError(f"none of {len(self.modules)} modules has {name!r}")


def jax_library(jax):
    """JAX, with what it needs inside a compiled function."""
    names = Names(jax, jax.numpy, jax.lax)
    return Library(names, jax.jit)
