"""Expression swell: how formulas of derivatives grow, and graphs do not."""

from dataclasses import dataclass
from typing import Any

from ..core.errors import ArgumentError
from ..interpret.graph import Variable
from .differentiate import derivative
from .expression import to_sympy
from .graph import Graph, simplified
from .table import Math, Table
from .words import sympy_module

FORMULAS = 6  # orders whose formulas are worked out


@dataclass(frozen=True)
class Iterate:
    """One row of the table of expression swell.

    order: n.
    formula, unsimplified, simplified: l_n and its derivative, expressions of SymPy; None beyond
    the orders whose formulas are worked out.
    terms, simplified_terms: of the two forms of the derivative.
    operations, simplified_operations: arithmetic operations in them.
    written_out: operators of the derivative as the chain rule writes it, with nothing shared.
    nodes: operators of our graph of l_n together with its derivative.
    """

    order: int
    formula: Any
    unsimplified: Any
    simplified: Any
    terms: int | None
    simplified_terms: int | None
    operations: int | None
    simplified_operations: int | None
    written_out: int
    nodes: int


class Swell(tuple):
    """The rows of a table of expression swell; `print` shows it, and so does a notebook."""

    __slots__ = ()

    def __str__(self):
        lines = [self.table(formulas=False).text()]
        for r in self:
            if r.formula is not None:
                lines += ["", f"l({r.order})  = {shown(r.formula).text}"]
                lines += [f"l({r.order})' = {shown(e).text}" for e in distinct(r)]
        return "\n".join(lines)

    def latex(self):
        """The table in LaTeX, with the formulas."""
        return self.table().latex()

    def _repr_html_(self):
        return self.table().html()

    def table(self, formulas=True):
        """The rows as a table of numbers, and of formulas too."""
        rows = []
        for r in self:
            three = (r.formula, r.unsimplified, r.simplified) if formulas else ()
            cells = ["—" if e is None else shown(e) for e in three]
            sizes = (
                r.terms, r.simplified_terms, r.operations, r.simplified_operations, r.written_out,
                r.nodes,
            )  # fmt: skip
            rows.append((r.order, *["—" if k is None else shortened(k) for k in sizes], *cells))
        header = (*SIZES, *(FORMULAS_SHOWN if formulas else ()))
        return Table(header, rows, NOTES, tuple(range(len(SIZES), len(header))))


SIZES = ("n", "terms", "simplified", "operations", "simplified", "written out", "nodes")
FORMULAS_SHOWN = (
    Math("l(n)", "l_n", "<math><msub><mi>l</mi><mi>n</mi></msub></math>"),
    Math("l(n)'", "l_n'", "<math><msubsup><mi>l</mi><mi>n</mi><mo>′</mo></msubsup></math>"),
    "simplified",
)
NOTES = (
    "terms, operations: of the derivative by the product rule, and simplified.",
    "written out: operators of the derivative with nothing shared.  nodes: operators of the graph.",
)


def distinct(r):
    """The derivative of one row in its two forms, once where they are the same."""
    return [r.unsimplified] if r.unsimplified == r.simplified else [r.unsimplified, r.simplified]


def swell(f, orders=4):
    """How the derivative of an iterated function swells as a formula, and how our graph grows.

    f: the step of the iteration l(1) = x, l(n + 1) = f(l(n)), a function of one number.
    orders: the last n, or a list of them; formulas are worked out up to n = 6, sizes for all.
    Returns rows with the formula of l(n), its derivative by the product rule and simplified, their
    terms and operations, the operators of the chain rule written out, and the nodes of our graph.
    Source of the table for the logistic map: Baydin, Pearlmutter, Radul and Siskind 2018, JMLR 18,
    table 1.

    >>> table = swell(lambda l: 4 * l * (1 - l), [2, 3, 20])
    >>> [(row.order, row.terms, row.written_out, row.nodes) for row in table]
    [(2, 2, 5, 6), (3, 3, 29, 14), (20, None, 549755813885, 150)]
    >>> table[0].unsimplified, table[0].simplified
    (-4*x + 4*(1 - x), 4*(1 - 2*x))
    """
    sympy = sympy_module("swell")
    orders = range(1, orders + 1) if isinstance(orders, int) else sorted(orders)
    if not orders or min(orders) < 1:
        raise ArgumentError(f"swell: orders={orders!r}; give a positive int or a list of them")
    x = Variable("x", (), float)
    graph, rows, symbol = Graph("l", (x,), x), [], sympy.Symbol("x")
    for n in range(1, max(orders) + 1):
        if n > 1:
            graph = graph.with_output(f(graph.output))
        if n in orders:
            worked = factored(sympy, to_sympy(graph, symbol)) if n <= FORMULAS else None
            rows.append(row(sympy, n, simplified(graph), worked, symbol))
    return Swell(rows)


def row(sympy, n, graph, formula, x):
    """The sizes of one iterate."""
    slope = derivative(graph)
    both = len(simplified(graph.with_output((graph.output, slope.output))))
    sizes = slope.written_out, both
    if formula is None:
        return Iterate(n, None, None, None, None, None, None, None, *sizes)
    long = product_rule(sympy, formula, x)
    short = simplest(sympy, sympy.diff(formula, x), x)
    terms, fewer = (len(sympy.Add.make_args(e)) for e in (long, sum_in(sympy, short)))
    operations, less = (int(sympy.count_ops(e)) for e in (long, short))
    return Iterate(n, formula, long, short, terms, fewer, operations, less, *sizes)


# ------------------------------------------------------------------------------ formulas


def together(sympy, number, factors):
    """A product as it stands: no number is multiplied into a sum."""
    parts = [*([number] if number != 1 or not factors else []), *factors]
    return parts[0] if len(parts) == 1 else sympy.Mul(*parts, evaluate=False)


def upright(sympy, base):
    """(sign, factor) of a polynomial, so that the factor begins with a positive number."""
    negative = sympy.Poly(base).coeffs()[-1] < 0
    return (-1, -base) if negative else (1, base)


def factored(sympy, e):
    """A polynomial as a product of factors that begin with a positive number."""
    if not e.is_polynomial():
        return e
    number, factors = sympy.factor_list(e)
    powers = []
    for base, power in factors:
        sign, base = upright(sympy, base)
        number *= sign**power
        powers.append(base**power)
    return together(sympy, number, powers)


def product_rule(sympy, e, x):
    """The derivative of a product: a term for each factor, and nothing is simplified."""
    if not e.is_Mul:
        return sympy.diff(e, x)
    number, factors = e.as_coeff_mul()
    terms = []
    for k, factor in enumerate(factors):
        base, power = factor.as_base_exp()
        slope = sympy.diff(base, x) if power.is_number else sympy.diff(factor, x)
        before = number * (power if power.is_number else 1)
        if slope.is_number:
            before, slope = before * slope, None
        rest = [base ** (power - 1)] if power.is_number and power != 1 else []
        parts = [*factors[:k], *([] if slope is None else [slope]), *rest, *factors[k + 1 :]]
        terms.append(together(sympy, before, parts))
    return sympy.Add(*terms, evaluate=False)


def simplest(sympy, e, x):
    """A polynomial as a number times a sum of powers; anything else by SymPy's `simplify`."""
    if not e.is_polynomial(x):
        return sympy.simplify(e)
    number, rest = sympy.Poly(e, x).primitive()
    sign, rest = upright(sympy, rest.as_expr()) if not rest.is_ground else (1, rest.as_expr())
    return together(sympy, sign * number, [] if rest == 1 else [rest])


def sum_in(sympy, e):
    """The sum in a number times a sum."""
    return next((a for a in e.args if a.is_Add), e) if e.is_Mul else e


def shown(e):
    """A formula in three notations, from its lowest power up."""
    sympy = sympy_module("swell")
    text = sympy.sstr(e, order="rev-lex").replace("**", "^").replace("*", " ")
    html = sympy.printing.mathml(e, printer="presentation", order="rev-lex")
    # what older versions write for parentheses is no longer in the standard
    html = html.replace("<mfenced>", "<mrow><mo>(</mo>").replace("</mfenced>", "<mo>)</mo></mrow>")
    html = html.replace("<mo>-</mo>", "<mo>−</mo>")
    return Math(text, sympy.latex(e, order="rev-lex"), f"<math>{html}</math>")


def shortened(number):
    """A count in a few characters."""
    return str(number) if number < 10**7 else f"{number:.2e}"
