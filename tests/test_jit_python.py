"""Plain Python programs, compiled: the same numbers and no warning, alone and in transforms."""

import collections
import dataclasses
import functools
import itertools
import threading
from typing import NamedTuple

import numpy as np
import pytest

import autodiff as ad
from autodiff.compile.notice import CompileWarning

A, B, C = np.array([1.0, 2.0, 3.0]), np.array([-1.0, 5.0, 0.5]), np.array([4.0, -2.0, -2.0])


N = np.array([1, 2, 0])


@pytest.fixture(autouse=True)
def no_disk(monkeypatch):
    monkeypatch.setenv("AUTODIFF_CACHE", "")


class Pair(NamedTuple):
    w: object
    b: object


@dataclasses.dataclass
class Line:
    slope: object

    def __call__(self, x):
        return self.slope * x if self.slope > 0 else x


def masked(x):
    return (x[x > 0] ** 2).sum()


def masked_mean(x):
    some = x > 0.7
    return (x[some] ** 2).mean() if some.any() else x.sum()


def nonzero(x):
    (places,) = np.nonzero(x > 0)
    return x[places].prod() + x[np.flatnonzero(x < 0)].sum() + np.argwhere(x > 0).sum()


def masked_assignment(x):
    y = x * 1.0
    y[y > 1] = 0.0
    y[x > 0] = x[x > 0] ** 2
    return (y * y).sum()


def matrix_mask(x):
    m = np.outer(x, x)
    return (m[m > 0] ** 2).sum() + m[x > 0].sum() + m[1:, x > 0].sum()


def sliced(x):
    n = int((x > 0).sum())
    return x[:n].sum() + (x[n:] ** 2).sum()


def sorted_list(x):
    s = sorted(x)
    return s[0] + 2 * s[1] * s[2]


def text(x):
    return {"True": x.sum(), "False": (x**2).sum()}[f"{bool(x[0] > 0)}"]


def raised(x):
    try:
        if x.sum() < 1:
            raise ValueError("negative")
        return x.sum()
    except ValueError:
        return -(x**3).sum()


def generated(x):
    return sum(v * v if v > 0 else -v for v in x)


def keywords(x, *, scale=2.0, power=2):
    return (scale * x**power).sum()


def newton(x):
    y, n = x.sum() * 0 + 1.0, 0
    while abs(y * y - abs(x).sum()) > 1e-8 and n < 50:
        y = (y + abs(x).sum() / y) / 2
        n += 1
    return y


def breaks(x):
    t = 1.0
    for v in x:
        if v < 0:
            continue
        if t > 4:
            break
        t = t * v + 1
    return t


def recursive(x, depth=5):
    return x.sum() if depth == 0 or x[0] > 3 else recursive(x * 1.5, depth - 1)


def gathered(x):
    return np.array([v * v for v in x if v > 0]).sum() + np.stack([v * 2 for v in x]).sum()


def matched(x):
    kinds = {int(v) for v in x > 0}
    return x.sum() * len(kinds) if int(x[0] > 0) == 1 else (x * x).sum()


def called(x):
    return sum(Line(v)(v) for v in x)


def folded(x):
    total = functools.reduce(lambda p, q: p * q + 1, x)
    return total + list(itertools.accumulate(x, lambda p, q: p + q * p))[-1]


def turned(x):
    d = collections.deque(x)
    d.rotate(1)
    return d[0] * 2 + d[1] * x[x.argmax()] + divmod(x[1], 2.0)[1]


def clipped(x):
    n = np.linalg.norm(x)
    return (x * (1.5 / n)).sum() if n > 4 else x.sum()


ALONE = [
    masked, masked_mean, nonzero, masked_assignment, matrix_mask, sliced, sorted_list, text, raised,
    generated, keywords, newton, breaks, recursive, gathered, matched, called, folded, turned,
    clipped,
]  # fmt: skip
PROGRAMS = [(f, ((A,), (B,), (C,))) for f in ALONE]
PROGRAMS += [
    (lambda x, n: (np.repeat(x, n) ** 2).sum(),
     ((A, N), (B, N[::-1] * 2), (A, np.asarray(2)), (A, 0 * N))),
    (lambda x, i: [x[0], x[1] * 2, x[2] ** 2][i], ((A, np.asarray(1)), (B, np.asarray(2)))),
    (lambda x, n: sum(x[i] * (i + 1) for i in range(int(n))), ((A, 3.0), (B, 2.7), (A, 2.2))),
    (lambda x, k: {0: x.sum(), 1: (x * x).sum()}[int(k)], ((A, np.asarray(0)), (A, np.asarray(1)))),
    (lambda x, k: x[k:].sum() * x[:k].sum() + np.ones(int(k)).sum() + np.arange(k).sum(),
     ((A, np.asarray(1)), (B, np.asarray(2)))),
    (lambda x, y: min(x, y) * 2 + max(x, y) ** 2, ((2.0, 3.0), (3.0, 2.0), (2.0, 2.0))),
    (lambda p: (p["w"] ** 2).sum() * p["b"] if p["b"] > 0 else p["w"].sum() * p["b"] ** 2,
     (({"w": A, "b": 1.0},), ({"w": B, "b": -1.0},))),
    (lambda p: (p.w**2).sum() * p.b if p.b > 0 else p.w.sum() * p.b**2,
     ((Pair(A, 1.0),), (Pair(B, -1.0),))),
    (lambda p: (p[0] * p[1]).sum() * p[2][0], (([A, B, [2.0]],), ([C, A, [3.0]],))),
    (lambda x, flag: x.sum() if flag else (x * x).sum(), ((A, True), (B, False))),
    (lambda x, mode: (x * x).sum() if mode == "square" else x.sum(), ((A, "square"), (B, "sum"))),
    (lambda x, y: x.sum() if y is None else (x * y).sum(), ((A, None), (B, A))),
    (lambda x, n: (x**n).sum(), ((A, 2), (B, 3))),
]  # fmt: skip


def agree(found, expected):
    if isinstance(expected, dict):
        assert found.keys() == expected.keys()
        found, expected = tuple(found.values()), tuple(expected.values())
    if isinstance(expected, (tuple, list)):
        assert type(found) is type(expected)
        for a, b in zip(found, expected, strict=True):
            agree(a, b)
    else:
        assert np.asarray(found).dtype == np.asarray(expected).dtype
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("f", "inputs"), PROGRAMS)
def test_a_program_is_compiled_as_it_is_written(f, inputs):
    both = ad.value_and_grad(f)
    pairs = [
        (ad.jit(f), f), (ad.jit(both), both), (ad.grad(ad.jit(f)), ad.grad(f)),
        (ad.jacfwd(ad.jit(f)), ad.jacfwd(f)),
    ]  # fmt: skip
    for compiled, plain in pairs:
        for _ in range(2):
            for args in inputs:
                agree(compiled(*args), plain(*args))


def test_a_number_that_cuts_a_derivative_is_refused_inside_a_compiled_function_too():
    f = ad.jit(lambda x: x * float(x))
    assert f(3.0) == 9.0
    for transform in (ad.grad, ad.jacfwd):
        with pytest.raises(ad.TracedError, match="would cut its derivative"):
            transform(f)(3.0)
    leaf = ad.tensor(3.0, requires_grad=True)
    f(leaf).backward()
    assert float(leaf.grad) == 3.0
    with pytest.raises(ad.TracedError, match="would cut its derivative"):
        ad.grad(f)(3.0)


def test_a_number_that_is_always_another_is_not_compiled():
    def f(x):
        z = np.zeros(3)
        for i in range(3):
            z[i] = x[i] * 2
        return z.sum()

    compiled = ad.jit(f)
    for i in range(8):
        assert compiled(A + i) == f(A + i)
    with pytest.warns(
        CompileWarning, match=r"a number at .*test_jit_python.py:\d+ that is another"
    ):
        assert compiled(A + 8) == f(A + 8)
    assert compiled(A + 9) == f(A + 9)
    assert compiled(A) == f(A)
    assert len(compiled.programs) == 8


@pytest.mark.parametrize(
    "transform", [ad.jit, lambda f: ad.grad(ad.jit(f)), lambda f: ad.jit(ad.grad(f))]
)
def test_threads_take_their_own_ways(transform):
    def f(x):
        t = ad.zeros(3)
        for i in range(3):
            t[i] = x[i] * x[i] if x[i] > 1 else x[i] if x[i] > 0 else -x[i]
        return (t * x).sum() + x[x > 0].sum()

    compiled, rng = transform(f), np.random.default_rng(0)
    inputs = rng.choice([-1.0, 0.5, 2.0], size=(8, 10, 3))
    found = np.zeros((8, 10), object)

    def work(k):
        for i in range(10):
            found[k, i] = compiled(inputs[k, i])

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    plain = transform(f)
    for k in range(8):
        for i in range(10):
            np.testing.assert_allclose(
                np.asarray(found[k, i]), np.asarray(plain(inputs[k, i])), rtol=1e-12
            )
