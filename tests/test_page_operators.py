"""The operators of the page against the rows of the table, in a real browser."""

import json
import re
from importlib import import_module

import numpy as np
import pytest
from pages import shared

import autodiff as ad
from autodiff.core.family import Elementwise
from autodiff.core.op import Op
from autodiff.show.digits import number_text
from autodiff.show.explain import explain
from autodiff.show.page_words import asset

# The page computes with real numbers: these are of integers, of complex numbers or of dtypes.
OTHER = {"bitwise_and", "bitwise_or", "bitwise_xor", "invert", "convert"}  # of no real numbers
OTHER |= {"imaginary_part", "add_imaginary", "infinite_sign"}
LATER = ("error_functions", "information", "exponential_integrals", "numbers")  # known in part
# Special functions by series and integrals of the page's own: exact to eleven digits and more.
SPECIAL = (
    "gamma", "incomplete", "bessel", "error_functions", "information", "exponential_integrals",
    "elliptic", "zeta",
)  # fmt: skip
ORDER, PART = [1.0, 2.0, 3.0], (0.05, 0.95)
PLACES = {
    "polygamma": (ORDER, (0.4, 4)), "yn": (ORDER, (0.5, 9)), "kn": (ORDER, (0.5, 9)),
    "expn": (ORDER, (0.3, 3)), "zeta": ([1.5, 2.0, 3.5], (0.6, 5)),
    "beta_density": ((0.6, 4), (0.6, 4), PART), "betainc": ((0.6, 4), (0.6, 4), PART),
    "betaincc": ((0.6, 4), (0.6, 4), PART), "jv": ((0.2, 4), (0.5, 12)),
    "yv": ((0.2, 4), (0.5, 12)),
    "j0": ((-12, 12),), "y1": ((0.1, 12),), "gammainc": ((0.5, 6), (0.2, 12)),
    "gammaincc": ((0.5, 6), (0.2, 12)), "erfinv": ((-0.99, 0.99),), "ndtri": ((0.001, 0.999),),
    "gamma": ((-2.7, -2.2, 0.1, 12),), "erfcx": ((-2, 12),), "ellipk": ((-3, 0.99),),
}  # fmt: skip
FILES = ("arithmetic", "exponential", "trigonometric", "choose", "complex")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(explain("gammaln(x) * x", 1.0).html(), "utf-8")
    shared().open(path)
    return shared()


def rows(asset_name="operators.js"):
    """The elementwise rows that the page knows."""
    for file in (*LATER, *SPECIAL):
        import_module(f"autodiff.ops.{file}")
    known = re.findall(r"[{ ](\w+): (?:{ value|truth|flat|{$)", asset(asset_name), re.MULTILINE)
    return [name for name in known if isinstance(Op.table.get(name), Elementwise)]


def points(row, count=9):
    """Real arguments inside the row's domain."""
    rng = np.random.default_rng(5)
    if row.name == "choose":
        return [(np.float64(rng.integers(2)), *rng.normal(size=2)) for _ in range(count)]
    found = []
    for _ in range(count):
        place = []
        for bounds in PLACES.get(row.name, row.domain) or ((0.5, 3),) * len(row.arguments):
            if type(bounds) is list:
                place.append(np.float64(bounds[rng.integers(len(bounds))]))
                continue
            pairs = list(zip(bounds[::2], bounds[1::2]))
            low, high = pairs[rng.integers(len(pairs))]
            place.append(np.float64(rng.uniform(low, high)))
        found.append(tuple(place))
    return found


def test_the_page_knows_the_elementwise_rows():
    wanted = set()
    for file in FILES:
        module = import_module(f"autodiff.ops.{file}")
        wanted |= {r.name for r in vars(module).values() if isinstance(r, Elementwise)}
    assert wanted - set(rows()) <= OTHER
    assert {"erf", "bell", "erfc", "ndtr", "logit", "xlogy", "entr", "exp10", "fmax"} <= set(rows())


def computed(page, name):
    """[(arguments, (value, partials))] of a row, as the page computes them."""
    places = points(Op.table[name])
    found = page.run(
        f"""{json.dumps([[float(x) for x in place] for place in places])}.map(args => {{
            const row = OPERATORS["{name}"], out = row.value(...args);
            return [out, row.partials.map(p => p && p(out, ...args))];
        }})"""
    )
    return zip(places, found)


@pytest.mark.parametrize("name", rows())
def test_values_and_partials_are_those_of_the_row(page, name):
    row = Op.table[name]
    for args, (value, partials) in computed(page, name):
        out = row.evaluate(*args)
        np.testing.assert_allclose(value, np.float64(out), rtol=2e-15, atol=1e-300)
        for k, partial in enumerate(partials[: len(args)]):
            tangents = [None] * len(args)
            tangents[k] = np.float64(1)
            own = row.jvp(tangents, out, *args) if row.differentiable else None
            own = 0.0 if own is None else np.float64(own)
            np.testing.assert_allclose(partial or 0.0, own, rtol=5e-15, atol=1e-300)


@pytest.mark.parametrize("name", rows("special.js"))
def test_special_functions_are_those_of_the_row(page, name):
    row = Op.table[name]
    for args, (value, partials) in computed(page, name):
        out = row.evaluate(*args)
        np.testing.assert_allclose(value, np.float64(out), rtol=1e-11, atol=1e-14)
        for k, partial in enumerate(partials):
            if partial is not None:
                tangents = [np.float64(1) if i == k else None for i in range(len(args))]
                own = np.float64(row.jvp(tangents, out, *args))
                np.testing.assert_allclose(partial, own, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("x", [-7.0, -2.6, -2.4, -1e-9, 0.0, 0.3, 2.499, 2.501, 4.0, 5.99, 6.5])
def test_the_error_function_is_exact_to_rounding(page, x):
    from math import erf

    assert page.run(f"erf({x})") == pytest.approx(erf(x), rel=3e-15, abs=0)


def test_numbers_are_written_as_python_writes_them(page):
    rng = np.random.default_rng(3)
    spread = rng.normal(size=400) * 10.0 ** rng.integers(-12, 12, 400)
    given = [0.0, 1.0, -2.0, 0.5, 1e6, 999999.5, 1e-4, 9.99e-5, 123456.0, 0.1, 1e21, *spread]
    found = page.run(f"{json.dumps([float(x) for x in given])}.map(numberText)")
    assert found == [number_text(x) for x in given]
    assert page.run("[NaN, 1 / 0, -1 / 0].map(numberText)") == ["nan", "inf", "-inf"]


SHAPES = [
    (lambda x: ad.sum(x, axis=0), (2, 3)),
    (lambda x: ad.mean(x * x, axis=-1, keepdims=True), (2, 3)),
    (lambda x: ad.sin(x) @ x.T, (2, 2)),
    (lambda x: ad.reshape(x, (4,)) * 2.0, (2, 2)),
    (lambda x: x[1] + x[0] * 3.0, (3,)),
    (lambda x: x * ad.sum(x), (3,)),
    (lambda x: ad.max(x, axis=0) * ad.min(x, axis=0), (3, 2)),
    (lambda x: ad.prod(x, axis=-1) + ad.logsumexp(x, axis=-1), (2, 3)),
    (lambda x: ad.var(x * x, ddof=1) * ad.std(x**3, axis=0), (3, 2)),
    (lambda x: ad.norm(x, axis=-1) * ad.norm(x[0], 3.0), (2, 2)),
    (lambda x: ad.cumsum(x, axis=0) * x, (3, 2)),
    (lambda x: ad.softmax(x * x, axis=-1) * ad.log_softmax(x**3, axis=0), (2, 3)),
    (lambda x: ad.concatenate([x, np.ones((1, 3)), x * x]) * 2.0, (2, 3)),
    (lambda x: ad.stack([x, ad.exp(x)], axis=1) * 2.0, (3,)),
    (lambda x: ad.einsum("ij,kj->ik", x, ad.sin(x)), (2, 3)),
    (lambda x: ad.einsum("ii,j->j", x, x[0]), (2, 2)),
    (lambda x: ad.linalg.inv(x + 3.0 * np.eye(3)), (3, 3)),
    (lambda x: ad.linalg.solve(x + 3.0 * np.eye(2), x * x), (2, 2)),
    (lambda x: ad.linalg.det(x) + ad.linalg.slogdet(x)[1], (2, 2)),
    (lambda x: ad.linalg.cholesky(x @ x.T + np.eye(2)), (2, 2)),
    (lambda x: ad.trace(x) + x[[0, 0, 1], [1, 1, 0]], (2, 2)),
    (lambda x: ad.broadcast_to(x[::-1], (2, 3)) * x, (3,)),
    (lambda x: ((np.arange(60.0).reshape(20, 3) / 60 @ x - 1.0) ** 2).mean(), (3,)),
    (lambda x: ad.sum(x) * ad.mean(x) + ad.flip(x[None])[0], ()),
]


@pytest.mark.parametrize("case", range(len(SHAPES)))
def test_arrays_are_pulled_back_as_by_the_library(page, case, tmp_path):
    f, shape = SHAPES[case]
    x = np.random.default_rng(case).normal(size=shape)
    path = tmp_path / "page.html"
    path.write_text(explain(f, x).html(), "utf-8")
    page.open(path)
    assert page.run("app.facts.missing") is None
    k = min(1, int(np.prod(shape)) - 1)
    element = page.run(f"(app.facts.set(0, {k}, 0.123), app.facts.machine.values[0].data)")
    moved = np.reshape(element, shape)
    assert np.ravel(moved)[k] == 0.123
    expected = ad.grad(lambda y: ad.sum(f(y)))(moved)
    found = page.run("app.facts.machine.adjoints[0].data")
    np.testing.assert_allclose(found, np.ravel(expected), rtol=1e-13)
    pushed = page.run("app.facts.machine.tangents.at(-1).data")
    np.testing.assert_allclose(
        pushed, np.ravel(ad.jvp(f, (moved,), (np.ones(shape),))[1]), rtol=1e-13
    )
