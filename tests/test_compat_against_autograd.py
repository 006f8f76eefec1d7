"""The compatibility module beside HIPS autograd: the same values, types, errors and warnings."""

import warnings

import numpy as np
import pytest

import autodiff.compat.autograd as ours
import autodiff.compat.autograd.numpy as onp
from autodiff.compat.autograd.misc import flatten, optimizers
from autodiff.compat.autograd.misc.fixed_points import fixed_point

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    theirs = pytest.importorskip("autograd")
    import autograd.misc.fixed_points
    import autograd.misc.optimizers
    import autograd.numpy as anp
    import autograd.test_util
    from autograd.misc import flatten as their_flatten

A = np.random.default_rng(0).normal(size=(3, 3))
X = np.array([0.5, -1.0, 2.0])


def product(x, y):
    return x * y


def half(x):
    """Written with operators alone."""
    return 0.5 * x * x + x


CALLS = {
    "grad": lambda ag, T: ag.grad(lambda x: T.sum(T.tanh(x) ** 2))(X),
    "grad of a number": lambda ag, T: ag.grad(half)(2.0),
    "grad of an array of one": lambda ag, T: ag.grad(lambda x: T.sum(x, keepdims=True))(X),
    "grad of float32": lambda ag, T: ag.grad(lambda x: T.sum(x**3))(X.astype(np.float32)),
    "grad of whole numbers": lambda ag, T: ag.grad(lambda x: T.sum(1.5 * x))(np.arange(3)),
    "argnum": lambda ag, T: ag.grad(lambda x, y: x * y**2, 1)(2.0, 3.0),
    "argnum from the end": lambda ag, T: ag.grad(lambda x, y: x * y**2, -1)(2.0, 3.0),
    "argnums": lambda ag, T: ag.grad(lambda x, y: x * y**2, (1, 0))(2.0, 3.0),
    "argnums in a list": lambda ag, T: ag.grad(lambda x, y: x * y**2, [1])(2.0, 3.0),
    "keywords": lambda ag, T: ag.grad(lambda x, power=2: x**power)(2.0, power=3),
    "dict": lambda ag, T: ag.grad(lambda p: T.sum(p["w"] * p["b"]))({"w": X, "b": 2.0}),
    "nested": lambda ag, T: ag.grad(lambda p: T.sum(p[0] * p[1]["a"][0]))([X, {"a": (3.0,)}]),
    "value_and_grad": lambda ag, T: ag.value_and_grad(lambda x: T.sum(x**2))(X),
    "grad_and_aux": lambda ag, T: ag.grad_and_aux(lambda x: (T.sum(x**2), 2 * x))(X),
    "grad_named": lambda ag, T: ag.grad_named(lambda x, y: x * y, "y")(2.0, 3.0),
    "elementwise_grad": lambda ag, T: ag.elementwise_grad(lambda x: T.sin(x))(X),
    "elementwise_grad twice": lambda ag, T: ag.elementwise_grad(ag.elementwise_grad(T.tanh))(X),
    "deriv": lambda ag, T: ag.deriv(lambda x: T.exp(x))(0.5),
    "jacobian": lambda ag, T: ag.jacobian(lambda x: T.dot(A, T.sin(x)))(X),
    "jacobian of a number": lambda ag, T: ag.jacobian(lambda x: x**2)(2.0),
    "jacobian in several axes": lambda ag, T: ag.jacobian(lambda x: T.dot(x, x))(A),
    "hessian": lambda ag, T: ag.hessian(lambda x: T.sum(T.outer(x, x) ** 2))(X),
    "hessian of argnum": lambda ag, T: ag.hessian(lambda x, y: x * y**2, 1)(2.0, 3.0),
    "hessian product": lambda ag, T: ag.hessian_vector_product(lambda x: T.sum(x**4))(X, X),
    "hessian tensor": lambda ag, T: ag.hessian_tensor_product(lambda x: T.sum(x**4))(A, A),
    "jacobian product": lambda ag, T: ag.vector_jacobian_product(lambda x: T.dot(A, x**2))(X, X),
    "jacobian tensor": lambda ag, T: ag.tensor_jacobian_product(lambda x: T.roll(x**2, 1))(A, X),
    "make_vjp": lambda ag, T: ag.make_vjp(lambda x: T.dot(A, x**2))(X)[0](X),
    "make_vjp's value": lambda ag, T: ag.make_vjp(lambda x: T.dot(A, x**2))(X)[1],
    "make_jvp": lambda ag, T: ag.make_jvp(lambda x: T.dot(A, x**2))(X)(X),
    "make_jvp of several": lambda ag, T: ag.make_jvp(product, (0, 1))(2.0, 3.0)((1.0, 2.0)),
    "make_hvp": lambda ag, T: ag.make_hvp(lambda x: T.sum(x**4))(X)[0](X),
    "make_ggnvp": lambda ag, T: ag.make_ggnvp(lambda x: T.tanh(T.dot(A, x)))(X)(X),
    "make_ggnvp of a loss": lambda ag, T: ag.make_ggnvp(T.sin, lambda y: T.sum(y**4))(X)(X),
    "checkpoint": lambda ag, T: ag.grad(ag.checkpoint(lambda x: T.sum(T.sin(x**2))))(X),
    "holomorphic_grad": lambda ag, T: ag.holomorphic_grad(lambda z: z**3)(1.0 + 2.0j),
    "complex to real": lambda ag, T: ag.grad(lambda z: T.real(z) ** 2 + 3 * T.imag(z))(1.0 + 2.0j),
    "complex abs": lambda ag, T: ag.grad(lambda z: T.sum(T.abs(z) ** 2))(X + 1j * X[::-1]),
    "complex vjp": lambda ag, T: ag.make_vjp(lambda z: z * (1 + 2j))(1.0 + 1j)[0](1j),
    "complex jvp": lambda ag, T: ag.make_jvp(lambda z: z**2)(1.0 + 1j)(1j),
    "complex jacobian": lambda ag, T: ag.jacobian(lambda z: T.real(z**2))(X + 1j),
    "where of numbers": lambda ag, T: T.where(True, 1, 2),
    "where of lists": lambda ag, T: T.where([True, False], [1, 2], [3, 4]),
    "triangle of eigh": lambda ag, T: ag.grad(lambda a: T.sum(T.linalg.eigh(a)[0] ** 3))(A),
    "r_": lambda ag, T: ag.grad(lambda x: T.sum(T.r_[x, 1.0, x] ** 2))(X),
    "c_": lambda ag, T: ag.grad(lambda x: T.sum(T.c_[x, A] ** 2))(X),
    "array of values": lambda ag, T: ag.jacobian(lambda x: T.array([x, [1.0, x[0], 2.0]]))(X),
    "einsum by numbers": lambda ag, T: ag.grad(
        lambda x: T.sum(T.einsum(x, (0, 1), A, (1, 2), (0, 2)) ** 2)
    )(A),
    "int64 of a value": lambda ag, T: ag.grad(lambda x: T.sum(x * T.int64(x)))(X),
    "name": lambda ag, T: ag.grad(half, 1).__name__,
    "basis": lambda ag, T: list(ag.core.vspace((1.0, 1j)).standard_basis()),
    "ones": lambda ag, T: ag.core.vspace({"a": X, "b": [1j * X]}).ones(),
    "size": lambda ag, T: int(ag.core.vspace({"a": X, "b": [1j * X]}).size),
    "inner product": lambda ag, T: ag.core.vspace(1j * X).inner_prod(1j * X, X + 2j),
    "type": lambda ag, T: [ag.builtins.type(1.0), ag.isinstance((1.0,), ag.tuple)],
}  # fmt: skip


def same(mine, other):
    """Whether two results are the same containers of the same numbers and dtypes."""
    if isinstance(other, dict):
        return mine.keys() == other.keys() and all(same(mine[k], other[k]) for k in other)
    if isinstance(other, (list, tuple)) and type(mine) is type(other):
        return len(mine) == len(other) and all(map(same, mine, other))
    if isinstance(other, (str, type, bool)):
        return mine == other
    if isinstance(other, int):
        return mine == other and type(mine) is type(other)
    close = np.allclose(mine, other, rtol=1e-12, atol=1e-14)
    return (
        close
        and np.shape(mine) == np.shape(other)
        and np.result_type(mine) == np.result_type(other)
    )


@pytest.mark.parametrize("name", CALLS)
def test_the_same_values(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # theirs of np.r_ and np.c_, which are slow
        expected = CALLS[name](theirs, anp)
    assert same(CALLS[name](ours, onp), expected)


FAULTS = {
    "an array under grad": lambda ag, T: ag.grad(lambda x: x * 2)(X),
    "an array under value_and_grad": lambda ag, T: ag.value_and_grad(lambda x: x * 2)(X),
    "a complex value under grad": lambda ag, T: ag.grad(lambda x: x * 1j)(1.0),
    "a complex value at each element": lambda ag, T: ag.elementwise_grad(lambda x: x * 1j)(1.0),
    "a whole number": lambda ag, T: ag.grad(lambda x: x)(3),
    "a truth value": lambda ag, T: ag.grad(lambda x: x)(True),
    "text": lambda ag, T: ag.grad(lambda x: x)("a"),
    "None": lambda ag, T: ag.grad(lambda x: x)(None),
    "a primitive without rules": lambda ag, T: ag.grad(ag.primitive(lambda x: x))(1.0),
    "a primitive without rules, forwards": lambda ag, T: ag.deriv(ag.primitive(lambda x: x))(1.0),
    "a space of text": lambda ag, T: ag.core.vspace("a"),
    "too large an argnum": lambda ag, T: ag.grad(half, 5)(1.0),
    "text as argnum": lambda ag, T: ag.grad(half, "x")(1.0),
    "a complex Jacobian": lambda ag, T: ag.jacobian(lambda x: 1j * x)(X),
    "float of a value": lambda ag, T: ag.grad(lambda x: float(x))(1.0),
}  # fmt: skip
OWN_WORDS = {"text as argnum", "a complex Jacobian", "float of a value"}


@pytest.mark.parametrize("name", FAULTS)
def test_the_same_errors(name):
    with pytest.raises(Exception) as expected:  # noqa: PT011
        FAULTS[name](theirs, anp)
    with pytest.raises(expected.type) as found:
        FAULTS[name](ours, onp)
    start = str(expected.value).partition(" Valid types")[0]
    assert name in OWN_WORDS or str(found.value).startswith(start)


@pytest.mark.parametrize("transform", ["grad", "deriv", "jacobian", "elementwise_grad"])
def test_an_independent_output_warns_and_gives_zeros(transform):
    for ag in (ours, theirs):
        with pytest.warns(UserWarning, match="Output seems independent of input."):
            assert getattr(ag, transform)(lambda x: 3.0)(2.0) == 0.0


@pytest.mark.parametrize("name", ["sgd", "rmsprop", "adam"])
def test_optimizers_take_the_same_steps(name):
    def run(module):
        steps = []
        start = {"a": X, "b": (2.0, A)}
        end = getattr(module, name)(
            lambda x, i: {"a": 2 * x["a"] * (i + 1), "b": (x["b"][0] ** 3, np.cos(x["b"][1]))},
            start,
            lambda x, i, g: steps.append((x, i, g)),
            num_iters=7,
            step_size=0.05,
        )
        return steps, end

    assert same(run(optimizers), run(autograd.misc.optimizers))


def test_flatten_gives_the_same_vector():
    value = {"b": 1.0, "a": [2.0, A], "c": (), "d": (X, [3.0])}
    mine, unflatten = flatten(value)
    assert mine.tolist() == their_flatten(value)[0].tolist()
    assert same(unflatten(mine), {**value, "b": np.float64(1.0)})


def test_fixed_points_have_the_same_gradient():
    def root(solver):
        return lambda a: solver(
            lambda a: lambda x: 0.5 * (x + a / x), a, 1.0, lambda x, y: abs(x - y), 1e-12
        )

    mine = ours.grad(root(fixed_point))(2.0)
    assert np.isclose(mine, theirs.grad(root(autograd.misc.fixed_points.fixed_point))(2.0))
    assert np.isclose(mine, 0.5 / np.sqrt(2.0), rtol=1e-12)
    assert np.isclose(ours.deriv(root(fixed_point))(2.0), mine)


NAMES = {
    "core": "make_vjp make_jvp vspace VSpace SparseObject primitive primitive_vjps primitive_jvps",
    "extend": """Box JVPNode SparseObject VJPNode VSpace def_linear defjvp defjvp_argnum
        defjvp_argnums defvjp defvjp_argnum defvjp_argnums notrace_primitive primitive
        register_notrace vspace""",
    "tracer": """Box Node getval isbox notrace_primitive primitive register_notrace subvals toposort
        trace""",
    "wrap_util": "get_doc get_name subvals unary_to_nary wraps",
    "test_util": """EPS RTOL TOL check_equivalent check_grads check_jvp check_vjp combo_check
        make_numerical_jvp scalar_close""",
    "util": "func quick_grad_check subval subvals toposort",
    "builtins": "dict isinstance list tuple type",
}


@pytest.mark.parametrize("name", NAMES)
def test_public_names_of_submodules(name):
    for each in NAMES[name].split():
        assert hasattr(getattr(theirs, name), each)
        assert hasattr(getattr(ours, name), each)


def test_every_name_of_the_package_and_of_numpy():
    assert not [n for n in dir(theirs) if not n.startswith("_") and not hasattr(ours, n)]
    assert not [n for n in dir(anp) if hasattr(np, n) and not hasattr(onp, n)]
