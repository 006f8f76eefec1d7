"""Plain arrays that a program rewrites after it has used them as constants."""

import gc
import tracemalloc

import numpy as np
import pytest

import autodiff as ad
from autodiff.interpret.kept import KEPT, LENT, SMALL, TINY

X = np.linspace(0.5, 1.5, 4)
LARGE = 5 * SMALL // 8 // 4 * 4
SQUARE = (4, 4)


def numbers(k, shape=(4,)):
    return ((np.arange(np.prod(shape)).reshape(shape) * 3) % 7 + k + 1) / 3


def below(k):
    return np.arange(4) < k % 3 + 1


def places(k):
    return (np.arange(4) + k) % 3


def square(k):
    return numbers(k, SQUARE)


def triple(k):
    return numbers(k, (3,))


def increasing(k):
    return np.arange(4.0) / (k + 1)


POINTS = np.array([0.3, 1.2])
USES = {
    "x * w": (lambda x, w: x * w, numbers),
    "w * x": (lambda x, w: w * x, numbers),
    "x / w": (lambda x, w: x / w, numbers),
    "w / x": (lambda x, w: w / x, numbers),
    "x ** w": (lambda x, w: x**w, numbers),
    "w ** x": (lambda x, w: w**x, numbers),
    "np.multiply": (lambda x, w: np.multiply(w, x), numbers),
    "maximum": (lambda x, w: np.maximum(x, w), numbers),
    "arctan2": (lambda x, w: np.arctan2(x, w), numbers),
    "clip": (lambda x, w: np.clip(x, w, w + 0.2) ** 2, numbers),
    "where of a mask": (lambda x, m: np.where(m, x, 0) ** 2, below),
    "x[mask]": (lambda x, m: x[m] ** 2, below),
    "sum of a mask": (lambda x, m: np.sum(x**2, where=m), below),
    "x[places]": (lambda x, i: x[i] ** 2, places),
    "take": (lambda x, i: np.take(x, i) ** 2, places),
    "take_along_axis": (lambda x, i: np.take_along_axis(x, i, 0) ** 2, places),
    "repeat": (lambda x, i: np.repeat(x, i) ** 2, places),
    "setitem": (lambda x, i: ad.setitem(x, i[:2], 3.0) ** 2, places),
    "bincount": (lambda x, i: np.bincount(i, weights=x, minlength=4) ** 2, places),
    "x @ A": (lambda x, a: x @ a, square),
    "A @ x": (lambda x, a: a @ x, square),
    "A.T @ x": (lambda x, a: a.T @ x, square),
    "x @ w": (lambda x, w: x @ w, numbers),
    "outer": (lambda x, w: np.outer(x, w) ** 2, numbers),
    "einsum": (lambda x, a: np.einsum("i,ij->j", x, a), square),
    "convolve": (lambda x, w: np.convolve(x, w) ** 2, triple),
    "solve": (lambda x, a: np.linalg.solve(a + 9 * np.eye(4), x), square),
    "interp, values": (lambda x, w: np.interp(x, np.arange(4.0), w), numbers),
    "interp, places": (lambda x, w: np.interp(x, w, X), increasing),
    "interp, x the table": (lambda x, w: np.interp(POINTS, w, x), increasing),
    "average": (lambda x, w: np.average(x, weights=w), numbers),
    "checkpoint": (lambda x, w: ad.checkpoint(lambda x, w: w * x * x)(x, w), numbers),
    "strided": (lambda x, w: x * w[::-1], numbers),
    "broadcast": (lambda x, w: np.broadcast_to(w, (3, 4)) * x, numbers),
}


def program(use, fill, rewriting):
    """A sum over uses of a work array, which is rewritten, or made anew each time."""

    def f(x):
        work, total = fill(0), 0.0
        for k in range(3):
            if rewriting:
                work[...] = fill(k)
            else:
                work = fill(k)
            total = total + use(x, work).sum()
        if rewriting:
            work[...] = fill(7)
        return total

    return f


def eager(f):
    def gradient(x):
        t = ad.tensor(x, requires_grad=True)
        f(t).backward()
        return t.grad.numpy()

    return gradient


def later(f):
    def gradient(x):
        pull = ad.vjp(f, x)[1]
        return pull(np.ones((), x.dtype))[0]

    return gradient


def batched(f):
    return lambda x: ad.vmap(ad.grad(f))(np.stack([x, x + 1]))


def pushed(f):
    return lambda x: ad.jvp(ad.grad(f), (x,), (x,))[1]


MODES = {
    "eager": eager, "grad": ad.grad, "later": later, "nested": ad.hessian, "vmap": batched,
    "jvp of grad": pushed, "grad of jvp": lambda f: ad.grad(lambda x: ad.jvp(f, (x,), (x,))[1]),
    "jit": lambda f: ad.jit(ad.grad(f)), "float32": lambda f: lambda x: ad.grad(f)(x.astype("f")),
}  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", USES)
def test_a_work_array_is_read_as_it_was(name, mode):
    use, fill = USES[name]
    found = MODES[mode](program(use, fill, rewriting=True))(X)
    expected = MODES[mode](program(use, fill, rewriting=False))(X)
    np.testing.assert_allclose(found, expected, rtol=1e-6 if mode == "float32" else 1e-12)


def test_complex_factors():
    def total(rewriting):
        return program(lambda x, w: (x * w).real, lambda k: numbers(k) * (1 + 2j), rewriting)

    z = X + 1j
    np.testing.assert_allclose(ad.grad(total(True))(z), ad.grad(total(False))(z))


def test_one_element_and_a_number_of_no_axes():
    def f(x):
        a, t = np.array([1.0, 2.0]), np.array(0.5)
        y = x * a
        a[0] = 7
        z = x * t
        t += 0.25
        return (y + z * t).sum()

    np.testing.assert_allclose(ad.grad(f)(np.ones(2)), [1.375, 2.375])


def test_arrays_of_no_elements():
    work = np.zeros((0, 3))
    assert ad.grad(lambda x: (x * work).sum())(np.ones((0, 3))).shape == (0, 3)


@pytest.mark.parametrize("size", [TINY // 8, TINY // 8 + 1, SMALL // 8])
@pytest.mark.parametrize("view", [lambda w: w, lambda w: w[::-1], lambda w: w.reshape(-1, 1)])
def test_small_arrays_are_right_whatever_is_written(size, view):
    def f(x):
        w = np.arange(1.0, size + 1)
        y = (x * view(w)).sum()
        w[size // 2] = -1
        y = y + (x * view(w)).sum()
        w[:] = 0
        return y

    total = size * (size + 1) / 2
    assert ad.grad(f)(1.0) == 2 * total - size // 2 - 2


def test_orders_of_memory_are_told_apart():
    w = np.arange(64.0 * 32).reshape(64, 32)
    f = w.copy(order="F")
    mask = np.triu(np.ones((64, 32)))
    slope = ad.grad(lambda x: (x * f * mask).sum() + (f * x * mask).sum())(1.0)
    assert slope == 2 * (w * mask).sum()
    pull = ad.vjp(lambda x: x * f, 1.0)[1]
    f[...] = 0
    np.testing.assert_array_equal(pull(mask)[0], (w * mask).sum())


@pytest.mark.parametrize("order", ["C", "F", "strided"])
@pytest.mark.parametrize("mode", ["eager", "grad", "later", "nested", "vmap", "jvp of grad"])
def test_a_large_array_that_was_rewritten_is_refused(mode, order):
    whole = np.ones((LARGE // 4, 8), order="C" if order == "strided" else order)
    work = whole[:, ::2] if order == "strided" else whole

    def f(x):
        y = x.sum() * work * x[0]
        work[...] = 2 * work
        return y.sum()

    before = MODES[mode](lambda x: (x.sum() * work * x[0]).sum())(X)
    assert np.isfinite(before).all()
    line = f.__code__.co_firstlineno + 1
    with pytest.raises(RuntimeError, match=rf"multiply: .* given at .*{__name__}.py:{line} was "):
        MODES[mode](f)(X)


def test_a_large_array_that_no_rule_reads_may_be_rewritten():
    work = np.ones(LARGE)

    def f(x):
        y = (x + work).sum() + (x * work).sum()
        return y

    x = np.ones(LARGE)
    pull = ad.vjp(lambda x: (x + work).sum(), x)[1]
    work[:] = 3
    x[:] = 4
    np.testing.assert_array_equal(pull(1.0)[0], np.ones(LARGE))
    np.testing.assert_array_equal(ad.grad(f)(x), 4 * np.ones(LARGE))
    work[:] = 5  # after the sweep
    np.testing.assert_array_equal(ad.grad(f)(x), 6 * np.ones(LARGE))


def test_rows_of_a_large_array_are_told_apart():
    rows = np.arange(6.0)[:, None] * np.ones(LARGE)
    slope = ad.grad(lambda x: sum([(x * row).sum() for row in rows]))(1.0)
    assert slope == 15 * LARGE


def test_arguments_of_vjp_that_are_rewritten():
    x = X.copy()
    pull = ad.vjp(lambda x: (x * x).sum(), x)[1]
    x[:] = 7
    np.testing.assert_array_equal(pull(1.0)[0], 2 * X)
    x = np.ones(LARGE)
    pull = ad.vjp(lambda x: (x * x).sum(), x)[1]
    np.testing.assert_array_equal(pull(1.0)[0], 2 * x)
    x[:] = 7
    with pytest.raises(RuntimeError, match=r"multiply: the array given at .* was changed before"):
        pull(1.0)


def test_what_nobody_can_write_to_is_not_copied():
    fixed = np.arange(float(TINY))
    fixed.flags.writeable = False
    y = ad.tensor(2.0, requires_grad=True) * fixed
    assert y.vertex.args[1] is fixed
    behind = np.ones(1)
    seen = np.broadcast_to(behind, (TINY,))  # read-only itself, but not its memory
    slope = ad.vjp(lambda x: (x * seen).sum(), 1.0)[1]
    behind[0] = 5
    assert slope(1.0)[0] == TINY


def test_an_array_of_many_uses_is_kept_once():
    w = np.ones(4000)

    def f(x):
        total = 0.0
        for _ in range(1000):
            total = total + (x * w).sum()
        return total

    ad.grad(f)(1.0)
    gc.collect()
    tracemalloc.start()
    x = ad.tensor(1.0, requires_grad=True)
    y = f(x)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    y.backward()
    assert x.grad.item() == 4_000_000
    assert held < 1000 * 2000  # a copy for each use would be 32 MB


def test_nothing_is_remembered_after_the_tape():
    small, large = np.ones(TINY), np.ones(LARGE)
    before = len(KEPT), len(LENT)
    y = (ad.tensor(1.0, requires_grad=True) * small).sum()
    z = (ad.tensor(1.0, requires_grad=True) * large * large).sum()
    assert (len(KEPT), len(LENT)) == (before[0] + 2, before[1] + 1)
    del y, z
    gc.collect()
    assert (len(KEPT), len(LENT)) == before


def test_a_checkpointed_function_whose_arrays_were_rewritten_is_refused():
    work = np.ones(4)

    def f(x):
        y = ad.checkpoint(lambda x: x * x * work)(x)
        work[:] += 1
        return y.sum()

    for mode in ("grad", "eager", "later", "vmap"):
        with pytest.raises(RuntimeError, match=r"checkpoint: the function at .* gave other values"):
            MODES[mode](f)(X)


def test_values_that_hooks_keep_are_as_they_were():
    x, w = ad.tensor(X, requires_grad=True), numbers(0)
    with ad.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t):
        y = (x * w).sum()
    w[:] = 0
    y.backward()
    np.testing.assert_array_equal(x.grad.numpy(), numbers(0))


def test_pushforwards_kept_for_later():
    x, a = X.copy(), numbers(0)
    push = ad.linearize(lambda x: x * x * a, x)[1]
    x[:] = 0
    np.testing.assert_allclose(push(np.ones(4)), 2 * X * a)
    a[1] = 7
    with pytest.raises(RuntimeError, match=r"linearize: the function at .* gave other values"):
        push(np.ones(4))


def test_loops_that_are_computed_again():
    a = numbers(0)
    step = {"checkpoints": 2}
    pull = ad.vjp(lambda x: ad.fori_loop(0, 5, lambda i, s: s * a, x, **step), X)[1]
    np.testing.assert_allclose(pull(np.ones(4))[0], a**5)
    a[1] = 7
    with pytest.raises(RuntimeError, match=r"fori_loop: the function at .* gave other values"):
        pull(np.ones(4))


@pytest.mark.parametrize("mode", ["eager", "later", "vmap"])
def test_what_a_stated_rule_keeps(mode):
    f = ad.custom_vjp(lambda x, w: (x * w).sum())
    f.defvjp(lambda x, w: ((x * w).sum(), w), lambda w, g: (g * w.sum(), g * np.ones(w.shape)))

    def total(x, size=4):
        work = np.ones(size) * 3
        y = f(x.sum(), work)
        work[:] = 0
        return y

    np.testing.assert_array_equal(np.unique(MODES[mode](total)(X)), 12.0)
    with pytest.raises(RuntimeError, match=r"the array given at .* was changed before"):
        MODES[mode](lambda x: total(x, LARGE))(X)
