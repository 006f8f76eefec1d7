"""Expressions that are read without being evaluated: what is understood and what is refused."""

import math

import numpy as np
import pytest
from scipy import special as sp

import autodiff as ad
from autodiff.show.parse import ExpressionError, parse_expression
from autodiff.show.special_names import KNOWN, special


@pytest.mark.parametrize(
    ("text", "names", "value"),
    [
        ("ln(x1) + x1*x2 - sin(x2)", ("x1", "x2"), math.log(2) + 4 - math.sin(2)),
        ("y + x*y", ("y", "x"), 6.0),
        ("np.exp(x) / math.pi", ("x",), math.exp(2) / math.pi),
        ("e**x", ("x",), math.e**2),
        ("-x**2 % 3 // 1", ("x",), 2.0),
        ("+abs(-x)", ("x",), 2.0),
        ("c = x + 1; c = c * c; c", ("x",), 9.0),
        ("c = x + 1; e = c * c", ("x",), 9.0),
        ("where(x > 1, x, 0)", ("x",), 2.0),
        ("hypot(3, 2*x)", ("x",), 5.0),
        ("log(8, ) / log(x)", ("x",), 3.0),
        ("x.exp().sum()", ("x",), math.exp(2)),
        ("maximum(x, inf) - inf < 0", ("x",), False),
    ],
)
def test_expressions_of_numbers(text, names, value):
    f = parse_expression(text)
    assert f.names == names
    with np.errstate(invalid="ignore"):
        assert np.isclose(f(*[2.0] * len(names)), value, rtol=1e-15)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x[0] + x[1:].sum()", 6.0),
        ("sum(x * [1, 0, 2])", 7.0),
        ("norm(x, ord=2)", math.sqrt(14)),
        ("reshape(x, (3, 1)).T @ x", [14.0]),
        ("stack([x, x]).mean()", 2.0),
        ("x[[0, 2]]", [1.0, 3.0]),
    ],
)
def test_expressions_of_arrays(text, value):
    assert np.allclose(parse_expression(text)(np.array([1.0, 2.0, 3.0])), value, rtol=1e-15)


def test_an_expression_is_a_function_that_every_transform_takes():
    f = parse_expression("log(x*y)")
    assert np.allclose(ad.grad(f, (0, 1))(2.0, 4.0), (0.5, 0.25), rtol=1e-15)
    assert f(y=4.0, x=2.0) == math.log(8)


def test_a_constant_may_be_an_input():
    assert parse_expression("e*x").names == ("x",)
    assert parse_expression("e*x", ("e", "x")).names == ("e", "x")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "the expression is empty"),
        (
            "log(x*y",
            r"does not parse at character 4, after 'log': '\(' was never closed$",
        ),
        ("x^2", r"\^ is no power here; write \*\*"),
        ("sni(x)", "no function is called sni; did you mean sin?"),
        ("x.exq()", "no function is called exq; did you mean"),
        ("sin", r"sin is a function; write sin\(x\)"),
        ("x if y else z", r"write where\(condition, a, b\)"),
        ("x and y", "write logical_and"),
        ("not x", "write logical_not"),
        ("1 < x < 2", "compare two values at a time"),
        ("lambda: x", "a lambda cannot be used"),
        ("[t for t in x]", "a comprehension cannot be used"),
        ("x; y", "only assignments may stand before the last part"),
        ("x + 1; x = 2", "only assignments"),
        ("a = x; x = a; x", "x is an input already"),
        ("a[0] = x; x", "a single name on its left"),
        ("'text'", "only real numbers are constants"),
        ("2j * x", "only real numbers are constants"),
        ("f(*x)", "no function is called f"),
        ("sum(*x)", r"without \*"),
        ("__import__('os').system('ls')", "cannot be used"),
        ("x.__class__", "no function is called __class__"),
        ("np.load(x)", "no function is called load"),
        ("(x)(2)", "no function is called x|only functions of the table are called"),
        ("import os", "only assignments"),
        ("x := 2", "does not parse"),
        ("(" * 300 + "x" + ")" * 300, "does not parse"),
        ("x\0", "does not parse"),
    ],
)
def test_what_is_no_expression_is_refused_with_a_sentence(text, sentence):
    with pytest.raises(ExpressionError, match=sentence):
        parse_expression(text)


def test_the_place_in_a_long_line_is_told_in_one_short_line():
    with pytest.raises(ExpressionError) as fault:
        parse_expression(" + ".join(["x"] * 60) + " + * y")
    said = str(fault.value)
    assert "\n" not in said and len(said) < 120
    assert "at character 241, after '+ x + x + x + x + x + x + x +'" in said


def test_deep_expressions_are_read_or_refused():
    text = "x" + " + x" * 5000
    try:
        assert parse_expression(text)(1.0) == 5001
    except ExpressionError as fault:
        assert "nested too deeply" in str(fault)


@pytest.mark.parametrize(
    ("text", "given", "sentence"),
    [
        ("x*y", (2.0,), "input y is missing; give it as y=2"),
        ("x + 1/0", (2.0,), "division by zero"),
        ("log(x, x, x)", (2.0,), r"log\(x\) takes 1 arguments, and 3 are given"),
    ],
)
def test_what_goes_wrong_while_it_runs_is_told_in_a_sentence(text, given, sentence):
    with pytest.raises(ExpressionError, match=sentence):
        parse_expression(text)(*given)


def test_powers_of_constants_cannot_grow_without_bound():
    assert parse_expression("9**9**9**9")() == math.inf


@pytest.mark.parametrize(
    ("text", "value", "slope"),
    [
        ("gamma(x)", sp.gamma(0.6), sp.gamma(0.6) * sp.psi(0.6)),
        ("lgamma(x) - gammaln(x) + digamma(x)", sp.psi(0.6), sp.polygamma(1, 0.6)),
        ("jv(0, x) - j0(x) + erfc(x)", sp.erfc(0.6), -2 / math.sqrt(math.pi) * math.exp(-0.36)),
        ("np.expit(x) + logit(x)", sp.expit(0.6) + sp.logit(0.6), None),
    ],
)
def test_special_functions_are_called_by_their_names_in_scipy(text, value, slope):
    f = parse_expression(text)
    assert f(0.6) == pytest.approx(value, rel=1e-13)
    if slope is not None:
        assert ad.grad(f)(0.6) == pytest.approx(slope, rel=1e-12)


def test_a_name_close_to_a_special_function_is_suggested():
    with pytest.raises(ExpressionError, match="gamm; did you mean gamma"):
        parse_expression("gamm(x)")


def test_every_special_name_has_a_function():
    for name in KNOWN:
        assert callable(special(name)), name
    assert special("sine") is None
