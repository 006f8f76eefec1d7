"""vmap: a function of one example becomes a function of many."""

from typing import Any

from ..core.errors import ArgumentError, OutputError
from ..core.op import new_level
from ..core.tree import LEAF, describe, flatten, paths, unflatten
from ..interpret.batch import Batched, batched
from ..ops.move import broadcast_to, moveaxis
from .function import Transformed, applied, as_input, at_level, handed_over, result


def vmap(f, in_axes: Any = 0, out_axes: Any = 0, axis_size: int | None = None):
    """`f` over one axis of its arguments, all examples at once.

    in_axes: the axis of the examples, for all arguments, or a tuple with one entry for each; an
    entry may be a container like its argument; None for what is the same for all examples.
    out_axes: where the axis of the examples stands in the outputs; an int or a container.
    axis_size: the number of examples, needed where no argument has an axis of them.
    Raises ArgumentError if the arguments have different numbers of examples.

    >>> vmap(lambda x, y: x @ y)(np.ones((5, 3)), np.ones((5, 3))).tolist()
    [3.0, 3.0, 3.0, 3.0, 3.0]
    """
    if not (in_axes is None or isinstance(in_axes, (int, tuple, list))):
        raise ArgumentError(
            f"vmap: in_axes={in_axes!r}; vmap in_axes must be an int, None, or a tuple of entries "
            "corresponding to the positional arguments"
        )
    return Transformed(run_vmap, f, in_axes=in_axes, out_axes=out_axes, axis_size=axis_size)


def run_vmap(f, args, kwargs, in_axes, out_axes, axis_size=None):
    leaves, structure = flatten((args, kwargs))
    axes = axes_of_leaves(in_axes, args, kwargs)
    marks = paths(structure)
    level = new_level()
    size, inputs = axis_size, []
    for x, axis, mark in zip(leaves, axes, marks):
        if axis is None:
            inputs.append(x)
            continue
        x = as_input(x, f"vmap: argument {mark}")
        size = checked_size(x, axis, mark, size)
        inputs.append(batched(x if axis == 0 else moveaxis(x, axis, 0), level))
    if size is None:
        raise ArgumentError(
            "vmap: no argument has an axis of examples; at least one in_axes is an int"
        )
    args, kwargs = unflatten(structure, inputs)
    outputs, out_structure = flatten(applied(f, *args, **kwargs))
    places = spread(out_axes, out_structure, "out_axes")
    lowered = [placed(result(y), level, size, axis) for y, axis in zip(outputs, places)]
    return unflatten(out_structure, handed_over(lowered))


def checked_size(x, axis, mark, size):
    """The number of examples, which must be the same for all."""
    if not -len(x.shape) <= axis < len(x.shape):
        raise ArgumentError(f"vmap: argument {mark} of shape {x.shape} has no axis {axis}")
    if size is not None and x.shape[axis] != size:
        raise ArgumentError(
            f"vmap: argument {mark} has {x.shape[axis]} examples along axis {axis}, "
            f"others (or axis_size) have {size}"
        )
    return x.shape[axis]


def placed(y, level, size, axis):
    """One output as a stack of examples with their axis in its place."""
    if y.dtype is not None and y.dtype.kind in "USVmM":
        raise OutputError(f"vmap: the function returned {y.dtype}; it must return numbers")
    if at_level(y, level, Batched):
        y = y.value
        if axis is None:
            raise ArgumentError(
                "vmap: an output has out_axes=None but differs between the examples"
            )
    elif axis is None:
        return y
    else:
        y = broadcast_to(y, (size, *y.shape))
    if not -len(y.shape) <= axis < len(y.shape):
        raise ArgumentError(
            f"vmap: out_axes={axis} is out of range for an output of {len(y.shape)} axes, that of "
            "the examples included"
        )
    return y if axis == 0 else moveaxis(y, 0, axis)


def axes_of_leaves(in_axes, args, kwargs):
    """The axis of each leaf of the arguments; keyword arguments are along axis 0."""
    if isinstance(in_axes, list):
        in_axes = tuple(in_axes)
    if isinstance(in_axes, tuple):
        if len(in_axes) != len(args):
            raise ArgumentError(
                f"vmap: in_axes={in_axes} has {len(in_axes)} entries and {len(args)} arguments "
                "are given"
            )
    else:
        in_axes = (in_axes,) * len(args)
    found = []
    for axis, arg in zip(in_axes, args):
        found.extend(spread(axis, flatten(arg)[1], "in_axes"))
    return found + [0] * len(flatten(kwargs)[0])


def spread(axes, structure, what):
    """One axis for each leaf, from an int, None, or a container whose entries cover subtrees."""
    if axes is None or isinstance(axes, int):
        return [axes] * len(paths(structure))
    if structure == LEAF:
        raise ArgumentError(f"vmap: {what} has {axes!r} for an array; give an int or None")
    keys, children = structure[2:]
    if isinstance(axes, dict):
        fits = set(axes) == set(keys)
        given = [axes[k] for k in keys] if fits else []
    else:
        given = list(axes)
    if len(given) != len(children):
        raise ArgumentError(
            f"vmap: {what}={axes!r} does not fit the structure {describe(structure)}"
        )
    return [axis for a, child in zip(given, children) for axis in spread(a, child, what)]
