"""A call that NumPy refuses is refused with an exception that its callers catch; where NumPy warns
of numbers, so does the same call on tensors.
"""

import warnings

import numpy as np
import pytest
from bad_calls import CALLS

import autodiff as ad

BAD = {
    "shapes that do not broadcast": lambda x: x + np.ones(4),
    "shapes of a product": lambda x: x * np.ones((2, 2)),
    "inner sizes": lambda x: np.matmul(np.ones((2, 4)), x),
    "a matrix product with a number": lambda x: x @ 2.0,
    "an axis that is not there": lambda x: np.sum(x, axis=3),
    "an axis from the end that is not there": lambda x: np.max(x, axis=-2),
    "an axis twice": lambda x: np.sum(np.outer(x, x), axis=(0, 0)),
    "an index beyond the end": lambda x: x[5],
    "too many indices": lambda x: x[0, 0],
    "an index that is no integer": lambda x: x[1.5],
    "a mask of another shape": lambda x: x[np.array([True, False])],
    "a shape of another size": lambda x: np.reshape(x, (2, 2)),
    "two unknown sizes": lambda x: np.reshape(x, (-1, -1)),
    "a broadcast that does not fit": lambda x: np.broadcast_to(x, (2,)),
    "parts of other shapes": lambda x: np.stack([x, np.ones(2)]),
    "parts of other ranks": lambda x: np.concatenate([x, np.ones((2, 2))]),
    "nothing to join": lambda x: np.concatenate([]),
    "uneven parts": lambda x: np.split(x, 2),
    "a squeeze of what is longer": lambda x: np.squeeze(x, axis=0),
    "a permutation with an axis twice": lambda x: np.transpose(np.outer(x, x), (0, 0)),
    "the largest of nothing": lambda x: np.max(x[:0]),
    "the inverse of what is not square": lambda x: np.linalg.inv(np.outer(x, x)[:2]),
    "a singular matrix": lambda x: np.linalg.inv(np.outer(x, x) * 0),
    "what is not positive definite": lambda x: np.linalg.cholesky(-np.outer(x, x)),
    "a solve of other sizes": lambda x: np.linalg.solve(np.eye(2), x),
    "letters of einsum": lambda x: np.einsum("ij->i", x),
    "a choice among three": lambda x: np.where(x > 0, x),
    "a word that is not known": lambda x: np.sum(x, axes=0),
    "a number in text": lambda x: x + "1",
    "a repeat below 0": lambda x: np.repeat(x, -1),
    "an order that is not there": lambda x: np.linalg.norm(x, "nonsense"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_numpy_refuses_is_refused_alike(name):
    x = np.array([1.0, 2.0, 3.0])
    with pytest.raises(Exception) as right:  # noqa: PT011 — the type is what is compared
        BAD[name](x)
    for run in (
        lambda f: f(ad.tensor(x, requires_grad=True)),
        lambda f: ad.grad(lambda x: f(x).sum())(x),
        lambda f: ad.jvp(f, (x,), (x,)),
    ):
        with pytest.raises(right.type):
            run(BAD[name])


# Of what has no numbers a truth value is refused in its own words.
TRUTHS = ("bool", "if")
KINDS = {
    "eager": lambda f, x: f(ad.tensor(x, requires_grad=True)),
    "reverse": lambda f, x: ad.grad(lambda x: np.sum(f(x)))(x),
    "forward": lambda f, x: ad.jvp(f, (x,), (x,)),
    "batch": lambda f, x: ad.vmap(f)(np.stack([x, x])),
    "graph": lambda f, x: f(ad.Variable("x", x.shape, float)),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", CALLS)
def test_a_call_that_numpy_refuses_is_refused_with_its_exception(name, kind):
    x = np.array([1.0, 2.0, 3.0])
    with pytest.raises(Exception) as right:  # noqa: PT011 — the type is what is compared
        CALLS[name](x)
    waits = name in TRUTHS and kind in ("batch", "graph")
    with pytest.raises(ad.TracedError if waits else right.type):
        KINDS[kind](CALLS[name], x)


WARNS = {
    "a logarithm of 0": lambda x: np.log(x * 0.0),
    "a root of a negative number": lambda x: np.sqrt(-x),
    "a quotient by 0": lambda x: x / (x * 0.0),
    "0 / 0": lambda x: (x * 0.0) / (x * 0.0),
    "exp that overflows": lambda x: np.exp(x * 1000.0),
    "arcsin outside": lambda x: np.arcsin(x + 1.0),
    "a power that overflows": lambda x: (x + 10.0) ** 400.0,
}


@pytest.mark.parametrize("name", WARNS)
@pytest.mark.parametrize("kind", ["scalar", "array"])
def test_what_numpy_warns_of_is_warned_of_alike(name, kind):
    x = np.float64(1.0) if kind == "scalar" else np.array([1.0, 2.0])

    def warned(x):
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            WARNS[name](x)
        return [(w.category, str(w.message).rpartition(" ")[0]) for w in found]

    assert warned(ad.tensor(x, requires_grad=True)) == warned(np.asarray(x))
