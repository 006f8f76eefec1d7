"""Loops in loops in compiled functions: whatever becomes of them, they do what eager ones do."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.compile.jit import jit
from autodiff.core.tree import flatten


@pytest.fixture(autouse=True)
def no_disk(monkeypatch):
    monkeypatch.setenv("AUTODIFF_CACHE", "")


def same(found, wanted, tolerance):
    for a, b in zip(flatten(found)[0], flatten(wanted)[0], strict=True):
        assert (np.shape(a), np.asarray(a).dtype) == (np.shape(b), np.asarray(b).dtype)
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


def zero(x):
    """The number 0 that no trace can tell from others, so that a loop over it is no Python loop."""
    return ad.where(x[0] < 1e300, 0, 1)


def varying(x, w):
    """Inner loops of no, few and many steps."""

    def outer(s):
        i, v = s
        inner = ad.while_loop(
            lambda u: (u[1] < i) & (u[0].sum() < 50),
            lambda u: (u[0] * w + 0.1, u[1] + 1),
            (v, zero(x)),
        )
        return i + 1, ad.sin(inner[0]) + 0.5 * inner[0]

    return ad.while_loop(lambda s: s[0] < 7, outer, (zero(x), x))[1].sum()


def never(x, w):
    """An outer loop without a step, with one inside."""

    def outer(v):
        return ad.while_loop(lambda u: (u * u).sum() < 9, lambda u: u * 2 + w, v)

    return (ad.while_loop(lambda v: v.sum() < -100, outer, x) * w).sum()


def threefold(x, w):
    def inner(v):
        return ad.while_loop(lambda u: (u * u).sum() < 30, lambda u: u * 1.5 + 0.1 * w, v)

    def middle(v):
        return ad.while_loop(lambda u: (u * u).sum() < 60, lambda u: 0.5 * inner(u) + u * w, v)

    return ad.fori_loop(0, 20, lambda i, v: 0.3 * middle(v) + 0.01 * i * w, x).sum()


def counters(x, w):
    """States that are whole numbers and truth values, and what stays the same."""

    def outer(s):
        n, _, v, fixed, zero = s
        k, v = ad.while_loop(
            lambda u: u[0] > 0, lambda u: (u[0] - 2, u[1] * fixed + zero), (n, v * 0.9)
        )
        return n + 1, (n < 8) & (k < 1), v, fixed, 2 * zero

    state = (zero(x) + 1, x[0] < 1e300, x, w, np.zeros(3, x.dtype))
    n, _, v, fixed, _ = ad.while_loop(lambda s: s[1], outer, state)
    return (v * fixed).sum() * n


def halted(x, w):
    """Conditions that meet NaN are false."""

    def outer(s):
        i, v = s
        return i + 1, ad.while_loop(lambda u: u.sum() < 40, lambda u: ad.log(u) * w + 5, v - 3)

    return ad.while_loop(lambda s: s[0] < 3, outer, (zero(x), x))[1].sum()


def descended(x, w):
    """The gradient of a loop inside of a loop."""

    def height(v):
        last = ad.while_loop(lambda u: (u * u).sum() < 20, lambda u: u * 1.5 + 0.1 * v * w, v)
        return (last * v).sum()

    def step(v):
        return v - 0.01 * ad.grad(height)(v)

    return ad.while_loop(lambda v: (v * v).sum() > 1.5, step, x * 1.0).sum()


def swept(x, w):
    """Inner loops along arrays, and gradients of loops whose steps are counted, in a loop."""

    def weighed(v):
        last, ys = ad.scan(
            lambda c, z: (0.9 * c * w + z, c * z), v, ad.stack([w * i for i in range(18)]) / 18
        )
        return last.sum() + (ys * ys).sum() + ys[4, 1]

    def counted(v):
        return ad.fori_loop(0, 40, lambda i, u: u * ad.cos(w * u) + 0.01 * i, v).sum()

    def step(s):
        i, v = s
        return i + 1, v - 0.002 * ad.grad(weighed)(v) - 0.001 * ad.grad(counted)(v)

    return ad.while_loop(lambda s: s[0] < 3, step, (zero(x), x))[1].sum()


PROGRAMS = [varying, never, threefold, counters, halted, descended, swept]
TRANSFORMS = {
    "value": lambda f: f,
    "gradient": lambda f: ad.grad(f, (0, 1)),
    "forward": lambda f: ad.jacfwd(f),
    "forward over reverse": lambda f: ad.jacfwd(ad.grad(f)),
}
X, W = np.array([0.6, 1.0, 1.4]), np.array([1.1, 0.9, 1.05])


@pytest.mark.parametrize("name", TRANSFORMS)
@pytest.mark.parametrize("f", PROGRAMS)
def test_nested_loops(f, name):
    transformed = TRANSFORMS[name](f)
    compiled = jit(transformed)
    for x in (X, X * 2, -X):
        with np.errstate(all="ignore"):
            same(compiled(x, W), transformed(x, W), 1e-9)


@pytest.mark.parametrize("f", PROGRAMS)
def test_single_precision(f):
    x, w = X.astype(np.float32), W.astype(np.float32)
    transformed = ad.value_and_grad(f)
    with np.errstate(all="ignore"):
        same(jit(transformed)(x, w), transformed(x, w), 2e-4)


@pytest.mark.parametrize("f", PROGRAMS)
def test_the_outer_loop_is_one_native_function(f):
    compiled = jit(f)
    with np.errstate(all="ignore"):
        compiled(X, W)
    loops = [text for text in compiled.last.report.groups if text.startswith("loop")]
    assert len(loops) == 1 and "numbers in registers" in loops[0]


def test_equal_loops_are_one():
    def halves(x):
        def f(v):
            return ad.while_loop(lambda u: u > 1, lambda u: u / 2, v)

        return f(x) + ad.jvp(f, (x,), (1.0,))[1] + f(x)

    compiled = jit(halves)
    assert compiled(24.0) == halves(24.0)
    assert [x.op.name for x in compiled.last.graph.order].count("while_loop") == 1


def test_what_stays_the_same_is_no_state():
    def f(x):
        state = x, np.zeros(()), x, np.ones(()), x
        last = ad.while_loop(
            lambda s: s[0] < 10,
            lambda s: (s[0] + s[3], 3 * s[1], s[2] + s[3], s[3], s[4] * s[4]),
            state,
        )
        return last[0] * last[2] + last[1] + last[3]

    compiled = jit(f)
    for x in (0.5, 20.0):
        assert compiled(x) == f(x)
    (loop,) = [x.op.op for x in compiled.last.graph.order if x.op.name == "while_loop"]
    assert len(loop.body.state) == 1


def test_a_batch_shares_what_its_examples_share():
    def f(x):
        return ad.while_loop(lambda s: s < 100, lambda s: s * s + 1, x)

    compiled = jit(lambda x, d: ad.vmap(lambda t: ad.jvp(f, (x,), (t,))[1])(d))
    directions = np.array([1.0, -2.0, 0.5])
    same(compiled(2.0, directions), directions * ad.grad(f)(2.0), 1e-12)
    (loop,) = [x.op.op for x in compiled.last.graph.order if x.op.name == "while_loop"]
    assert sorted(x.known for x in loop.body.state) == [(), (3,)]
