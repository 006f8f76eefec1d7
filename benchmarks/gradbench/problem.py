"""What a problem of GradBench consists of, and how its answers become JSON."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Problem(NamedTuple):
    """One problem, written once for every library with NumPy's names.

    read: input as JSON gives it -> (static, arrays): what shapes the program, and its arguments.
    functions: name -> build(to, static), which gives the function of the arrays for a Library.
    inputs: the documented sizes, as (label, maker of an input without time limits).
    write: name -> what makes JSON of an answer, where it is more than a list of numbers.
    warm: whether it ends in good time for every input, so that it may be compiled on ones ahead.
    """

    read: Callable[[Any], tuple]
    functions: dict[str, Callable]
    inputs: Callable[[], list]
    write: dict[str, Callable] = {}
    warm: bool = True


class Library(NamedTuple):
    """A library: its module, with NumPy's names and the transforms, and its compiler."""

    m: Any
    compiled: Callable


def as_it_is(f):
    """`f`: what stands in the place of a compiler where there is none."""
    return f


def plain(output):
    """Arrays and containers of them as JSON knows them."""
    if isinstance(output, dict):
        return {name: plain(value) for name, value in output.items()}
    if isinstance(output, (tuple, list)):
        return [plain(value) for value in output]
    return output.item() if np.ndim(output) == 0 else output.tolist()


def floats(given, *names):
    """The named entries of an input, as arrays of doubles."""
    return tuple(np.asarray(given[name], np.float64) for name in names)


def random():
    """The source of generated inputs: the same numbers in every run."""
    return np.random.default_rng(31337)
