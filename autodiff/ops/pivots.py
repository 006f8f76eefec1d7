"""Rows exchanged one after the other, as LAPACK tells them: integers, without a derivative."""

import numpy as np

from ..core.family import Opaque
from ..core.spec import Spec


def each(function, x):
    """A function of one vector over the leading axes; as many integers as the last axis has."""
    rows = [function(row.tolist()) for row in np.reshape(x, (-1, x.shape[-1]))]
    return np.array(rows, np.int32).reshape(x.shape)


def exchanged(order):
    """Exchanges that give a permutation: row i with row piv[i], in this order."""
    now, piv = list(range(len(order))), []
    for i, row in enumerate(order):
        j = now.index(row)
        now[i], now[j] = now[j], now[i]
        piv.append(j)
    return piv


def ordered(piv):
    """The permutation that exchanges give."""
    order = list(range(len(piv)))
    for i, j in enumerate(piv):
        order[i], order[j] = order[j], order[i]
    return order


def permutations(rng, dtype):
    """Samples for the laws."""
    return [((rng.permutation(4),), {}), ((np.array([[1, 0, 2], [0, 1, 2]]),), {})]


def integers(name, function, sample, doc):
    row = Opaque(
        f"{name}(x)", lambda x: each(function, x),
        infer=lambda x: Spec(x.shape, np.dtype(np.int32)),
        batch=lambda batched, x: row(x), differentiable=False, reads="", sample=sample,
        latex=rf"\operatorname{{{name}}} {{$x}}", doc=doc,
    )  # fmt: skip
    return row


exchanges = integers(
    "exchanges", exchanged, permutations, "Exchanges of rows that make a permutation, (..., n)."
)
order_of = integers(
    "order_of", ordered, lambda rng, dtype: [((np.array([2, 1, 2]),), {})],
    "The permutation that exchanges of rows make, (..., n).",
)  # fmt: skip
