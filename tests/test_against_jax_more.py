"""The same program under JAX and under this library: options, containers, rules and loops."""

import warnings
from collections import namedtuple
from types import SimpleNamespace

import numpy as np
import pytest

import autodiff as ad

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    jax = pytest.importorskip("jax")
    from jax import lax

OURS, THEIRS = ad, SimpleNamespace(
    **{n: getattr(jax, n) for n in dir(jax) if not n.startswith("_") and n != "numpy"},
    **{n: getattr(lax, n) for n in (
        "cond", "scan", "while_loop", "fori_loop", "map", "associative_scan",
        "stop_gradient",
    )},
    sin=jax.numpy.sin, flip=jax.numpy.flip,
)  # fmt: skip
BOTH = pytest.mark.parametrize("J", [OURS, THEIRS], ids=["ours", "theirs"])
Pair = namedtuple("Pair", "x y")


@pytest.fixture(autouse=True)
def double_precision():
    with jax.enable_x64(True):
        yield


def plain(value):
    """Containers of lists of numbers, the same for both libraries."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return [type(value).__name__, *map(plain, value)]
    if isinstance(value, (tuple, list)):
        return [type(value).__name__, *map(plain, value)]
    array = np.asarray(value)
    if array.dtype.kind not in "biufc":
        return str(array.dtype), array.shape
    return str(array.dtype), np.round(array, 9).tolist()


def same(program):
    """Both libraries give the same containers, dtypes and numbers."""
    assert plain(program(OURS)) == plain(program(THEIRS))


def product(x, y):
    return x * x * y


OPTIONS = {
    "argnums as a list": lambda J: J.grad(product, argnums=[0, 1])(2.0, 3.0),
    "negative argnums": lambda J: J.grad(product, argnums=(-1, 0))(2.0, 3.0),
    "integers beside": lambda J: J.grad(product, allow_int=True)(2.0, 3),
    "integers": lambda J: J.grad(lambda n: n * 2.0, allow_int=True)(3),
    "integers in a Jacobian": lambda J: J.jacrev(product, allow_int=True)(np.ones(2), 3),
    "linearize": lambda J: J.linearize(J.sin, 1.0)[1](3.0),
    "linearize with more": lambda J: J.linearize(lambda x: (J.sin(x), x + 1), 1.0, has_aux=True)[2],
    "linearized with more": lambda J: J.linearize(lambda x: (2 * x, x), 1.0, has_aux=True)[1](3.0),
    "number of examples": lambda J: J.vmap(lambda: 1.0, axis_size=2)(),
    "shared argument": lambda J: J.vmap(lambda x: x, in_axes=None, axis_size=2)(np.arange(3.0)),
    "linear_transpose": lambda J: J.linear_transpose(lambda x: 2 * x + J.flip(x, 0), np.ones(3))(
        np.arange(3.0)
    ),
    "constants in a container": lambda J: J.grad(lambda x: J.stop_gradient({"a": [x]})["a"][0] * x)(
        3.0
    ),
    "checkpoint": lambda J: [
        J.grad(J.checkpoint(lambda x: J.sin(J.sin(x)), **given))(2.0)
        for given in (
            {"policy": J.checkpoint_policies.everything_saveable},
            {"policy": J.checkpoint_policies.nothing_saveable},
            {"prevent_cse": False},
        )
    ],
    "a branch by name": lambda J: J.cond(False, lambda x: x, lambda x: 2 * x, operand=np.ones(2)),
    "unroll": lambda J: J.scan(lambda c, x: (c + x, c), 0.0, np.arange(4.0), unroll=2),
    "no steps": lambda J: J.scan(lambda c, x: (c + x, {"y": 2 * x}), 0.0, np.zeros((0, 3)).sum(1)),
    "map of nothing": lambda J: J.map(lambda x: x * 2, np.zeros((0, 2))),
    "map in batches": lambda J: J.map(lambda x: x * 2, np.arange(5.0), batch_size=2),
    "running products": lambda J: [
        J.associative_scan(lambda a, b: a * b, np.arange(1.0, n), reverse=back)
        for n in range(2, 8)
        for back in (False, True)
    ],
    "running sums along an axis": lambda J: J.associative_scan(
        lambda a, b: a + b, np.arange(6.0).reshape(2, 3), axis=1
    ),
    "a linear recurrence": lambda J: J.associative_scan(
        lambda a, b: (a[0] * b[0], a[1] * b[0] + b[1]), (np.arange(1.0, 5.0), np.ones(4))
    ),
    "the gradient of running products": lambda J: J.grad(
        lambda x: J.associative_scan(lambda a, b: a * b, x)[-1]
    )(np.arange(1.0, 6.0)),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_options_are_read_alike(name):
    same(OPTIONS[name])


def two_arguments_with_keywords(J):
    @J.custom_jvp
    def f(x, y=3.0):
        return x * y

    f.defjvp(lambda primals, tangents: (primals[0] * primals[1], 5 * tangents[0]))
    return J.grad(f)(2.0), J.grad(lambda x: f(x, y=4.0))(2.0), J.grad(f)(2.0, 4.0)


def one_rule_for_each(J):
    @J.custom_jvp
    def f(x, y):
        return x * y

    f.defjvps(lambda t, ans, x, y: 10 * t * y, None)
    return J.grad(f, (0, 1))(2.0, 3.0)


def a_constant_by_name(J):
    def times(n, x):
        return n * x

    f = J.custom_jvp(times, nondiff_argnames=("n",))
    f.defjvp(lambda n, primals, tangents: (n * primals[0], 5 * tangents[0]))
    return J.grad(f, 1)(2, 2.0)


def tangents_that_are_zero(J):
    @J.custom_jvp
    def f(x, y):
        return x * y

    def rule(primals, tangents):
        (x, y), (s, t) = primals, tangents
        zero = [type(v).__name__ == "SymbolicZero" for v in (s, t)]
        return x * y, (0.0 if zero[0] else s * y) + (0.0 if zero[1] else 7 * t)

    f.defjvp(rule, symbolic_zeros=True)
    return J.jvp(lambda x: f(x, 3.0), (2.0,), (1.0,)), J.grad(lambda x: f(x, 3.0))(2.0)


def a_pullback_with_keywords(J):
    @J.custom_vjp
    def f(x, y=3.0):
        return x * y

    f.defvjp(lambda x, y: (x * y, y), lambda y, g: [g * y * 10, None], optimize_remat=True)
    return J.grad(f)(2.0), J.grad(lambda x: f(x, y=4.0))(2.0)


def a_pullback_that_asks_what_varies(J):
    @J.custom_vjp
    def f(x, y):
        return x * y

    def forward(x, y):
        return x.value * y.value, (x.perturbed, y.perturbed)

    f.defvjp(
        forward,
        lambda varies, g: (100.0 * g if varies[0] else None, g if varies[1] else None),
        symbolic_zeros=True,
    )
    return J.grad(f)(2.0, 3.0), J.grad(f, (0, 1))(2.0, 3.0)


RULES = [
    two_arguments_with_keywords, one_rule_for_each, a_constant_by_name, tangents_that_are_zero,
    a_pullback_with_keywords, a_pullback_that_asks_what_varies,
]  # fmt: skip


@pytest.mark.parametrize("program", RULES, ids=lambda f: f.__name__)
def test_stated_rules_are_read_alike(program):
    same(program)


def test_a_symbolic_rule_serves_many_examples():
    @ad.custom_vjp
    def f(x, y):
        return x * y

    f.defvjp(
        lambda x, y: (x.value * y.value, y.value), lambda y, g: (3 * g * y, None),
        symbolic_zeros=True,
    )  # fmt: skip
    assert ad.vmap(ad.grad(f))(np.ones(2), np.array([1.0, 2.0])).tolist() == [3.0, 6.0]


@BOTH
def test_registered_classes_are_containers(J):
    class Point:
        def __init__(self, x, y, name="p"):
            self.x, self.y, self.name = x, y, name

    class Weighted(Point):
        def tree_flatten(self):
            return (self.x, self.y), self.name

        @classmethod
        def tree_unflatten(cls, name, children):
            return cls(*children, name)

    class Other(Point):
        pass

    J.tree_util.register_pytree_node_class(Weighted)
    J.tree_util.register_pytree_node(
        Other, lambda p: ((p.x, p.y), p.name), lambda n, c: Other(*c, n)
    )
    for kind in (Weighted, Other):
        found = J.grad(lambda p: p.x * p.y["a"] ** 2)(kind(2.0, {"a": 3.0}, "q"))
        assert type(found) is kind
        assert (float(found.x), float(found.y["a"]), found.name) == (9.0, 12.0, "q")
        with pytest.raises(ValueError, match=kind.__name__):
            J.tree_util.register_pytree_node(kind, tuple, list)
    ours, other = [J.tree_util.tree_structure(Other(1, 2, n)) for n in ("a", "b")]
    assert ours != other


def trees(J):
    t, pair = J.tree_util, Pair({"b": 1, "a": (2, None)}, [3])
    leaves, structure = t.tree_flatten(pair)
    return [
        leaves,
        t.tree_unflatten(structure, [5, 6, 7]),
        t.tree_leaves(pair, is_leaf=lambda x: isinstance(x, list))[:2],
        t.tree_map(lambda a, b: a + b[0], (1, 2), ((3,), (4,))),
        t.tree_reduce(lambda a, b: a + b, pair),
        t.tree_reduce(lambda a, b: a + b, [], 5),
        t.tree_all((True, [False])),
        J.tree.map(lambda x: x + 1, pair),
        J.tree.leaves(pair),
        J.tree.structure((1, [2])) == J.tree.structure((3, [4])),
    ]


def test_containers_are_read_alike():
    found, expected = trees(OURS), trees(THEIRS)
    assert str(found) == str(expected)


def loop_on_a_number(J):
    J.while_loop(lambda x: x, lambda x: x * 2, 1.0)


def branch_on_a_container(J):
    J.cond({"a": True}, lambda x: x, lambda x: x, 2.0)


def branch_without_functions(J):
    J.cond(True, 3, 4, 2.0)


def scan_without_function(J):
    J.associative_scan(3, np.ones(3))


def pushforward_not_stated(J):
    J.custom_jvp(lambda x: x)(1.0)


def pullback_not_stated(J):
    J.grad(J.custom_vjp(lambda x: x))(1.0)


def pullback_of_another_shape(J):
    f = J.custom_vjp(lambda x: x)
    f.defvjp(lambda x: (x, None), lambda _, g: (np.ones(3),))
    J.grad(f)(1.0)


def axes_by_a_word(J):
    J.vmap(lambda x: x, in_axes="a")


def another_number_of_examples(J):
    J.vmap(lambda x: x, axis_size=2)(np.arange(3.0))


def trees_that_differ(J):
    J.tree_util.tree_map(lambda a, b: a + b, (1, 2), (1, 2, 3))


FAULTS = {
    loop_on_a_number: (TypeError, "cond_fun"),
    branch_on_a_container: (TypeError, "boolean or number|truth value or number"),
    branch_without_functions: (TypeError, "fun"),
    scan_without_function: (TypeError, "associative_scan"),
    pushforward_not_stated: (AttributeError, "No JVP defined for custom_jvp function"),
    pullback_not_stated: (AttributeError, "No VJP defined for custom_vjp function"),
    pullback_of_another_shape: (ValueError, "shape|type"),
    axes_by_a_word: (TypeError, "vmap in_axes must be an int, None, or a tuple of entries"),
    another_number_of_examples: (ValueError, "axis_size"),
    trees_that_differ: (ValueError, "structure"),
}


@BOTH
@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.__name__)
def test_faults_have_the_same_type(J, fault):
    kind, words = FAULTS[fault]
    with pytest.raises(kind, match=words):
        fault(J)


def test_a_function_that_is_not_linear_has_no_transpose():
    with pytest.raises(ValueError, match="twice the argument does not give twice the value"):
        ad.linear_transpose(ad.sin, 1.0)


def test_rules_for_each_argument_take_no_constants():
    f = ad.custom_jvp(lambda n, x: n * x, nondiff_argnums=0)
    with pytest.raises(TypeError, match="defjvps takes no nondiff_argnums"):
        f.defjvps(lambda t, ans, x: t)


def test_unknown_policies_raise():
    with pytest.raises(ValueError, match="policy='most'"):
        ad.checkpoint(ad.sin, policy="most")
