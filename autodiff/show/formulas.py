"""The formulas of the vertices of a run: in names, in numbers, and those of their partials.

A partial derivative in letters is what the rule of the row gives on symbols.  It is worked out once
for each row and argument, with marks in the place of names.
"""

import re
from functools import lru_cache
from typing import Any
from unicodedata import normalize

import numpy as np

from ..core.errors import AutodiffError
from ..core.family import Elementwise
from ..core.op import SYMBOLIC
from ..core.spec import Spec
from ..interpret.graph import Node, Variable, node, placeholder, upstream
from ..ops import arithmetic, contract, exponential, reduce, special, trigonometric
from ..symbolic.formula import atomic, written as latex_written
from ..symbolic.names import name_text
from ..symbolic.notation import ATOM, PRODUCT, SUM, filled, template
from ..symbolic.printing import Writer
from ..symbolic.tidy import tidied
from . import writing
from .digits import value_text

FAULTS = (AutodiffError, TypeError, ValueError, AttributeError, LookupError, ArithmeticError)
OUT, BACK = "❰z❱", "❰g❱"
MARK = re.compile("❰[^❱]*❱")
BRACED = re.compile(r"\{?(❰[^❱]*❱)\}?")
PULLED, PULLED_LATEX = "g ↦ ", r"g \mapsto "
LARGEST = 4  # elements of an array whose numbers stand in a formula

# Textbook spellings of derivatives that the rows state by other functions.
TEXTBOOK = {
    exponential.sigmoid: (lambda x: exponential.sigmoid(x) * (1 - exponential.sigmoid(x)),),
    special.erf: (lambda x: 2 / np.sqrt(np.pi) * exponential.exp(-(x**2)),),
    trigonometric.tanh: (lambda x: 1 - trigonometric.tanh(x) ** 2,),
    arithmetic.power: (lambda x, y: y * x ** (y - 1), lambda x, y: exponential.log(x) * x**y),
    exponential.logaddexp: (
        lambda x, y: exponential.exp(x - exponential.logaddexp(x, y)),
        lambda x, y: exponential.exp(y - exponential.logaddexp(x, y)),
    ),
}
# The weight of each element under a reduction, from the element, the result and how many there are.
WEIGHTS = {
    reduce.summed: lambda x, z, n: 1.0,
    reduce.reduced_mean: lambda x, z, n: 1.0 / max(n, 1),
    reduce.multiplied: lambda x, z, n: z / x,
    reduce.log_sum_exp: lambda x, z, n: exponential.exp(x - z),
    reduce.length: lambda x, z, n: x / z,
}


def mark(k):
    """What stands for the name of an argument until it is known."""
    return f"❰{k}❱"


def dot(k):
    """What stands for the tangent of an argument."""
    return f"❰t{k}❱"


class Formulas:
    """The formulas of one run; what two vertices share is worked out once."""

    def __init__(self, run):
        self.run = run
        self.known: dict[Any, tuple[str, str]] = {}
        self.forms: dict[Any, str] = {}

    def write(self):
        """Fill in the formulas of every vertex and edge."""
        for v in self.run.vertices:
            v.formula, v.formula_latex = self.formula(v)
            v.substituted, v.substituted_latex = self.substituted(v)
            for k, e in enumerate(v.edges):
                e.text = self.name(e) if e.vertex is not None else constant_text(e.constant)
                if e.vertex is not None:
                    e.symbol = f"∂{v.name}/∂{e.text}"
                    e.formula, e.latex = self.partial(v, k)

    def name(self, e):
        return self.run.vertices[e.vertex].name

    def key(self, v, *more):
        """What the formulas of a vertex depend on beside the names of its arguments."""
        parts = []
        for e in v.edges:
            if e.vertex is not None:
                scalar = isinstance(v.row, Elementwise)
                parts.append(None if scalar else self.run.vertices[e.vertex].shape)
            elif np.ndim(e.constant):
                parts.append((id(e.constant), np.shape(e.constant)))
            else:
                parts.append(repr(e.constant))
        return v.row, v.part, *parts, *v.params.items(), *more

    def once(self, v, make, *more):
        """(text, LaTeX) of what `make(v, *more)` gives, with marks."""
        key = self.key(v, make, *more)
        if key not in self.known:
            self.known[key] = safely(make, v, self.arguments(v), *more)
        return self.known[key]

    def arguments(self, v):
        """The arguments of a vertex as symbols that are called by marks; constants as they are."""
        found = []
        for k, e in enumerate(v.edges):
            if e.vertex is None:
                found.append(e.constant)
                continue
            p = self.run.vertices[e.vertex]
            plain = isinstance(v.row, Elementwise)
            found.append(Variable(mark(k), () if plain else p.shape, float if plain else p.dtype))
        return found

    def named(self, v, both):
        """A text and a LaTeX with names in the place of the marks."""
        text, latex = both
        found = {}
        for k, e in enumerate(v.edges):
            if e.vertex is None:
                continue
            p = self.run.vertices[e.vertex]
            found[mark(k)] = p.name, p.latex
            found[dot(k)] = dotted(p.name), rf"\dot{{{p.latex[0]}}}{p.latex[1:]}"
        found[OUT], found[BACK] = (v.name, v.latex), ("g", "g")
        return (
            MARK.sub(lambda m: found[m[0]][0], text),
            BRACED.sub(lambda m: found[m[1]][1], latex),
        )

    def partial(self, v, k):
        """(text, LaTeX) of the derivative in argument `k`; empty texts where there is none."""
        return self.named(v, self.once(v, partial_node, k))

    def push(self, v):
        """(text, LaTeX) of the tangent, from the tangents of the arguments."""
        return self.named(v, self.once(v, pushed_node))

    def push_numbers(self, v):
        """(text, LaTeX) of the tangent with numbers for everything; empty for larger arrays."""
        found = {OUT: v.value}
        for k, e in enumerate(v.edges):
            if e.vertex is not None:
                p = self.run.vertices[e.vertex]
                found[mark(k)], found[dot(k)] = p.value, p.tangent
        text, latex = self.once(v, pushed_node)
        used = [found.get(m) for m in MARK.findall(text)]
        if any(x is None or np.size(x) > LARGEST for x in used):
            return "", ""
        text = MARK.sub(lambda m: enclosed(shown(found[m[0]])), text)
        latex = BRACED.sub(lambda m: enclosed(value_latex(found[m[1]])), latex)
        return times_between(text), latex.replace(r"\,", r"\times")

    def formula(self, v):
        """(text, LaTeX) of a vertex in the names of its arguments."""
        if v.row is None:
            return (v.label, name_text(v.label)) if v.op == "input" else (shown(v.value),) * 2
        return self.named(v, self.once(v, own_node))

    def substituted(self, v):
        """(text, LaTeX) with numbers in the place of names; empty texts where there are none."""
        values = [self.run.vertices[e.vertex].value for e in v.edges if e.vertex is not None]
        if v.row is None or any(x is None or np.size(x) > LARGEST for x in values):
            return "", ""
        texts, latexes = [], []
        for e in v.edges:
            value = e.constant if e.vertex is None else self.run.vertices[e.vertex].value
            texts.append(with_sign(shown(value)))
            latexes.append(latex_sign(value))
        text, _ = writing.called(v.row, texts, v.params)
        bounds = tuple([bound for _, bound in latexes])
        key = v.row, bounds, *map(np.shape, values), *v.params.items()
        if key not in self.forms:
            self.forms[key] = form(v.row, bounds, v.params, [np.shape(x) for x in values])
        found = {mark(k): text for k, (text, _) in enumerate(latexes)}
        return times_between(text), MARK.sub(lambda m: found[m[0]], self.forms[key])


def enclosed(text):
    """A number inside a formula: a sign needs parentheses."""
    return f"({text})" if text.startswith("-") else text


def times_between(text):
    """A formula of numbers, with the sign of multiplication."""
    return text.replace(" * ", " × ")


def with_sign(text):
    """A number with how tightly it is bound: a sign needs parentheses."""
    return text, writing.SUM if text.startswith("-") else writing.ATOM


def latex_sign(value):
    """The LaTeX of a value with how tightly it is bound."""
    text = value_latex(value)
    return text, SUM if text.startswith("-") else PRODUCT if r"\cdot" in text else ATOM


def shown(x):
    """A value in a formula."""
    return "·" if x is None else value_text(x)


def constant_text(x):
    return "·" if x is None else value_text(x)


def value_latex(x):
    """A value in LaTeX."""
    text = shown(x)
    if np.ndim(x):
        return rf"\left[{text[1:-1]}\right]" if text[0] == "[" else rf"\mathrm{{{text}}}"
    match = re.fullmatch(r"(-?[\d.]+)e([+-]\d+)", text)
    if match:
        return rf"{match[1]} \cdot 10^{{{int(match[2])}}}"
    return {"inf": r"\infty", "-inf": r"-\infty", "nan": r"\mathrm{NaN}"}.get(text, text)


@lru_cache(1 << 13)
def dotted(name):
    """`v̇1`: the tangent of a variable."""
    return normalize("NFC", f"{name[0]}\u0307{name[1:]}")


@lru_cache(1 << 13)
def barred(name):
    """`v̄1`: the adjoint of a variable."""
    return normalize("NFC", f"{name[0]}\u0304{name[1:]}")


# ------------------------------------------------------------------- rules on symbols


def safely(make, v, xs, *more):
    """The text and LaTeX of a node; empty where the rule cannot be read."""
    try:
        found, pulls, collects = make(v, xs, *more)
        if not collects:
            return one_application(found)
        (root,) = tidied([found])
        text, latex = writing.text_of(root), latex_of(root)
    except FAULTS:
        return "", ""
    return (f"{PULLED}{text}", f"{PULLED_LATEX}{latex}") if pulls else (text, latex)


def partial_node(v, xs, k):
    """The derivative in one argument: (node, whether it is a pullback, True)."""
    row = v.row
    if row in TEXTBOOK:
        return TEXTBOOK[row][k](*xs), False, True
    if row in WEIGHTS:
        n = int(np.prod(xs[0].shape, dtype=int)) // max(int(np.prod(v.shape, dtype=int)), 1)
        return WEIGHTS[row](Variable(mark(0), (), float), Variable(OUT, (), float), n), False, True
    if row is contract.inner_product:
        return xs[1 - k], False, True
    if isinstance(row, Elementwise):
        rule = row.rules[k]
        if rule is None or not row.differentiable:
            return 0.0, False, True
        return rule(np.float64(1.0), applied(v, xs), *xs, **v.params), False, True
    wanted: list[Any] = [None] * len(xs)
    wanted[k] = xs[k]
    g = Variable(BACK, v.shape, float)
    cotangents = row.vjp(g, applied(v, xs), wanted, *xs, **v.params)
    return cotangents[k], True, True


def applied(v, xs):
    """The row of a vertex on symbols."""
    out = v.row(*xs, **v.params)
    return out if v.part is None else out[v.part]


def pushed_node(v, xs):
    """The tangent of a vertex from those of its arguments."""
    row, moved = v.row, [k for k, e in enumerate(v.edges) if e.vertex is not None and not e.cut]
    spec = [(x.shape, x.dtype) if type(x) is Node else ((), float) for x in xs]
    tangents: list[Any] = [None] * len(xs)
    for k in moved:
        tangents[k] = Variable(dot(k), *spec[k])
    if row in TEXTBOOK:
        terms = [tangents[k] * TEXTBOOK[row][k](*xs) for k in moved]
        return sum(terms[1:], terms[0]) if terms else 0.0, False, True
    if not moved:
        return 0.0, False, True
    found = row.jvp(tangents, row(*xs, **v.params), *xs, **v.params)
    found = found if v.part is None else found[v.part]
    return 0.0 if found is None else found, False, True


def own_node(v, xs):
    """The vertex itself: one application, which is written as it stands."""
    return node(v.row, tuple(xs), v.params, Spec(v.shape, v.dtype), SYMBOLIC), False, False


def one_application(x):
    """(text, LaTeX) of one row, nothing collected."""
    texts = []
    for a in x.args:
        text = a.name if type(a) is Node else shown(a)
        texts.append(with_sign(text) if type(a) is not Node else (text, writing.ATOM))
    text, _ = writing.called(x.op, texts, x.params)
    latexes = [(braced(a.name), ATOM) if type(a) is Node else latex_sign(a) for a in x.args]
    shapes = [a.known if type(a) is Node else np.shape(a) for a in x.args]
    try:
        return text, row_latex(x.op, latexes, x.params, shapes)
    except FAULTS:
        return text, ""


TIMES = template(r"$x \, $y")


def row_latex(op, texts, params, shapes):
    """LaTeX of a row of arguments that are written already: [(text, how tightly it is bound)]."""
    if op is arithmetic.multiply:
        parts = [p.replace(r"\,", r"\times") if type(p) is str else p for p in TIMES.parts]
        return filled(parts, dict(zip(op.arguments, texts)))
    symbols = tuple(Variable("x", s, float) for s in shapes)
    single = node(op, symbols, params, Spec((), None), SYMBOLIC)
    return latex_written(Writer().by_notation(single, [atomic(*t) for t in texts]))[0]


def form(op, bounds, params, shapes):
    """LaTeX of a row with marks in the place of numbers, by how tightly those are bound."""
    try:
        return row_latex(op, [(mark(k), b) for k, b in enumerate(bounds)], params, shapes)
    except FAULTS:
        return ""


def braced(name):
    """A mark in braces: an index behind it is then one of the whole, not a second one."""
    return f"{{{name}}}"


def latex_of(root):
    """LaTeX of a node whose symbols are called by marks, which stay."""
    writer = Writer()
    if type(root) is not Node:
        return latex_written(writer.argument(root))[0]
    for x in upstream([root]):
        if x.op is placeholder:
            writer.sums[x] = atomic(braced(x.name))
        else:
            writer.write(x)
    return latex_written(writer.sums[root])[0]
