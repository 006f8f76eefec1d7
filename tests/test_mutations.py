"""A rule with its sign flipped, or without one of its terms, is caught, whichever row it is of."""

import ast
import copy
import inspect
import textwrap
from types import FunctionType

import pytest
from test_laws import CURVED

from autodiff import testing
from autodiff.core.family import Elementwise, Reduction

LAWS = ("jvp", "duality", "graph", "order_two")
# Sums that may go: an axis is counted from either end; what depends on the gauge of degenerate
# vectors is refused before it is used.
EQUAL = {
    ("multiplied", "sum 0 loses its left side"),
    *[("beside", f"sum {n} loses its {side} side") for n in (0, 1) for side in ("left", "right")],
    *[("spectrum", f"sum 1 loses its {side} side") for side in ("left", "right")],
}


def definition(rule):
    """The definition of a function as a tree; None where it closes over names or has no source."""
    if type(rule) is not FunctionType or rule.__closure__:
        return None
    if rule.__code__.co_name != "<lambda>":
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(rule))).body
        return None if tree.decorator_list else tree
    line, column = min((p[0], p[2]) for p in rule.__code__.co_positions() if p[0] and p[2])
    for tree in ast.walk(ast.parse("".join(inspect.findsource(rule)[0]))):
        if isinstance(tree, ast.Lambda):
            body, names = tree.body, [a.arg for a in (*tree.args.args, *tree.args.kwonlyargs)]
            inside = (body.lineno, body.col_offset) <= (line, column)
            inside = inside and (line, column) < (body.end_lineno, body.end_col_offset)
            if inside and names == list(rule.__code__.co_varnames[: len(names)]):
                return tree
    return None


class Drop(ast.NodeTransformer):
    """A tree without one side of its sum number `count`."""

    def __init__(self, count, side):
        self.count, self.side = count, side

    def visit_BinOp(self, tree):
        self.generic_visit(tree)
        if not isinstance(tree.op, (ast.Add, ast.Sub)):
            return tree
        self.count -= 1
        if self.count != -1:
            return tree
        if self.side == "right":
            return tree.left
        minus = isinstance(tree.op, ast.Sub)
        return ast.UnaryOp(ast.USub(), tree.right) if minus else tree.right


def sums(tree):
    """How many sums a function has."""
    found = [n for n in ast.walk(tree) if isinstance(n, ast.BinOp)]
    return sum(isinstance(n.op, (ast.Add, ast.Sub)) for n in found)


def made(tree, rule):
    """The function of a tree, with the names that the rule knows."""
    names = dict(rule.__globals__)
    tree = ast.fix_missing_locations(tree)
    if isinstance(tree, ast.Lambda):
        return eval(compile(ast.Expression(tree), "mutant", "eval"), names)
    exec(compile(ast.Module([tree], []), "mutant", "exec"), names)
    return names[tree.name]


def mutants(rule):
    """(what was dropped, the source without it, the rule without it)"""
    tree = definition(rule)
    for count in range(0 if tree is None else sums(tree)):
        for side in ("left", "right"):
            new = Drop(count, side).visit(copy.deepcopy(tree))
            mutant = made(new, rule)
            mutant.__defaults__, mutant.__kwdefaults__ = rule.__defaults__, rule.__kwdefaults__
            yield f"sum {count} loses its {side} side", ast.unparse(new), mutant


def places(row):
    """(attribute, its whole value with the rule replaced, the rule) of each rule of a row."""
    if isinstance(row, Elementwise):
        for i, rule in enumerate(row.rules):
            yield "rules", rule, lambda new, i=i: (*row.rules[:i], new, *row.rules[i + 1 :])
    elif isinstance(row, Reduction):
        yield "rule", row.rule, lambda new: new
    elif type(getattr(row, "transposes", None)) is tuple:
        for i, rule in enumerate(row.transposes):
            yield (
                "transposes",
                rule,
                lambda new, i=i: (*row.transposes[:i], new, *row.transposes[i + 1 :]),
            )
    else:
        for name in ("transpose", "jvp", "vjp"):
            if type(row.__dict__.get(name)) is FunctionType:
                yield name, row.__dict__[name], lambda new: new


def survives(row):
    """Whether no law sees that a row is not what it was."""
    for law in LAWS:
        try:
            testing.laws[law](row)
        except testing.LawError:
            return False
    return True


def flipped(rule):
    """A rule with the other sign."""

    def opposite(result):
        if isinstance(result, (list, tuple)):
            return type(result)([opposite(r) for r in result])
        return None if result is None else -result

    return lambda *args, **params: opposite(rule(*args, **params))


@pytest.mark.parametrize("row", CURVED, ids=lambda row: row.name)
def test_no_rule_can_have_the_other_sign(row, monkeypatch):
    for name, rule, whole in places(row):
        if type(rule) is FunctionType:
            monkeypatch.setattr(row, name, whole(flipped(rule)))
            assert not survives(row), name
            monkeypatch.undo()


WITH_SUMS = [
    row
    for row in CURVED
    if any(definition(rule) is not None and sums(definition(rule)) for _, rule, _ in places(row))
]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("row", WITH_SUMS, ids=lambda row: row.name)
def test_no_rule_can_lose_a_term(row, monkeypatch):
    for name, rule, whole in places(row):
        for text, source, mutant in mutants(rule):
            monkeypatch.setattr(row, name, whole(mutant))
            assert not survives(row) or (row.name, text) in EQUAL, f"{text}: {source}"
            monkeypatch.undo()
