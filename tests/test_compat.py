"""autograd's names without autograd: containers, checks, traces, namespaces."""

import subprocess
import sys
from collections import namedtuple
from dataclasses import dataclass

import numpy as np
import pytest

import autodiff as ad
import autodiff.compat.autograd as autograd
import autodiff.compat.autograd.numpy as anp
from autodiff.compat.autograd.builtins import isinstance as boxed_isinstance, type as boxed_type
from autodiff.compat.autograd.core import VSpace, make_vjp, vspace
from autodiff.compat.autograd.misc import const_graph, flatten
from autodiff.compat.autograd.misc.flatten import flatten_func
from autodiff.compat.autograd.misc.tracers import full_graph
from autodiff.compat.autograd.numpy.numpy_boxes import ArrayBox
from autodiff.compat.autograd.numpy.numpy_vjps import (
    match_complex,
    repeat_to_match_shape,
    unbroadcast_f,
)
from autodiff.compat.autograd.test_util import check_equivalent, check_grads, combo_check
from autodiff.compat.autograd.tracer import Box, Node, getval, isbox, toposort, trace

X = np.array([0.5, -1.0, 2.0])
Pair = namedtuple("Pair", "a b")


@pytest.fixture(autouse=True)
def _the_same_directions():
    """check_grads draws its directions from NumPy's global generator, as autograd's does."""
    np.random.seed(0)  # noqa: NPY002


@dataclass
class Model:
    w: np.ndarray
    b: float


def test_named_tuples_and_dataclasses_are_containers():
    slopes = autograd.grad(lambda p: p.a * p.b)(Pair(2.0, 3.0))
    assert slopes == Pair(3.0, 2.0)
    found = autograd.grad(lambda m: anp.sum(m.w) * m.b)(Model(X, 2.0))
    assert found.w.tolist() == [2.0, 2.0, 2.0]
    assert found.b == 1.5


def test_gradients_of_every_argument_by_name():
    def f(x, y=3.0, *rest, scale=2.0, **named):
        return x * y * scale + sum(rest) + 5 * named.get("z", 0.0)

    found = autograd.multigrad_dict(f)
    assert found(2.0) == {"x": 6.0, "y": 4.0, "scale": 6.0}
    assert found(2.0, 3.0, 1.0, z=1.0) == {
        "x": 6.0, "y": 4.0, "rest": (1.0,), "scale": 6.0, "named": {"z": 5.0},
    }  # fmt: skip


def test_transforms_nest_with_ours():
    def f(x):
        return anp.sum(anp.sin(x) ** 3)

    expected = ad.hessian(f)(X)
    assert np.allclose(autograd.jacobian(ad.grad(f))(X), expected, rtol=1e-14)
    assert np.allclose(ad.jacfwd(autograd.grad(f))(X), expected, rtol=1e-14)
    assert np.allclose(ad.vmap(autograd.grad(f))(np.stack([X, X]))[1], ad.grad(f)(X), rtol=1e-14)
    assert np.allclose(ad.jit(autograd.grad(f))(X), ad.grad(f)(X), rtol=1e-14)


def test_the_hard_points_are_right():
    def safe(x):
        return anp.where(x > 0, x * anp.log(anp.where(x > 0, x, 1.0)), 0.0)

    with np.errstate(invalid="ignore"):  # NumPy's word on the root that is not taken
        assert autograd.grad(lambda x: anp.where(x >= 0, x, anp.sqrt(-x)))(1.0) == 1.0
    assert autograd.grad(lambda x: anp.linalg.norm(x))(np.zeros(2)).tolist() == [0.0, 0.0]
    assert autograd.grad(safe)(0.0) == 0.0
    assert autograd.grad(lambda x: anp.prod(x))(np.array([0.0, 2.0, 3.0])).tolist() == [
        6.0,
        0.0,
        0.0,
    ]


def test_loops_that_fill_an_array_are_differentiated():
    def f(x):
        y = anp.zeros_like(x)
        for i in range(3):
            y[i] = x[i] ** 2
        return anp.sum(y)

    assert autograd.grad(f)(X).tolist() == (2 * X).tolist()


def test_a_jacobian_whose_rule_asks_for_numbers_is_taken_row_by_row():
    @autograd.primitive
    def square(x):
        return x**2

    def pull(ans, x):
        return lambda g: np.array([float(v) for v in g]) * 2 * x

    autograd.extend.defvjp(square, pull)
    assert np.allclose(autograd.jacobian(square)(X), np.diag(2 * X))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: autograd.jacobian(lambda x: (x, x))(1.0), "the output is a tuple"),
        (lambda: autograd.jacobian(lambda x: x[0])((1.0, 2.0)), "the argument is a tuple"),
        (lambda: autograd.grad(lambda x: (x,))(1.0), "only applies to real scalar-output"),
        (lambda: autograd.grad(lambda p: p["a"])({"a": 1.0, "b": "z"}), "vector space for value z"),
        (lambda: Box.register(Model), "make it a dataclass or a named tuple"),
    ],
)
def test_what_is_not_differentiated_says_so(call, sentence):
    with pytest.raises(TypeError, match=sentence):
        call()


def test_holomorphic_grad_of_a_real_number_warns():
    with pytest.warns(UserWarning, match="Input to holomorphic_grad is not complex"):
        assert autograd.holomorphic_grad(lambda z: z**2)(2.0) == 4.0


# ------------------------------------------------------------------- checks


def test_check_grads_catches_a_wrong_rule():
    @autograd.primitive
    def double(x):
        return 2.0 * x

    autograd.extend.defvjp(double, lambda ans, x: lambda g: 2.001 * g)
    autograd.extend.defjvp(double, lambda g, ans, x: 2.001 * g)
    with pytest.raises(AssertionError, match=r"Derivative \(VJP\) check of double failed"):
        check_grads(double, modes=["rev"])(1.0)
    with pytest.raises(AssertionError, match="Value mismatch"):
        check_grads(double, modes=["fwd"])(1.0)
    with pytest.raises(AssertionError, match="modes are 'fwd', 'rev'"):
        check_grads(double, modes=["backward"])(1.0)


def test_check_grads_catches_a_wrong_second_derivative():
    @autograd.primitive
    def held(x):
        return x

    autograd.extend.defvjp(held, lambda ans, x: lambda g: 1.001 * g)

    @autograd.primitive
    def double(x):
        return 2.0 * x

    autograd.extend.defvjp(double, lambda ans, x: lambda g: 2 * held(g))
    check_grads(double, modes=["rev"], order=1)(1.0)
    with pytest.raises(AssertionError, match="check of vjp_double failed"):
        check_grads(double, modes=["rev"], order=2)(1.0)


def test_checks_of_many_arguments_and_containers():
    combo_check(lambda x, y, power: x * y**power, (0, 1))([1.0, X], [2.0, X], power=[2, 3])
    check_grads(lambda d, l: {"out": [d["a"] * l[0]]}, (0, 1))({"a": X}, [2.0])
    with pytest.raises(AssertionError, match="VSpace mismatch"):
        check_equivalent(X, 1.0)


# ------------------------------------------------------------------- spaces


def test_spaces_of_values():
    space = vspace({"a": X, "b": (1.0, 1j)})
    assert space.size == 6
    assert space.iscomplex
    assert space == vspace(space.randn())
    assert space != vspace({"a": X, "b": (1.0, 1.0)})
    assert space.covector({"a": X, "b": (1.0, 1j)})["b"] == (1.0, -1j)
    assert space.mut_add(None, space.ones())["b"] == (1.0, 1 + 1j)
    assert len(list(space.standard_basis())) == 6
    x = space.randn()
    norm = space.inner_prod(x, x)
    assert norm > 0
    assert np.isclose(space.inner_prod(x, space.scalar_mul(x, 2.0)), 2 * norm)


def test_spaces_of_the_users_own():
    class Angle:
        pass

    class AngleVSpace(VSpace):
        def __init__(self, value):
            self.size = 1

    AngleVSpace.register(Angle)
    assert vspace(Angle()) == AngleVSpace(None)
    with pytest.raises(NotImplementedError, match="AngleVSpace has no zeros"):
        vspace(Angle()).zeros()


# ------------------------------------------------------------------- traces


def test_boxes():
    seen = []

    def f(x):
        seen.append((isbox(x), isinstance(x, ArrayBox), type(getval(x)), boxed_type(x)))
        seen.append((boxed_isinstance(x, float), boxed_isinstance(x, Box), x._value == 2.0))
        return x

    autograd.grad(f)(2.0)
    assert seen == [(True, True, np.float64, np.float64), (True, True, True)]
    assert not isbox(2.0)
    assert boxed_type("Made", (), {}).__name__ == "Made"


def test_a_trace_of_the_users_own():
    class Names(Node):
        def __init__(self, value, fun, args, kwargs, parent_argnums, parents):
            self.lines = [*(line for p in parents for line in p.lines), (fun.__name__, value)]

        def initialize_root(self):
            self.lines = []

    value, node = trace(Names.new_root(), lambda x: anp.exp(-x), 0.0)
    assert value == 1.0
    assert node.lines == [("negative", 0.0), ("exp", 1.0)]
    assert trace(Names.new_root(), lambda x: 3.0, 0.0) == (3.0, None)
    _, several = trace(Names.new_root(), lambda a: anp.linalg.slogdet(a)[1], np.eye(2))
    assert several.lines[-1][1] == 0.0
    with pytest.raises(TypeError, match="trace: the input is a list"):
        trace(Names.new_root(), sum, [1.0])
    with pytest.raises(NotImplementedError, match="Node has no initialize_root"):
        Node.new_root()


def test_the_whole_graph_in_order():
    end = full_graph(lambda x, y: (x + y) * (x + y), 2.0, 3.0)
    assert [v.recipe[0].__name__ for v in toposort(end)][:2] == ["multiply", "add"]
    assert [v.value for v in toposort(end)] == [25.0, 5.0, 5.0, 2.0]


def test_a_function_that_is_replayed():
    runs = []

    def f(a, x, y):
        runs.append(1)
        return {"out": anp.linalg.slogdet(a * x)[1] + autograd.grad(lambda v: v * v * y)(x), "a": a}

    replayed = const_graph(f, np.eye(2))
    for x, y in ((1.0, 2.0), (2.0, 3.0), (3.0, 0.5)):
        found = replayed(x, y)
        assert np.isclose(found["out"], 2 * np.log(x) + 2 * x * y)
        assert found["a"] is not None
    assert len(runs) == 1
    assert replayed.__name__ == "f"


# ------------------------------------------------------------------- containers as vectors


def test_flatten_is_differentiable_both_ways():
    value = {"b": 1.0, "a": [2.0, X], "c": ()}
    vector, unflatten = flatten(value)
    assert vector.tolist() == [2.0, *X, 1.0]
    slopes = autograd.grad(lambda v: anp.sum(flatten(v)[0] ** 2))(value)
    assert slopes["a"][1].tolist() == (2 * X).tolist()
    assert autograd.grad(lambda v: unflatten(v)["a"][0] ** 2)(vector).tolist() == [4, 0, 0, 0, 0]
    assert flatten(())[0].shape == (0,)
    mixed, back = flatten((1.0, 2j))
    assert back(mixed)[0] == 1.0
    assert back(mixed)[1] == 2j
    function, back, vector = flatten_func(lambda p, k: {"a": k * p["a"]}, {"a": 3.0})
    assert back(function(vector, 2.0)) == {"a": 6.0}


# ------------------------------------------------------------------- helpers of rules


def test_helpers_of_rules():
    assert unbroadcast_f(np.ones((2, 1)), lambda g: g)(np.ones((3, 2, 4))).tolist() == [
        [12.0],
        [12.0],
    ]
    assert unbroadcast_f(1.0, lambda g: g)(np.array([1 + 1j, 2.0])) == 3.0
    repeated, copies = repeat_to_match_shape(X, (2, 3), float, 0, False)
    assert repeated.tolist() == [X.tolist(), X.tolist()]
    assert copies == 2
    assert match_complex(1.0, np.array(1 + 1j)) == 1.0
    assert match_complex(1j, 1.0).dtype == complex


# ------------------------------------------------------------------- namespaces


def test_numpy_is_whole():
    assert not [name for name in np.__all__ if not hasattr(anp, name)]
    assert anp.random.RandomState is np.random.RandomState
    assert anp.linalg.LinAlgError is np.linalg.LinAlgError
    assert anp.zeros(2, anp.int64).dtype == np.int64
    assert anp.where(np.array([True, False]))[0].tolist() == [0]
    assert anp.c_[X, X].shape == (3, 2)
    assert anp.r_["0,2", X, X].shape == (2, 3)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = anp.linalg.nothing
    with pytest.raises(TypeError, match="write it with concatenate and reshape"):
        autograd.grad(lambda x: anp.r_["r", x, x][0, 0])(X)
    with pytest.raises(NotImplementedError, match="make_diagonal: offset=1"):
        anp.make_diagonal(X, 1)


def test_lists_of_values():
    norm = autograd.grad(lambda x: anp.linalg.norm([3 * x, 4 * x]))
    assert norm(2.0) == 5.0
    assert autograd.grad(lambda x: anp.sum(anp.concatenate([x, [1.0]])))(X).tolist() == [1, 1, 1]


def test_the_package_is_imported_when_it_is_asked_for():
    code = "import sys, autodiff; print([m for m in sys.modules if 'autodiff.compat' in m])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_the_core_works_by_itself():
    pullback, value = make_vjp(lambda x: x**2, 3.0)
    assert (pullback(1.0), value) == (6.0, 9.0)
    with pytest.warns(UserWarning, match="independent"):
        pullback, value = make_vjp(lambda x: x > 1, 3.0)
    assert (pullback(1.0), bool(value)) == (0.0, True)
