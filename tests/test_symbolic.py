"""Functions as graphs: tracing, symbolic differentiation with and without sharing, elements."""

import numpy as np
import pytest
from rows import ROWS

import autodiff as ad
from autodiff.core.family import Contraction, Elementwise, Movement
from autodiff.core.op import Op
from autodiff.core.tree import flatten
from autodiff.interpret.executor import run
from autodiff.symbolic import derivative, elements, trace
from autodiff.symbolic.elements import SPELLED
from autodiff.symbolic.tidy import tidied, unfolded
from autodiff.testing import samples


def survey(x1, x2):
    """The example of Baydin et al. 2018."""
    return ad.log(x1) + x1 * x2 - ad.sin(x2)


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def logistic(n):
    """The logistic map, n times."""

    def iterate(x):
        for _ in range(n):
            x = 4 * x * (1 - x)
        return x

    return iterate


def test_the_survey_example_has_its_published_value_and_derivatives():
    """Baydin et al. 2018, JMLR 18, tables 2 and 3: 11.652, 5.5 and 1.716 at (2, 5)."""
    assert round(float(trace(survey)(2.0, 5.0)), 3) == 11.652
    first, second = derivative(survey, argnums=(0, 1))(2.0, 5.0)
    assert (round(float(first), 3), round(float(second), 3)) == (5.5, 1.716)


def test_the_textbook_example_has_its_published_value_and_derivatives():
    """Griewank and Walther 2008, tables 1.1 to 1.3: 2.0167, 3.0118 and -13.7239 at (1.5, 0.5)."""

    def textbook(x1, x2):
        return (ad.sin(x1 / x2) + (x1 / x2 - ad.exp(x2))) * (x1 / x2 - ad.exp(x2))

    graph = trace(textbook)
    assert len(graph) == 6  # as many operations as the book has lines
    # the book rounds every line to four digits
    assert float(graph(1.5, 0.5)) == pytest.approx(2.0167, abs=1e-4)
    slopes = derivative(graph, argnums=(0, 1))(1.5, 0.5)
    assert [float(s) for s in slopes] == pytest.approx([3.0118, -13.7239], abs=1e-3)


# ----------------------------------------------------------------------------------- trace


def test_variables_have_the_names_of_the_parameters():
    assert [x.name for x in trace(survey).variables] == ["x1", "x2"]


def test_variables_in_containers_have_names_of_their_places():
    graph = trace(lambda p, n: p["w"][0] * n, {"w": [np.ones(2), 1.0]}, 2.0)
    assert [x.name for x in graph.variables] == ["p_w_0", "p_w_1", "n"]
    assert graph({"w": [np.full(2, 3.0), 0.0]}, 2.0).tolist() == [6.0, 6.0]


@pytest.mark.parametrize(
    ("f", "examples", "names"),
    [
        (ad.sin, (), ["x"]),
        (ad.sum, (np.ones(2),), ["x"]),
        (np.sin, (1.0,), ["x"]),
        (lambda *terms: terms[0] + terms[1], (1.0, 2.0), ["terms0", "terms1"]),
        (lambda x, n=3: x * n, (), ["x"]),
        (lambda x, n=3: x * n, (1.0, 2.0), ["x", "n"]),
        (ad.grad(lambda x, y: x * y), (), ["x", "y"]),
    ],
)
def test_any_kind_of_function_is_traced(f, examples, names):
    assert [x.name for x in trace(f, *examples).variables] == names


def test_a_function_that_does_not_name_its_arguments_needs_examples():
    with pytest.raises(ad.ArgumentError, match=r"does not name its arguments; give examples"):
        trace(lambda *xs: xs[0])


def test_an_example_of_no_numbers_is_refused():
    with pytest.raises(ad.ArgumentError, match=r"the example of x is a str; give a number"):
        trace(ad.sin, "one")


def test_a_branch_of_python_is_refused_and_says_what_to_use():
    with pytest.raises(ad.TracedError, match=r"use where\(condition, x, y\), cond or while_loop"):
        trace(lambda x: x if x > 0 else -x)


def test_structured_control_flow_is_traced():
    graph = trace(lambda x: ad.fori_loop(0, 3, lambda i, y: ad.cond(y > 0, ad.sin, ad.cos, y), x))
    assert float(graph(0.5)) == np.sin(np.sin(np.sin(0.5)))


def test_a_graph_runs_on_values_of_any_kind():
    graph = trace(rosenbrock, np.ones(3))
    x = np.array([0.5, -1.0, 2.0])
    assert np.allclose(ad.grad(graph)(x), ad.grad(rosenbrock)(x), rtol=1e-14)
    assert ad.vmap(graph)(np.stack([x, 2 * x])).shape == (2,)


def test_a_graph_refuses_other_containers():
    with pytest.raises(ad.ArgumentError, match=r"the arguments are \(\*,\) and the graph was"):
        trace(survey)(2.0)


def test_what_has_no_formula_is_refused():
    with pytest.raises(ad.ArgumentError, match=r"a float has no formula; give a function, a node"):
        derivative(3.0)


# ------------------------------------------------------------------------------ smaller graphs


@pytest.mark.parametrize(
    ("f", "count"),
    [
        (lambda x: x * x + x * x, 2),
        (lambda x, y: x * y + y * x, 2),
        (lambda x, y: (x - y) * (y - x), 3),
        (lambda x: 1.0 * (x + 0.0) / 1.0 - 0.0, 0),
        (lambda x: x**1 * ad.ones_like(x), 0),
        (lambda x: x + 0 * ad.exp(x), 0),
        (lambda x: ad.neg(-x), 0),
        (lambda x: x.sum().reshape(()), 0),
        (lambda x: ad.where(True, x, ad.exp(x)), 0),
        (lambda x: ad.sin(ad.zeros_like(x)) + x, 0),
        (lambda x: x * 2 + x * 2.0, 3),
        (lambda x: x * np.arange(3.0) + x * np.arange(3.0), 2),
    ],
)
def test_a_graph_has_no_needless_operators(f, count):
    assert len(trace(f)) == count


def test_shapes_are_kept_where_a_neutral_element_has_stretched_them():
    graph = trace(lambda x: x * np.ones(3) + np.zeros((2, 1)))
    assert graph(5.0).tolist() == [[5.0] * 3] * 2


def test_a_product_with_zero_keeps_its_shape():
    assert trace(lambda x: ad.exp(x) * np.zeros(3))(1.0).tolist() == [0.0] * 3


def test_operators_with_several_outputs_are_merged_too():
    assert len(trace(lambda a: ad.slogdet(a)[1] * ad.slogdet(a)[0], np.eye(2))) == 2


@pytest.mark.parametrize("name", [row.name for row in ROWS if row.sample or row.domain])
def test_less_is_the_same(name):
    """Every row on variables and constants, before and after."""
    for args, params in samples(Op.table[name], np.float64)[:6]:
        if any(np.asarray(a).dtype.kind not in "fc" for a in args):
            continue
        nodes = [ad.Variable(f"x{i}", np.shape(a), np.asarray(a).dtype) for i, a in enumerate(args)]
        values = dict(zip(nodes, args))
        try:
            out = flatten(Op.table[name](*nodes, **params))[0]
            before = run(out, values)
        except TypeError:  # a row of complex numbers alone
            continue
        after = [run([y], values)[0] if type(y) is ad.Node else y for y in tidied(out)]
        assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(before, after))


# ------------------------------------------------------------------------------ derivatives


@pytest.mark.parametrize("order", [1, 2, 3])
def test_derivatives_of_any_order_agree_with_the_transforms(order):
    f, expected = logistic(3), logistic(3)
    for _ in range(order):
        expected = ad.grad(expected)
    assert float(derivative(f, order=order)(0.3)) == pytest.approx(float(expected(0.3)), rel=1e-12)


def test_the_derivative_of_an_array_is_its_jacobian():
    x = np.array([0.5, -1.0, 2.0])
    assert np.allclose(derivative(rosenbrock, x, order=2)(x), ad.hessian(rosenbrock)(x))
    assert derivative(lambda x: x[:2] * x[1:], x)(x).tolist() == [
        [-1.0, 0.5, 0.0],
        [0.0, 2.0, -1.0],
    ]


def test_the_derivative_in_a_container_is_a_container():
    p = {"w": np.ones((3, 2)), "b": np.ones(2)}
    slopes = derivative(lambda p: (p["w"] @ p["b"]).sum(), p)(p)
    assert slopes["w"].shape == (3, 2)
    assert slopes["b"].tolist() == [3.0, 3.0]


def test_the_derivative_of_a_node_is_in_its_variables():
    x, y = ad.Variable(name="x"), ad.Variable(name="y")
    slope = derivative(ad.sin(x) * y, argnums=1)
    assert float(slope(0.5, 7.0)) == np.sin(0.5)


def test_what_does_not_depend_on_a_variable_has_the_derivative_zero():
    assert float(derivative(lambda x, y: y, argnums=0)(1.0, 2.0)) == 0.0
    assert derivative(lambda x: 3.0)(1.0) == 0.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: derivative(survey, argnums=2), r"argnums=2, and there are 2 arguments"),
        (lambda: derivative(lambda x: (x, x)), r"returns 2 arrays; it needs one"),
        (lambda: derivative(ad.sum, np.arange(3)), r"variable x has dtype int64, which carries no"),
    ],
)
def test_what_cannot_be_differentiated_is_refused(call, message):
    with pytest.raises(ad.AutodiffError, match=message):
        call()


def test_without_sharing_every_use_is_a_copy():
    graph = derivative(logistic(4), share=False)
    leaves = set(graph.variables)
    uses = [a for y in ordered(graph.roots) for a in y.inputs if a not in leaves]
    assert len(uses) == len(set(uses)) == len(graph) - 1
    assert float(graph(0.3)) == float(derivative(logistic(4))(0.3))


def ordered(roots):
    """The nodes behind some roots."""
    found, stack = [], list(roots)
    while stack:
        found.append(stack.pop())
        stack.extend(found[-1].inputs)
    return found


def test_sharing_makes_the_difference_between_linear_and_exponential():
    shared = [len(derivative(logistic(n))) for n in range(1, 9)]
    written = [derivative(logistic(n)).written_out for n in range(1, 9)]
    assert set(np.diff(shared[1:])) == {8}
    assert np.all(np.diff(np.log(written[1:])) > np.log(3.9))
    assert len(derivative(logistic(4), share=False)) == written[3]


def test_a_formula_that_swells_too_much_is_refused_with_its_size():
    size = derivative(logistic(40)).written_out
    assert size > 10**24
    with pytest.raises(ad.ArgumentError, match=rf"has {size} operators, more than 100000; keep"):
        derivative(logistic(40), share=False)


def test_a_deep_graph_needs_no_recursion():
    graph = derivative(lambda x: deep(x, 3000))
    assert len(graph) > 6000
    assert 0 < graph(0.3) < 1
    assert len(unfolded(trace(lambda x: deep(x, 3000)).roots, 10**6)) == 1


def deep(x, n):
    for _ in range(n):
        x = ad.sin(x)
    return x


# --------------------------------------------------------------------------------- elements


def by_elements(row):
    """Whether a row is computed element by element."""
    families = isinstance(row, (Contraction, Elementwise, Movement))
    return bool(row.sample) and (families or row in SPELLED)


@pytest.mark.parametrize("name", [row.name for row in ROWS if by_elements(row)])
def test_elements_compute_what_the_row_computes(name):
    row = Op.table[name]
    for args, params in samples(row, np.float64)[:8]:
        places = [
            i for i, a in enumerate(args) if isinstance(a, np.ndarray) and a.dtype.kind == "f"
        ]
        inputs = [args[i] for i in places]
        if not inputs or any(x.size == 0 or (x.ndim > 1 and x.shape[-1] > 4) for x in inputs):
            continue

        def function(*xs, args=args, places=places, params=params):
            full = list(args)
            for i, x in zip(places, xs):
                full[i] = x
            return row(*full, **params)

        found = flatten(elements(trace(function, *inputs))(*inputs))[0]
        expected = flatten(row.evaluate(*args, **params))[0]
        for a, b in zip(found, expected):
            assert np.shape(a) == np.shape(b)
            assert np.allclose(a, b, rtol=1e-9, equal_nan=True)


def test_elements_have_names_with_indices():
    graph = elements(trace(lambda A: A @ A, np.ones((2, 2))))
    assert [x.name for x in graph.variables] == ["A_0_0", "A_0_1", "A_1_0", "A_1_1"]


def test_elements_can_be_differentiated():
    graph = derivative(elements(trace(lambda x: x[0] * x[1] ** 2, np.ones(2))))
    assert graph(np.array([2.0, 3.0])).tolist() == [9.0, 12.0]


def test_a_large_matrix_has_no_formula():
    with pytest.raises(ad.ShapeError, match=r"shape \(7, 7\) is too large for formulas"):
        elements(trace(ad.det, np.eye(7)))


def test_an_unknown_shape_has_no_elements():
    x = ad.Variable(name="x")
    with pytest.raises(ad.AutodiffError, match=r"the shape of variable 'x' is unknown"):
        elements(derivative(ad.matmul(x, x), share=True))


def test_an_operator_that_has_no_elements_is_named():
    with pytest.raises(ad.RuleError, match=r"operator first_largest is not computed element by"):
        elements(trace(ad.argmax, np.ones(3)))
