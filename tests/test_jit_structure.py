"""Zeros by structure in compiled functions: looked for when a NaN arrives, and not before."""

import numpy as np
import pytest

import autodiff as ad

X = np.array([0.5, 2.0, 3.0, 4.0])


@pytest.fixture(autouse=True)
def no_disk(monkeypatch):
    monkeypatch.setenv("AUTODIFF_CACHE", "")


def roots(x):
    return (ad.where(x > 0, ad.sqrt(x), 0) * np.arange(4.0)).sum() + ad.log(x[1:]).sum()


def steep_slices(x):
    return (ad.sqrt(x)[2:] ** 3).sum()


TRANSFORMS = {
    "gradient": ad.grad,
    "pushforward": lambda f: lambda x: ad.jvp(f, (x,), (np.ones(4),))[1],
    "product with the Hessian": lambda f: lambda x: ad.hvp(f, (x,), (np.ones(4),)),
    "forward over reverse": lambda f: lambda x: ad.jvp(ad.grad(f), (x,), (np.ones(4),))[1],
    "Jacobian of the gradient": lambda f: ad.jacrev(ad.grad(f)),
}


@pytest.mark.parametrize("name", TRANSFORMS)
@pytest.mark.parametrize("f", [roots, steep_slices])
def test_another_program_answers_where_a_nan_would_arrive(f, name):
    eager = TRANSFORMS[name](f)
    compiled = ad.jit(eager)
    zero = np.array([0.0, 1.0, 2.0, 3.0])
    for x in (X, zero, X + 1, zero + np.array([0, 1, 1, 1])):
        assert np.isfinite(eager(x)).all()
        assert np.allclose(compiled(x), eager(x), rtol=1e-13)
    assert len(compiled.programs) <= 2


def test_programs_without_nans_hold_no_structure():
    compiled = ad.jit(ad.grad(roots))
    compiled(X)
    plain = len(compiled.last.graph.order)
    compiled(np.array([0.0, 1.0, 2.0, 3.0]))
    assert plain < len(compiled.last.graph.order)


def test_a_nan_behind_a_loop_is_met_by_its_guard():
    def f(x):
        last = ad.while_loop(lambda s: s.sum() < 50, lambda s: s * 2 + 1, x)
        return (ad.where(x > 0, ad.sqrt(x), 0) * last).sum()

    zero = np.array([0.0, 1.0, 2.0, 3.0])
    for first, then in ((X, zero), (zero, X)):
        compiled = ad.jit(ad.grad(f))
        for x in (first, then, first):
            assert np.isfinite(ad.grad(f)(x)).all()
            assert np.allclose(compiled(x), ad.grad(f)(x), rtol=1e-13)
        assert len(compiled.programs) == 2


def test_tame_constants_ask_for_nothing():
    def valley(x):
        return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1] / 2.0) ** 2).sum()

    compiled = ad.jit(TRANSFORMS["forward over reverse"](valley))
    assert np.allclose(compiled(X), TRANSFORMS["forward over reverse"](valley)(X))
    assert compiled.last.graph.guards == []


def test_a_nan_of_the_mathematics_stays():
    compiled = ad.jit(ad.grad(lambda x: (ad.log(x)[1:] * x[:-1]).sum()))
    bad = np.array([1.0, -1.0, 2.0, 3.0])
    with np.errstate(invalid="ignore"):
        expected = ad.grad(lambda x: (ad.log(x)[1:] * x[:-1]).sum())(bad)
    assert np.isnan(expected).any()
    assert np.allclose(compiled(bad), expected, equal_nan=True)
    assert np.isfinite(compiled(X)).all()


def test_graphs_without_a_compiler_and_inner_programs_keep_their_structure():
    inner = ad.jit(ad.grad(roots))
    zero = np.array([0.0, 1.0, 2.0, 3.0])
    found = ad.vmap(inner)(np.stack([X, zero]))
    assert np.allclose(found, [ad.grad(roots)(X), ad.grad(roots)(zero)])
    x = ad.Variable("x", shape=(4,))
    (g,) = ad.gradients(roots(x), [x])
    for compiled in (False, True):
        run = ad.Executor([g], compile=compiled).run
        with np.errstate(all="ignore"):
            assert np.allclose(run(feed_dict={x: zero})[0], ad.grad(roots)(zero))


def stencil(x):
    middle = 2 * x[1:-1] - x[2:] - x[:-2]
    return (middle**2 / 4).sum() + (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_long_stencils_are_computed_where_they_land(dtype):
    x = np.random.default_rng(0).normal(size=70_001).astype(dtype)
    compiled = ad.jit(ad.value_and_grad(stencil))
    value, slope = compiled(x)
    expected, exact = ad.value_and_grad(stencil)(x)
    tolerance = 50 * np.finfo(dtype).eps
    assert slope.dtype == dtype and np.allclose(slope, exact, rtol=tolerance, atol=10 * tolerance)
    assert np.isclose(value, expected, rtol=tolerance)
    nests = [line for line in str(compiled.report).splitlines() if "nest over (70001,)" in line]
    assert len(nests) == 1  # the whole gradient


def test_a_stencil_keeps_what_is_outside_out():
    def f(x):
        return (1 / x[1:] + np.arange(65_536.0) * x[:-1]).sum()

    x = np.linspace(1.0, 2.0, 65_537)
    x[0] = 0.0  # 1 / x[0] is not in the sum
    assert np.allclose(ad.jit(ad.grad(f))(x), ad.grad(f)(x), rtol=1e-14)


@pytest.mark.parametrize("name", TRANSFORMS)
@pytest.mark.parametrize("f", [roots, steep_slices])
def test_what_is_long_to_compute_is_hoped_to_hold_no_nan(f, name, monkeypatch):
    monkeypatch.setattr("autodiff.compile.trace.LARGE", 0)
    eager = TRANSFORMS[name](f)
    for xs in ([np.array([0.0, 1.0, 2.0, 3.0]), X], [X, np.array([0.0, 1.0, 2.0, 3.0])]):
        compiled = ad.jit(eager)
        for x in (*xs, *xs):
            np.testing.assert_allclose(compiled(x), eager(x), rtol=1e-12)


def test_a_first_call_does_not_compute_large_arrays_in_the_interpreter(monkeypatch):
    monkeypatch.setattr("autodiff.compile.trace.LARGE", 100)
    computed = []
    row = ad.core.op.Op.table["exp"]
    before = row.evaluate
    monkeypatch.setattr(row, "evaluate", lambda x: computed.append(np.shape(x)) or before(x))
    slope = ad.jit(ad.grad(lambda x: (ad.stack([ad.exp(x), x], axis=-1) ** 2).sum()))
    np.testing.assert_allclose(slope(np.ones(99)), 2 * np.exp(2) + 2)
    assert (99,) not in computed


@pytest.mark.parametrize("f", [ad.linalg.qr, ad.linalg.eigh, ad.linalg.svd])
def test_operators_of_several_results_are_asked_too(f):
    a = np.random.default_rng(0).normal(size=(4, 4))
    a = a @ a.T + np.diag(np.arange(4.0))
    slope = ad.grad(lambda x: sum([(part**2).sum() for part in f(a + ad.diag(x))]))
    np.testing.assert_allclose(ad.jit(slope)(X), slope(X), rtol=1e-9, atol=1e-12)
