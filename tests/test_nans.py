"""debug_nans names the operator behind a NaN; explain_nan tells its way and a stable spelling."""

import inspect
import threading

import numpy as np
import pytest

import autodiff as ad
from autodiff.core.errors import NonFiniteError
from autodiff.interpret.nans import WATCHES
from autodiff.interpret.strict import STRICT
from autodiff.transform.nans import debug_nans, explain_nan

pytestmark = [
    pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value"),
    pytest.mark.filterwarnings("ignore:overflow"),
]

HERE = __file__


def here():
    """This file and the line of the caller."""
    return f"{HERE}:{inspect.currentframe().f_back.f_lineno}"


def message(run):
    with pytest.raises(FloatingPointError) as caught, debug_nans():
        run()
    return str(caught.value)


def backward(f, x):
    t = ad.tensor(x, requires_grad=True)
    f(t).sum().backward()
    return t.grad


def graph(f, x):
    v = ad.Variable("x", np.shape(x), float)
    y = f(v)
    return ad.Executor([y, *ad.gradients(y, [v])]).run({v: x})


# ---------------------------------------------------------------- what is named


def root(x):
    return ad.sqrt(x * 2.0)


WAYS = {
    "backward": lambda: backward(root, 0.0),
    "grad": lambda: ad.grad(root)(0.0),
    "vjp": lambda: ad.vjp(root, 0.0)[1](1.0),
    "jvp": lambda: ad.jvp(root, (0.0,), (1.0,)),
    "vmap of grad": lambda: ad.vmap(ad.grad(root))(np.array([1.0, 0.0])),
    "vmap of jvp": lambda: ad.vmap(lambda x: ad.jvp(root, (x,), (1.0,))[1])(np.array([1.0, 0.0])),
    "jacrev": lambda: ad.jacrev(root)(np.array([1.0, 0.0])),
    "jacfwd": lambda: ad.jacfwd(root)(np.array([1.0, 0.0])),
    "loop": lambda: ad.grad(lambda x: ad.fori_loop(0, 3, lambda i, y: root(y), x))(0.0),
    "kept loop": lambda: ad.grad(
        lambda x: ad.fori_loop(0, 3, lambda i, y: root(y), x, checkpoints=1))(0.0),
    "scan": lambda: ad.grad(
        lambda x: ad.scan(lambda c, _: (root(c), c), x, None, length=2)[0])(0.0),
    "checkpoint": lambda: ad.grad(ad.checkpoint(root))(0.0),
    "inside a batch": lambda: ad.grad(lambda x: ad.vmap(root)(x).sum())(np.array([1.0, 0.0])),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_an_infinite_slope_is_named_with_its_line(way):
    text = message(WAYS[way])
    line = root.__code__.co_firstlineno + 1
    assert text.startswith(f"sqrt(x) at {HERE}:{line} made a non-finite ")
    assert "tangent, inf" in text and ("= 0.0" in text or " 0 " in text)
    assert text.count(". ") == 0


def test_a_value_is_named_with_its_inputs_and_their_place():
    text = message(lambda: ad.log(ad.tensor([[1.0, 2.0], [3.0, -1.0]], requires_grad=True)))
    assert text.startswith(f"log(x) at {here().rpartition(':')[0]}:")
    assert "value, nan at [1, 1], from x[1, 1] = -1.0" in text


def test_of_several_the_first_is_named():
    def f(x):
        y = x / (x - 1.0)
        return ad.log(y * 0.0) + ad.exp(y)

    assert message(lambda: ad.grad(f)(1.0)).startswith("divide(x, y) at ")


def test_a_value_inside_a_rule_is_told_as_the_derivative_of_its_operator():
    text = message(lambda: ad.grad(ad.grad(lambda x: x**1.5))(0.0))
    assert text.startswith("power(x, y) at ") and "cotangent, inf, from x = 0.0" in text


def test_a_graph_names_its_node():
    assert "node log(x) " in message(lambda: graph(ad.log, 0.0))
    assert "node " in message(lambda: graph(lambda x: ad.sqrt(x * 2.0), 0.0))


def test_numbers_that_were_given_are_told_as_such():
    text = message(lambda: ad.grad(lambda x: x * np.nan)(1.0))
    assert text.startswith(f"a value of nan was given at {HERE}:")
    assert "was given" in message(lambda: ad.vjp(lambda x: x * 2, 1.0)[1](np.inf))


def test_what_an_array_was_filled_with():
    def fill(x):
        z = np.zeros_like(x)
        z[0] = np.log(x[0])
        return z.sum()

    assert message(lambda: ad.grad(fill)(np.array([0.0, 1.0]))).startswith("log(x) at ")

    def change():
        z = ad.zeros(3)
        z[1] = ad.log(ad.tensor(0.0, requires_grad=True))
        return z * 2

    assert message(change).startswith("log(x) at ")


def test_a_number_taken_out_of_a_tensor_is_a_result():
    reached = []

    def take():
        y = ad.exp(ad.tensor(1000.0)) * 2
        reached.append(y.item())

    assert message(take).startswith("exp(x) at ")
    assert not reached


# ---------------------------------------------------------------- what is not reported

FINE = {
    "log(1 + exp(x))": (lambda x: ad.log(1 + ad.exp(x)), 1000.0),
    "log(sum(exp(x)))": (lambda x: ad.log(ad.sum(ad.exp(x))), [1000.0, 0.0]),
    "a branch that is not chosen": (lambda x: ad.where(x > 0, ad.log(x), x), -1.0),
    "a root that is not chosen": (lambda x: ad.where(x > 0, ad.sqrt(x), 0.0), 0.0),
    "the norm of 0": (lambda x: ad.norm(x), [0.0, 0.0]),
    "a mask": (lambda x: ad.logsumexp(ad.where(x > 0, x, -np.inf)), [1.0, -1.0]),
    "the identity of max": (lambda x: ad.maximum(x, -np.inf), 0.0),
    "1 / infinity": (lambda x: 1 / (1 + ad.exp(-x)), -1000.0),
}


@pytest.mark.parametrize("case", FINE)
@pytest.mark.parametrize(
    "way",
    [
        backward,
        graph,
        lambda f, x: ad.grad(f)(x),
        lambda f, x: ad.jvp(f, (x,), (np.ones_like(x),)),
        lambda f, x: ad.vmap(ad.grad(f))(np.stack([x, x])),
        lambda f, x: ad.hessian(f)(x),
    ],
    ids=["backward", "graph", "grad", "jvp", "vmap", "hessian"],
)
def test_what_a_stable_formula_or_a_choice_takes_out_is_not_reported(case, way):
    f, x = FINE[case]
    with debug_nans():
        way(f, np.asarray(x))


def test_results_are_those_without_it():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(5, 3)), rng.normal(size=3)

    def loss(w):
        return ad.log(1 + ad.exp(-(x @ w))).sum() + ad.norm(w) ** 2

    plain = [backward(loss, w).numpy(), ad.hessian(loss)(w), graph(loss, w)[1]]
    with debug_nans():
        watched = [backward(loss, w).numpy(), ad.hessian(loss)(w), graph(loss, w)[1]]
    for a, b in zip(plain, watched):
        np.testing.assert_array_equal(a, b)


# ---------------------------------------------------------------- the block itself


def test_nothing_is_watched_outside():
    with pytest.raises(NonFiniteError), debug_nans():
        ad.grad(root)(0.0)
    assert not WATCHES and not STRICT
    assert ad.grad(root)(0.0) == np.inf


def test_an_error_of_the_program_passes():
    with pytest.raises(KeyError), debug_nans():
        {ad.log(ad.tensor(-1.0)): 0}["lost"]


def test_blocks_nest_and_one_object_serves_again():
    watch = debug_nans()
    for _ in range(2):
        with pytest.raises(NonFiniteError), watch, watch:
            ad.grad(root)(0.0)
    assert not WATCHES


def test_no_grad_stays_what_it_is():
    x = ad.tensor(1.0, requires_grad=True)
    with debug_nans():
        assert ad.is_grad_enabled()
        with ad.no_grad():
            assert not ad.is_grad_enabled() and not (x * 2).requires_grad
            with ad.enable_grad():
                assert ad.sin(x).requires_grad
        with pytest.raises(NonFiniteError), ad.no_grad():
            ad.log(x - 1.0).item()


def test_other_threads_are_not_watched():
    found = []
    with debug_nans():
        thread = threading.Thread(target=lambda: found.append(ad.grad(root)(0.0)))
        thread.start()
        thread.join()
    assert found == [np.inf]


# ---------------------------------------------------------------- explain_nan


def test_the_way_from_the_operator_to_the_result(capsys):
    def f(x):
        y = ad.sqrt(x)
        return 3.0 * (y + 1.0)

    report = explain_nan(f, 0.0)
    assert capsys.readouterr().out == f"{report}\n"
    assert [e.op.name for e in report.path] == ["sqrt"]
    report = explain_nan(lambda x: f(x * 2.0), 0.0)
    assert [(e.what, e.op.name) for e in report.path] == [
        ("cotangent", "sqrt"), ("cotangent", "multiply")
    ]  # fmt: skip
    text = str(report)
    assert "norm(x), hypot(x, y) or abs(x)" in text
    assert f"{HERE}:{f.__code__.co_firstlineno + 1}" in text


@pytest.mark.parametrize(
    ("f", "x", "name", "spelling"),
    [
        (lambda x: 1 / x, 0.0, "divide", "where(y != 0"),
        (lambda x: ad.sum(ad.exp(x)), np.array([1000.0]), "exp", "logsumexp"),
        (lambda x: x * ad.log(x), 0.0, "log", "xlogy"),
        (lambda x: ad.asin(x), 1.0, "asin", "arctan2"),
        (lambda x: ad.prod(x), np.full(400, 10.0), "multiplied", "sum(log"),
        (lambda x: x**0.5, 0.0, "power", "infinite slope"),
    ],
    ids=["divide", "exp", "log", "asin", "prod", "power"],
)
def test_the_stable_spelling(f, x, name, spelling, capsys):
    report = explain_nan(f, x)
    assert report.first.op.name == name
    assert any(spelling in text for text in report.advice)


def test_formulas_that_a_graph_knows_are_proposed(capsys):
    report = explain_nan(lambda x: ad.log(1 + ad.exp(x)) / (1 + x), -1.0)
    assert "softplus(x) in place of log((1 + exp(x)))" in report.advice[0]


def test_a_transform_and_a_container_are_explained(capsys):
    assert explain_nan(ad.grad(lambda x: x**1.5), 0.0).first.op.name == "power"
    report = explain_nan(lambda p: (p["a"] / p["b"][0]).sum(), {"a": np.ones(2), "b": [0.0]})
    assert report.first.op.name == "divide"


def test_nothing_to_explain(capsys):
    report = explain_nan(ad.sin, 1.0)
    assert report.first is None and report.path == [] and report.advice == []
    assert "finite here" in str(report) and "finite" in repr(report)


def test_the_error_leads_to_the_event():
    with pytest.raises(NonFiniteError) as caught, debug_nans():
        ad.grad(root)(0.0)
    assert [e.op.name for e in caught.value.event.path()] == ["sqrt", "multiply"]
