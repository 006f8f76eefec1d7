"""`jit(f, donate=...)`: results take the memory of arguments, and never a number that is needed."""

import pickle
import tracemalloc

import numpy as np
import pytest

import autodiff as ad
from autodiff.compile.jit import jit
from autodiff.compile.notice import CompileWarning
from autodiff.compile.report import memory_report

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def no_disk(monkeypatch):
    monkeypatch.setenv("AUTODIFF_CACHE", "")


def descend(p, g):
    return p - 0.1 * g


def address(x):
    return x.__array_interface__["data"][0]


def test_the_result_takes_the_memory():
    step, g = jit(descend, donate=(0,)), np.full(5, 2.0)
    p = start = np.ones(5)
    wanted = p.copy()
    for _ in range(4):
        wanted = descend(wanted, g)
        q = step(p, g)
        np.testing.assert_array_equal(q, wanted)
        assert np.shares_memory(p, q)
        assert q.flags.writeable
        assert not p.flags.writeable
        p = q
    assert address(start) == address(p)


def test_no_memory_is_asked_for():
    step, p, g = jit(descend, donate="p"), np.ones(500_000), np.ones(500_000)
    step(p.copy(), g)
    tracemalloc.start()
    for _ in range(5):
        p = step(p, g)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100_000
    assert "results 4000000 bytes (4000000 of them in the memory" in memory_report(step)
    plain = jit(descend)
    plain(p, g)
    peaks = [int(memory_report(f).split()[-2]) for f in (step, plain)]
    assert peaks == [8_000_000, 12_000_000]


def test_the_next_use_says_so():
    step, p, g = jit(descend, donate=(0,)), np.ones(3), np.ones(3)
    step(p, g)
    with pytest.raises(ad.ArgumentError, match="argument 0 of descend was donated to an earlier"):
        step(p, g)
    with pytest.raises(ad.ArgumentError, match="an argument of descend was donated"):
        step(np.ones(3), p)
    with pytest.raises(ValueError, match="read-only"):
        p += 1


@pytest.mark.parametrize(
    ("donate", "message"),
    [
        ((2,), r"donate=\(2,\) has 2, but the arguments of descend are counted from 0 to 1; give"),
        (-1, "donate=-1 has -1"),
        ("q", "donate='q' has 'q', but descend has no argument of that name; it has p, g"),
        ((1.5,), r"donate=\(1.5,\) has 1.5; give numbers or names"),
        ((True,), "has True; give numbers or names"),
    ],
)
def test_wrong_arguments_are_refused(donate, message):
    with pytest.raises(ad.ArgumentError, match=message):
        jit(descend, donate=donate)


def test_what_cannot_be_donated():
    p, g = np.ones(3), np.ones(3)
    with pytest.raises(ad.ArgumentError, match="argument 0 of descend is donated and is a float"):
        jit(descend, donate=0)(2.0, g)
    with pytest.raises(ad.ArgumentError, match=r"argument 0 of descend .* handed over twice"):
        jit(descend, donate=(0, 1))(p, p)
    with pytest.raises(ad.ArgumentError, match="handed over twice; hand over a copy"):
        jit(descend, donate=0)(p[::-1], p)
    with pytest.raises(ad.ArgumentError, match="dtype int64, and no array among the results is"):
        jit(descend, donate=0)(np.arange(3), g)
    with pytest.raises(ad.ArgumentError, match="donated, and it was called with 1"):
        jit(lambda *xs: xs[0] * 2, donate=3)(p)
    p.flags.writeable = False
    with pytest.raises(ad.ArgumentError, match="argument 0 of descend is donated and read-only"):
        jit(descend, donate=0)(p, g)
    with pytest.warns(CompileWarning, match=r"no result has its size \(3, 1\)"):
        jit(lambda x, y: y * x.sum(), donate=0)(np.ones((3, 1)), np.ones(4))


CASES = {
    "reversed": lambda x, y: x[::-1] + y,
    "read later": lambda x, y: (ad.exp(x) * y, x.sum() * y),
    "read after its result": lambda x, y: (y * 2, x + 1),
    "sum of it": lambda x, y: y * (x * x).sum(),
    "shifted": lambda x, y: ad.concatenate([x[1:], y[:1]]),
    "gradient": lambda x, y: ad.value_and_grad(lambda x: (ad.sin(x) * y).sum() ** 2)(x),
    "loop": lambda x, y: ad.fori_loop(0, 20, lambda i, s: ad.sin(s) + x, y),
    "sorted": lambda x, y: (ad.sort(x) + y, x * 2),
    "itself": lambda x, y: (x, y + x),
    "taken": lambda x, y: x[np.arange(len(x))[::-1] // 2] * y,
    "running": lambda x, y: (ad.cumsum(x) * y, x),
}


@pytest.mark.parametrize("title", CASES)
def test_no_number_is_lost(title):
    f = CASES[title]
    for donate in ((0,), (1,), (0, 1)):
        c = jit(f, donate=donate)
        for n in (5, 5, 40_000):
            x, y = RNG.normal(size=(2, n))
            wanted = f(x.copy(), y.copy())
            found = c(x.copy(), y.copy())
            a, b = (ad.core.tree.flatten(v)[0] for v in (found, wanted))
            for u, v in zip(a, b):
                np.testing.assert_allclose(u, v, rtol=1e-9, atol=1e-10)


def test_matrices_by_rows_and_columns():
    f = lambda a, b: (a.T + b, a @ b)  # noqa: E731 a name for both calls
    a, b = RNG.normal(size=(2, 30, 30))
    for x in (a.copy(), a.copy(order="F"), np.ones((60, 60))[::2, ::2] * a):
        wanted = f(x, b)
        for found, w in zip(jit(f, donate=(0, 1))(x.copy(order="K"), b.copy()), wanted):
            np.testing.assert_allclose(found, w, rtol=1e-12)


def test_containers_and_names():
    def update(params, state, *, lr=0.1):
        new = {k: params[k] - lr * state[k] for k in params}
        return new, {k: 0.9 * state[k] for k in state}

    c = jit(update, donate=("params", "state"))
    params = {"w": RNG.normal(size=(4, 3)), "b": RNG.normal(size=3)}
    state = {"w": np.ones((4, 3)), "b": np.ones(3)}
    copies = [{k: v.copy() for k, v in d.items()} for d in (params, state)]
    for _ in range(3):
        wanted = update(*copies)
        found = c(params, state=state)
        for d, e in zip(found, wanted):
            for k in d:
                np.testing.assert_allclose(d[k], e[k], rtol=1e-14)
        assert not params["w"].flags.writeable
        (params, state), copies = found, wanted


def test_static_arguments_and_pickles():
    c = jit(lambda k, x: x * k, static_argnums=0, donate=1)
    x = np.ones(4)
    assert np.shares_memory(c(3, x), x)
    again = pickle.loads(pickle.dumps(jit(descend, donate=0)))
    x = np.ones(4)
    assert np.shares_memory(again(x, np.ones(4)), x)


def test_ways_through_a_function_are_tried_on_whole_numbers():
    f = lambda x: x * 2 if x.sum() > 0 else x * 3  # noqa: E731 a name for both calls
    c = jit(f, donate=0)
    for sign in (1, -1, 1, -1):
        x = sign * np.ones(4)
        np.testing.assert_array_equal(c(x.copy()), f(x))


def test_a_part_of_an_array_that_is_seen_elsewhere_is_kept():
    whole = np.ones((2, 3))
    np.testing.assert_array_equal(jit(descend, donate=0)(whole[0], np.ones(3)), np.full(3, 0.9))
    np.testing.assert_array_equal(whole, np.ones((2, 3)))


def test_in_transforms_and_under_a_debugger_nothing_is_overwritten():
    x, g = np.ones(3), np.ones(3)
    ad.grad(lambda x: jit(descend, donate=0)(x, g).sum())(x)
    jit(descend, donate=0, debug=True)(x, g)
    np.testing.assert_array_equal(x, np.ones(3))
    assert x.flags.writeable
