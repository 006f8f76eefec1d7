"""Random programs have one value and one derivative, whichever way they are taken."""

import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings, strategies as st
from programs import Program, Step, point, programs

import autodiff as ad
import autodiff.numpy

EXAMPLES = settings(
    max_examples=150, derandomize=True, database=None, deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)  # fmt: skip


def eager(f, x):
    t = ad.tensor(x, requires_grad=True)
    y = f(t)
    y.backward()
    return y.item(), t.grad.numpy()


def graph(f, x):
    v = ad.Variable("x", x.shape, x.dtype)
    y = f(v)
    return ad.Executor([y, *ad.gradients(y, [v])]).run({v: x})


def forward(f, x):
    units = np.eye(x.size).reshape(-1, *x.shape)
    y = ad.jvp(f, (x,), (units[0],))[0]
    return y, np.reshape([ad.jvp(f, (x,), (u,))[1] for u in units], x.shape)


def batch(f, x):
    y, g = ad.vmap(ad.value_and_grad(f))(np.stack([x, x + 0.5]))
    return y[0], g[0]


WAYS = {
    "eager": eager,
    "grad": lambda f, x: ad.value_and_grad(f)(x),
    "jvp": forward,
    "jacfwd": lambda f, x: (ad.vjp(f, x)[0], ad.jacfwd(f)(x)),
    "graph": graph,
    "vmap": batch,
    "plain NumPy": None,
}


def agreeing(program, x, t, slope):
    """Compare all ways with each other, with NumPy and with a central difference."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        value = program(np, x)
        for way, run in WAYS.items():
            names = np if run is None else autodiff.numpy
            y, g = (run or eager)(lambda x, names=names: program(names, x), x)
            np.testing.assert_allclose(y, value, rtol=1e-12, atol=1e-12, err_msg=way)
            assert np.shape(g) == x.shape, way
            found = float(np.sum(g * t))
            np.testing.assert_allclose(found, slope, rtol=2e-6, atol=2e-6, err_msg=way)


def twice(program, x, t):
    """The Hessian times t, in three orders."""

    def f(x):
        return program(autodiff.numpy, x)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        over = ad.jvp(ad.grad(f), (x,), (t,))[1]
        under = ad.grad(lambda x: ad.jvp(f, (x,), (t,))[1])(x)
        both = ad.grad(lambda x: ad.sum(ad.grad(f)(x) * t))(x)
        h = 1e-5
        slope = (ad.grad(f)(x + h * t) - ad.grad(f)(x - h * t)) / (2 * h)
    np.testing.assert_allclose(over, under, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(over, both, rtol=1e-9, atol=1e-9)
    return over, slope


@EXAMPLES
@given(program=programs(), seed=st.integers(0, 1000))
def test_every_way_gives_the_same_derivative(program, seed):
    found = point(program, seed)
    assume(found is not None)
    agreeing(program, *found)


@EXAMPLES
@given(program=programs(4), seed=st.integers(0, 1000))
def test_every_order_gives_the_same_second_derivative(program, seed):
    found = point(program, seed)
    assume(found is not None)
    over, slope = twice(program, *found[:2])
    scale = 1 + np.abs(slope).max(initial=0)
    np.testing.assert_allclose(over / scale, slope / scale, atol=1e-4)


@EXAMPLES
@given(
    program=programs(4),
    dtype=st.sampled_from([np.float32, np.float64]),
    seed=st.integers(0, 1000),
)
def test_the_dtype_is_that_of_numpy(program, dtype, seed):
    x = np.random.default_rng(seed).uniform(-1, 1, program.shape).astype(dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        expected = np.result_type(program(np, x))
        for way in ("eager", "grad", "graph"):
            y, g = WAYS[way](lambda x: program(autodiff.numpy, x), x)
            assert np.result_type(g) == dtype, way
            assert way == "eager" or np.result_type(y) == expected, way


@EXAMPLES
@given(program=programs(5), seed=st.integers(0, 1000), steps=st.integers(0, 4))
def test_a_loop_of_ours_is_pythons(program, seed, steps):
    """while_loop and fori_loop apply a program's first smooth part as Python's loop does."""
    found = point(program, seed)
    assume(found is not None)
    x, t, _ = found

    def body(y):
        return np.tanh(y + 0.3 * np.sin(program(np, y)))

    def plain(x):
        y = x
        for _ in range(steps):
            y = body(y)
        return y.sum()

    def counted(x):
        return ad.fori_loop(0, steps, lambda i, y: body(y), x).sum()

    def tested(x):
        state = ad.while_loop(lambda s: s[0] < steps, lambda s: (s[0] + 1, body(s[1])), (0, x))
        return state[1].sum()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        expected = ad.grad(plain)(x)
        for f in (counted, tested):
            np.testing.assert_allclose(ad.grad(f)(x), expected, rtol=1e-12, atol=1e-14)
            pushed = ad.jvp(f, (x,), (t,))[1]
            np.testing.assert_allclose(pushed, np.sum(expected * t), rtol=1e-9, atol=1e-12)


# What Hypothesis has found and shrunk before stays here.
KEPT = {
    "broadcast against itself": Program((2, 1), (Step("transpose", (0,)), Step("add", (0, 1)))),
    "exp over a sum": Program((), (Step("exp", (0,)), Step("divide", (1, 0)))),
    "a root that is not chosen": Program((), (Step("guarded root", (0,)),)),
    "the last of a loop": Program((3,), (Step("pile", (0,), (2,)), Step("index", (1,), (-1,)))),
    "the same value twice": Program((3,), (Step("multiply", (0, 0)), Step("outer", (1, 1)))),
}


@pytest.mark.parametrize("name", KEPT)
def test_a_program_that_was_kept(name):
    agreeing(KEPT[name], *point(KEPT[name], 1))
