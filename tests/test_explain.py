"""What `explain` says: values and derivatives on vertices and edges, traces, paths, Jacobian."""

import json

import numpy as np
import pytest

import autodiff as ad
from autodiff.core.errors import ArgumentError
from autodiff.show.explain import explain
from autodiff.show.record import TooLargeError, record
from autodiff.show.run import Run

BAYDIN = "ln(x1) + x1*x2 - sin(x2)"


def product(a, b):
    c = a + b
    d = b + 1
    e = c * d
    return e


def edges(found):
    """{(vertex, argument): partial} by what the program calls them."""
    run = found.run
    return {(v.label, run[e.vertex].label): e.partial for v, _, e in run.edges}


def column(table, k):
    return [row["cells"][k] for row in table.to_dict()["rows"]]


# ------------------------------------------------------------------- the textbook cases


def test_the_product_of_two_sums_has_the_partials_of_the_textbook_on_its_edges():
    found = explain(product, 2, 1)
    assert {v.label: float(v.value) for v in found.run.vertices} == {
        "a": 2, "b": 1, "c": 3, "d": 2, "e": 6,
    }  # fmt: skip
    assert edges(found) == {
        ("c", "a"): 1, ("c", "b"): 1, ("d", "b"): 1, ("e", "c"): 2, ("e", "d"): 3,
    }  # fmt: skip
    labels = [e.label() for _, _, e in found.run.edges]
    assert labels[-2:] == ["∂v3/∂v1 = v2 = 2", "∂v3/∂v2 = v1 = 3"]
    assert found.gradient == {"a": 2, "b": 5}


@pytest.mark.parametrize(
    ("wrt", "tangents"), [("a", [1, 0, 1, 0, 2]), ("b", [0, 1, 1, 1, 5]), (1, [0, 1, 1, 1, 5])]
)
def test_forward_mode_shows_the_derivative_of_every_vertex_in_the_chosen_input(wrt, tangents):
    found = explain(product, 2, 1, mode="forward", wrt=wrt)
    assert [v.tangent for v in found.run.vertices] == tangents
    assert all(v.adjoint is None for v in found.run.vertices)
    assert list(found.tables) == ["primal", "tangent"]


def test_reverse_mode_shows_each_contribution_to_a_vertex_that_is_used_twice():
    found = explain(product, 2, 1, mode="reverse")
    assert [v.adjoint for v in found.run.vertices] == [2, 5, 2, 3, 1]
    heard = found["b"].contributions
    assert [(found.run[c.source].label, c.amount) for c in heard] == [("d", 3), ("c", 2)]
    assert all(v.tangent is None for v in found.run.vertices)


def test_tangents_in_every_input_are_kept_where_all_are_numbers():
    assert explain(product, 2, 1)["e"].tangents == {"v-1": 2, "v0": 5}


def test_the_logarithm_of_a_product():
    found = explain("log(x*y)", 2.0, 3.0)
    assert found.gradient == {"x": pytest.approx(1 / 2), "y": pytest.approx(1 / 3)}
    assert [e.label() for _, _, e in found.run.edges] == [
        "∂v1/∂v-1 = v0 = 3", "∂v1/∂v0 = v-1 = 2", "∂v2/∂v1 = 1 / v1 = 0.167",
    ]  # fmt: skip


# ------------------------------------------------- Baydin et al. 2018, tables 2 and 3


def test_the_forward_primal_trace_is_that_of_the_survey():
    table = explain(BAYDIN, 2.0, 5.0).tables["primal"]
    assert column(table, 0) == ["v-1", "v0", "v1", "v2", "v3", "v4", "v5", "y"]
    assert column(table, 1)[:7] == [
        "= x1", "= x2", "= log(v-1)", "= v-1 * v0", "= v1 + v2", "= sin(v0)", "= v3 - v4",
    ]  # fmt: skip
    assert column(table, 2)[2:7] == [
        "= log(2)", "= 2 × 5", "= 0.693 + 10", "= sin(5)", "= 10.693 - (-0.959)",
    ]  # fmt: skip
    assert column(table, 3) == ["2", "5", "0.693", "10", "10.693", "-0.959", "11.652", "11.652"]


def test_the_forward_tangent_trace_is_that_of_the_survey():
    table = explain(BAYDIN, 2.0, 5.0).tables["tangent"]
    assert column(table, 1)[2:7] == [
        "= v̇-1 / v-1", "= v̇-1 * v0 + v̇0 * v-1", "= v̇1 + v̇2", "= v̇0 * cos(v0)", "= v̇3 - v̇4",
    ]  # fmt: skip
    assert column(table, 3) == ["1", "0", "0.5", "5", "5.5", "0", "5.5", "5.5"]


def test_the_reverse_adjoint_trace_is_that_of_the_survey():
    table = explain(BAYDIN, 2.0, 5.0).tables["adjoint"]
    rows = [row["cells"] for row in table.to_dict()["rows"]]
    assert rows[0] == ["v̄5", "= ȳ", "", "", "1"]
    assert rows[2] == ["v̄4", "= v̄5 ∂v5/∂v4", "= v̄5 × (-1)", "= 1 × (-1)", "-1"]
    assert rows[7] == [
        "v̄0", "= v̄0 + v̄2 ∂v2/∂v0", "= v̄0 + v̄2 × v-1", "= -0.284 + 1 × 2", "1.716",
    ]  # fmt: skip
    assert [row[-1] for row in rows[-2:]] == ["5.5", "1.716"]


def test_the_rows_of_the_traces_say_which_vertex_they_are_about():
    tables = explain(BAYDIN, 2.0, 5.0).to_dict()["tables"]
    assert [row["vertex"] for row in tables["primal"]["rows"]] == [*range(7), 6]
    assert tables["adjoint"]["rows"][1]["to"] == 4
    assert {"vertex": 6, "to": 4, "input": 0}.items() <= tables["adjoint"]["rows"][1].items()


# --------------------------------------------------------------- paths and Jacobian


def test_the_derivative_is_the_sum_over_the_paths():
    paths = explain(product, 2, 1).paths
    products = {i: [p.product for p in found] for i, found in paths.listed.items()}
    assert products == {0: [2], 1: [2, 3]}
    assert paths.count == 3 and paths.edges == 5
    assert paths.to_dict()["inputs"][1]["sum"]["number"] == 5


def test_paths_are_counted_without_walking_them():
    def iterated(x):
        for _ in range(100):
            x = 4 * x * (1 - x)
        return x

    paths = explain(iterated, 0.3).paths
    assert paths.count == 2**100 and paths.edges == 400 and paths.listed is None
    assert paths.to_dict()["count"] == str(2**100)


def test_columns_rows_and_a_product_of_two_give_one_jacobian():
    def f(x, y):
        u = x * y
        v = u + ad.sin(x)
        return u * v, v / y, ad.exp(u)

    j = explain(f, 0.7, 1.3).jacobian
    slopes = [ad.grad(lambda *a, k=k: f(*a)[k], (0, 1))(0.7, 1.3) for k in range(3)]
    expected = np.array(slopes)
    assert np.allclose(j.matrix, expected, rtol=1e-14)
    assert np.allclose(j.reverse, expected, rtol=1e-14)
    assert j.layer is not None
    assert np.allclose(j.outer @ j.inner, expected, rtol=1e-14)
    assert j.to_dict()["columns"][1]["values"] == [row[1] for row in j.to_dict()["matrix"]]


def test_forward_costs_a_sweep_for_each_input_and_reverse_one_for_each_output():
    costs = explain(lambda x: ad.sum(x * x), np.ones(5)).costs
    assert (costs.inputs, costs.outputs) == (5, 1)
    assert (costs.forward[0], costs.reverse[0]) == (5, 1)
    assert costs.forward[1] == 5 * costs.reverse[1]


# ------------------------------------------------------------------ what is recorded


def test_values_are_called_as_the_program_calls_them():
    def inner(t):
        return ad.sin(t)

    def f(x):
        first = inner(x)
        for k in range(2):
            first = first * (k + 2)
        mean = ad.mean(ad.stack([first, x]))
        return mean

    run = explain(f, 0.5).run
    labels = [v.label for v in run.vertices if v.label]
    assert labels == ["x", "first", "first", "first", "mean"]
    assert run["mean"].line["code"] == "mean = ad.mean(ad.stack([first, x]))"
    assert run["mean"].line["file"].endswith("test_explain.py")


def test_assignments_in_an_expression_name_its_variables():
    found = explain("c = a + b; d = b + 1; c*d", 2.0, 1.0)
    assert [v.label for v in found.run.vertices] == ["a", "b", "c", "d", ""]


def test_repeated_lines_are_one_group():
    def f(x):
        y = x * 2
        for _ in range(100):
            y = ad.sin(y) + 1
        return ad.exp(y)

    run = explain(f, 0.5).run
    (group,) = run.groups
    assert group["count"] == 100 and len(group["vertices"]) == 200
    assert "sin(y)" in group["title"] and run.vertices[-1].group is None
    assert "×100" in explain(f, 0.5).text()


def test_a_function_called_from_different_lines_is_no_loop():
    def inner(t):
        return ad.sin(t)

    def f(x):
        a = inner(x)
        b = inner(a)
        c = inner(b)
        return c

    assert explain(f, 0.5).run.groups == []


def test_containers_of_arrays_and_one_element_where_forward_mode_starts():
    def f(p):
        return ad.sum(ad.tanh(p["w"] @ p["b"]))

    p = {"w": np.array([[0.1, 0.2], [0.3, 0.4]]), "b": np.ones(2)}
    found = explain(f, p, wrt=("p_w", (0, 1)))
    gradient = ad.grad(f)(p)
    assert np.allclose(found.gradient["p_w"], gradient["w"], rtol=1e-14)
    assert np.isclose(found.run.vertices[-1].tangent, gradient["w"][0, 1], rtol=1e-14)


def test_arrays_have_shape_spread_and_a_histogram():
    v = explain(lambda x: x * x, np.linspace(-1, 1, 101)).to_dict()["vertices"][0]["value"]
    assert (v["shape"], v["dtype"], v["min"], v["max"]) == ([101], "float64", -1, 1)
    assert sum(v["histogram"]["counts"]) == 101 and len(v["histogram"]["edges"]) == 13
    assert "numbers" not in v


def test_what_detach_cuts_and_what_rules_keep_is_visible():
    found = explain(lambda x: x.detach() * ad.exp(x), 2.0)
    cut = found["v1"]
    assert cut.cut and cut.edges[0].cut and cut.op == "stop_gradient"
    assert found["v2"].saved.output and found["v2"].saved.inputs == ()
    assert found["v3"].saved.inputs == (0, 1) and found["v3"].saved.size == 16
    assert found.gradient["x"] == 2 * np.exp(2.0)
    assert "cut" in found.extended.grid().text()


def test_a_branch_of_python_is_noted():
    found = explain(lambda x: x * 2 if x > 1 else x, 2.0)
    assert any("truth value" in note for note in found.run.notes)


def test_unused_inputs_and_constant_outputs_have_derivative_zero():
    found = explain(lambda x, y: x * 2, 1.0, 5.0)
    assert found.gradient == {"x": 2, "y": 0} and found.paths.counts == {0: 1, 1: 0}
    assert explain(lambda x: 3.0, 1.0).gradient == {"x": 0}
    assert explain(lambda x: x, 1.0).gradient == {"x": 1}


def test_one_of_several_outputs_is_chosen():
    f = lambda x: (x * 2, x * x)  # noqa: E731
    assert explain(f, 3.0).gradient == {"x": 2}
    assert explain(f, 3.0, output=1).gradient == {"x": 6}


def test_derivatives_inside_the_function_are_recorded():
    f = lambda x: ad.grad(lambda t: t**3)(x) * x  # noqa: E731
    assert explain(f, 2.0).gradient == {"x": 36}


def test_rules_of_the_users_own_are_one_vertex():
    @ad.custom_vjp
    def tenfold(x):
        return ad.sin(x)

    tenfold.defvjp(lambda x: (ad.sin(x), x), lambda x, g: (10.0 * g,))
    found = explain(lambda x: tenfold(x) * 2, 0.0)
    assert [v.op for v in found.run.vertices] == ["input", "tenfold", "multiply"]
    assert found.gradient == {"x": 20}

    class Square(ad.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return 2 * x * g

    assert explain(lambda x: Square.apply(x) + ad.sin(x), 2.0).gradient == {
        "x": pytest.approx(4 + np.cos(2))
    }


def test_a_graph_of_two_thousand_vertices_keeps_what_its_small_parts_have():
    def f(x):
        for _ in range(660):
            x = 4 * x * (1 - x)
        return x

    found = explain(f, 0.3)
    assert len(found.run) == 1981
    assert np.isclose(found.gradient["x"], ad.grad(f)(0.3), rtol=1e-9)
    assert len(found.text().splitlines()) < 500


# ----------------------------------------------------------- tensors, nodes, graphs


def test_the_tape_of_a_tensor_is_read():
    x = ad.tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).sum() + ad.sin(x[0])
    run = explain(y).run
    assert run["x"].op == "input" and run["y"].id == len(run) - 1
    assert np.allclose(run["x"].adjoint, [2 + np.cos(1), 4], rtol=1e-15)
    assert x.grad is None


def test_what_a_pass_has_let_go_of_is_visible():
    x = ad.tensor(2.0, requires_grad=True)
    y = ad.exp(x * x)
    y.backward()
    run = explain(y).run
    assert all(v.saved.released for v in run.vertices if v.row is not None)
    assert any("retain_graph" in note for note in run.notes)
    assert run["x"].adjoint is None


def test_nodes_with_and_without_numbers():
    x = ad.Variable("x")
    y = ad.log(x) * x
    assert explain(y, {x: 2.0}).gradient == explain(y, 2.0).gradient
    letters = explain(y)
    assert letters["v1"].edges[0].formula == "1 / v0" and letters["v1"].value is None
    assert "= v̇1 * v0 + v̇0 * v1" in letters.text()


# ------------------------------------------------------------------------- as JSON


@pytest.mark.parametrize(
    ("f", "inputs"),
    [
        (BAYDIN, (2.0, 5.0)),
        (lambda x: ad.log(x), (0.0,)),
        (lambda x: abs(x * (1 + 2j)) ** 2, (1 + 1j,)),
        (lambda x: ad.where(x > 1, x, 0.0).sum(), (np.arange(3.0),)),
        (lambda a: ad.slogdet(a)[1], (np.eye(2),)),
        (lambda x: x.sum(), (np.zeros((0, 3)),)),
        (lambda x: np.sin(x) * x, (np.float32(1),)),
    ],
)
def test_the_record_is_json_without_numbers_that_json_has_not(f, inputs):
    found = explain(f, *inputs)
    again = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert [v["id"] for v in again["vertices"]] == list(range(len(found.run)))
    assert isinstance(found.run, Run)


# -------------------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: explain(product, 2, 1, mode="sideways"), "mode='sideways'"),
        (lambda: explain(product, 2, 1, lang="fr"), "lang='fr'"),
        (lambda: explain(product, 2, 1, wrt="z"), "wrt='z' is no input; give one of a, b"),
        (lambda: explain(product, 2, 1, output=1), "output=1, and there are 1 outputs"),
        (lambda: explain("x*y", 2.0), "input y is missing"),
        (lambda: explain("x*y", 2.0, z=1.0), "input z is not in the expression"),
        (lambda: explain(3.0), "a float cannot be explained"),
        (lambda: explain(ad.tensor(1.0)), "has no tape"),
        (lambda: explain(lambda x: x, True), "no input is a floating point number"),
        (lambda: explain(lambda x: None, 1.0), "returns nothing"),
        (lambda: ad.grad(lambda x: explain(ad.sin, x))(1.0), "inside a transform"),
    ],
)
def test_what_cannot_be_explained_is_refused_with_a_sentence(call, sentence):
    with pytest.raises(ArgumentError, match=sentence.replace("(", r"\(")):
        call()


def test_a_graph_over_the_limit_is_refused():
    with pytest.raises(TooLargeError, match="more than 3 vertices"):
        record(lambda x: x * x * x * x, (2.0,), limit=3)
    x = ad.tensor(2.0, requires_grad=True)
    with pytest.raises(TooLargeError, match="more than 3 vertices"):
        explain(x * x * x * x, limit=3)


def test_a_change_in_place_is_refused():
    def f(x):
        x[0] = 1.0
        return x

    with pytest.raises(TypeError, match="setitem"):
        explain(f, np.ones(2))
