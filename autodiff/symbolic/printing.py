"""LaTeX of functions, graphs and nodes, from the notation of their rows."""

import re
from fractions import Fraction

import numpy as np

from ..core.errors import ArgumentError
from ..core.family import Contraction, Elementwise, Reduction
from ..core.tree import flatten
from ..interpret.graph import Composite, Node, placeholder, upstream
from ..interpret.vertex import Joint, pick
from ..ops import arithmetic, contract, einsum, index
from .formula import Term, atomic, collected, constant, nice, product, raised, scaled, written
from .leaves import is_array_of_nodes
from .names import array_text, index_text, matrix_text, name_text, number_text, signed_text
from .notation import ATOM, Slot, filled, parenthesized, template
from .tidy import operators, tree_sizes

LONGEST = 2000  # operators of a formula that is written in one piece


def formula_of(graph, share):
    """The LaTeX of a graph, in one piece or in lines."""
    if share:
        return shared(graph)
    sizes = tree_sizes(graph.roots)
    total = sum(sizes[y] for y in graph.roots)
    if total > LONGEST:
        raise ArgumentError(
            f"latex: the formula of {graph.name} has {total} operators written out, more than "
            f"{LONGEST}; give share=True to name what is used more than once"
        )
    writer = Writer()
    writer.write_all(graph.roots)
    return writer.output(graph.output)


def shared(graph):
    """The formula in lines, one for each node that is used more than once."""
    uses = {}
    for x in operators(graph.roots):
        for a in x.inputs:
            uses[a] = uses.get(a, 0) + 1
    taken = {name_text(x.name)[0] for x in graph.variables}
    letter = next(c for c in "vuwstpqr" if c not in taken)
    writer, lines = Writer(), []
    for x in upstream(graph.roots):
        writer.write(x)
        if uses.get(x, 0) > 1 and x.op not in PLAIN:
            name = f"{letter}_{{{len(lines) + 1}}}"
            lines.append(f"{name} &= {written(writer.sums[x])[0]}")
            writer.sums[x] = atomic(name)
    head = name_text(graph.name) if graph.name.isidentifier() else "y"
    lines.append(f"{head} &= {writer.output(graph.output)}")
    joined = " \\\\\n".join(lines)
    return f"\\begin{{aligned}}\n{joined}\n\\end{{aligned}}"


# ------------------------------------------------------------------------ rows to formulas


def power_of(x, y, args):
    exponent = args[1]
    if type(exponent) is not Node and np.size(exponent) == 1 and np.isrealobj(exponent):
        return raised(x, float(np.asarray(exponent).item()))
    return None


# How rows of sums and products are collected: from the sums of their arguments; None: as they are.
COLLECTED = {
    arithmetic.add: lambda x, y, args: collected([*x, *y]),
    arithmetic.subtract: lambda x, y, args: collected([*x, *scaled(y, -1)]),
    arithmetic.negative: lambda x, args: scaled(x, -1),
    arithmetic.multiply: lambda x, y, args: product(x, y),
    arithmetic.divide: lambda x, y, args: product(x, raised(y, -1)) if y else None,
    arithmetic.reciprocal: lambda x, args: raised(x, -1) if x else None,
    arithmetic.square: lambda x, args: raised(x, 2),
    arithmetic.sqrt: lambda x, args: raised(x, 0.5) if len(x) == 1 and x[0].factors else None,
    arithmetic.power: power_of,
}


class Writer:
    """The formulas of the nodes of one graph: {node: sum of terms}."""

    def __init__(self):
        self.sums = {}
        self.arrays = {}  # identity of a constant array -> its number

    def write(self, x):
        """Set the formula of a node whose arguments have theirs."""
        sums = [self.argument(a, isinstance(x.op, Elementwise)) for a in x.args]
        found = COLLECTED[x.op](*sums, x.args) if x.op in COLLECTED else None
        self.sums[x] = self.by_template(x, sums) if found is None else found

    def argument(self, a, elementwise=True):
        """The formula of an argument: a node, a number or an array."""
        if type(a) is Node:
            return self.sums[a]
        array = np.asarray(a)
        if array.size and array.dtype.kind in "iuf" and (array == array.flat[0]).all():
            number = constant(array.flat[0].item())
            spread = array.ndim and not elementwise
            return product(number, atomic(r"\mathbf{1}")) if spread else number
        if array.ndim == 0:
            text = number_text(array.item())[0] if array.dtype == bool else f"({signed_text(a)})"
            return atomic(text)
        small = array_text(array)
        if small is None:
            number = self.arrays.setdefault(id(a), len(self.arrays) + 1)
            return atomic(rf"\mathbf{{c}}_{{{number}}}")
        return atomic(small)

    def write_all(self, roots):
        """Set the formulas of all nodes that lead to the roots."""
        for x in upstream(roots):
            self.write(x)

    def by_template(self, x, sums):
        """The formula of a row from its template and the formulas of its arguments."""
        if isinstance(x.op, Contraction):
            scale, sums = without_numbers(sums)
            return scaled(self.by_notation(x, sums), scale)
        return self.by_notation(x, sums)

    def by_notation(self, x, sums):
        """The formula of a row, from its own notation."""
        if x.op in NOTED:
            return NOTED[x.op](x, sums)
        if x.op is placeholder:
            return atomic(name_text(x.name))
        if type(x.op) is Composite and x.op.name in ("sum_like", "dtype_like"):
            return sums[0]
        if type(x.op) is Joint or not x.op.latex:
            return called(x.op.name, [written(s) for s in sums])
        parts, binding = template(subscripted(x))
        if binding is None:
            return sums[0]
        texts = [written(s) for s in sums]
        if any(type(p) is Slot and p.name not in x.op.arguments for p in parts):
            texts = [(", ".join(text for text, _ in texts), ATOM)]
        names = [a.lstrip("*") for a in x.op.arguments]
        text = filled(parts, dict(zip(names, texts)))
        call = re.fullmatch(r"(\\\w+) \{\$\w+\}", x.op.latex)
        if call is None:
            return atomic(text, binding)
        return atomic(text, binding, call[1], text.removeprefix(call[1]).lstrip())

    def output(self, tree):
        """The text of a container of nodes, constants and arrays of nodes."""
        leaves = [self.leaf(y) for y in flatten(tree)[0]]
        if len(leaves) == 1:
            return leaves[0]
        return r"\left(" + r",\; ".join(leaves) + r"\right)"

    def leaf(self, y) -> str:
        """The text of a node, of a constant, or of an array of them."""
        if not is_array_of_nodes(y):
            return written(self.argument(y))[0]
        texts = np.array([self.leaf(v) for v in y.ravel()], object).reshape(y.shape)
        return matrix_text(texts.reshape(len(y), -1).tolist())


def without_numbers(sums):
    """(product of the numbers before single terms, the sums without them): what is linear."""
    scale, found = Fraction(1), []
    for terms in sums:
        if len(terms) == 1 and terms[0].factors:
            scale, terms = nice(scale * terms[0].coefficient), [Term(Fraction(1), terms[0].factors)]
        found.append(terms)
    return scale, found


def called(name, texts):
    """A function by its name, of arguments in parentheses."""
    inside = ", ".join(text for text, _ in texts)
    return atomic(rf"\operatorname{{{name.replace('_', ' ')}}}{parenthesized(inside)}")


def subscripted(x) -> str:
    """The template of a row; a reduction of some axes has them as an index."""
    notation: str = x.op.latex
    axes = x.params.get("axes") if isinstance(x.op, Reduction) else None
    if axes is None or len(axes) == len(x.args[0].known or ()):
        return notation
    index = f"_{{{','.join(map(str, axes))}}}"
    head = re.match(r"(\\operatorname\{\w+\}|(\\\w+ ?)+)(?= )", notation)
    place = len(notation) if head is None else head.end()
    return f"{notation[:place]}{index}{notation[place:]}"


def bracketed(text, binding):
    """The text of what has an index."""
    return text if binding == ATOM and not text.endswith("}") else parenthesized(text)


def index_of(x, sums):
    """The text of the index of a row that moves elements; index arrays stand last."""
    return index_text(x.params["index"], [written(s)[0] for s in sums])


def indexed(x, sums):
    """`x[index]`, with the index below."""
    index = index_of(x, sums[1:])
    return atomic(f"{bracketed(*written(sums[0]))}_{{{index}}}") if index else sums[0]


def unit(x, sums):
    """An array that is zero but at an index: a unit vector, scaled."""
    return product(sums[0], atomic(rf"\mathbf{{e}}_{{{index_of(x, sums[1:])}}}"))


def overwritten(x, sums):
    """`x` with another value at an index."""
    change = rf"{index_of(x, sums[2:])} \leftarrow {written(sums[1])[0]}"
    return atomic(f"{bracketed(*written(sums[0]))}_{{[{change}]}}")


def summed_over(x, sums):
    """An einsum with the names of its axes."""
    inside = ", ".join(written(s)[0] for s in sums)
    subscripts = x.params["subscripts"].replace("->", r" \to ")
    return atomic(rf"\operatorname{{einsum}}_{{{subscripts}}}{parenthesized(inside)}")


def matrices(x, sums):
    """A product of matrices, which does not commute with what stands beside it."""
    parts, binding = template(x.op.latex)
    texts = [written(s) for s in sums]
    several = [len(s) == 1 and len(s[0].factors) > 1 for s in sums]
    texts = [(parenthesized(t[0]), ATOM) if many else t for t, many in zip(texts, several)]
    return atomic(filled(parts, dict(zip(x.op.arguments, texts))), binding, apart=True)


def one_of_several(x, sums):
    return atomic(rf"{written(sums[0])[0]}_{{{x.params['index']}}}")


# Notation that needs the parameters of a row.
NOTED = {
    index.taken: indexed, index.scattered: unit, index.replaced: overwritten,
    einsum.contracted: summed_over, contract.matrix_product: matrices,
    contract.matrix_vector: matrices, pick: one_of_several,
}  # fmt: skip
PLAIN = (placeholder, index.taken, pick)
