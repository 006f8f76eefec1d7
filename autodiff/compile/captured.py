"""Eager tensors that a function meets while it is traced: constants, or a reason not to compile."""

import random
from functools import partial
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from ..core.op import EAGER
from ..interpret.create import Generator
from ..interpret.tape import Tensor, new_tensor
from ..interpret.vertex import LIBRARY

LOOKED_AT = 10_000  # objects around a function that are looked at
NEAR = 200  # those that are looked at in every trace, for generators of random numbers
CLOSED = (ModuleType, BuiltinFunctionType, type, str, bytes, int, float, complex)


def is_plain(x):
    """Whether a tensor is on no tape: an array under another name."""
    return type(x) is Tensor and x.level == EAGER and x.vertex is None


def value_of(x):
    """The array of a plain tensor; other values as they are."""
    return x.value if is_plain(x) else x


def as_tensor_if(asked, x):
    """An array as a result: a tensor where the function itself would give one."""
    return new_tensor(x) if asked else x


def tensor_around(f):
    """The name of a plain tensor that `f` can see and did not make, or None."""
    return next((name for name, x in around(f, LOOKED_AT) if type(x) is Tensor), None)


def around(f, limit):
    """(name, object) of what `f` can see and did not make, the first `limit` of them."""
    while (type(f).__module__ or "").startswith(LIBRARY) and hasattr(f, "f"):
        f = f.f
    seen, stack = set(), [("", f)]
    while stack and len(seen) < limit:
        name, x = stack.pop()
        if id(x) in seen or isinstance(x, CLOSED):
            continue
        seen.add(id(x))
        yield name, x
        stack.extend(parts_of(name, x))


def parts_of(name, x) -> list[Any]:
    """[(name, object)] that a function or an object holds."""
    if isinstance(x, MethodType):
        return [(name, x.__self__), (name, x.__func__)]
    if isinstance(x, FunctionType):
        if (x.__module__ or "").startswith((LIBRARY, "numpy")):
            return []
        found = list(zip(x.__code__.co_freevars, map(content, x.__closure__ or ())))
        found += [("a default", d) for d in (*(x.__defaults__ or ()), x.__kwdefaults__ or {})]
        return found + [(n, x.__globals__[n]) for n in names_in(x.__code__) if n in x.__globals__]
    if isinstance(x, dict):
        return [(f"{name}[{k!r}]", v) for k, v in x.items()]
    if isinstance(x, (list, tuple, set, frozenset)):
        return [(f"{name}[{i}]", v) for i, v in enumerate(x)]
    own = getattr(x, "__dict__", None)
    return [(f"{name}.{k}", v) for k, v in own.items()] if type(own) is dict else []


def content(cell):
    """What a cell holds; None while it is empty."""
    try:
        return cell.cell_contents
    except ValueError:
        return None


def names_in(code):
    """The global names that a code object and those inside of it may read."""
    found = set(code.co_names)
    for c in code.co_consts:
        if hasattr(c, "co_names"):
            found |= names_in(c)
    return found


class Draws:
    """Whether random numbers were drawn since; they can be given back.

    Looked at are the generators of Python, of NumPy, of this library, and those that `f` can see.
    """

    def __init__(self, f):
        own, seen = Generator.rng, [x for _, x in around(f, NEAR)]
        users = [x for x in (own, *seen) if isinstance(x, np.random.Generator)]
        # NumPy's old functions, from which users draw
        legacy = partial(np.random.get_state, legacy=False)
        sources: list[Any] = [(legacy, np.random.set_state)]
        sources.append((random.getstate, random.setstate))
        for bits in [x.bit_generator for x in users]:
            sources.append((partial(getattr, bits, "state"), partial(setattr, bits, "state")))
        self.sources = [(get, put, get()) for get, put in sources]
        self.unseeded = own is None

    def any(self):
        """Whether some were drawn; if so the next ones are the same again."""
        drawn = self.unseeded and Generator.rng is not None
        if drawn:
            Generator.rng = None
        for get, put, state in self.sources:
            if not same(get(), state):
                put(state)
                drawn = True
        return drawn


def same(a, b):
    """Whether two states of a generator are one."""
    if isinstance(a, dict):
        return all([same(a[k], b[k]) for k in a])
    return bool((a == b).all()) if isinstance(a, np.ndarray) else a == b
