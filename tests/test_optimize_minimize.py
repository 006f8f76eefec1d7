"""One call for a fit: our methods and SciPy's, over containers, with exact derivatives."""

import builtins
import io
import sys
import time

import numpy as np
import pytest
import scipy.optimize

import autodiff as ad
from autodiff import optimize
from autodiff.numeric import progress
from autodiff.optimize import minimize
from autodiff.optimize.scipy_methods import SCIPY

UNBOUND = sorted(set(SCIPY.values()) - {"COBYLA", "COBYQA", "SLSQP", "trust-constr"})


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def bowl(params):
    return ((params["w"] - np.array([1.0, -2.0])) ** 2 * [1, 3]).sum() + (params["b"] - 3) ** 4


def started():
    return {"w": np.array([0.3, 0.1]), "b": 1.0}


@pytest.mark.parametrize("method", ["lbfgs", "newton-cg", *UNBOUND])
def test_the_valley_of_rosenbrock_is_followed(method):
    start = np.array([-1.2, 1.0])
    options = {"xatol": 1e-9, "fatol": 1e-9} if method == "Nelder-Mead" else {}
    steps = 400 if method in ("Nelder-Mead", "TNC") else 300
    found = minimize(rosenbrock, start, method, steps=steps, **options)
    np.testing.assert_allclose(found.x, [1, 1], atol=1e-3)
    assert found.success and found.fun < 1e-6 and found.message
    assert start.tolist() == [-1.2, 1.0]
    assert found.history["fun"].shape == (found.steps + 1,)
    assert found.history["fun"][0] == pytest.approx(24.2)
    assert found.fun == found.history["fun"][-1]
    assert (found.evaluations["gradient"] > 0) == (method not in ("Nelder-Mead", "Powell"))
    second = {"newton-cg", "Newton-CG", "dogleg", "trust-ncg", "trust-exact", "trust-krylov"}
    assert (found.evaluations["product"] > 0) == (method in second)


@pytest.mark.parametrize("method", ["lbfgs", "newton-cg", "BFGS", "COBYLA", "SLSQP", "COBYQA"])
def test_a_container_is_given_back(method):
    found = minimize(bowl, started(), method)
    np.testing.assert_allclose(found.x["w"], [1, -2], atol=2e-3)
    np.testing.assert_allclose(found.x["b"], 3, atol=0.1)
    assert isinstance(found.x["b"], float)


@pytest.mark.parametrize("method", ["lbfgs", "newton-cg", "adam", "BFGS"])
def test_many_dimensions_single_precision_and_tensors(method):
    rng = np.random.default_rng(0)
    a = rng.normal(size=(40, 6)).astype(np.float32)
    exact = rng.normal(size=6).astype(np.float32)

    def f(x, scale):
        r = a @ x - a @ exact
        return scale * (r * r).mean()

    x = ad.tensor(np.zeros(6, np.float32), requires_grad=True)
    options = {"learning_rate": 0.05} if method == "adam" else {}
    found = minimize(lambda p, s: f(p[0], s), [x], method, args=(1.0,), tol=1e-5, **options)
    (y,) = found.x
    assert isinstance(y, ad.Tensor) and y.dtype == np.float32 and y.requires_grad and y.is_leaf
    np.testing.assert_allclose(y.tolist(), exact, atol=1e-3)
    assert x.tolist() == [0.0] * 6


@pytest.mark.parametrize("method", ["lbfgs", "newton-cg", "adam", "L-BFGS-B", "trust-ncg"])
def test_complex_parameters_are_found(method):
    goal = np.array([1 + 2j, -0.5 - 0.25j])
    options = {"learning_rate": 0.05} if method == "adam" else {}
    found = minimize(
        lambda z: (ad.abs(z - goal) ** 2).sum(), np.array([0.1 + 0j, 0.2j]), method, **options
    )
    np.testing.assert_allclose(found.x, goal, atol=1e-4)
    assert found.x.dtype == complex


def test_capitals_choose_between_ours_and_scipys():
    ours = minimize(rosenbrock, np.zeros(2), "newton-cg")
    theirs = minimize(rosenbrock, np.zeros(2), "Newton-CG")
    assert "gradient" in ours.message and "Optimization" in theirs.message


@pytest.mark.parametrize(
    "method", ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw", "adadelta"]
)
def test_gradient_methods_take_their_options(method):
    rates = {"adagrad": 0.5, "adadelta": 20.0, "momentum": 0.01, "nesterov": 0.01}
    found = minimize(
        lambda x: ((x - 1) ** 2).sum(), np.zeros(2), method, steps=500,
        learning_rate=rates.get(method, 0.03),
    )  # fmt: skip
    np.testing.assert_allclose(found.x, [1, 1], atol=0.05)
    assert found.steps <= 500 and len(found.history["grad_norm"]) == found.steps + 1


def test_an_optimizer_of_parts_is_a_method():
    opt = optimize.chain(
        optimize.clip_by_global_norm(0.5), optimize.sgd(optimize.schedules.cosine(0.5, 100))
    )
    found = minimize(lambda p: (p["x"] ** 2).sum(), {"x": np.array([3.0, 4.0])}, opt, steps=100)
    assert found.fun < 1e-10


@pytest.mark.parametrize("opt", [optimize.lbfgs(memory=3), optimize.newton_cg(radius=0.3)])
def test_a_method_that_looks_at_the_function_may_be_given_ready(opt):
    found = minimize(rosenbrock, np.array([-1.2, 1.0]), opt)
    np.testing.assert_allclose(found.x, [1, 1], atol=1e-4)
    assert found.success and found.evaluations["function"] > found.steps


def test_newton_leaves_a_saddle_and_finds_a_minimum():
    def f(x):
        return x[0] ** 2 - x[1] ** 2 + 0.5 * x[1] ** 4

    found = minimize(f, np.array([1.0, 1e-4]), "newton-cg")
    np.testing.assert_allclose(np.abs(found.x), [0, 1], atol=1e-6)
    assert found.fun == pytest.approx(-0.5)


def test_bounds_and_constraints_get_exact_derivatives():
    found = minimize(rosenbrock, np.zeros(2), "L-BFGS-B", bounds=[(-2, 0.5), (-2, 2)])
    np.testing.assert_allclose(found.x, [0.5, 0.25], atol=1e-5)
    start = {"x": np.array(1.0), "y": np.array(2.0)}
    circle = {"type": "eq", "fun": lambda p: p["x"] ** 2 + p["y"] ** 2 - 2}
    found = minimize(lambda p: p["x"] + p["y"], start, "SLSQP", constraints=circle, tol=1e-12)
    np.testing.assert_allclose([found.x["x"], found.x["y"]], [-1, -1], atol=1e-6)
    ring = scipy.optimize.NonlinearConstraint(lambda p: p["x"] ** 2 + p["y"] ** 2, 0.0, 2.0)
    found = minimize(lambda p: p["x"] + p["y"], start, "trust-constr", constraints=[ring])
    np.testing.assert_allclose([found.x["x"], found.x["y"]], [-1, -1], atol=1e-3)


@pytest.mark.parametrize("method", ["adam", "lbfgs", "newton-cg", "BFGS", "SLSQP", "TNC", "COBYLA"])
@pytest.mark.parametrize("way", ["true", "stop"])
def test_a_callback_sees_each_step_and_may_stop(method, way):
    seen = []

    def callback(moment):
        seen.append(moment)
        if len(seen) == 2:
            if way == "stop":
                raise StopIteration
            return True
        return None

    found = minimize(rosenbrock, np.zeros(2), method, callback=callback)
    assert [moment.step for moment in seen] == [1, 2] and found.steps == 2
    assert found.message == "the callback asked to stop." and not found.success
    assert seen[-1].fun == pytest.approx(rosenbrock(seen[-1].x)) == found.fun
    np.testing.assert_array_equal(found.x, seen[-1].x)


def test_rounding_ends_the_search_in_peace():
    found = minimize(lambda x: (x**4).sum() + 1e8, np.array([2.0, 1.0]), "lbfgs", tol=0.0)
    assert found.success and found.steps < 200
    assert "rounding" in found.message or "gradient" in found.message


def test_the_start_may_be_the_minimum():
    for method in ("lbfgs", "newton-cg", "adam", "BFGS"):
        found = minimize(lambda x: (x * x).sum(), np.zeros(3), method)
        assert found.success and found.fun == 0 and found.steps <= 1


# ---------------------------------------------------------------- what is refused

FAULTS = [
    (lambda: minimize(rosenbrock, np.zeros(2), "adamant"), "'adamant' is unknown"),
    (lambda: minimize(rosenbrock, np.zeros(2), 3), "method is a int"),
    (lambda: minimize(3, np.zeros(2)), "f is a int"),
    (lambda: minimize(rosenbrock, "text"), "params is a str"),
    (lambda: minimize(rosenbrock, np.zeros(0)), "hold no number"),
    (lambda: minimize(rosenbrock, []), "hold no number"),
    (lambda: minimize(rosenbrock, np.zeros(2), steps=0), "steps=0"),
    (lambda: minimize(rosenbrock, np.zeros(2), tol=-1), "tol=-1"),
    (lambda: minimize(rosenbrock, np.zeros(2), "adam", speed=3), "unexpected keyword"),
    (lambda: minimize(rosenbrock, np.zeros(2), "lbfgs", speed=3), "no option speed"),
    (lambda: minimize(rosenbrock, np.zeros(2), optimize.adam(), speed=3), "no option speed"),
    (lambda: minimize(rosenbrock, np.zeros(2), "adam", bounds=[(0, 1)] * 2), "no bounds"),
    (lambda: minimize(lambda x: x, np.zeros(2)), "scalar"),
    (lambda: minimize(lambda x: x, np.zeros(2), "Powell"), "one number, the loss"),
    (lambda: minimize(rosenbrock, np.zeros(2), "SLSQP", constraints=[3]), "a constraint is a int"),
    (
        lambda: ad.grad(lambda a: minimize(lambda x: (x * a) ** 2, a).fun)(1.0),
        "outside of grad",
    ),
]


@pytest.mark.parametrize(("fault", "words"), FAULTS)
def test_what_cannot_be_used_is_one_sentence(fault, words):
    with pytest.raises((ValueError, TypeError), match=words) as error:
        fault()
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("method", ["adam", "lbfgs", "newton-cg", "BFGS", "sgd"])
def test_a_loss_without_number_at_the_start_is_reported(method):
    with pytest.raises(optimize.NonFiniteError, match=r"the loss is (nan|inf) at step 0"):
        minimize(lambda x: (x / 0.0).sum(), np.ones(2), method)


def test_descent_that_diverges_names_the_step_and_the_parameter():
    with pytest.raises(optimize.NonFiniteError, match=r"minimize by sgd: .* at step \d+; lower"):
        minimize(lambda p: (p["w"] ** 4).sum(), {"w": np.full(2, 9.0)}, "sgd", learning_rate=1.0)
    with pytest.raises(optimize.NonFiniteError, match=r"gradient of params\['w'\] .* at step 0"):
        minimize(lambda p: ad.sqrt(p["w"]).sum(), {"w": np.zeros(1)}, "adam")


@pytest.mark.parametrize("method", ["lbfgs", "newton-cg"])
def test_a_search_backs_out_of_where_the_function_has_no_value(method):
    found = minimize(lambda x: (x - ad.log(x)).sum(), np.array([0.01, 30.0]), method)
    np.testing.assert_allclose(found.x, [1, 1], atol=1e-5)


# ---------------------------------------------------------------- the bar


def slow(x):
    time.sleep(0.002)
    return (x**2).sum()


@pytest.mark.parametrize("with_tqdm", [True, False])
@pytest.mark.parametrize(("terminal", "shown"), [(True, True), (False, False)])
def test_long_work_shows_a_bar_on_a_terminal_only(monkeypatch, with_tqdm, terminal, shown):
    screen = io.StringIO()
    screen.isatty = lambda: terminal
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(progress, "PATIENCE", 0.05)
    monkeypatch.setattr("autodiff.optimize.bar.PATIENCE", 0.05)
    real = builtins.__import__

    def without(name, *rest):
        if name == "tqdm" and not with_tqdm:
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    minimize(slow, np.ones(2), "adam", steps=120, tol=0.0)
    assert ("minimize by adam" in screen.getvalue()) == shown
    screen.truncate(0)
    minimize(slow, np.ones(2), "adam", steps=3, tol=0.0)
    minimize(slow, np.ones(2), "adam", steps=120, tol=0.0, progress=False)
    assert screen.getvalue().strip("\0") == ""


def test_without_scipy_the_sentence_names_the_extra(monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name.startswith("scipy"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r"autodiff-numpy\[scipy\]"):
        minimize(rosenbrock, np.zeros(2), "BFGS")
