"""Hard cases for differentiation: the value and the derivatives are finite, and are these.

Each function is written with the names of NumPy alone, as somebody writes it who knows of no
library for derivatives.  `python tests/conformance.py` runs every library that is installed and
prints the score of each.  Sources: first-year calculus; digits by mpmath 1.3 at 50 digits.
"""

import warnings
from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
from conformance_more import INVENTED

NO = None  # the derivative is infinite, or not the same from both sides
L2 = np.log(2.0)
TINY = -460.51701859880916  # log(1e-200)


class Case(NamedTuple):
    """f(np, x) at a point: its value, its gradient, and its Hessian times ones where it exists."""

    f: Callable[[Any, Any], Any]
    x: Any
    value: Any
    slope: Any
    curvature: Any


def lse(np, x):
    return np.log(np.sum(np.exp(x)))


def entropy(np, x):
    p = np.exp(x) / np.sum(np.exp(x))
    return -np.sum(p * np.log(p))


def direction(np, x):
    n = np.sqrt(np.sum(x * x))
    return np.sum(np.where(n > 0, x / n, 0.0))


def cosine(np, x):
    n = np.linalg.norm(x)
    return np.where(n > 0, (x[0] + 2.0 * x[1]) / (n * 5.0**0.5), 0.0)


def masked(np, x):
    return np.where(np.arange(3) < 2, x, -np.inf)


# The cases that every page on differentiation tells of.
KNOWN = {
    "where(x >= 0, x, sqrt(-x))": Case(
        lambda np, x: np.where(x >= 0, x, np.sqrt(-x)), 1.0, 1.0, 1.0, 0.0),
    "log(1 + exp(x)) at 1000": Case(lambda np, x: np.log(1 + np.exp(x)), 1000.0, 1000.0, 1.0, 0.0),
    "log(1 / (1 + exp(-x))) at -1000": Case(
        lambda np, x: np.log(1 / (1 + np.exp(-x))), -1000.0, -1000.0, 1.0, 0.0),
    "log(sum(exp(x))) at [1000, 0]": Case(lse, [1000.0, 0.0], 1000.0, [1.0, 0.0], [0.0, 0.0]),
    "sqrt(x**2) at 0": Case(lambda np, x: np.sqrt(x**2), 0.0, 0.0, 0.0, NO),
    "norm(x) at 0": Case(lambda np, x: np.linalg.norm(x), [0.0, 0.0], 0.0, [0.0, 0.0], NO),
    "std of a constant": Case(lambda np, x: np.std(x), [2.0, 2.0, 2.0], 0.0, [0.0] * 3, NO),
    "prod at [0, 2, 3]": Case(
        lambda np, x: np.prod(x), [0.0, 2.0, 3.0], 0.0, [6.0, 0.0, 0.0], [5.0, 3.0, 2.0]),
    "sinc at 0": Case(lambda np, x: np.sinc(x), 0.0, 1.0, 0.0, -np.pi**2 / 3),
    "where(x > 0, x log(x), 0) at 0": Case(
        lambda np, x: np.where(x > 0, x * np.log(x), 0.0), 0.0, 0.0, 0.0, 0.0),
    "max of equal numbers": Case(lambda np, x: np.max(x), [1.0, 1.0], 1.0, [0.5, 0.5], NO),
    "x**2 at 0": Case(lambda np, x: x**2, 0.0, 0.0, 0.0, 2.0),
    "x**1.5 at 0": Case(lambda np, x: x**1.5, 0.0, 0.0, 0.0, NO),
    "arctan2(x, 1) at 0": Case(lambda np, x: np.arctan2(x, np.ones(())), 0.0, 0.0, 1.0, 0.0),
    "abs at 0": Case(lambda np, x: np.abs(x), 0.0, 0.0, 0.0, NO),
    "arctan2(0, 0)": Case(lambda np, x: np.arctan2(x[0], x[1]), [0.0, 0.0], 0.0, [0.0, 0.0], NO),
    "eigenvalues of the identity": Case(
        lambda np, x: np.sum(np.linalg.eigvalsh(x)), np.eye(2), 2.0, np.eye(2), NO),
    "log1p(-exp(x)) at -1000": Case(
        lambda np, x: np.log1p(-np.exp(x)), -1000.0, 0.0, 0.0, 0.0),
    "log1p(-exp(x)) near 0": Case(
        lambda np, x: np.log1p(-np.exp(x)), -1e-20, -46.05170185988091, -1e20, -1e40),
    "1 - exp(x) at -1000": Case(lambda np, x: 1 - np.exp(x), -1000.0, 1.0, 0.0, 0.0),
    "softmax at [1000, -1000]": Case(
        lambda np, x: (np.exp(x) / np.sum(np.exp(x)))[0], [1000.0, -1000.0], 1.0, [0.0, 0.0],
        [0.0, 0.0]),
    "cross-entropy at [1000, -1000]": Case(
        lambda np, x: -np.log(np.exp(x) / np.sum(np.exp(x)))[1], [1000.0, -1000.0], 2000.0,
        [1.0, -1.0], [0.0, 0.0]),
    "x / norm(x) whose squares overflow": Case(
        lambda np, x: (x / np.linalg.norm(x))[0], [3e200, 4e200], 0.6, [1.28e-201, -9.6e-202], NO),
    "variance of nearly equal numbers": Case(
        lambda np, x: np.var(x), [1e8, 1e8 + 1, 1e8 + 2], 2 / 3, [-2 / 3, 0.0, 2 / 3],
        [0.0, 0.0, 0.0]),
}  # fmt: skip

MORE = {
    "logaddexp(x, -inf)": Case(
        lambda np, x: np.logaddexp(x, np.full((), -np.inf)), 3.0, 3.0, 1.0, 0.0),
    "logaddexp of equal large numbers": Case(
        lambda np, x: np.logaddexp(x[0], x[1]), [1000.0, 1000.0], 1000 + L2, [0.5, 0.5],
        [0.0, 0.0]),
    "logsumexp with a -inf": Case(
        lambda np, x: lse(np, masked(np, x)), [2.0, 2.0, 9.0], 2 + L2, [0.5, 0.5, 0.0],
        [0.0] * 3),
    "logsumexp of nothing but -inf, not chosen": Case(
        lambda np, x: np.where(x[0] > 9, lse(np, np.where(x > 9, x, -np.inf)), x[1]),
        [1.0, 2.0], 2.0, [0.0, 1.0], [0.0, 0.0]),
    "hypot(0, 0)": Case(lambda np, x: np.hypot(x[0], x[1]), [0.0, 0.0], 0.0, [0.0, 0.0], NO),
    "sqrt(x x + y y) at 0": Case(
        lambda np, x: np.sqrt(x[0] * x[0] + x[1] * x[1]), [0.0, 0.0], 0.0, [0.0, 0.0], NO),
    "sqrt(x**2 + y**2 + z**2) at 0": Case(
        lambda np, x: np.sqrt(x[0] ** 2 + x[1] ** 2 + x[2] ** 2), [0.0] * 3, 0.0, [0.0] * 3, NO),
    "sqrt(sum(x**2)) at 0": Case(
        lambda np, x: np.sqrt(np.sum(x**2)), [0.0, 0.0], 0.0, [0.0, 0.0], NO),
    "sum(abs(x)**2)**0.5 at 0": Case(
        lambda np, x: np.sum(np.abs(x) ** 2) ** 0.5, [0.0, 0.0], 0.0, [0.0, 0.0], NO),
    "root mean square of zeros": Case(
        lambda np, x: np.sqrt(np.mean(x**2)), [0.0, 0.0], 0.0, [0.0, 0.0], NO),
    "(x**2)**0.5 at 0": Case(lambda np, x: (x**2) ** 0.5, 0.0, 0.0, 0.0, NO),
    "sqrt(sum(x**2)) whose squares overflow": Case(
        lambda np, x: np.sqrt(np.sum(x**2)), [3e200, 4e200], 5e200, [0.6, 0.8], NO),
    "sqrt(sum(x**2)) whose squares underflow": Case(
        lambda np, x: np.sqrt(np.sum(x**2)), [3e-200, 4e-200], 5e-200, [0.6, 0.8], NO),
    "sqrt(var(x)) of a constant": Case(
        lambda np, x: np.sqrt(np.var(x)), [2.0, 2.0], 0.0, [0.0, 0.0], NO),
    "tan next to pi/2": Case(
        lambda np, x: np.tan(x), np.pi / 2, 1.633123935319537e16, 2.6670937881135714e32,
        8.711389406220653e48),
    "x**0 at 0": Case(lambda np, x: x**0.0, 0.0, 1.0, 0.0, 0.0),
    "0**x at 2": Case(lambda np, x: 0.0**x, 2.0, 0.0, 0.0, 0.0),
    "x**3 at -2": Case(lambda np, x: x**3.0, -2.0, -8.0, 12.0, -12.0),
    "cbrt at 0, not chosen": Case(
        lambda np, x: np.where(x > 0, np.cbrt(x), 2 * x), 0.0, 0.0, 2.0, 0.0),
    "1 / (1 + exp(-x)) at -1000": Case(
        lambda np, x: 1 / (1 + np.exp(-x)), -1000.0, 0.0, 0.0, 0.0),
    "exp(x) / (1 + exp(x)) at 1000": Case(
        lambda np, x: np.exp(x) / (1 + np.exp(x)), 1000.0, 1.0, 0.0, 0.0),
    "log(1 - sigmoid) at 1000": Case(
        lambda np, x: np.log(1 - 1 / (1 + np.exp(-x))), 1000.0, -1000.0, -1.0, 0.0),
    "tanh at 1000": Case(lambda np, x: np.tanh(x), 1000.0, 1.0, 0.0, 0.0),
    "1 - tanh(x)**2 at 1000": Case(lambda np, x: 1 - np.tanh(x) ** 2, 1000.0, 0.0, 0.0, 0.0),
    "log1p(exp(x)) at 1000": Case(
        lambda np, x: np.log1p(np.exp(x)), 1000.0, 1000.0, 1.0, 0.0),
    "softplus of softplus at 800": Case(
        lambda np, x: np.log(1 + np.exp(np.log(1 + np.exp(x)))), 800.0, 800.0, 1.0, 0.0),
    "log(exp(x)) at -1000": Case(lambda np, x: np.log(np.exp(x)), -1000.0, -1000.0, 1.0, 0.0),
    "log(cosh(x)) at 1000": Case(
        lambda np, x: np.log(np.cosh(x)), 1000.0, 1000 - L2, 1.0, 0.0),
    "log(cosh(x)) at -1000": Case(
        lambda np, x: np.log(np.cosh(x)), -1000.0, 1000 - L2, -1.0, 0.0),
    "log(sinh(x)) at 1000": Case(
        lambda np, x: np.log(np.sinh(x)), 1000.0, 1000 - L2, 1.0, 0.0),
    "log(mean(exp(x)))": Case(
        lambda np, x: np.log(np.mean(np.exp(x))), [1000.0, 0.0], 1000 - L2, [1.0, 0.0],
        [0.0, 0.0]),
    "log(exp(x) + exp(y))": Case(
        lambda np, x: np.log(np.exp(x[0]) + np.exp(x[1])), [-1000.0, -1000.0], -1000 + L2,
        [0.5, 0.5], [0.0, 0.0]),
    "-log(exp(x) / (exp(x) + exp(y)))": Case(
        lambda np, x: -np.log(np.exp(x[0]) / (np.exp(x[0]) + np.exp(x[1]))), [0.0, 1000.0],
        1000.0, [-1.0, 1.0], [0.0, 0.0]),
    "entropy of softmax at [1000, 0]": Case(
        entropy, [1000.0, 0.0], 0.0, [0.0, 0.0], [0.0, 0.0]),
    "log(prod(x)) that underflows": Case(
        lambda np, x: np.log(np.prod(x)), [1e-200, 1e-200], 2 * TINY, [1e200, 1e200], NO),
    "log(det(x)) that underflows": Case(
        lambda np, x: np.log(np.linalg.det(x)), 1e-200 * np.eye(2), 2 * TINY, 1e200 * np.eye(2),
        NO),
    "slogdet of a tiny determinant": Case(
        lambda np, x: np.linalg.slogdet(x)[1], 1e-200 * np.eye(2), 2 * TINY, 1e200 * np.eye(2),
        NO),
    "det of a singular matrix": Case(
        lambda np, x: np.linalg.det(x), np.diag([0.0, 2.0]), 0.0, np.diag([2.0, 0.0]),
        [[1.0, -1.0], [-1.0, 1.0]]),
    "det that underflows": Case(
        lambda np, x: np.linalg.det(x), 1e-200 * np.eye(2), 0.0, 1e-200 * np.eye(2),
        [[1.0, -1.0], [-1.0, 1.0]]),
    "exp that overflows, not chosen": Case(
        lambda np, x: np.where(x < 1, np.exp(x), x), 1000.0, 1000.0, 1.0, 0.0),
    "sinh that overflows, not chosen": Case(
        lambda np, x: np.where(x < 1, np.sinh(x), x), 1000.0, 1000.0, 1.0, 0.0),
    "log(1 + exp(x) + exp(y))": Case(
        lambda np, x: np.log(1 + np.exp(x[0]) + np.exp(x[1])), [1000.0, 0.0], 1000.0, [1.0, 0.0],
        [0.0, 0.0]),
    "where(x < 1, arcsin(x), x) at 1": Case(
        lambda np, x: np.where(x < 1, np.arcsin(x), x), 1.0, 1.0, 1.0, 0.0),
    "max with a -inf among equal numbers": Case(
        lambda np, x: np.max(masked(np, x)), [1.0, 1.0, 9.0], 1.0, [0.5, 0.5, 0.0], NO),
    "max(0, x) at 0": Case(lambda np, x: np.maximum(x, 0.0 * np.ones(())), 0.0, 0.0, 0.5, NO),
    "median with equal numbers": Case(
        lambda np, x: np.median(x), [1.0, 2.0, 2.0, 3.0], 2.0, [0.0, 0.5, 0.5, 0.0], NO),
    "direction of 0, not chosen": Case(direction, [0.0, 0.0], 0.0, [0.0, 0.0], [0.0, 0.0]),
    "cosine of 0, not chosen": Case(cosine, [0.0, 0.0], 0.0, [0.0, 0.0], [0.0, 0.0]),
    "cumprod with a zero": Case(
        lambda np, x: np.sum(np.cumprod(x, 0)), [0.0, 2.0, 3.0], 0.0, [9.0, 0.0, 0.0],
        [6.0, 4.0, 2.0]),
    "exp(-1 / x**2) at 0, not chosen": Case(
        lambda np, x: np.where(x != 0, np.exp(-1 / x**2), 0.0), 0.0, 0.0, 0.0, 0.0),
    "expm1(x) / x at 0, by its series": Case(
        lambda np, x: np.where(x != 0, np.expm1(x) / x, 1 + x / 2 + x * x / 6), 0.0, 1.0, 0.5,
        1 / 3),
    "sqrt(clip(x, 0, 1)) at -1": Case(
        lambda np, x: np.sqrt(np.clip(x, 0.0, 1.0)), -1.0, 0.0, 0.0, 0.0),
    "nanmean": Case(
        lambda np, x: np.nanmean(np.where(np.arange(3) == 1, np.nan, x)), [1.0, 2.0, 3.0], 2.0,
        [0.5, 0.0, 0.5], [0.0] * 3),
    "1 / x where x is not 0": Case(
        lambda np, x: np.sum(np.where(x != 0, 1 / x, 0.0)), [0.0, 2.0], 0.5, [0.0, -0.25],
        [0.0, 0.25]),
    "log(1 - erf(x)) at 10": Case(
        lambda np, x: np.log(1 - np.special.erf(x)), 10.0, -102.87988902484488857,
        -20.09902411673460423, -1.9902881103871531163),
    "log(erfc(x)) at 30": Case(
        lambda np, x: np.log(np.special.erfc(x)), 30.0, -903.97411711064387808,
        -60.033296398756228406, -1.9988925755438381091),
    "xlogy(0, x) at 0": Case(
        lambda np, x: np.special.xlogy(0.0 * np.ones(()), x), 0.0, 0.0, 0.0, 0.0),
    "logit at 0, not chosen": Case(
        lambda np, x: np.where(x > 0, np.special.logit(x), x), 0.0, 0.0, 1.0, 0.0),
}  # fmt: skip

CASES = KNOWN | MORE | {title: Case(*parts) for title, parts in INVENTED.items()}


# ------------------------------------------------------------------- how a case is judged


def right(found, expected):
    """Whether a value or a derivative is what it should be; `NO` accepts what it is not."""
    if expected is NO:
        return True
    found, expected = np.asarray(found), np.asarray(expected)
    size = np.abs(expected).max(initial=0.0)
    near = np.allclose(found, expected, 1e-12, 1e-15 * (size or 1.0))
    return found.shape == expected.shape and near


def judged(library, case):
    """(value and gradient are right, so is the Hessian times ones), each True, False or None."""
    x = np.asarray(case.x, float)
    try:
        value, slope = library.first(case.f, x)
        first = right(value, case.value) and right(slope, case.slope)
    except Exception:  # noqa: BLE001 — another library may raise what it likes
        return False, None if case.curvature is NO else False
    if case.curvature is NO:
        return first, None
    try:
        return first, right(library.second(case.f, x), case.curvature)
    except Exception:  # noqa: BLE001
        return first, False


# ------------------------------------------------------------------- libraries


class Library(NamedTuple):
    """first(f, x) -> (value, gradient); second(f, x) -> the Hessian times ones."""

    first: Callable[[Any, Any], Any]
    second: Callable[[Any, Any], Any]


def namespace(module, special, **others):
    """The names of a module with `special`, and some of them in another way."""
    names = {n: getattr(module, n) for n in dir(module) if not n.startswith("__")}
    return SimpleNamespace(**{**names, "special": special, **others})


def ours():
    """This library, under plain NumPy."""
    import autodiff as ad

    names = namespace(np, import_module("scipy.special"))

    def second(f, x):
        return ad.grad(lambda x: ad.sum(ad.grad(lambda x: f(names, x))(x)))(x)

    return Library(lambda f, x: ad.value_and_grad(lambda x: f(names, x))(x), second)


def autograd():
    """HIPS autograd."""
    ag, names = import_module("autograd"), import_module("autograd.numpy")
    full = namespace(names, import_module("autograd.scipy.special"))

    def second(f, x):
        g = ag.grad(lambda x: f(full, x))
        return ag.grad(lambda x: names.sum(g(x)))(x)

    return Library(lambda f, x: (f(full, x), ag.grad(lambda x: f(full, x))(x)), second)


def jax():
    """JAX in double precision."""
    library, names = import_module("jax"), import_module("jax.numpy")
    library.config.update("jax_enable_x64", True)
    full = namespace(names, import_module("jax.scipy.special"))

    def second(f, x):
        return library.grad(lambda x: names.sum(library.grad(lambda x: f(full, x))(x)))(x)

    return Library(lambda f, x: library.value_and_grad(lambda x: f(full, x))(x), second)


def torch():
    """PyTorch, with NumPy's names where its own are different."""
    t = import_module("torch")
    t.set_default_dtype(t.float64)

    def number(x):
        return x if t.is_tensor(x) else t.tensor(x)

    full = namespace(
        t, t.special,
        max=t.amax,
        median=lambda x: t.quantile(x, 0.5),
        std=lambda x: t.std(x, correction=0),
        var=lambda x: t.var(x, correction=0),
        where=lambda c, x, y: t.where(c, number(x), number(y)),
        full=lambda shape, x: t.full(shape, x),
        cbrt=lambda x: t.sign(x) * t.abs(x) ** (1 / 3),
        linalg=SimpleNamespace(
            norm=t.linalg.norm, eigvalsh=t.linalg.eigvalsh, det=t.linalg.det,
            slogdet=t.linalg.slogdet,
        ),
    )  # fmt: skip

    def first(f, x):
        x = t.tensor(x, requires_grad=True)
        y = f(full, x)
        return y.detach().numpy(), t.autograd.grad(y, x)[0].numpy()

    def second(f, x):
        x = t.tensor(x, requires_grad=True)
        (g,) = t.autograd.grad(f(full, x), x, create_graph=True)
        return t.autograd.grad(g.sum(), x)[0].numpy()

    return Library(first, second)


LIBRARIES = {"autodiff": ours, "autograd": autograd, "jax": jax, "torch": torch}


def scores():
    """{library: (right, of, second derivatives right, of, the names that are wrong)}"""
    found = {}
    for name, make in LIBRARIES.items():
        try:
            library = make()
        except ImportError:
            continue
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            marks = {title: judged(library, case) for title, case in CASES.items()}
        twice = [m[1] for m in marks.values() if m[1] is not None]
        wrong = [title for title, m in marks.items() if not m[0] or m[1] is False]
        found[name] = sum(m[0] for m in marks.values()), len(CASES), sum(twice), len(twice), wrong
    return found


def main():
    """Print the score of each library, and what it has wrong."""
    found = scores()
    print(f"{len(CASES)} hard cases: value and gradient; second derivative where it exists")
    for name, (first, cases, second, twice, _) in found.items():
        print(f"  {name:10} {first:3} of {cases}   {second:3} of {twice}")
    for name, (*_, wrong) in found.items():
        print("", f"{name} has wrong:", *[f"  {title}" for title in wrong], sep="\n")


if __name__ == "__main__":
    main()
