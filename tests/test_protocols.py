"""NumPy's protocols: methods of ufuncs, out=, where=, dtype=, and values asked for plain numbers."""

# ruff: noqa: E501 - a table is laid out as a table
import math

import numpy as np
import pytest

import autodiff as ad

V = np.array([0.3, -0.7, 1.1])
M = np.array([[0.3, 0.8, 0.5], [1.2, 0.4, 0.9]])
MASK = np.array([True, False, True])


def slopes(f, x, step=1e-6):
    """The Jacobian by central differences."""
    x = np.asarray(x, float)
    columns = []
    for i in range(x.size):
        e = np.zeros(x.size)
        e[i] = step
        e = e.reshape(x.shape)
        columns.append((np.asarray(f(x + e)) - np.asarray(f(x - e))) / (2 * step))
    return np.stack(columns, -1).reshape(*np.shape(columns[0]), *x.shape)


def agree(f, x):
    """The value and the Jacobian in both modes, batched, and on eager tensors."""
    expected, jacobian = f(x), slopes(f, x)
    np.testing.assert_allclose(f(ad.tensor(x, requires_grad=True)).detach().numpy(), expected)
    np.testing.assert_allclose(ad.jacrev(f)(x), jacobian, atol=1e-7)
    np.testing.assert_allclose(ad.jacfwd(f)(x), jacobian, atol=1e-7)
    np.testing.assert_allclose(ad.vmap(f)(np.stack([x, x])), np.stack([expected, expected]))
    gradient = ad.grad(lambda z: np.sum(f(z) * f(z)))
    np.testing.assert_allclose(
        ad.vmap(gradient)(np.stack([x, x]))[1], 2 * np.tensordot(expected, jacobian, expected.ndim),
        atol=1e-6,
    )  # fmt: skip


REDUCED = (
    np.add, np.multiply, np.maximum, np.minimum, np.subtract, np.divide, np.logaddexp, np.hypot,
    np.fmax, np.fmin, np.copysign, np.logaddexp2,
)  # fmt: skip


@pytest.mark.parametrize("ufunc", REDUCED, ids=lambda u: u.__name__)
def test_reduce(ufunc):
    agree(lambda x: ufunc.reduce(x, axis=1) * 1.0, M)
    agree(lambda x: ufunc.reduce(x, keepdims=True), M)


@pytest.mark.parametrize("ufunc", REDUCED, ids=lambda u: u.__name__)
def test_accumulate(ufunc):
    agree(lambda x: ufunc.accumulate(x, axis=1), M)


@pytest.mark.parametrize("ufunc", REDUCED, ids=lambda u: u.__name__)
def test_outer(ufunc):
    agree(lambda x: ufunc.outer(x, np.array([0.45, 2.0])), M)


@pytest.mark.parametrize("ufunc", [np.add, np.multiply, np.maximum, np.subtract], ids=str)
def test_reduceat(ufunc):
    agree(lambda x: ufunc.reduceat(x, [0, 2, 1], axis=1), M)


def test_reduce_with_all_its_keywords():
    agree(lambda x: np.add.reduce(x, axis=None, initial=2.0, where=M > 0.45), M)
    agree(lambda x: np.multiply.reduce(x, axis=(0, 1)), M)
    agree(lambda x: np.maximum.reduce(x, axis=1, initial=1.0), M)
    agree(lambda x: np.hypot.reduce(x, axis=1, initial=1.0, where=M > 0.45), M)
    assert np.add.reduce(ad.tensor(M), dtype=np.float32).dtype == np.float32


def test_power_reduces_from_the_left():
    x = ad.tensor(M, requires_grad=True)
    np.testing.assert_allclose(
        np.power.reduce(x, axis=1).detach().numpy(), (M[:, 0] ** M[:, 1]) ** M[:, 2]
    )


def test_at_counts_what_is_named_twice():
    def f(x):
        z = np.ones_like(x)
        np.add.at(z, [0, 0, 1], x * x)
        np.multiply.at(z, [0, 0], x[:2])
        np.subtract.at(z, [2], x[0])
        np.negative.at(z, [1])
        return z

    agree(f, V)


def test_out_of_our_values():
    def f(x):
        z = np.empty_like(x)
        np.multiply(x, x, out=z)
        np.sin(z, out=z, where=MASK)
        np.cumsum(z * x, out=z)
        return z

    agree(f, V)


def test_where_leaves_the_rest_untouched():
    agree(lambda x: np.log(x, where=x > 0, out=np.zeros_like(x)), V)
    x = np.array([1.0, 0.0, 2.0])
    gradient = ad.grad(lambda z: np.sqrt(z, where=x > 0, out=np.zeros_like(z)).sum())(x)
    np.testing.assert_allclose(gradient, [0.5, 0.0, 0.5 / np.sqrt(2)])


def test_dtype_and_casting():
    x = ad.tensor(V, requires_grad=True)
    assert np.add(x, 1, dtype=np.float32).dtype == np.float32
    assert np.multiply(x, x, dtype=complex).dtype == complex
    with pytest.raises(TypeError, match="casting rule"):
        np.add(x, 1, dtype=np.float32, casting="safe")


def test_arrays_and_numbers_of_numpy_on_the_left():
    agree(lambda x: V * x, V)
    agree(lambda x: np.float64(2.0) * x - np.float32(1.0), V)
    agree(lambda x: V @ np.outer(x, x), V)
    agree(lambda x: [1.0, 2.0, 3.0] - x, V)
    agree(lambda x: np.arange(3) ** np.abs(x), V + 2)


def test_a_plain_array_takes_constants_only():
    total = np.zeros(3)
    total += ad.tensor(V)
    np.add(total, ad.tensor(V), out=total)
    np.testing.assert_allclose(total, 2 * V)

    def added(x):
        z = np.zeros(3)
        z += x
        return z

    for call in (
        lambda: added(ad.tensor(V, requires_grad=True)), lambda: ad.jacrev(added)(V),
        lambda: ad.jacfwd(added)(V), lambda: ad.vmap(added)(M),
    ):  # fmt: skip
        with pytest.raises(ad.TracedError, match=r"numpy.add: out= is a plain array.*zeros_like"):
            call()


def filled(x):
    z = np.zeros(3)
    for i in range(3):
        z[i] = x[i]
    return z


@pytest.mark.parametrize(
    "run", [ad.jacrev, ad.jacfwd, ad.vmap, lambda f: ad.grad(lambda x: f(x).sum())]
)
def test_filling_a_plain_array_names_the_right_spelling(run):
    with pytest.raises(ad.TracedError, match=r"np.zeros_like\(x\)"):
        run(filled)(M if run is ad.vmap else V)


ASKED = {
    "float": float, "int": int, "math.sin": math.sin, "math.sqrt": math.sqrt, "complex": complex,
    "asarray": np.asarray, "array": np.array, "full": lambda x: np.full(2, x),
    "item": lambda x: x.item(), "tolist": lambda x: x.tolist(),
}  # fmt: skip


@pytest.mark.parametrize("name", ASKED)
def test_a_plain_number_is_refused_inside_a_transform(name):
    f = ASKED[name]
    with pytest.raises(ad.TracedError, match="inside a transform was asked for"):
        ad.grad(lambda x: (f(x), x)[1])(0.5)
    if name not in ("item", "tolist"):
        with pytest.raises(ad.TracedError, match="inside a transform was asked for"):
            ad.jvp(lambda x: (f(x), x)[1], (0.5,), (1.0,))
        with pytest.raises((ad.TracedError, TypeError), match=r"asked for|vmap"):
            ad.vmap(lambda x: (f(x), x)[1])(V)


def test_integers_of_a_transform_are_plain_numbers():
    def f(x):
        i = int(np.argmax(x))
        order = np.asarray(np.argsort(x))
        assert order.tolist() == [1, 0, 2]
        return x[i] * x[order[0]]

    np.testing.assert_allclose(ad.grad(f)(V), [0.0, 1.1, -0.7])
    np.testing.assert_allclose(ad.jacfwd(f)(V), [0.0, 1.1, -0.7])


BAD = {
    "reshape": lambda x: np.reshape(x, (4, 2)), "concatenate": lambda x: np.concatenate([x, np.ones((3, 2))]),
    "axis of sum": lambda x: np.sum(x, axis=5), "axis of sort": lambda x: np.sort(x, axis=2), "axes of transpose": lambda x: np.transpose(x, (0, 1, 2)),
    "add": lambda x: np.add(x, np.ones(5)), "matmul": lambda x: x @ np.ones((2, 2)), "dot": lambda x: np.dot(x, np.ones(5)),
    "stack": lambda x: np.stack([x, np.ones(2)]), "split": lambda x: np.split(x, 2, axis=1), "broadcast_to": lambda x: np.broadcast_to(x, (4, 4)),
    "take": lambda x: np.take(x, [99]), "index": lambda x: x[7], "expand_dims": lambda x: np.expand_dims(x, 9), "squeeze": lambda x: np.squeeze(x, 0),
    "swapaxes": lambda x: np.swapaxes(x, 0, 4), "moveaxis": lambda x: np.moveaxis(x, 0, 7), "roll": lambda x: np.roll(x, 1, axis=4),
    "quantile": lambda x: np.quantile(x, 1.5), "percentile": lambda x: np.percentile(x, 101), "average": lambda x: np.average(x, axis=0, weights=np.ones(9)),
    "interp": lambda x: np.interp(x, [0.0, 1.0], [1.0]), "pad": lambda x: np.pad(x, 1, mode="nonsense"), "pad width": lambda x: np.pad(x, -1),
    "delete": lambda x: np.delete(x, 9), "insert": lambda x: np.insert(x, 40, 1.0, axis=0), "diff": lambda x: np.diff(x, n=-1), "convolve": lambda x: np.convolve(x[0], np.ones(0)),
    "trace": lambda x: np.trace(x[0]), "cross": lambda x: np.cross(x, np.ones(5)), "polyfit": lambda x: np.polyfit(x[0], np.ones(5), 1), "gradient": lambda x: np.gradient(x[:1]),
    "select": lambda x: np.select([x > 0], [x, x]), "unstack": lambda x: np.unstack(x[0, 0]), "max": lambda x: np.max(x[:0]), "where of max": lambda x: np.max(x, where=x > 0),
    "kind": lambda x: x.astype("nonsense"), "tile": lambda x: np.repeat(x, [1, 2]), "meshgrid": lambda x: np.meshgrid(x[0], indexing="no"), "compress": lambda x: np.compress([[True]], x),
    "reduce": lambda x: np.sin.reduce(x), "ufunc keyword": lambda x: np.sin(x, nonsense=1), "linspace": lambda x: np.linspace(x, 1, -1), "diag": lambda x: np.diag(np.stack([x, x])),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_call_raises_what_numpy_raises(name):
    f = BAD[name]
    with pytest.raises(Exception) as expected:  # noqa: PT011 - the kind is what is asked
        f(M)
    kind = type(expected.value)
    kind = next(k for k in kind.__mro__ if not k.__name__.startswith("_"))
    with pytest.raises(kind):
        f(ad.tensor(M, requires_grad=True))
    with pytest.raises(kind):
        ad.jvp(f, (M,), (M,))


def test_a_warning_of_numpy_is_ours():
    with pytest.warns(RuntimeWarning, match="All-NaN slice"):
        np.nanmax(ad.tensor(np.full(3, np.nan), requires_grad=True))
    with pytest.warns(RuntimeWarning, match="Mean of empty slice"):
        np.nanmean(ad.tensor(np.full(3, np.nan), requires_grad=True))
    with pytest.warns(RuntimeWarning, match="Degrees of freedom"):
        np.nanvar(ad.tensor(np.array([np.nan, 1.0]), requires_grad=True), ddof=1)
