"""Every row of the table obeys every law."""

import sys

import pytest

import autodiff
from autodiff import testing
from autodiff.core import family
from autodiff.core.op import Op


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
