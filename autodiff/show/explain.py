"""`explain`: one recorded run, as tables, text, LaTeX, diagrams, pictures and a page."""

import html
from functools import cached_property

import numpy as np

from ..core.errors import ArgumentError, AutodiffError, RuleError, TracedError
from ..core.tree import flatten
from ..interpret.graph import Node
from ..interpret.tape import Tensor
from ..symbolic.graph import Graph
from . import report, sweeps
from .diagrams import dot, mermaid, tree
from .domain import outside, steep
from .extended import extended
from .formulas import Formulas
from .jacobians import costs, jacobian
from .page import page, wording
from .parse import parse_expression
from .paths import paths
from .picture import png, svg
from .record import LIMIT, TooLargeError, names_of, record, title_of
from .rewrites import rewrites
from .source import source
from .stated import Called as Called
from .tapes import as_function, from_function, from_nodes, from_tensor, variables_of
from .traces import traces
from .ways import ways
from .words import language, sentence

FAULTS = (AutodiffError, LookupError, TypeError, ValueError)
MODES = ("forward", "reverse", "both")
QUIET = np.errstate(all="ignore")  # an infinite slope is a value
STEEP = 5  # notes on partials that are not finite
WORDED = ("tables", "paths", "extended", "costs", "jacobian", "rewrites")  # have words in them
PLENTY = 5000  # vertices of a run beyond which the sections of the report are not worked out


class Explanation:
    """What differentiation did in one run; `print` shows it, a notebook draws it.

    run: the record.  f, args: what was run.  by_hand: the derivative that was given.
    The sections of the report are worked out when they are first asked for.
    """

    def __init__(self, run, f=None, args=(), by_hand=None):
        self.run, self.f, self.args, self.by_hand = run, f, args, by_hand
        self.formulas, self.found = Formulas(run), None
        with np.errstate(all="ignore"):
            sweeps.partials(run)
            self.formulas.write()
            if run.pushed:
                sweeps.push(run)
            if run.pulled:
                sweeps.pull(run)
            if not any(v.saved.size or v.saved.released for v in run.vertices):
                sweeps.keep(run)
        run.notes += [s for s in [outside(run), *steep(run)[:STEEP]] if s]

    @property
    def known(self):
        """Whether every value is known, of not too many."""
        vertices = self.run.vertices
        return len(vertices) <= PLENTY and all(v.value is not None for v in vertices)

    @cached_property
    @QUIET
    def tables(self):
        """The three traces as tables: {"primal", "tangent", "adjoint"}."""
        return traces(self.run, self.formulas)

    @cached_property
    @QUIET
    def paths(self):
        """The paths from the output to the inputs."""
        return paths(self.run)

    @cached_property
    def extended(self):
        """The backward vertices, and what joins them to the forward ones."""
        return extended(self.run)

    @cached_property
    @QUIET
    def costs(self):
        """What the Jacobian takes by each mode; None where values are not known."""
        return costs(self.run) if self.known else None

    @cached_property
    @QUIET
    def jacobian(self):
        """The Jacobian, and the chain rule as a product of two; None where it is too large."""
        return jacobian(self.run) if self.known else None

    @cached_property
    @QUIET
    def rewrites(self):
        """Stable rewrites, and loops that fuse."""
        return rewrites(self.run)

    @cached_property
    @QUIET
    def source(self):
        """The derivative as NumPy source: `source.text`."""
        return source(self.run)

    def complete(self):
        """The record with all of its sections."""
        made = {
            "paths": self.paths, "extended": self.extended, "costs": self.costs,
            "jacobian": self.jacobian, "rewrites": self.rewrites, "ways": self.found,
        }  # fmt: skip
        sections = {name: x.to_dict() for name, x in made.items() if x is not None}
        sections["tables"] = {name: t.to_dict() for name, t in self.tables.items()}
        sections["code"] = self.source.text
        self.run.sections = sections
        return self.run

    def __getitem__(self, key):
        """A vertex by its name `v1` or its label `c`."""
        return self.run[key]

    @property
    def gradient(self):
        """{name of an input: derivative of the output in it}, by reverse mode."""
        vertices = [self.run.vertices[i] for i in self.run.inputs]
        return {v.label or v.name: v.adjoint for v in vertices}

    def ways(self, by_hand=None):
        """The derivative by hand, numerical, symbolic, forward and reverse, side by side.

        by_hand: the derivative that you found, a function of the same arguments.
        Raises ArgumentError where there is no function to call, as for a tensor.
        """
        by_hand = by_hand or self.by_hand
        if self.f is None:
            raise ArgumentError("explain: the ways need a function; give explain(f, x)")
        self.found = ways(self.f, self.args, by_hand, self.run.lang)
        return self.found

    # ------------------------------------------------------------------- as text

    def text(self, color=False):
        """The report as text: tables and trees, in columns.

        color: whether headings stand out by the codes of a terminal.
        """
        return report.text(self, color)

    __str__ = text

    def __repr__(self):
        run = self.run
        return f"<explanation of {report.shortened(run.title)}: {len(run)} vertices>"

    def latex(self):
        """The traces as LaTeX tables, and the chain rule with its numbers."""
        return report.latex(self)

    def markdown(self):
        """The report as Markdown, with the graph in Mermaid's language."""
        return report.markdown(self)

    def dot(self):
        """The graph in Graphviz's language."""
        return dot(self.run)

    def mermaid(self):
        """The graph in Mermaid's language."""
        return mermaid(self.run)

    def tree(self):
        """The graph as a tree of text."""
        return tree(self.run)

    def to_dict(self):
        """The record as JSON."""
        return self.complete().to_dict()

    # ------------------------------------------------------------ pictures and page

    def svg(self, kind="graph", **options):
        """The picture as SVG text; kind: "graph", or "extended" with the backward graph below."""
        if self.run.lang != "en" and "words" not in options:
            options["words"] = dict(wording().values())
        return svg(self.run, kind, **options)

    def png(self, path, kind="graph", **options):
        """Write the picture to a PNG file; it needs the extra [show].

        Without a font for Chinese the picture is in English; a note of the run says so.
        """
        said = png(self.run, path, kind=kind, **options)
        if said and said not in self.run.notes:
            self.run.notes.append(said)

    def html(self, path=None, lang=None):
        """The page: one file without network, in which both sweeps can be stepped through.

        path: where to write it; None to return the text alone.
        """
        if lang is not None and lang != self.run.lang:
            self.run.lang = language(lang)
            for name in WORDED:
                self.__dict__.pop(name, None)
        text = page(self.complete())
        if path is not None:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        return text

    def _repr_html_(self):
        inside = html.escape(self.html(), quote=True)
        return (
            f'<iframe srcdoc="{inside}" sandbox="allow-scripts" '
            'style="width: 100%; height: 40em; border: 1px solid #8888"></iframe>'
        )

    def _repr_svg_(self):
        return self.svg()

    def _repr_latex_(self):
        return self.latex()

    def _repr_markdown_(self):
        return self.markdown()


def explain(
    f, *inputs, mode="both", wrt=0, output=0, lang="en", title=None, by_hand=None, limit=LIMIT,
    **named,
) -> Explanation:  # fmt: skip
    """What differentiation does with `f` at these inputs: every step of both sweeps.

    f: a function of numbers, arrays or containers of them; the text of an expression, whose inputs
    may be given by name; a node or a graph with numbers for its variables, or without; an eager
    tensor that was computed already, whose tape is read.
    mode: "forward", "reverse" or "both".
    wrt: where forward mode starts: the number or the name of an input, or a pair of it and an index
    into an array, all of whose elements move together otherwise.
    output: the number of the output where reverse mode starts; of an array the sum.
    lang: "en" or "zh".  title: what the run is called.
    by_hand: the derivative that you found, a function of the same arguments; see `ways`.
    limit: vertices of the largest graph that is recorded.
    Returns an Explanation: print it, or ask it for `latex()`, `dot()`, `svg()`, `html(path)` ...
    Source of the tables: Baydin, Pearlmutter, Radul and Siskind 2018, JMLR 18, tables 2 and 3.

    >>> found = explain("(a + b) * (b + 1)", 2.0, 1.0)
    >>> {name: float(g) for name, g in found.gradient.items()}
    {'a': 2.0, 'b': 5.0}
    >>> print(found.tables["primal"].text())
    variable  formula     numbers  value
    v-1       = a                      2
    v0        = b                      1
    v1        = v-1 + v0  = 2 + 1      3
    v2        = v0 + 1    = 1 + 1      2
    v3        = v1 * v2   = 3 × 2      6
    y         = v3                     6
    """
    if mode not in MODES:
        raise ArgumentError(f"explain: mode={mode!r}; give one of {', '.join(MODES)}")
    language(lang)
    f, inputs, run = read(f, inputs, named, lang, limit)
    if len(run) > limit:
        raise TooLargeError(limit)
    run.mode = mode
    if title is not None:
        run.title = title
    run.wrt = chosen_input(run, wrt)
    if not isinstance(output, int) or not -len(run.outputs) <= output < len(run.outputs):
        raise ArgumentError(
            f"explain: output={output!r}, and there are {len(run.outputs)} outputs, counted from 0"
        )
    run.output = run.outputs[output]
    return Explanation(run, f, inputs, by_hand)


def read(f, inputs, named, lang, limit):
    """(function or None, its inputs, the run)"""
    if isinstance(f, str):
        f = parse_expression(f, named)
    if type(f) is Tensor:
        return None, (), from_tensor(f, lang)
    nodes = flatten(f)[0] if isinstance(f, (Node, list, tuple)) else []
    if nodes and all(type(x) is Node for x in nodes):
        if not inputs:
            return None, (), from_nodes(nodes, lang)
        if len(inputs) == 1 and isinstance(inputs[0], dict):
            inputs = fed(nodes, inputs[0])
        f = as_function(nodes)
    elif isinstance(f, Graph) and not inputs:
        return None, (), from_nodes(f.roots, lang)
    if not callable(f):
        raise ArgumentError(
            f"explain: a {type(f).__name__} cannot be explained; give a function, an expression, "
            "a tensor or a node"
        )
    names = getattr(f, "names", None)
    if names is not None:
        inputs = by_name(names, inputs, named)
    elif named:
        raise ArgumentError(
            f"explain: {', '.join(named)}= is given by name; inputs of a function stand in order"
        )
    return f, inputs, recorded_run(f, inputs, lang, limit)


def recorded_run(f, inputs, lang, limit):
    """The run of a function; of one that only tensors pass through from the eager tape."""
    try:
        return record(f, inputs, limit=limit, lang=lang)
    except (RuleError, TracedError) as fault:
        try:
            run = from_function(f, inputs, lang)
        except FAULTS:
            raise fault from None
    run.title = title_of(f, names_of(f, len(inputs)))
    run.notes.append(sentence("eager"))
    return run


def fed(nodes, feed):
    """The inputs of nodes from what is fed by variable."""
    variables = variables_of(nodes)
    for x in variables:
        if x not in feed:
            raise ArgumentError(f"explain: {x.label()} is not fed; give it in the dictionary")
    return tuple(feed[x] for x in variables)


def by_name(names, inputs, named):
    """The inputs of an expression in the order of its names."""
    values = dict(zip(names, inputs)) | named
    unknown = [n for n in named if n not in names]
    if unknown or len(inputs) > len(names):
        what = unknown[0] if unknown else f"number {len(names) + 1}"
        raise ArgumentError(f"explain: input {what} is not in the expression")
    for name in names:
        if name not in values:
            raise ArgumentError(f"explain: input {name} is missing; give {name}=2.0")
    return tuple(values[n] for n in names)


def chosen_input(run, wrt):
    """(id of the input, index into it or None) where forward mode starts."""
    wrt, index = wrt if isinstance(wrt, tuple) else (wrt, None)
    if index is not None:
        index = index if isinstance(index, tuple) else (index,)
    known = [run.vertices[i] for i in run.inputs]
    for k, v in enumerate(known):
        if wrt in (v.label, v.name) or (isinstance(wrt, int) and wrt % len(known) == k):
            break
    else:
        names = ", ".join(v.label or v.name for v in known)
        raise ArgumentError(f"explain: wrt={wrt!r} is no input; give one of {names}")
    try:
        np.empty(v.shape)[index if index is not None else ...]
    except IndexError as fault:
        raise ArgumentError(f"explain: wrt={wrt!r} has shape {v.shape}: {fault}") from None
    return v.id, index
