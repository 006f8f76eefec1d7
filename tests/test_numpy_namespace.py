"""`autodiff.numpy`: every name of NumPy, lists of traced values, the array standard, DLPack."""

import pickle
import subprocess
import sys

import numpy as np
import pytest

import autodiff as ad
import autodiff.numpy as anp
from autodiff.core.op import Op

X = np.array([0.3, -0.7, 1.1])

# Names of the Python array API standard, version 2024.12.
STANDARD = """
abs acos acosh add all any arange argmax argmin argsort asarray asin asinh astype atan atan2 atanh
bitwise_and bitwise_invert bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor
broadcast_arrays broadcast_to can_cast ceil clip concat conj copysign cos cosh count_nonzero
cumulative_prod cumulative_sum diff divide e empty empty_like equal exp expand_dims expm1 eye
finfo flip floor floor_divide from_dlpack full full_like greater greater_equal hypot iinfo imag inf
isdtype isfinite isinf isnan less less_equal linspace log log10 log1p log2 logaddexp logical_and
logical_not logical_or logical_xor matmul matrix_transpose max maximum mean meshgrid min minimum
moveaxis multiply nan negative newaxis nextafter nonzero not_equal ones ones_like permute_dims pi
positive pow prod real reciprocal remainder repeat reshape result_type roll round searchsorted sign
signbit sin sinh sort sqrt square squeeze stack std subtract sum take take_along_axis tan tanh
tensordot tile tril triu trunc unique_all unique_counts unique_inverse unique_values unstack var
vecdot where zeros zeros_like bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32
float64 complex64 complex128 fft linalg __array_namespace_info__ __array_api_version__
""".split()
METHODS = """
__abs__ __add__ __and__ __array_namespace__ __bool__ __complex__ __dlpack__ __dlpack_device__
__eq__ __float__ __floordiv__ __ge__ __getitem__ __gt__ __index__ __int__ __invert__ __le__
__lshift__ __lt__ __matmul__ __mod__ __mul__ __ne__ __neg__ __or__ __pos__ __pow__ __rshift__
__setitem__ __sub__ __truediv__ __xor__ __iadd__ __isub__ __imul__ __itruediv__ __ifloordiv__
__ipow__ __imod__ __imatmul__ __iand__ __ior__ __ixor__ __ilshift__ __irshift__ __radd__ __rsub__
__rmul__ __rtruediv__ __rfloordiv__ __rpow__ __rmod__ __rmatmul__ __rand__ __ror__ __rxor__
__rlshift__ __rrshift__ to_device dtype device mT ndim shape size T
""".split()


def test_the_names_of_the_standard_are_there():
    assert not [name for name in STANDARD if not hasattr(anp, name)]
    assert anp.__array_api_version__ == "2024.12"


@pytest.mark.parametrize("kind", ["eager", "reverse", "forward", "batched", "graph"])
def test_the_methods_of_the_standard_are_there(kind):
    found = []

    def f(x):
        found.append([name for name in METHODS if not hasattr(type(x), name)])
        assert x.__array_namespace__() is anp
        assert x.__array_namespace__(api_version="2024.12") is anp
        assert x.device == "cpu" and x.to_device("cpu") is x
        return x * 1.0

    runs = {
        "eager": lambda: f(ad.tensor(X)), "reverse": lambda: ad.vjp(f, X),
        "forward": lambda: ad.jvp(f, (X,), (X,)), "batched": lambda: ad.vmap(f)(X),
        "graph": lambda: f(ad.Variable("x", shape=(3,))),
    }  # fmt: skip
    runs[kind]()
    assert found == [[]]


def test_an_unknown_version_or_device_is_refused():
    with pytest.raises(ValueError, match="the versions are"):
        ad.tensor(X).__array_namespace__(api_version="1.0")
    with pytest.raises(ValueError, match="only device"):
        ad.tensor(X).to_device("cuda")
    with pytest.raises(ValueError, match="only device"):
        anp.asarray(X, device="cuda")


LISTS = {
    "array": lambda x: anp.array([[x[0], 1.0], [2.0, x[1] * x[2]]]).sum() * x[0],
    "asarray": lambda x: anp.asarray([x, x * x])[1, 2] * x[0],
    "sum": lambda x: anp.sum([x[0], x[1] * 2]),
    "maximum": lambda x: anp.maximum([x[0], 0.1], [0.0, x[1]]).sum(),
    "stack": lambda x: anp.stack([x, 2 * x]).prod(),
    "full": lambda x: anp.full((2, 3), x[0]).sum() * x[1],
    "arange": lambda x: anp.arange(x[0], 2.0, x[2] / 2).sum(),
    "mean": lambda x: anp.mean([[x[0], x[1]], [x[2], 1.0]], axis=0)[0],
    "reduce": lambda x: anp.add.reduce(x * x),
    "linalg": lambda x: anp.linalg.det(anp.array([[x[0], 1.0], [2.0, x[1]]])),
    "fft": lambda x: (abs(anp.fft.fft(x)) ** 2).sum(),
}


@pytest.mark.parametrize("name", LISTS)
def test_lists_of_traced_values(name):
    f = LISTS[name]
    steps = np.eye(3) * 1e-6
    slopes = [
        (f(ad.tensor(X + e)).item() - f(ad.tensor(X - e)).item()) / 2e-6 for e in steps
    ]  # fmt: skip
    np.testing.assert_allclose(ad.grad(f)(X), slopes, atol=1e-6)
    np.testing.assert_allclose(ad.jacfwd(f)(X), slopes, atol=1e-6)
    np.testing.assert_allclose(
        ad.vmap(ad.grad(f))(np.stack([X, X]))[1] if name != "arange" else slopes, slopes, atol=1e-6
    )


def test_plain_arguments_give_numpys_own_arrays():
    for made in (anp.zeros(3), anp.array([1, 2]), anp.sin(X), anp.cumsum(X), anp.arange(3.0)):
        assert type(made) is np.ndarray
    assert anp.float64 is np.float64 and anp.ndarray is np.ndarray and anp.pi == np.pi


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        anp.nonsense  # noqa: B018
    assert "sin" in dir(anp) and "nonsense" not in dir(anp)


def test_functions_pickle():
    assert pickle.loads(pickle.dumps(anp.sin)) is anp.sin


def test_memory_is_shared_by_dlpack():
    x = ad.tensor(X.copy())
    shared = np.from_dlpack(x)
    shared[0] = 5.0
    assert x[0].item() == 5.0
    assert x.__dlpack_device__() == (1, 0)
    np.testing.assert_array_equal(anp.from_dlpack(X), X)
    torch = pytest.importorskip("torch")
    np.testing.assert_array_equal(torch.from_dlpack(x).numpy(), x.numpy())
    np.testing.assert_array_equal(anp.from_dlpack(torch.ones(2)), np.ones(2))


def test_what_is_differentiated_is_not_shared():
    with pytest.raises(ad.GraphError, match="requires grad"):
        np.from_dlpack(ad.tensor(X, requires_grad=True))
    with pytest.raises(ad.TracedError, match="asked for an array"):
        ad.grad(lambda x: np.from_dlpack(x).sum())(X)


def test_rows_made_late_are_found_by_a_pickle():
    program = (
        "import pickle, sys; from autodiff.core.op import Op; "
        "assert 'ordering' not in Op.table; "
        "row = pickle.loads(bytes.fromhex(sys.argv[1])); print(row.name)"
    )
    row = pickle.dumps(Op.table["ordering"]).hex()
    ran = subprocess.run([sys.executable, "-c", program, row], capture_output=True, text=True)
    assert ran.stdout.strip() == "ordering", ran.stderr


def test_the_functions_are_read_when_first_asked_for():
    program = "import sys, autodiff; print('autodiff.interpret.protocols' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.stdout.strip() == "False", ran.stderr
