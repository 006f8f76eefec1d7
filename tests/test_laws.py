"""Every row of the table obeys every law."""

import sys

import pytest

import autodiff
import autodiff.fft
import autodiff.linalg
import autodiff.numpy
import autodiff.scipy.fft
import autodiff.scipy.linalg
import autodiff.scipy.signal
import autodiff.scipy.sparse
import autodiff.scipy.special
import autodiff.scipy.stats
from autodiff import testing
from autodiff.core import family
from autodiff.core.family import Elementwise, Reduction
from autodiff.core.op import Op
from autodiff.ops.scipy_special import Refused


def named():
    """The rows that a module of the package names: other tests add rows of their own."""
    modules = [module for name, module in sys.modules.items() if name.startswith("autodiff.")]
    return {id(value) for module in modules for value in vars(module).values()}


# Rows of the interpreters themselves, such as the one that calls hooks, compute nothing.
ROWS = [
    row
    for row in Op.table.values()
    if type(row).__module__ == family.__name__ and id(row) in named()
]
PUBLIC = [row for row in ROWS if any(value is row for value in vars(autodiff).values())]
# Rows whose derivative is not zero everywhere.
CURVED = [
    row
    for row in ROWS
    if row.differentiable and any(getattr(row, "rules", (getattr(row, "rule", True),)))
]
every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


@every_row
def test_complete(row):
    testing.laws["complete"](row)
    assert row.__doc__ and row.latex


@every_row
def test_infer(row):
    testing.laws["infer"](row)


@every_row
def test_constant(row):
    testing.laws["constant"](row)


@every_row
def test_jvp(row):
    testing.laws["jvp"](row)


@every_row
def test_duality(row):
    testing.laws["duality"](row)


@every_row
def test_order_two(row):
    testing.laws["order_two"](row)


@every_row
def test_dtype(row):
    testing.laws["dtype"](row)


@every_row
def test_reads(row):
    testing.laws["reads"](row)


@every_row
def test_batch(row):
    testing.laws["batch"](row)


@every_row
def test_nested(row):
    testing.laws["nested"](row)


@every_row
def test_graph(row):
    testing.laws["graph"](row)


@pytest.mark.parametrize("row", PUBLIC, ids=lambda row: row.name)
def test_public_rows_have_an_example(row):
    assert ">>> " in row.__doc__


def test_each_law_has_a_test():
    assert {f"test_{name}" for name in testing.laws} <= set(globals())


def a_little_off(result):
    """A thousandth more, of one cotangent or of many."""
    if isinstance(result, (list, tuple)):
        return type(result)([a_little_off(r) for r in result])
    return None if result is None else result * 1.001


def scaled(rule):
    return rule and (lambda *args, **params: a_little_off(rule(*args, **params)))


def caught(row, law):
    with pytest.raises(testing.LawError, match=f"{row.name} breaks the law '{law}'"):
        testing.laws[law](row)


@pytest.mark.parametrize("row", CURVED, ids=lambda row: row.name)
def test_no_rule_of_the_table_can_be_a_thousandth_off(row, monkeypatch):
    if isinstance(row, Elementwise):
        right = row.rules
        for i, rule in enumerate(right):
            if rule is not None and not isinstance(rule, Refused):
                monkeypatch.setattr(row, "rules", (*right[:i], scaled(rule), *right[i + 1 :]))
                caught(row, "jvp")
    elif isinstance(row, Reduction):
        monkeypatch.setattr(row, "rule", scaled(row.rule))
        caught(row, "jvp")
    else:
        monkeypatch.setattr(row, "vjp", scaled(row.vjp))
        # the tape adds in place where a row says how, and graphs use the rule
        caught(row, "duality" if row.accumulate is None else "graph")
        monkeypatch.setattr(row, "jvp", scaled(row.jvp))
        caught(row, "jvp")
