"""Functions whose name means different things to different users, and the names of graph courses."""

from ..core.public import as_value, public
from ..core.spec import from_end
from . import arithmetic, choose, contract, move


@public()
def matmul(x, y, trans_A=False, trans_B=False):
    """Matrix product over the last two axes; leading axes broadcast, vectors count as a row or a column.

    trans_A, trans_B: exchange the last two axes of `x` or of `y` first.
    Raises ShapeError if the inner sizes differ.

    >>> matmul(np.eye(2), np.array([1.0, 2.0])).tolist()
    [1.0, 2.0]
    """
    x = move.matrix_transpose(x) if trans_A else x
    return contract.matmul(x, move.matrix_transpose(y) if trans_B else y)


@public()
def transpose(x, *axes, **named):
    """`x` with its axes permuted; reversed without axes; two separate ints are exchanged, as in PyTorch.

    >>> transpose(np.ones((2, 3))).shape, transpose(np.ones((2, 3, 4)), 0, 2).shape
    ((3, 2), (4, 3, 2))
    """
    if named:
        dims = named.get("dim0"), named.get("dim1")
        axes = dims if None not in dims else (named.get("axes", named.get("axis")),)
    if len(axes) == 2:
        return exchanged(x, *axes)
    return move.transpose(x, axes[0] if axes else None)


def exchanged(x, first, second):
    """`x` with two axes exchanged; PyTorch lends a single number an axis."""
    x = as_value(x)
    if not x.shape:
        for axis in (first, second):
            from_end(axis, 1)
        return x
    return move.swapaxes(x, first, second)


add_op, mul_op = arithmetic.add, arithmetic.multiply
oneslike_op, zeroslike_op = choose.ones_like, choose.zeros_like
matmul_op = matmul
