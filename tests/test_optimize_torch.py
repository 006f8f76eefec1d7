"""The stateful optimisers beside PyTorch's own, step for step."""

import copy
import pickle
import re
import warnings

import numpy as np
import pytest

import autodiff as ad
from autodiff import optimize

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    torch = pytest.importorskip("torch")

RTOL, ATOL = 1e-10, 1e-13
STEPS = 25

VARIANTS = [
    ("SGD", {"lr": 0.01}),
    ("SGD", {"lr": 1e-4, "weight_decay": 0.1, "maximize": True}),
    ("SGD", {"lr": 0.01, "momentum": 0.9}),
    ("SGD", {"lr": 0.01, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.05}),
    ("SGD", {"lr": 0.01, "momentum": 0.8, "nesterov": True}),
    ("Adam", {}),
    ("Adam", {"lr": 0.05, "betas": (0.8, 0.95), "eps": 1e-4, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.05, "amsgrad": True, "maximize": True}),
    ("AdamW", {"lr": 0.05}),
    ("AdamW", {"lr": 0.05, "amsgrad": True, "weight_decay": 0.3}),
    ("Adagrad", {}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.1, "weight_decay": 0.1}),
    ("Adagrad", {"lr": 0.1, "initial_accumulator_value": 0.2, "eps": 1e-3, "maximize": True}),
    ("Adadelta", {}),
    ("Adadelta", {"lr": 0.5, "rho": 0.7, "eps": 1e-3, "weight_decay": 0.1}),
    ("RMSprop", {}),
    ("RMSprop", {"alpha": 0.9, "centered": True, "eps": 1e-4}),
    ("RMSprop", {"momentum": 0.7, "weight_decay": 0.1}),
    ("RMSprop", {"momentum": 0.7, "centered": True, "maximize": True}),
]
SEARCHES = [
    {"lr": 0.5},
    {"lr": 0.1, "max_iter": 4, "history_size": 2},
    {"line_search_fn": "strong_wolfe"},
    {"line_search_fn": "strong_wolfe", "lr": 0.3, "max_iter": 5, "history_size": 3},
    {"line_search_fn": "strong_wolfe", "max_iter": 7, "max_eval": 6},
]


def starts():
    rng = np.random.default_rng(7)
    return [rng.normal(size=(3, 2)), rng.normal(size=4), np.array(0.7)]


def loss_of(library, params):
    a, b, c = params
    bent = (1 - b[:-1]) ** 2 + 3 * (b[1:] - b[:-1] ** 2) ** 2
    return (a * a * (a - 1)).sum() * 0.1 + (a**4).sum() + bent.sum() + (c - a.sum()) ** 2


def parameters(library, dtype="float64"):
    return [
        library.tensor(x, dtype=getattr(library, dtype)).requires_grad_() for x in starts()
    ]  # fmt: skip


def numbers(tensors):
    return [np.array(x.detach().numpy()) for x in tensors]


def closure_of(library, opt, params):
    def closure():
        opt.zero_grad()
        loss = loss_of(library, params)
        loss.backward()
        return loss

    return closure


def run(library, module, name, options, steps=STEPS, dtype="float64"):
    """(the parameters after each step, the losses, the optimiser, the parameters)"""
    params = parameters(library, dtype)
    opt = getattr(module, name)(params, **options)
    closure, seen, losses = closure_of(library, opt, params), [], []
    for _ in range(steps):
        losses.append(float(opt.step(closure).detach()))
        seen.append(numbers(params))
    return seen, losses, opt, params


def compare(seen, expected, rtol=RTOL, atol=ATOL):
    for ours, theirs in zip(seen, expected, strict=True):
        for x, y in zip(ours, theirs, strict=True):
            assert x.shape == y.shape and x.dtype == y.dtype
            np.testing.assert_allclose(x, y, rtol=rtol, atol=atol)


@pytest.mark.parametrize(("name", "options"), VARIANTS)
def test_every_step_is_that_of_torch(name, options):
    ours = run(ad, optimize, name, options)
    theirs = run(torch, torch.optim, name, options)
    compare(ours[0], theirs[0])
    np.testing.assert_allclose(ours[1], theirs[1], rtol=RTOL)


@pytest.mark.parametrize("name", ["SGD", "Adam", "RMSprop", "Adagrad", "Adadelta", "AdamW"])
def test_single_precision_stays_single(name):
    ours = run(ad, optimize, name, {}, dtype="float32")
    theirs = run(torch, torch.optim, name, {}, dtype="float32")
    compare(ours[0], theirs[0], 3e-5, 1e-6)


@pytest.mark.parametrize("options", SEARCHES)
def test_every_step_of_lbfgs_is_that_of_torch(options):
    ours = run(ad, optimize, "LBFGS", options, 6)
    theirs = run(torch, torch.optim, "LBFGS", options, 6)
    compare(ours[0], theirs[0], 1e-7, 1e-8)
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-8)
    state = theirs[2].state[theirs[3][0]]
    mine = ours[2].state[ours[3][0]]
    assert (mine["func_evals"], mine["n_iter"]) == (state["func_evals"], state["n_iter"])


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW", "Adagrad", "Adadelta", "RMSprop"])
def test_complex_parameters_move_as_in_torch(name):
    start = np.array([1 + 2j, -0.5 + 0.1j])
    found = []
    for library, module in ((ad, optimize), (torch, torch.optim)):
        z = library.tensor(start).requires_grad_()
        opt = getattr(module, name)([z], lr=0.05)
        for _ in range(10):
            opt.zero_grad()
            ((z - (1 - 1j)) * (z - (1 - 1j)).conj()).real.sum().backward()
            opt.step()
        found.append(z.detach().numpy())
    np.testing.assert_allclose(*found, rtol=1e-12)


@pytest.mark.parametrize(("name", "options"), VARIANTS)
def test_the_state_has_the_keys_and_numbers_of_torch(name, options):
    ours = run(ad, optimize, name, options, 3)[2].state_dict()
    theirs = run(torch, torch.optim, name, options, 3)[2].state_dict()
    assert ours["state"].keys() == theirs["state"].keys()
    for i, slots in theirs["state"].items():
        given = {key for key, value in slots.items() if value is not None}
        assert ours["state"][i].keys() == given
        for key in given:
            value = ours["state"][i][key]
            np.testing.assert_allclose(np.asarray(value), slots[key].numpy(), rtol=1e-9, atol=1e-14)
    for mine, other in zip(ours["param_groups"], theirs["param_groups"], strict=True):
        assert mine["params"] == other["params"]
        for key, value in options.items():
            assert mine[key] == value == other[key]


@pytest.mark.parametrize(("name", "options"), [*VARIANTS, ("LBFGS", SEARCHES[3])])
def test_a_saved_state_goes_on_where_it_stopped(name, options):
    whole = run(ad, optimize, name, options, 6)[0]
    *_, opt, params = run(ad, optimize, name, options, 3)
    saved = pickle.loads(pickle.dumps(opt.state_dict()))
    again = [ad.tensor(x, requires_grad=True) for x in numbers(params)]
    other = getattr(optimize, name)(again, **options)
    other.load_state_dict(saved)
    for step in range(3, 6):
        other.step(closure_of(ad, other, again))
        compare([numbers(again)], [whole[step]], 1e-12, 1e-14)


@pytest.mark.parametrize("name", ["SGD", "Adam", "RMSprop"])
def test_groups_have_their_own_rates(name):
    found = []
    for library, module in ((ad, optimize), (torch, torch.optim)):
        params = parameters(library)
        groups = [{"params": params[:2], "lr": 0.05}, {"params": [params[2]], "weight_decay": 0.2}]
        opt = getattr(module, name)(groups[:1], lr=0.01)
        opt.add_param_group(groups[1])
        assert [group["lr"] for group in opt.param_groups] == [0.05, 0.01]
        for _ in range(10):
            opt.step(closure_of(library, opt, params))
        found.append(numbers(params))
    compare(*[[x] for x in found])


def test_a_parameter_without_gradient_stays():
    found = []
    for library, module in ((ad, optimize), (torch, torch.optim)):
        x, y = parameters(library)[0], parameters(library)[0]
        opt = module.SGD([x, y], lr=0.1, momentum=0.9, dampening=0.5)
        for i in range(4):
            opt.zero_grad()
            ((x * x).sum() if i < 2 else (x * y).sum()).backward()
            opt.step()
        found.append(numbers([x, y]))
    compare(*[[x] for x in found])


FAULTS = [
    lambda m, t: m.SGD(t, lr=0.1),
    lambda m, t: m.SGD([], lr=0.1),
    lambda m, t: m.SGD([1.0], lr=0.1),
    lambda m, t: m.SGD([{"params": {t}}], lr=0.1),
    lambda m, t: m.SGD([2 * t], lr=0.1),
    lambda m, t: m.SGD([t], lr=-1),
    lambda m, t: m.SGD([t], lr=0.1, momentum=-1),
    lambda m, t: m.SGD([t], lr=0.1, weight_decay=-1),
    lambda m, t: m.SGD([t], lr=0.1, nesterov=True),
    lambda m, t: m.SGD([t], lr=0.1, nesterov=True, momentum=0.9, dampening=0.1),
    lambda m, t: m.SGD([{"params": t}, {"params": [t]}], lr=0.1),
    lambda m, t: m.SGD([t], lr=0.1).add_param_group({"params": [t]}),
    lambda m, t: m.SGD([t], lr=0.1).add_param_group([t]),
    lambda m, t: m.Adam([t], betas=(1.0, 0.9)),
    lambda m, t: m.Adam([t], betas=(0.9, -0.1)),
    lambda m, t: m.Adam([t], eps=-1),
    lambda m, t: m.Adadelta([t], rho=1.1),
    lambda m, t: m.Adagrad([t], lr_decay=-1),
    lambda m, t: m.Adagrad([t], initial_accumulator_value=-1),
    lambda m, t: m.RMSprop([t], alpha=-1),
    lambda m, t: m.RMSprop([t], momentum=-1),
    lambda m, t: m.LBFGS([t], lr=-1),
    lambda m, t: m.LBFGS([{"params": t}, {"params": [t * 1]}]),
    lambda m, t: m.SGD([t], lr=0.1).load_state_dict({"state": {}, "param_groups": []}),
    lambda m, t: m.SGD([t], lr=0.1).load_state_dict(
        {"state": {}, "param_groups": [{"lr": 1, "params": [0, 1]}]}
    ),
    lambda m, t: m.lr_scheduler.StepLR(None, 3),
    lambda m, t: m.lr_scheduler.ReduceLROnPlateau(m.SGD([t], lr=0.1), factor=1.5),
    lambda m, t: m.lr_scheduler.ReduceLROnPlateau(m.SGD([t], lr=0.1), mode="up"),
    lambda m, t: m.lr_scheduler.LambdaLR(m.SGD([t], lr=0.1), [abs, abs]),
]


def begin(text):
    return re.escape(" ".join(str(text).split())[:18])


@pytest.mark.parametrize("fault", range(len(FAULTS)))
def test_errors_are_those_of_torch(fault):
    with pytest.raises((ValueError, TypeError, RuntimeError)) as theirs:
        FAULTS[fault](torch.optim, torch.tensor([1.0, 2.0], requires_grad=True))
    with pytest.raises(theirs.type, match="(?i)" + begin(theirs.value)):
        FAULTS[fault](optimize, ad.tensor([1.0, 2.0], requires_grad=True))


SCHEDULERS = [
    ("LambdaLR", {"lr_lambda": lambda epoch: 0.9**epoch}),
    ("StepLR", {"step_size": 3, "gamma": 0.5}),
    ("MultiStepLR", {"milestones": [2, 5, 5], "gamma": 0.3}),
    ("ExponentialLR", {"gamma": 0.8}),
    ("CosineAnnealingLR", {"T_max": 6, "eta_min": 0.01}),
]


@pytest.mark.parametrize(("name", "options"), SCHEDULERS)
def test_rates_are_those_of_torch(name, options):
    found = []
    for library, module in ((ad, optimize), (torch, torch.optim)):
        params = parameters(library)
        opt = module.SGD([{"params": params[:1], "lr": 0.5}, {"params": params[1:]}], lr=0.1)
        scheduler = getattr(module.lr_scheduler, name)(opt, **copy.copy(options))
        rates = [scheduler.get_last_lr()]
        for _ in range(14):
            opt.step()
            scheduler.step()
            rates.append([group["lr"] for group in opt.param_groups])
            assert scheduler.get_last_lr() == rates[-1]
        found.append(rates)
    np.testing.assert_allclose(*found, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("threshold_mode", ["rel", "abs"])
def test_a_plateau_is_seen_as_in_torch(mode, threshold_mode):
    measures = [3.0, 2.0, 2.0, 2.0, 2.0, 1.0, 1.5, 1.6, 1.7, 2.5, 2.6, 2.6, 2.6, 2.7, 2.6, 2.6]
    options = {"mode": mode, "patience": 1, "cooldown": 1, "factor": 0.5, "min_lr": 0.02}
    found = []
    for library, module in ((ad, optimize), (torch, torch.optim)):
        opt = module.SGD(parameters(library), lr=0.1)
        plateau = module.lr_scheduler.ReduceLROnPlateau
        scheduler = plateau(opt, threshold_mode=threshold_mode, **options)
        rates = []
        for measure in measures:
            scheduler.step(measure)
            rates.append(opt.param_groups[0]["lr"])
        found.append(rates)
    assert found[0] == found[1]


@pytest.mark.parametrize("norm_type", [2.0, 1.0, float("inf")])
@pytest.mark.parametrize("limit", [0.5, 1e6])
def test_gradients_are_cut_as_in_torch(norm_type, limit):
    found = []
    for library, clip in ((ad, optimize), (torch, torch.nn.utils)):
        params = parameters(library)
        loss_of(library, params).backward()
        total = clip.clip_grad_norm_(params, limit, norm_type)
        found.append([np.asarray(total)] + [np.array(p.grad.numpy()) for p in params])
        clip.clip_grad_value_(params, 0.01)
        found[-1] += [np.array(p.grad.numpy()) for p in params]
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-15)


def test_a_tensor_that_is_needed_later_is_reported_after_a_step():
    x = ad.tensor([1.0, 2.0], requires_grad=True)
    loss = (x * x).sum()
    loss.backward(retain_graph=True)
    optimize.SGD([x], lr=0.1).step()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
        ("Adam", {"lr": 0.01, "amsgrad": True}),
        ("AdamW", {"lr": 0.01}),
        ("RMSprop", {"lr": 0.01, "momentum": 0.5, "centered": True}),
        ("Adagrad", {"lr": 0.1}),
        ("Adadelta", {"lr": 1.0}),
    ],
)
def test_large_parameters_move_in_their_memory_by_the_same_numbers(name, given, dtype, monkeypatch):
    rng = np.random.default_rng(0)
    start = rng.normal(size=(400, 300)).astype(dtype)
    slopes = [rng.normal(size=start.shape).astype(dtype) for _ in range(3)]

    def moved():
        w = ad.tensor(start.copy(), requires_grad=True)
        memory = w.value
        opt = getattr(optimize, name)([w], **given)
        for g in slopes:
            w.grad = ad.tensor(g)
            opt.step()
        assert w.value is memory and w.value.dtype == dtype
        return w.value

    found = moved()
    monkeypatch.setattr("autodiff.optimize.stateful.BLOCK", 10**9)
    np.testing.assert_array_equal(found, moved())


def test_a_bad_number_in_a_large_gradient_moves_nothing():
    w = ad.tensor(np.ones(100_000), requires_grad=True)
    slope = np.ones(100_000)
    slope[-1] = np.nan
    w.grad = ad.tensor(slope)
    with pytest.raises(optimize.NonFiniteError, match="NaN"):
        optimize.SGD([w], lr=0.1).step()
    assert (w.value == 1).all()
