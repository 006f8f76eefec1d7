"""Every function of NumPy's main namespace, called as NumPy's, in every mode of differentiation."""

# ruff: noqa: E501 - tables are laid out as tables
import inspect
import warnings

import numpy as np
import pytest
from numpy_table import TABLE

import autodiff as ad
import autodiff.numpy

# What they give has a shape, or a pick, that depends on numbers: not under vmap.
BY_NUMBERS = {
    ("trim_zeros", 0), ("unique", 0), ("unique", 1), ("unique_values", 0), ("extract", 0),
    ("where", 1), ("union1d", 0), ("setdiff1d", 0), ("setxor1d", 0), ("nanquantile", 1),
    ("quantile", 13), ("roots", 0), ("nonzero", 0), ("flatnonzero", 0), ("argwhere", 0),
}  # fmt: skip
# Nor in a graph, where a function of one array waits for its numbers, which others cannot.
NOT_IN_GRAPHS = {
    ("where", 1), ("nonzero", 0), ("argwhere", 0), ("quantile", 13), ("unique", 1),
}  # fmt: skip

CASES = [(name, i) for name, calls in TABLE.items() for i in range(len(calls))]
every_call = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[1]}")


def call_of(case):
    """(function, its array, a direction)"""
    name, i = case
    f, x = TABLE[name][i]
    direction = np.random.default_rng(i).uniform(0.3, 1.0, x.shape)
    return f, x, np.where(np.isnan(x), 0.0, direction)


def slope(f, x, v, step=1e-6):
    with np.errstate(all="ignore"):
        return (np.asarray(f(x + step * v)) - np.asarray(f(x - step * v))) / (2 * step)


def near(a, b, tolerance=1e-6):
    a, b = np.asarray(a), np.asarray(b)
    assert a.shape == b.shape
    np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


def total(f):
    return lambda x: np.sum(f(x) * 1.0)


@every_call
def test_eager_value(case):
    f, x, _ = call_of(case)
    y = f(ad.tensor(x, requires_grad=True))
    near(y.detach().numpy(), f(x), 1e-12)


@every_call
def test_forward(case):
    f, x, v = call_of(case)
    y, t = ad.jvp(f, (x,), (v,))
    near(y, f(x), 1e-12)
    near(t, slope(f, x, v))


@every_call
def test_reverse(case):
    f, x, v = call_of(case)
    y, pullback = ad.vjp(f, x)
    near(y, f(x), 1e-12)
    g = np.random.default_rng(1).normal(size=np.shape(y))
    (c,) = pullback(np.asarray(g, y.dtype))
    near(np.sum(np.where(np.isnan(x), 0, c) * v), np.sum(g * slope(f, x, v)))


@every_call
def test_second_order(case):
    f, x, v = call_of(case)
    forward = ad.jvp(ad.grad(total(f)), (x,), (v,))[1]
    reverse = ad.grad(lambda z: ad.jvp(total(f), (z,), (v,))[1])(x)
    near(forward, reverse, 1e-9)


@pytest.mark.parametrize(
    "case", [c for c in CASES if c not in BY_NUMBERS], ids=lambda case: f"{case[0]}-{case[1]}"
)
def test_batched(case):
    f, x, _ = call_of(case)
    near(ad.vmap(f)(np.stack([x, x])), np.stack([f(x), f(x)]), 1e-12)
    gradient = ad.grad(total(f))(x)
    near(ad.vmap(ad.grad(total(f)))(np.stack([x, x])), np.stack([gradient, gradient]), 1e-9)


@pytest.mark.parametrize(
    "case", [c for c in CASES if c not in NOT_IN_GRAPHS], ids=lambda case: f"{case[0]}-{case[1]}"
)
def test_graph(case):
    f, x, _ = call_of(case)
    variable = ad.Variable("x", shape=x.shape)
    y = f(variable)
    value, gradient = ad.Executor([y, *ad.gradients(y, [variable])]).run({variable: x})
    near(value, f(x), 1e-12)
    near(gradient, ad.grad(total(f))(x), 1e-9)


@pytest.mark.parametrize("case", sorted(BY_NUMBERS), ids=lambda case: case[0])
def test_what_depends_on_numbers_says_so_under_vmap(case):
    f, x, _ = call_of(case)
    with pytest.raises(ad.TracedError, match="depends on numbers"):
        ad.vmap(f)(np.stack([x, x]))


# Of complex numbers: hashed sets have no order, and np.interp takes no complex points.
NOT_COMPLEX = {("unique_values", 0), ("interp", 3)}


@pytest.mark.parametrize(
    "case", [c for c in CASES if c not in NOT_COMPLEX], ids=lambda case: f"{case[0]}-{case[1]}"
)
def test_complex(case):
    f, x, v = call_of(case)
    rng = np.random.default_rng(3)
    z = x + np.where(np.isnan(x), 0, 1j * rng.uniform(-0.5, 0.5, x.shape))
    v = v * np.exp(1j * rng.uniform(0, 6, x.shape))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            y = np.asarray(f(z))
    except (TypeError, ValueError, np.exceptions.ComplexWarning):
        return  # NumPy does not take complex numbers here
    expected = slope(f, z, v)
    near(ad.jvp(f, (z,), (v,))[1], expected, 1e-5)
    g = rng.normal(size=y.shape) + (1j * rng.normal(size=y.shape) if y.dtype.kind == "c" else 0)
    (c,) = ad.vjp(f, z)[1](np.asarray(g))
    c = np.where(np.isnan(x), 0, c)
    near(np.sum((np.conj(c) * v).real), np.sum((np.conj(g) * expected).real), 1e-5)


# ------------------------------------------------------------------- the rest of the namespace

X = np.array([[0.3, -0.7, 1.1], [0.45, -1.3, 0.8]])
WHOLE = {  # what gives truths, integers or facts: equal to NumPy's, also of values being derived
    "all": lambda x: np.all(x > -9, axis=0), "any": lambda x: np.any(x > 1), "equal": lambda x: np.equal(x, 0.3),
    "not_equal": lambda x: x != 0.3, "less": lambda x: x < 0.3, "less_equal": lambda x: np.less_equal(x, 0.3),
    "greater": lambda x: np.greater(x, 0.3), "greater_equal": lambda x: x >= 0.3,
    "logical_and": lambda x: np.logical_and(x, x > 0), "logical_or": lambda x: np.logical_or(x, x > 0),
    "logical_xor": lambda x: np.logical_xor(x > 0.5, x > 0), "logical_not": lambda x: np.logical_not(x),
    "isinf": np.isinf, "isneginf": np.isneginf, "isposinf": np.isposinf, "isreal": np.isreal, "iscomplex": np.iscomplex,
    "isrealobj": np.isrealobj, "iscomplexobj": np.iscomplexobj, "shape": np.shape, "ndim": np.ndim, "size": np.size,
    "allclose": lambda x: np.allclose(x, X), "array_equal": lambda x: np.array_equal(x, X), "array_equiv": lambda x: np.array_equiv(x, X),
    "isin": lambda x: np.isin(x, [0.3, 0.8]), "unique_counts": lambda x: np.unique_counts(x)[1],
    "unique_inverse": lambda x: np.unique_inverse(x)[1], "unique_all": lambda x: np.unique_all(x)[1],
    "result_type": lambda x: np.result_type(x, np.float32), "common_type": np.common_type, "can_cast": lambda x: np.can_cast(x.dtype, int),
    "min_scalar_type": np.min_scalar_type, "may_share_memory": lambda x: np.may_share_memory(x, x), "shares_memory": lambda x: np.shares_memory(x, x),
    "tril_indices_from": np.tril_indices_from, "triu_indices_from": np.triu_indices_from, "diag_indices_from": lambda x: np.diag_indices_from(x[:, :2]),
    "histogram_bin_edges": lambda x: np.histogram_bin_edges(x, 3), "einsum_path": lambda x: np.einsum_path("ij,kj->ik", x, X)[0],
    "intersect1d": lambda x: np.intersect1d(x, X), "zeros_like": np.zeros_like, "ones_like": np.ones_like, "empty_like": lambda x: np.empty_like(x).shape,
    "array2string": np.array2string, "array_str": np.array_str,
}  # fmt: skip
FILLING = {"copyto", "put", "putmask", "place", "put_along_axis", "fill_diagonal"}
INTEGERS = {
    "invert": (5,), "bitwise_not": (5,), "bitwise_invert": (5,), "bitwise_count": (5,), "gcd": (6, 4), "lcm": (6, 4),
    **{f"{name}": (6, 3) for name in ("bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", "right_shift", "bitwise_left_shift", "bitwise_right_shift")},
    "unravel_index": (4, (2, 3)), "ravel_multi_index": ((1, 2), (2, 3)),
}  # fmt: skip
REFUSED = {  # no numbers come out, or none that a derivative could pass
    "save", "savez", "savez_compressed", "savetxt", "packbits", "unpackbits", "busday_count", "busday_offset",
    "is_busday", "datetime_as_string", "isnat",
}  # fmt: skip
OWN_TEXT = {"array_repr"}
MADE = {  # no array goes in; with like=x, or in autodiff.numpy, lists of traced values may
    "array", "asarray", "asanyarray", "ascontiguousarray", "asfortranarray", "asarray_chkfinite", "zeros", "ones", "empty", "full",
    "eye", "identity", "arange", "tri", "fromfunction", "fromiter", "frombuffer", "fromfile", "fromstring", "fromregex", "from_dlpack",
    "loadtxt", "genfromtxt", "load", "indices", "mask_indices", "tril_indices", "triu_indices", "diag_indices", "bartlett", "blackman",
    "hamming", "hanning", "kaiser", "asmatrix", "bmat", "require", "frompyfunc", "row_stack",
}  # fmt: skip
ABOUT_NUMPY = {  # settings, names and formats
    "base_repr", "binary_repr", "broadcast_shapes", "datetime_data", "format_float_positional", "format_float_scientific",
    "get_include", "get_printoptions", "getbufsize", "geterr", "geterrcall", "info", "isdtype", "isfortran", "isscalar", "issubdtype",
    "iterable", "mintypecode", "nested_iters", "printoptions", "promote_types", "set_printoptions", "setbufsize", "seterr", "seterrcall",
    "show_config", "show_runtime", "test", "typename",
}  # fmt: skip


def test_every_name_of_numpy_has_its_place():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        names = {
            n
            for n in np.__all__
            if callable(getattr(np, n)) and not inspect.isclass(getattr(np, n))
        }
    places = [set(TABLE), set(WHOLE), FILLING, set(INTEGERS), REFUSED, MADE, ABOUT_NUMPY, OWN_TEXT]
    assert not names - set().union(*places)
    assert sum(map(len, places)) == len(set().union(*places))


def plainly(x):
    """Plain arrays and Python values of what a function gave."""
    if isinstance(x, tuple):
        return tuple(plainly(v) for v in x)
    if isinstance(x, list):
        return [plainly(v) for v in x]
    if isinstance(x, ad.Tensor):
        return x.detach().numpy() if not x.level else np.asarray(getattr(x, "value", x))
    return getattr(x, "value", x) if type(x).__name__ == "Dual" else x


@pytest.mark.parametrize("name", WHOLE)
def test_truths_integers_and_facts_are_numpys(name):
    f, found = WHOLE[name], []
    expected = f(X)
    found.append(f(ad.tensor(X, requires_grad=True)))
    ad.grad(lambda x: (found.append(f(x)), x.sum())[1])(X)
    ad.jvp(lambda x: (found.append(f(x)), x)[1], (X,), (X,))
    for value in found:
        np.testing.assert_equal(plainly(value), plainly(expected))


@pytest.mark.parametrize("name", INTEGERS)
def test_integers_are_numpys(name):
    args = INTEGERS[name]
    expected = getattr(np, name)(*args)
    given = [ad.tensor(np.array(a)) if isinstance(a, int) else a for a in args]
    if name == "ravel_multi_index":
        given = [tuple(ad.tensor(np.array(a)) for a in args[0]), args[1]]
    np.testing.assert_equal(plainly(getattr(np, name)(*given)), expected)


@pytest.mark.parametrize("name", sorted(REFUSED - {"isnat"}))
def test_what_has_no_derivative_says_so(name, tmp_path):
    x = ad.tensor(X, requires_grad=True)
    calls = {
        "save": (tmp_path / "x.npy", x), "savetxt": (tmp_path / "x", x), "savez": (tmp_path / "x", x),
        "savez_compressed": (tmp_path / "x", x), "busday_count": ("2020-01-01", x), "busday_offset": (x, 1),
    }  # fmt: skip
    with pytest.raises(ad.RuleError, match=f"numpy.{name}"):
        getattr(np, name)(*calls.get(name, (x,)))


def test_every_name_is_in_our_namespace():
    assert set(np.__all__) - set(dir(autodiff.numpy)) == {"test"}
    assert all(hasattr(autodiff.numpy, name) for name in autodiff.numpy.__all__)


DIVISIONS = {
    "a remainder": ([1.0, 2.0, 3.0, 4.0], [2.0, 1.0, 5.0]),
    "no remainder": ([1.0, 0.0, 0.0, -1.0], [1.0, 1.0, 1.0]),
    "a remainder that begins with zeros": ([1.0, 0.0, 0.0, 0.0, -1.0, 2.0], [1.0, 0.0, 0.0, 1.0]),
    "a divisor of higher degree": ([1.0, 2.0], [3.0, 2.0, 1.0]),
    "a divisor of degree 0": ([1.0, 2.0, 3.0], [2.0]),
    "equals": ([1.0, 2.0], [1.0, 2.0]),
}


@pytest.mark.parametrize("name", DIVISIONS)
def test_the_remainder_has_the_length_that_numpy_gives_it(name):
    u, v = map(np.array, DIVISIONS[name])
    both = np.stack([u, u])
    right = np.polydiv(u, v)
    node = ad.Variable("u", u.shape, float)
    for found in (
        ad.vjp(lambda u: np.polydiv(u, v), u)[0],
        ad.jvp(lambda u: np.polydiv(u, v), (u,), (u,))[0],
        ad.jit(lambda u: np.polydiv(u, v))(u),
        ad.Executor(list(np.polydiv(node, v))).run({node: u}),
        [part[0] for part in ad.vmap(lambda u: np.polydiv(u, v))(both)],
        [part[1] for part in ad.jit(ad.vmap(lambda u: np.polydiv(u, v)))(both)],
    ):
        for a, b in zip(found, right):
            near(a, b, 1e-12)


def test_remainders_of_different_lengths_are_refused_under_vmap():
    u = np.array([[1.0, 0.0, 0.0, -1.0], [1.0, 2.0, 3.0, 4.0]])
    with pytest.raises(ad.TracedError, match="different lengths"):
        ad.vmap(lambda u: np.polydiv(u, [1.0, 1.0, 1.0]))(u)
    compiled = ad.jit(lambda u: np.polydiv(u, np.array([1.0, 1.0, 1.0]))[1])
    assert [compiled(row).shape for row in u] == [(1,), (2,)]
