"""Native code computes what the rows compute: every row, dtype, stride and length."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.compile.jit import jit
from autodiff.core import family
from autodiff.core.family import Contraction, Reduction
from autodiff.core.lower import Element
from autodiff.core.op import Op
from autodiff.testing.sample import cases, mixtures, replaced

KINDS = tuple(map(np.dtype, ("?", "i1", "i4", "i8", "u1", "f4", "f8")))
ULPS = 4
ROWS = [
    row
    for row in Op.table.values()
    if type(row).__module__ == family.__name__ and row.lower is not None
]
ELEMENTS = [row for row in ROWS if type(row.lower) is Element]
SPECIAL = [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 0.5, -2.5, 1e-310, 3.0, 1e30, 700.0]


@pytest.fixture(autouse=True)
def no_disk(monkeypatch):
    monkeypatch.setenv("AUTODIFF_CACHE", "")


def close(found, wanted, scale=None):
    """Equal to some units in the last place; special values exactly."""
    found, wanted = np.asarray(found), np.asarray(wanted)
    assert (found.dtype, found.shape) == (wanted.dtype, wanted.shape)
    if wanted.dtype.kind not in "fc":
        np.testing.assert_array_equal(found, wanted)
        return
    eps = np.finfo(wanted.dtype).eps
    size = np.abs(wanted) if scale is None else scale
    with np.errstate(all="ignore"):
        near = np.abs(found - wanted) <= ULPS * eps * size + np.finfo(wanted.dtype).tiny
    same = (found == wanted) | (np.isnan(found) & np.isnan(wanted))
    assert (near | same).all(), (found, wanted)


def natively(f, *args):
    """The value of the compiled function, which must have been compiled."""
    compiled = jit(f)
    found = compiled(*args)
    assert compiled.programs
    return found


def samples(row):
    for dtype in (np.float64, np.float32):
        yield from cases(row, dtype)
    yield from list(mixtures(row, KINDS))[::5]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_native_is_evaluate(row):
    for case in samples(row):
        places = [i for i, a in enumerate(case.args) if isinstance(a, np.ndarray)]
        try:
            with np.errstate(all="ignore"):
                wanted = row.evaluate(*case.args, **case.params)
        except (TypeError, ValueError):
            continue

        def function(*xs, case=case, places=places):
            return row(*replaced(case.args, places, xs), **case.params)

        found = natively(function, *[case.args[i] for i in places])
        summed = isinstance(row, (Reduction, Contraction)) and np.size(wanted)
        close(found, wanted, max(1, np.abs(wanted).max()) if summed else None)


@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=["double", "single"])
@pytest.mark.parametrize("row", ELEMENTS, ids=lambda row: row.name)
def test_special_values(row, dtype):
    if row.name == "convert":
        return
    values = np.array(SPECIAL, dtype)
    grids = np.meshgrid(*[values] * len(row.arguments))
    args = [g.ravel() for g in grids]
    with np.errstate(all="ignore"):
        try:
            wanted = row.evaluate(*args)
        except TypeError:
            return
        found = natively(lambda *xs: row(*xs), *args)
    close(found, wanted)


def strided(rng, shape):
    """The same numbers in every order in memory."""
    x = rng.normal(size=shape)
    wide = np.zeros((2 * shape[0], 3 * shape[1]))
    wide[::2, ::3] = x
    yield x
    yield np.asfortranarray(x)
    yield wide[::2, ::3]
    yield x[::-1, ::-1].copy()[::-1, ::-1]
    shifted = np.zeros(x.size * 8 + 1, np.uint8)[1:].view(np.float64).reshape(shape)
    shifted[...] = x
    yield shifted
    yield x.astype(">f8")


def test_odd_strides():
    rng = np.random.default_rng(0)

    def f(x, y):
        return ad.exp(x) * y + x.T.sum(0)[:, None], (x * y).sum(0), (x * y).sum(1), x.max()

    y = rng.normal(size=(5, 7))
    for x in strided(rng, (5, 7)):
        for other in strided(np.random.default_rng(1), (5, 7)):
            for found, wanted in zip(
                natively(f, x, other), f(np.array(x, float), np.array(other, float))
            ):
                close(found, wanted, 10.0)
    assert y.shape == (5, 7)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.int8, np.bool_])
def test_lengths_around_the_vector(dtype):
    rng = np.random.default_rng(0)
    compiled = jit(lambda x: (x.sum(), x.max(), x + x, x > 0, x[::2], x[::-1] * x))
    for n in [*range(1, 20), 31, 32, 33, 63, 64, 65, 8191, 8192, 8193, 20000]:
        x = (rng.normal(size=n) * 3).astype(dtype)
        total, top, *others = compiled(x)
        close(total, x.sum(), np.abs(x).sum() + 1)
        close(top, x.max())
        for found, wanted in zip(others, (x + x, x > 0, x[::2], x[::-1] * x)):
            close(found, wanted)


def test_zero_sizes():
    f = lambda x: (x.sum(), x.sum(0), x.sum(1), x * 2, x.T @ x, x.reshape(-1))  # noqa: E731 a name for both calls
    for shape in ((0, 3), (3, 0), (0, 0)):
        x = np.zeros(shape)
        for found, wanted in zip(natively(f, x), f(x)):
            close(found, wanted)


def test_outer_axes_are_summed_in_any_position():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3, 4, 5, 6))
    for axes in (
        (0,),
        (1,),
        (2,),
        (3,),
        (0, 2),
        (1, 3),
        (0, 1),
        (2, 3),
        (0, 3),
        (0, 1, 2),
        (1, 2, 3),
    ):
        close(natively(lambda x, axes=axes: (x * 2).sum(axes), x), (x * 2).sum(axes), 100.0)
        close(natively(lambda x, axes=axes: (x * 2).max(axes), x), (x * 2).max(axes))


def test_stacks_of_matrices():
    rng = np.random.default_rng(0)
    for a, b in (
        ((2, 3, 4), (2, 4, 5)), ((3, 4), (2, 4, 5)), ((2, 1, 3, 4), (1, 5, 4, 2)),
        ((20, 30), (30, 40)),
        ((1, 4), (4, 1)), ((4, 1), (1, 5)), ((2, 20, 30), (30, 40)),
    ):  # fmt: skip
        x, y = rng.normal(size=a), rng.normal(size=b)
        close(natively(lambda x, y: x @ y, x, y), x @ y, 100.0)
        close(natively(lambda x, y: (x.mT.mT + 1) @ y, x, y), (x + 1) @ y, 100.0)
        close(natively(lambda x, y: y.mT @ x.mT, x, y), (x @ y).swapaxes(-1, -2), 100.0)


def test_sums_have_the_same_bits_in_any_number_of_blocks():
    x = np.random.default_rng(0).normal(size=100_001)
    total = jit(lambda x: x.sum())
    assert total(x) == total(x.copy()) == total(np.concatenate([x, x])[: len(x)])


def random_program(rng, depth):
    """A function of two arrays built from rows, and from reductions that are broadcast again."""
    steps = [
        (int(rng.integers(12)), int(rng.integers(100)), int(rng.integers(100)))
        for _ in range(depth)
    ]

    def program(x, y):
        values = [x, y]
        for kind, i, j in steps:
            a, b = values[i % len(values)], values[j % len(values)]
            values.append(
                [
                    lambda a, b: a + b, lambda a, b: a * b,
                    lambda a, b: ad.tanh(a), lambda a, b: ad.sin(a - b),
                    lambda a, b: ad.where(a > b, a, 0.5 * b), lambda a, b: a - a.mean(0),
                    lambda a, b: a / (1 + b * b),
                    lambda a, b: ad.maximum(a, b).max(1, keepdims=True) - b,
                    lambda a, b: ad.concatenate([a[1:], b[:1]]),
                    lambda a, b: ad.tanh(a @ b.T) @ b,
                    lambda a, b: ad.flip(a, 1) * a.sum(), lambda a, b: ad.softplus(a) + b[::-1],
                ][kind](a, b)
            )  # fmt: skip
            values[-1] = ad.tanh(values[-1])
        return values[-1].sum()

    return program


@pytest.mark.parametrize(
    "part",
    [
        (slice(1, 3),), (slice(None), 2), (1,), (slice(1, 4), slice(2, 5)), (-1, slice(None, -1)),
        (slice(None, None, 2),), (slice(None, None, -1),), (slice(3, 1),), (None, 2, None), (...,),
        (slice(0, 1), slice(4, 5)), (2, 3),
    ],
)  # fmt: skip
def test_parts_of_arrays_and_their_cotangents(part):
    x = np.random.default_rng(0).normal(size=(4, 6))
    f = ad.grad(lambda x: (ad.sin(x[part]) * 2).sum() + (x[part] ** 2).sum() + x.sum())
    close(natively(f, x), f(x), 10.0)
    g = lambda x: (ad.grad(lambda x: (x[part] ** 3).sum())(x) * x).sum(0)  # noqa: E731 a name for both calls
    close(natively(g, x), g(x), 10.0)


@pytest.mark.parametrize("seed", range(12))
def test_random_programs(seed):
    rng = np.random.default_rng(seed)
    f = random_program(rng, 10)
    x, y = rng.normal(size=(2, 4, 9))
    both = ad.value_and_grad(f, argnums=(0, 1))
    (value, gradients), (wanted, cotangents) = natively(both, x, y), both(x, y)
    np.testing.assert_allclose(value, wanted, rtol=1e-11, atol=1e-11)
    for g, w in zip(gradients, cotangents):
        np.testing.assert_allclose(g, w, rtol=1e-9, atol=1e-10)
