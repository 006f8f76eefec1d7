"""`autodiff.numpy` beside the array API standard, 2024.12: signatures, dtypes, values, edges.

The judge is array-api-strict, the reference implementation.
"""

import inspect
from functools import reduce
from inspect import Parameter

import array_api_strict as strict
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.array_api import make_strategies_namespace

import autodiff as ad
import autodiff.numpy as anp

BOOL = ("bool",)
SIGNED, UNSIGNED = ("int8", "int16", "int32", "int64"), ("uint8", "uint16", "uint32", "uint64")
REAL, COMPLEX = ("float32", "float64"), ("complex64", "complex128")
INTEGER, FLOATING = SIGNED + UNSIGNED, REAL + COMPLEX
NUMBER, EVERY = INTEGER + FLOATING, BOOL + INTEGER + FLOATING
LATER = {"broadcast_shapes", "isin", "linalg.eig", "linalg.eigvals"}  # of the standard of 2025.12
FUNCTIONS = sorted(
    {
        prefix + name
        for prefix, module in (("", strict), ("linalg.", strict.linalg), ("fft.", strict.fft))
        for name in module.__all__
        if inspect.isfunction(getattr(module, name)) and "array_api_strict_flags" not in name
    }
    - LATER
)


def of(namespace, name):
    return reduce(getattr, name.split("."), namespace)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_signatures(name):
    """Names of arguments that may be keywords, their order and their kinds; more may follow."""
    wanted = list(inspect.signature(of(strict, name)).parameters.values())
    found = inspect.signature(of(anp, name)).parameters
    order = list(found.values())
    for i, one in enumerate(p for p in wanted if p.kind != Parameter.KEYWORD_ONLY):
        assert i < len(order)
        if one.kind != Parameter.POSITIONAL_ONLY:
            assert one.kind == order[i].kind
        if one.kind == Parameter.POSITIONAL_OR_KEYWORD:
            assert one.name == order[i].name
    for one in wanted:
        if one.kind == Parameter.KEYWORD_ONLY:
            assert found[one.name].kind in (one.kind, Parameter.POSITIONAL_OR_KEYWORD)


# ------------------------------------------------------------------- values

# function -> (dtypes, calls), a call being (shapes of arrays, other arguments)
UNARY = {
    "abs": NUMBER, "acos": FLOATING, "acosh": FLOATING, "asin": FLOATING, "asinh": FLOATING,
    "atan": FLOATING, "atanh": FLOATING, "bitwise_invert": BOOL + INTEGER, "ceil": INTEGER + REAL,
    "conj": NUMBER, "cos": FLOATING, "cosh": FLOATING, "exp": FLOATING, "expm1": FLOATING,
    "floor": INTEGER + REAL, "imag": COMPLEX, "isfinite": NUMBER, "isinf": NUMBER, "isnan": NUMBER,
    "log": FLOATING, "log10": FLOATING, "log1p": FLOATING, "log2": FLOATING, "logical_not": BOOL,
    "negative": NUMBER, "positive": NUMBER, "real": NUMBER, "reciprocal": FLOATING,
    "round": NUMBER, "sign": NUMBER, "signbit": REAL, "sin": FLOATING, "sinh": FLOATING,
    "sqrt": FLOATING, "square": NUMBER, "tan": FLOATING, "tanh": FLOATING, "trunc": INTEGER + REAL,
}  # fmt: skip
BINARY = {
    "add": NUMBER, "atan2": REAL, "bitwise_and": BOOL + INTEGER, "bitwise_or": BOOL + INTEGER,
    "bitwise_xor": BOOL + INTEGER, "copysign": REAL, "divide": FLOATING, "equal": EVERY,
    "greater": INTEGER + REAL, "greater_equal": INTEGER + REAL, "hypot": REAL,
    "less": INTEGER + REAL, "less_equal": INTEGER + REAL, "logaddexp": REAL, "logical_and": BOOL,
    "logical_or": BOOL, "logical_xor": BOOL, "maximum": INTEGER + REAL, "minimum": INTEGER + REAL,
    "multiply": NUMBER, "nextafter": REAL, "not_equal": EVERY, "subtract": NUMBER,
}  # fmt: skip
REDUCED = [((2, 3),), {}], [((2, 3),), {"axis": 0}], [((2, 3),), {"axis": 1, "keepdims": True}]
RUNNING = [((3,),), {}], [((3,),), {"include_initial": True}], [((2, 3),), {"axis": 0}]
MATRIX = [((2, 3),), {}], [((3, 2),), {}], [((2, 3, 3),), {}], [((0, 2, 3),), {}]
LINE = [((4,),), {}], [((2, 5),), {"axis": 0, "n": 3}], [((6,),), {"norm": "ortho"}]
CALLS = {
    **{n: (k, ([((),), {}], [((0,),), {}], [((2, 3),), {}])) for n, k in UNARY.items()},
    **{n: (k, ([((), ()), {}], [((2, 1), (1, 3)), {}], [((0,), (1,)),
        {}])) for n, k in BINARY.items()},
    **dict.fromkeys(("sum", "prod"), (NUMBER, (*REDUCED, [((0,),), {}]))),
    **dict.fromkeys(("all", "any", "count_nonzero"), (EVERY, (*REDUCED, [((),), {}]))),
    **dict.fromkeys(("max", "min", "argmax", "argmin"), (INTEGER + REAL, REDUCED)),
    "mean": (FLOATING, REDUCED),
    **dict.fromkeys(("std", "var"), (REAL, (*REDUCED, [((2, 3),), {"correction": 1.0}]))),
    **dict.fromkeys(("cumulative_sum", "cumulative_prod"), (NUMBER, RUNNING)),
    **dict.fromkeys(
        ("sort", "argsort"),
        (INTEGER + REAL, ([((5, 4),), {}], [((30,),), {"descending": True}], [((5, 4),),
        {"axis": 0, "descending": True}])),
    ),
    "clip": (INTEGER + REAL, ([((2, 3),), {"min": 1}], [((2, 3),), {"max": 1}], [((3,),), {}],
        [((),), {"min": 1, "max": 2}])),
    "diff": (NUMBER, ([((4,),), {}], [((3, 4),), {"axis": 0, "n": 2}])),
    **dict.fromkeys(("unique_all", "unique_counts", "unique_inverse"), (EVERY, ([((6,),), {}],
        [((),), {}], [((2, 3),), {}]))),
    "flip": (EVERY, ([((2, 3),), {}], [((2, 3),), {"axis": 0}], [((),), {}])),
    "squeeze": (EVERY, ([((1, 3, 1),), {"axis": (0, 2)}],)),
    "reshape": (EVERY, ([((2, 3),), {"shape": (3, 2)}], [((),), {"shape": (1,), "copy": True}])),
    "roll": (EVERY, ([((2, 3),), {"shift": 1}], [((2, 3),), {"shift": (1, -1), "axis": (0, 1)}])),
    "unstack": (EVERY, ([((2, 3),), {}], [((2, 3),), {"axis": 1}])),
    **dict.fromkeys(("tril", "triu"), (EVERY, ([((2, 3, 3),), {}], [((3, 2),), {"k": 1}]))),
    **dict.fromkeys(("zeros_like", "ones_like"), (EVERY, ([((2, 3),), {}], [((),),
        {"device": None}]))),
    **dict.fromkeys(("matmul", "linalg.matmul"), (NUMBER, ([((2, 3), (3, 2)), {}], [((3,),
        (2, 3, 2)), {}], [((2, 0), (0, 2)), {}]))),
    **dict.fromkeys(("vecdot", "linalg.vecdot"), (NUMBER, ([((2, 3), (3,)), {}], [((2, 3),
        (2, 3)), {"axis": -2}]))),
    **dict.fromkeys(("tensordot", "linalg.tensordot"), (NUMBER, ([((2, 3), (3, 2)), {"axes": 1}],
        [((2, 3, 4), (3, 4, 2)), {}]))),
    "linalg.cross": (NUMBER, ([((2, 3), (2, 3)), {}], [((3, 2), (3, 2)), {"axis": -2}])),
    "linalg.outer": (NUMBER, ([((2,), (3,)), {}], [((0,), (3,)), {}])),
    "linalg.trace": (NUMBER, ([((2, 3, 3),), {}], [((3, 4),), {"offset": 1}], [((0, 0),), {}])),
    "linalg.diagonal": (EVERY, ([((2, 3, 4),), {"offset": -1}], [((3, 4),), {"offset": 9}])),
    **dict.fromkeys(("linalg.svdvals", "linalg.pinv", "linalg.vector_norm"), (FLOATING, MATRIX)),
    "linalg.matrix_norm": (FLOATING, [[((2, 3, 2),),
        {"ord": o, "keepdims": True}] for o in ("fro", "nuc", 1, -1, 2, -2, np.inf)]),
    "linalg.matrix_rank": (FLOATING, (*MATRIX, [((2, 3, 3),), {"rtol": np.array([0.1, 1e-3])}])),
    **dict.fromkeys(("linalg.det", "linalg.slogdet"), (FLOATING, ([((2, 3, 3),), {}], [((0, 0),),
        {}]))),
    **dict.fromkeys(("fft.fft", "fft.ifft"), (COMPLEX, LINE)),
    **dict.fromkeys(("fft.fftn", "fft.ifftn"), (COMPLEX, ([((2, 3),), {}], [((2, 3),),
        {"s": (4, 2), "axes": (1, 0)}]))),
    **dict.fromkeys(("fft.rfft", "fft.ihfft"), (REAL, LINE)),
    "fft.rfftn": (REAL, ([((2, 3),), {}], [((2, 3),), {"s": (3, 5), "axes": (0, 1)}])),
    **dict.fromkeys(("fft.irfft", "fft.hfft"), (COMPLEX, LINE)),
    "fft.irfftn": (COMPLEX, ([((2, 3),), {}],)),
    **dict.fromkeys(("fft.fftshift", "fft.ifftshift"), (FLOATING, ([((2, 3),), {}], [((5,),),
        {"axes": (0,)}]))),
}  # fmt: skip
COUNTED = {"unique_all", "unique_counts", "unique_inverse"}  # shapes that depend on numbers


def numbers(rng, dtype, shape):
    dtype = np.dtype(dtype)
    if dtype.kind in "biu":
        low, high = {"b": (0, 2), "u": (0, 6), "i": (-5, 6)}[dtype.kind]
        return rng.integers(low, high, shape).astype(dtype)
    x = 2 * rng.normal(size=shape) + (1j * rng.normal(size=shape) if dtype.kind == "c" else 0)
    return np.asarray(x).astype(dtype)


def several(x):
    return tuple(x) if isinstance(x, tuple | list) else (x,)


def same(name, found, wanted):
    """The same names of fields, dtypes, shapes and, but for rounding, numbers."""
    assert getattr(found, "_fields", None) == getattr(wanted, "_fields", None)
    found, wanted = several(found), several(wanted)
    assert len(found) == len(wanted)
    for ours, theirs in zip(found, wanted):
        ours = ours.numpy() if isinstance(ours, ad.Tensor) else np.asarray(ours)
        theirs = np.asarray(theirs._array)
        assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape), name
        bits = 2e-5 if theirs.dtype.name in ("float32", "complex64") else 1e-12
        np.testing.assert_allclose(ours, theirs, bits, 10 * bits)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", CALLS)
@settings(max_examples=12)
@given(data=st.data())
def test_dtypes_shapes_and_numbers(name, data):
    """Of plain arrays, of tensors, and under vmap where the shape does not depend on numbers."""
    dtypes, calls = CALLS[name]
    dtype = data.draw(st.sampled_from(dtypes))
    shapes, options = data.draw(st.sampled_from(calls))
    rng = np.random.default_rng(data.draw(st.integers(0, 999)))
    arrays = [numbers(rng, dtype, shape) for shape in shapes]
    theirs = {k: strict.asarray(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}
    wanted = of(strict, name)(*map(strict.asarray, arrays), **theirs)
    f = of(anp, name)
    same(name, f(*arrays, **options), wanted)
    same(name, f(*map(ad.tensor, arrays), **options), wanted)
    if name in COUNTED:
        return
    mapped = ad.vmap(lambda *xs: several(f(*xs, **options)))(*[np.stack([x, x]) for x in arrays])
    for ours, one in zip(mapped, several(wanted)):
        same(name, np.asarray(ours)[1], one)


# ------------------------------------------------------------------- what a namespace says


@pytest.mark.parametrize("dtype", REAL + COMPLEX)
def test_finfo(dtype):
    ones = np.ones(2, dtype)
    for given_type in (getattr(anp, dtype), np.dtype(dtype), ones, ad.tensor(ones)):
        found, wanted = anp.finfo(given_type), np.finfo(dtype)
        assert type(found.bits) is int and found.dtype == wanted.dtype
        for name in ("eps", "max", "min", "smallest_normal"):
            assert isinstance(getattr(found, name), float)
            assert getattr(found, name) == getattr(wanted, name)
        assert found.tiny == wanted.tiny and repr(found) == repr(wanted)
    assert (np.ones(1, dtype) * anp.finfo(dtype).eps).dtype == dtype


@pytest.mark.parametrize("dtype", INTEGER)
def test_iinfo(dtype):
    for given_type in (getattr(anp, dtype), np.dtype(dtype), np.ones(2, dtype)):
        found, wanted = anp.iinfo(given_type), np.iinfo(dtype)
        assert (found.bits, found.min, found.max) == (wanted.bits, wanted.min, wanted.max)
        assert type(found.max) is int and isinstance(found, np.iinfo)


def test_the_namespace_describes_itself():
    info = anp.__array_namespace_info__()
    assert info.default_device() in info.devices()
    assert {"boolean indexing", "data-dependent shapes"} <= set(info.capabilities())
    assert info.default_dtypes()["real floating"] == np.float64
    kinds = ("bool", "signed integer", "unsigned integer", "real floating", "complex floating")
    for kind, names in zip(kinds, (BOOL, SIGNED, UNSIGNED, REAL, COMPLEX)):
        assert set(info.dtypes(kind=kind)) == set(names)
        assert all(anp.isdtype(getattr(anp, name), kind) is True for name in names)


def test_hypothesis_makes_arrays_of_it():
    arrays = make_strategies_namespace(anp, api_version="2024.12")

    @given(arrays.arrays(arrays.scalar_dtypes(), arrays.array_shapes()))
    @settings(max_examples=20)
    def made(x):
        assert type(x) is np.ndarray and x.dtype.name in EVERY

    made()


def test_two_names_of_one_bound():
    x = np.arange(5)
    for found in (anp.clip(x, 1, 3), anp.clip(x, a_min=1, a_max=3), anp.clip(x, 1, a_max=3)):
        np.testing.assert_array_equal(found, np.clip(x, 1, 3))
    with pytest.raises(ValueError, match="min= and a_min= are both given"):
        anp.clip(x, 1, a_min=1)
    assert anp.clip(ad.tensor([1.0, 2.0])).tolist() == [1.0, 2.0]


def test_equal_elements_keep_their_order():
    x = np.random.default_rng(0).integers(0, 3, 200)
    up, down = anp.argsort(x), anp.argsort(x, descending=True)
    np.testing.assert_array_equal(up, np.argsort(x, kind="stable"))
    np.testing.assert_array_equal(down, np.argsort(-x, kind="stable"))
    np.testing.assert_array_equal(anp.argsort(x[None], axis=None, descending=True), down)


def test_a_descending_sort_moves_the_derivative_along():
    x, weights = np.array([1.0, 3.0, 2.0]), np.array([1.0, 10.0, 100.0])
    slopes = ad.grad(lambda x: (anp.sort(x, descending=True) * weights).sum())(x)
    assert slopes.tolist() == [100.0, 1.0, 10.0]


def test_the_cutoffs_of_a_stack_of_matrices():
    a = np.random.default_rng(0).normal(size=(2, 3, 2))
    cut = np.array([0.9, 1e-9])
    found = anp.linalg.pinv(a, rtol=cut)
    np.testing.assert_allclose(found, np.linalg.pinv(a, rtol=cut), atol=1e-12)
    slopes = ad.grad(lambda x: anp.linalg.pinv(x, rtol=cut).sum())(a)
    each = [ad.grad(lambda x, c=c: anp.linalg.pinv(x, rtol=c).sum())(m) for m, c in zip(a, cut)]
    np.testing.assert_allclose(slopes, each)
    with pytest.raises(ad.TracedError, match="rcond is a value that differs"):
        ad.vmap(lambda x, c: anp.linalg.pinv(x, rtol=c))(a, cut)


def test_a_program_that_asks_its_argument_for_the_namespace():
    def program(x):
        xp = x.__array_namespace__(api_version="2024.12")
        y = xp.clip(xp.sort(x, descending=True), min=xp.finfo(x).eps)
        y = xp.concat([y, xp.cumulative_sum(y, include_initial=True)])
        return xp.sum(xp.where(y > 1, xp.sqrt(y), xp.astype(y, x.dtype))) + xp.linalg.vector_norm(y)

    x = np.array([0.3, 2.0, 1.2])
    steps = np.eye(3) * 1e-6
    slopes = [(program(ad.tensor(x + e)) - program(ad.tensor(x - e))).item() / 2e-6 for e in steps]
    for found in (
        ad.grad(program)(x),
        ad.jacfwd(program)(x),
        ad.vmap(ad.grad(program))(x[None])[0],
    ):
        np.testing.assert_allclose(found, slopes, atol=1e-7)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_derivative_of_a_determinant_of_infinities_ends():
    a = np.array([
        [4.63478513e1, 1.89161631e1, -5.69173573], [np.inf, 1.58257647e1, -5.97811214],
        [-5.69173573, -5.97811214, 1e-310],
    ])  # fmt: skip
    assert not np.isfinite(ad.grad(ad.linalg.det)(a)).all()
    pair = np.stack([a, np.eye(3)])
    assert ad.grad(lambda x: ad.linalg.det(x).sum())(pair)[1].tolist() == np.eye(3).tolist()


# ------------------------------------------------------------------- special cases

INF, NAN, PI = np.inf, np.nan, np.pi
# function -> arguments and the value that the standard demands; zeros are compared with their sign
SPECIAL = {
    "abs": [(-0.0, 0.0), (-INF, INF), (NAN, NAN)],
    "acos": [(NAN, NAN), (2.0, NAN), (-2.0, NAN), (1.0, 0.0)],
    "acosh": [(0.5, NAN), (1.0, 0.0), (INF, INF), (NAN, NAN)],
    "add": [(INF, -INF, NAN), (INF, 1.0, INF), (-0.0, -0.0, -0.0), (-0.0, 0.0, 0.0),
        (1.0, -1.0, 0.0), (NAN, 1.0, NAN)],
    "asin": [(2.0, NAN), (0.0, 0.0), (-0.0, -0.0)],
    "asinh": [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -INF)],
    "atan": [(-0.0, -0.0), (INF, PI / 2), (-INF, -PI / 2)],
    "atan2": [
        (1.0, 0.0, PI / 2), (1.0, -0.0, PI / 2), (0.0, 1.0, 0.0), (0.0, 0.0, 0.0),
        (0.0, -0.0, PI), (0.0, -1.0, PI),
        (-0.0, 1.0, -0.0), (-0.0, 0.0, -0.0), (-0.0, -0.0, -PI), (-0.0, -1.0, -PI),
        (-1.0, 0.0, -PI / 2), (1.0, INF, 0.0),
        (1.0, -INF, PI), (-1.0, INF, -0.0), (-1.0, -INF, -PI), (INF, 1.0, PI / 2),
        (-INF, 1.0, -PI / 2), (INF, INF, PI / 4),
        (INF, -INF, 3 * PI / 4), (-INF, INF, -PI / 4), (-INF, -INF, -3 * PI / 4), (NAN, 1.0, NAN),
        (1.0, NAN, NAN),
    ],
    "atanh": [(2.0, NAN), (1.0, INF), (-1.0, -INF), (-0.0, -0.0)],
    "ceil": [(-0.5, -0.0), (-0.0, -0.0), (INF, INF), (NAN, NAN)],
    "copysign": [(1.0, -0.0, -1.0), (-1.0, 0.0, 1.0), (INF, -1.0, -INF)],
    "cos": [(0.0, 1.0), (INF, NAN)], "cosh": [(-0.0, 1.0), (INF, INF), (-INF, INF)],
    "divide": [(INF, INF, NAN), (0.0, 0.0, NAN), (0.0, -1.0, -0.0), (-0.0, -1.0, 0.0),
        (1.0, 0.0, INF), (1.0, -0.0, -INF), (1.0, -INF, -0.0)],
    "exp": [(-0.0, 1.0), (INF, INF), (-INF, 0.0)], "expm1": [(-0.0, -0.0), (INF, INF),
        (-INF, -1.0)],
    "floor": [(-0.0, -0.0), (0.5, 0.0), (-INF, -INF)],
    "floor_divide": [(INF, INF, NAN), (0.0, 0.0, NAN), (1.0, 0.0, INF), (1.0, -0.0, -INF),
        (0.0, -1.0, -0.0), (1.0, INF, 0.0), (-1.0, -INF, 0.0)],
    "hypot": [(INF, NAN, INF), (NAN, -INF, INF), (1.0, NAN, NAN)],
    "log": [(-1.0, NAN), (0.0, -INF), (-0.0, -INF), (1.0, 0.0), (INF, INF)],
    "log10": [(0.0, -INF), (1.0, 0.0)], "log2": [(-0.0, -INF), (1.0, 0.0)],
    "log1p": [(-2.0, NAN), (-1.0, -INF), (-0.0, -0.0), (INF, INF)],
    "logaddexp": [(NAN, 1.0, NAN), (INF, 1.0, INF), (-INF, 1.0, 1.0), (-INF, -INF, -INF)],
    "maximum": [(NAN, 1.0, NAN), (1.0, NAN, NAN)], "minimum": [(NAN, 1.0, NAN), (1.0, NAN, NAN)],
    "multiply": [(INF, 0.0, NAN), (-INF, INF, -INF), (0.0, -1.0, -0.0), (-0.0, -1.0, 0.0)],
    "nextafter": [(NAN, 1.0, NAN), (0.0, -0.0, -0.0), (-0.0, 0.0, 0.0)],
    "pow": [
        (1.0, NAN, 1.0), (NAN, 0.0, 1.0), (NAN, -0.0, 1.0), (NAN, 1.0, NAN), (2.0, INF, INF),
        (2.0, -INF, 0.0), (-1.0, INF, 1.0),
        (0.5, INF, 0.0), (0.5, -INF, INF), (INF, 1.0, INF), (INF, -1.0, 0.0), (-INF, 3.0, -INF),
        (-INF, 2.0, INF),
        (-INF, -3.0, -0.0), (-INF, -2.0, 0.0), (0.0, 1.0, 0.0), (0.0, -1.0, INF),
        (-0.0, 3.0, -0.0), (-0.0, 2.0, 0.0),
        (-0.0, -3.0, -INF), (-0.0, -2.0, INF), (-2.0, 0.5, NAN),
    ],
    "reciprocal": [(0.0, INF), (-0.0, -INF), (INF, 0.0), (-INF, -0.0)],
    "remainder": [(INF, 1.0, NAN), (0.0, 0.0, NAN), (1.0, 0.0, NAN), (0.0, 1.0, 0.0),
        (-0.0, 1.0, 0.0), (0.0, -1.0, -0.0), (1.0, INF, 1.0), (-1.0, INF, INF), (1.0, -INF, -INF)],
    "round": [(-0.0, -0.0), (0.5, 0.0), (1.5, 2.0), (-0.5, -0.0), (INF, INF)],
    "sign": [(-INF, -1.0), (INF, 1.0), (NAN, NAN)],
    "sin": [(-0.0, -0.0), (-INF, NAN)], "sinh": [(-0.0, -0.0), (-INF, -INF)],
    "sqrt": [(-1.0, NAN), (-0.0, -0.0), (INF, INF)], "square": [(-INF, INF), (-0.0, 0.0)],
    "subtract": [(INF, INF, NAN), (-0.0, 0.0, -0.0), (0.0, -0.0, 0.0)],
    "tan": [(-0.0, -0.0), (INF, NAN)], "tanh": [(-0.0, -0.0), (INF, 1.0), (-INF, -1.0)],
    "trunc": [(-0.5, -0.0), (-0.0, -0.0), (-INF, -INF)],
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("dtype", REAL)
@pytest.mark.parametrize("name", SPECIAL)
def test_special_cases(name, dtype):
    *arguments, wanted = (np.array(column, dtype) for column in zip(*SPECIAL[name]))
    f = getattr(anp, name)
    duals = [np.ones_like(x) for x in arguments]
    for found in (
        f(*arguments), f(*map(ad.tensor, arguments)).numpy(), np.asarray(ad.vmap(f)(*arguments)),
        np.asarray(ad.jvp(f, tuple(arguments), tuple(duals))[0]),
    ):  # fmt: skip
        np.testing.assert_allclose(found, wanted, 1e-6)
        zero = wanted == 0
        np.testing.assert_array_equal(np.signbit(found)[zero], np.signbit(wanted)[zero])


@pytest.mark.parametrize("x", [complex(-0.0, -0.0), complex(0.0, -0.0), 0j])
def test_the_sign_of_a_complex_zero_has_none(x):
    assert str(np.sign(ad.tensor(np.array(x))).numpy()) == str(np.sign(np.array(x))) == "0j"
