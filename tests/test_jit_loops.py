"""Loops in compiled functions are native loops both ways, and compute what the eager run does."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.compile.jit import jit
from autodiff.core.tree import flatten

RNG = np.random.default_rng(3)
X, W = RNG.normal(size=3), np.array([1.1, 0.9, 1.01])
LONG = RNG.normal(size=200)
MATRIX = RNG.normal(size=(40, 40)) / 10


@pytest.fixture(autouse=True)
def no_disk(monkeypatch):
    monkeypatch.setenv("AUTODIFF_CACHE", "")


def same(found, wanted, tolerance=1e-9):
    for a, b in zip(flatten(found)[0], flatten(wanted)[0], strict=True):
        assert (np.asarray(a).shape, np.asarray(a).dtype) == (np.shape(b), np.asarray(b).dtype)
        scale = max(1.0, float(np.abs(b).max())) if np.size(b) else 1.0
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * scale)


def native(f, *args):
    """Compiled as the eager run, in one program without calls back to Python."""
    c = jit(f)
    wanted = f(*args)
    same(c(*args), wanted)
    same(c(*args), wanted)
    assert len(c.programs) == 1
    assert c.last.report.calls == []
    return c


def scanned(x, w):
    steps = ad.stack([w * i for i in range(20)])
    last, ys = ad.scan(lambda c, z: (ad.sin(c * w) + z, c * c), x, steps)
    return (last * last).sum() + ys.sum()


def backwards(x, w):
    last, ys = ad.scan(lambda c, z: (c * w + z, ad.tanh(c)), x, ad.stack([w] * 30), reverse=True)
    return last.sum() + (ys[3] * ys[7]).sum()


def grown(x, w):
    return ad.while_loop(
        lambda s: (s * s).sum() < 100, lambda s: s * w * 1.3 + 0.01 * s * s, x
    ).sum()


def counted(x, w):
    return ad.fori_loop(0, 30, lambda i, s: s * ad.cos(w) + i * 0.01 * s * s, x).sum()


def nested(x, w):
    def outer(i, s):
        s = ad.while_loop(lambda v: (v * v).sum() < 4, lambda v: v * 1.5, s * w)
        return ad.fori_loop(0, 20, lambda j, v: v * 0.97 + 0.001 * j, s)

    return ad.fori_loop(0, 25, outer, x).sum()


def several(x, w):
    state = {"a": x, "n": 0, "on": True}

    def step(s):
        return {"a": s["a"] * w + 0.1, "n": s["n"] + 1, "on": s["n"] < 12}

    last = ad.while_loop(lambda s: s["on"], step, state)
    return last["a"].sum() * last["n"]


LOOPS = [scanned, backwards, grown, counted, nested, several]


def widened(f):
    """The same loop over vectors, whose steps are loop nests."""

    def wide(x, w):
        return f(x * 0.1, 1 + 0.01 * ad.tanh(w)) if f is not grown else f(x, 1 + 0.01 * w)

    return wide


@pytest.mark.parametrize("f", LOOPS)
def test_values_and_gradients(f):
    native(f, X, W)
    native(ad.value_and_grad(f, argnums=(0, 1)), X, W)


@pytest.mark.parametrize("f", LOOPS)
def test_wide_states(f):
    wide = widened(f)
    native(wide, LONG, LONG[::-1])
    native(ad.grad(wide, argnums=(0, 1)), LONG, LONG[::-1])


@pytest.mark.parametrize("f", [scanned, grown, counted])
def test_other_orders_and_transforms(f):
    native(lambda x, w: ad.jvp(f, (x, w), (w, x)), X, W)
    native(lambda x, w: ad.jvp(ad.grad(f), (x, w), (w, x)), X, W)
    native(ad.hessian(f), X, W)
    native(lambda x, w: ad.grad(lambda v: (ad.grad(f)(v, w) * w).sum())(x), X, W)
    native(ad.vmap(f), np.stack([X, 2 * X]), np.stack([W, W]))
    native(ad.grad(lambda x, w: ad.vmap(f)(x, w).sum()), np.stack([X, 2 * X]), np.stack([W, W]))


def test_the_number_of_steps_follows_the_data():
    c = jit(ad.grad(grown))
    for scale in (1.0, 0.01, 1e-6, 1e6, 1e-9, 3.0):
        same(c(X * scale, W), ad.grad(grown)(X * scale, W))
    assert len(c.programs) == 1


def test_products_of_matrices_in_loops():
    def f(a, x):
        return ad.fori_loop(0, 40, lambda i, v: ad.tanh(a @ v), x).sum()

    native(f, MATRIX, LONG[:40])
    native(ad.grad(f, argnums=(0, 1)), MATRIX, LONG[:40])


def test_no_steps():
    def f(x):
        return ad.while_loop(lambda s: (s * s).sum() < -1, lambda s: s * 2, x).sum()

    native(f, X)
    native(ad.grad(f), X)


def test_constants_of_a_transform_in_a_body():
    def f(w):
        return ad.fori_loop(0, 20, lambda i, s: s * w[0] + w[1], 1.0)

    native(ad.grad(f), W)
    native(ad.grad(lambda w: ad.while_loop(lambda s: s < 50, lambda s: s * w[0] + w[1], w[2])), W)


def test_single_precision():
    x, w = X.astype(np.float32), W.astype(np.float32)
    c = jit(ad.grad(grown))
    same(c(x, w), ad.grad(grown)(x, w), 1e-4)
    same(jit(scanned)(x, w), scanned(x, w), 1e-4)


def test_a_body_that_asks_for_numbers_is_written_out():
    def f(x):
        def step(i, s):
            return s * 2 if i % 2 else s + x

        return ad.fori_loop(0, 20, step, x).sum()

    same(jit(f)(X), f(X))
    same(jit(ad.grad(f))(X), ad.grad(f)(X))

    def g(x):
        return ad.while_loop(lambda s: s < 50, lambda s: s * 2 if s > 5 else s + 1, x)

    same(jit(ad.grad(g))(1.0), ad.grad(g)(1.0))


def test_errors_of_a_body_stay():
    with pytest.raises(ad.ArgumentError, match="change from"):
        jit(lambda x: ad.while_loop(lambda s: s.sum() < 5, lambda s: (s, s), x))(X)
    with pytest.raises(ad.ArgumentError, match="change from"):
        jit(lambda x: ad.scan(lambda c, z: (c[:1], z), x, ad.stack([x] * 20))[0])(X)


ROWS = [
    lambda s, w: ad.sin(s * w), lambda s, w: s * 0.9 + w, lambda s, w: ad.tanh(s) - 0.3 * w,
    lambda s, w: ad.exp(-s * s) * w, lambda s, w: s[::-1] + 0.1 * s,
    lambda s, w: s - s.mean() * w,
    lambda s, w: ad.where(s > 0, s, 0.5 * s) + w,
    lambda s, w: ad.concatenate([s[1:], s[:1] * w[:1]]),
    lambda s, w: ad.sqrt(1 + s * s) - w,
]  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_random_loops(seed):
    rng = np.random.default_rng(seed)
    rows = [ROWS[k] for k in rng.integers(0, len(ROWS), 4)]
    size = int(rng.choice([1, 3, 7, 90]))
    x, w = rng.normal(size=size), rng.normal(size=size)

    def step(s, w):
        for row in rows:
            s = row(s, w)
        return s

    def f(x, w):
        last, ys = ad.scan(lambda c, z: (step(c, z), ad.cos(c)), x, ad.stack([w] * 21))
        inner = ad.while_loop(lambda p: p[1] < 7, lambda p: (step(p[0], w), p[1] + 1), (last, 0))
        return inner[0].sum() + (ys * ys).mean() + last.sum()

    native(ad.value_and_grad(f, argnums=(0, 1)), x, w)


def test_loops_of_symbolic_graphs_are_native():
    x = ad.Variable(name="x")
    y = ad.while_loop(lambda s: (s * s).sum() < 1000, lambda s: s * 1.5 + ad.sin(s) * x, x)
    total = (y * y).sum()
    (slope,) = ad.gradients(total, [x])
    native = ad.Executor([total, slope], compile=True)
    plain = ad.Executor([total, slope])
    for fed in (np.array([0.1, 0.2, 0.3]), np.array([[0.5], [0.25]]), np.array([2.0])):
        for a, b in zip(native.run({x: fed}), plain.run({x: fed})):
            np.testing.assert_allclose(a, b, rtol=1e-12)
    reports = [plan.function.report for plan in native.plans.values()]
    assert len(reports) == 3
    assert not any(r.calls for r in reports)
    assert all("loop while_loop_pullback" in str(r) for r in reports)
