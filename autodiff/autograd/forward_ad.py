"""Forward mode by PyTorch's names: values with tangents inside a `dual_level`."""

from typing import Any, NamedTuple

from ..core.errors import GraphError
from ..core.op import TRACED, new_level
from ..interpret.forward import Dual, dual
from ..interpret.sweep import cast

LEVELS: list[int] = []  # of the dual_level blocks that are open


class UnpackedDualTensor(NamedTuple):
    """What `unpack_dual` gives."""

    primal: Any
    tangent: Any


def enter_dual_level():
    """Begin a level of forward mode; returns its number."""
    LEVELS.append(new_level())
    return len(LEVELS) - 1


def exit_dual_level(*, level=None):
    """End the innermost level of forward mode."""
    if not LEVELS:
        raise GraphError("exit_dual_level: no level is open; enter_dual_level() begins one")
    LEVELS.pop()


class dual_level:
    """A block in which values can carry tangents.

    >>> x = tensor(3.0)
    >>> with dual_level():
    ...     y = make_dual(x, tensor(1.0)) ** 2
    ...     primal, tangent = unpack_dual(y)
    >>> tangent
    tensor(6.)
    """

    def __enter__(self):
        return enter_dual_level()

    def __exit__(self, *_):
        exit_dual_level()


def make_dual(tensor, tangent, *, level=None):
    """A value that carries a tangent of its shape through what is computed from it."""
    if not LEVELS:
        raise GraphError(
            "Trying to create a dual Tensor for forward AD but no level exists, make sure to "
            "enter_dual_level() first"
        )
    if not (tensor.is_floating_point() or tensor.is_complex()):
        raise ValueError(
            f"Expected primal to be floating point or complex, but got: {tensor.dtype}"
        )
    if tensor.shape != tangent.shape:
        raise GraphError(
            f"make_dual: the tangent has shape {tangent.shape} and the primal {tensor.shape}; they "
            "must be equal"
        )
    return dual(tensor, cast(tangent, tensor.dtype), LEVELS[-1 if level is None else level])


def unpack_dual(tensor, *, level=None):
    """(primal, tangent) of a value; the tangent of what carries none is None."""
    if not LEVELS:
        return UnpackedDualTensor(tensor, None)
    wanted = LEVELS[-1 if level is None else level]
    if type(tensor) in TRACED and type(tensor) is Dual and tensor.level == wanted:
        return UnpackedDualTensor(tensor.value, tensor.tangent)
    return UnpackedDualTensor(tensor, None)
