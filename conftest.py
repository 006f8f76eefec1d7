"""Names that the examples of docstrings use without importing them."""

import builtins
from types import ModuleType

import numpy as np
import pytest

import autodiff


@pytest.fixture(scope="session")
def names_of_examples():
    """The public names, `np` and `ad`; `bool(...)` and its kin stay Python's."""
    return {"np": np, "ad": autodiff} | {
        name: value
        for name, value in [(name, getattr(autodiff, name)) for name in dir(autodiff)]
        if not name.startswith("_")
        and not (isinstance(value, type | ModuleType) and hasattr(builtins, name))
    }


@pytest.fixture(autouse=True)
def examples_know_the_names(request, names_of_examples):
    """A module's own names come first: a file's examples are about what stands in it."""
    if isinstance(request.node, pytest.DoctestItem):
        own = request.node.dtest.globs
        own.update({name: value for name, value in names_of_examples.items() if name not in own})
