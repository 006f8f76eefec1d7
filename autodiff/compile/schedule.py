"""From a graph to steps: which operators share a loop nest, and where values stand in memory."""

from collections import Counter
from typing import Any

import numpy as np

from ..core.lower import Assembly, Element, Fold, Product
from ..core.op import NO_PARAMS
from ..core.spec import Spec
from ..interpret.graph import Node, node, placeholder
from ..interpret.vertex import Joint, pick
from ..ops.choose import stop_gradient
from ..ops.complex import imaginary_part, real_part
from ..transform.loop import Loop
from .arrange import arranged, as_output, laid_in_place
from .assembly import assemble
from .element import working_dtypes
from .emit import LOWERED
from .gather import gathered
from .halves import copied_pair, place_half, place_pair
from .indexing import INDEXED, indexed
from .matrices import matrices
from .pairs import PARTS, paired
from .places import PLACES, folds_places
from .product import matrix_call
from .repeat import Repeat, Unsupported
from .running import RUNNING, running
from .sink import sunk
from .view import (
    Buffer,
    View,
    count,
    moved,
    relabelled,
    relabels,
    repeated,
    squeezed,
    unrepeated,
    usable,
    whole,
)

NAMED = 40  # operators of a nest that a report lists one by one
LARGEST = 600  # operators in one nest: code generation grows faster than linearly


class Nest:
    """Operators computed in one loop nest over `space`, the sizes that are not 1.

    nodes: elementwise operators and reductions, arguments first.
    """

    def __init__(self, space):
        self.space, self.nodes, self.stores = space, [], []

    def __repr__(self):
        names = [x.op.name for x in self.nodes]
        if len(names) > NAMED:
            most = Counter(names).most_common(5)
            more = ", ..." if len(set(names)) > len(most) else ""
            counted = ", ".join(f"{n} {name}" for name, n in most)
            return f"nest over {self.space} of {len(names)} operators: {counted}{more}"
        return f"nest over {self.space} of {', '.join(names)}"


class Step:
    """A step that is no loop nest: run(...) is a library call or a row's own `evaluate`."""

    def __init__(self, kind, x, sources, targets, made):
        self.kind, self.x, self.sources, self.targets = kind, x, sources, targets
        self.made = made

    def __repr__(self):
        return f"{self.kind} {self.x.op.name}"


class Schedule:
    """Steps in order, and the view of every value that is written to memory."""

    def __init__(self, inputs, outputs):
        self.steps: list[Any] = []
        self.at = {}  # node -> number of the step that computes it
        self.views = {}  # node -> view, where it is in memory
        self.after = {}  # node that is a view of another -> the first step that may read it
        self.same = {}  # node -> the node whose elements it has, in the same order
        self.nests = {}  # space -> numbers of its nests
        self.readers = {}  # node -> the nodes that read it; None for the caller
        self.picks = {}  # node of several outputs -> the nodes that pick them
        self.folds = set()  # the reductions
        self.stacks = {}  # node that stands for a stack -> its buffer
        self.halves = {}  # buffer of complex numbers -> the same as twice as many real ones
        self.factors = {}  # where a matrix stands -> its triangular factors
        self.gathers = {}  # node that nests take from elsewhere -> from where
        self.constants = {}  # identity of an array among the arguments -> its view
        self.inputs, self.outputs = inputs, outputs

    # ------------------------------------------------------------ values

    def root(self, x):
        return self.same.get(x, x)

    def inline(self, x):
        """Whether a value is computed in a nest, so that others can join it there."""
        r = self.root(x)
        if r not in self.at or r in self.after or r in self.folds:
            return False
        return type(self.steps[self.at[r]]) is Nest and r.op is not paired

    def view(self, x) -> View:
        """Where a value stands in memory; it is written there if it was not."""
        r = self.root(x)
        if r in self.stacks:
            raise Unsupported(f"{x.op.name} reads a stack of states as if it were a number")
        if r not in self.views:
            self.views[r] = whole(Buffer(r.declared, count(r.known)), r.known)
        found = self.views[r]
        if r is not x and found.shape != x.known:
            found = self.views[x] = relabelled(found, x.known)
        return found

    def ready(self, x):
        """The first step that may read a value from memory."""
        r = self.root(x)
        return self.after[r] if r in self.after else self.at.get(r, -1) + 1

    def constant_view(self, a):
        """The view of an array among the arguments of a node."""
        if id(a) not in self.constants:
            found = self.constant(unrepeated(a), np.result_type(a))
            self.constants[id(a)] = repeated(found, np.shape(a))
        return self.constants[id(a)]

    def constant(self, value, dtype):
        """The view of a constant array."""
        array = np.array(value, dtype, order="C")
        return whole(Buffer(dtype, array.size, "constant", None, array), array.shape)

    # ------------------------------------------------------------ placing

    def place(self, x):
        """Give a node its step."""
        op = x.op
        lower = lowering(x)
        if op is placeholder:
            return
        if type(op) is Joint and type(op.op) is Loop:
            self.append(Repeat(self, x, scheduled, lowering), [x])
            return
        if op is pick:
            self.at[x] = self.at[x.args[0]]
            return
        if op.view and self.place_view(x):
            return
        if op.name == "taken" and gathered(self, x):
            return
        if op.name in INDEXED and indexed(self, x):
            return
        if op.name in PLACES and folds_places(x):
            self.folds.add(x)
            self.join(x, x.args[0].known, x.args)
            return
        if op.name in RUNNING and running(self, x):
            return
        if matrices(self, x):
            return
        if op is paired:
            place_pair(self, x)
            return
        if (op is real_part or op is imaginary_part) and place_half(self, x):
            return
        if type(lower) is Element:
            self.join(x, x.known, x.args)
        elif type(lower) is Fold:
            self.folds.add(x)
            self.join(x, x.args[0].known, x.args)
        elif type(lower) is Product and self.place_product(x):
            return
        elif type(lower) is Assembly:
            if not assemble(self, x, lower, lowering):
                self.call(x)
        else:
            self.call(x)

    def place_view(self, x):
        """A movement that computes nothing; whether it is one here."""
        if len(x.args) != 1:
            return False
        (a,) = x.args
        if relabels(x, a):
            self.same[x] = self.root(a)
            return True
        source = self.view(a)
        found = None if source.window else self.moved(source, x)
        if found is None:
            copied = self.copy(a)
            found = self.moved(self.view(copied), x)
            a = copied
        if found is None:
            return False
        self.views[x], self.after[x] = found, self.ready(a)
        return True

    def moved(self, view, x):
        return moved(view, lambda array: x.op.evaluate(array, **x.params))

    def copy(self, a):
        """The same value, written contiguously."""
        if a.declared in PARTS:
            return copied_pair(self, a)
        x = node(stop_gradient, (a,), NO_PARAMS, Spec(a.known, a.declared), a.level)
        if a.declared in LOWERED:
            self.join(x, x.known, x.args)
        else:
            self.call(x)
        return x

    def join(self, x, shape, args, first=0, apart=False):
        """Put an elementwise operator or a reduction into the first nest that may hold it.

        apart: whether the arguments are read from memory in any case.
        """
        space = squeezed(shape)
        for a in args:
            if type(a) is Node:
                r = self.root(a)
                inside = not apart and self.inline(a) and squeezed(r.known) == space
                first = max(first, self.at[r] if inside else self.ready(a))
                if not inside:
                    self.view(a)
        for number in self.nests.get(space, ()):
            nest = self.steps[number]
            if number >= first and len(nest.nodes) < largest(space):
                break
        else:
            number, nest = len(self.steps), Nest(space)
            self.steps.append(nest)
            self.nests.setdefault(space, []).append(number)
        nest.nodes.append(x)
        self.at[x] = number
        if x in self.folds:
            self.view(x)
        for a in args:  # computed in another nest: it is read from memory
            if type(a) is Node and self.at.get(self.root(a)) != number:
                self.view(a)

    def append(self, step, nodes):
        for x in nodes:
            self.at[x] = len(self.steps)
        self.steps.append(step)

    def place_product(self, x):
        """A product of matrices by the library."""

        sources = []
        for a in x.args:
            if type(a) is not Node:
                sources.append(self.constant(a, x.declared))
            elif a.declared != x.declared:
                return False
            else:
                sources.append(self.view(a))
        for i, a in enumerate(x.args):
            if not usable(sources[i]):
                sources[i] = self.view(self.copy(a))
        step = matrix_call(x, sources, self.view(x))
        if step is None:
            return False
        self.append(step, [x])
        return True

    def alone(self, x, shape):
        """Put an operator into a nest of its own."""
        nest = Nest(squeezed(shape))
        nest.nodes.append(x)
        for a in x.args:
            if type(a) is Node:
                self.view(a)
        self.append(nest, [x])

    def call(self, x):
        """A row without native code: its own `evaluate` is called."""
        args = x.args
        sources = [self.view(a) if type(a) is Node else None for a in args]
        for i, s in enumerate(sources):
            if s is not None and s.window:
                sources[i] = self.view(self.copy(args[i]))
        made = self.picks.get(x, [x])
        targets = [self.view(p) for p in made]
        self.append(Step("call", x, sources, targets, made), [x, *made])

    def fills(self, x):
        """Whether a value is all of a buffer of the workspace."""
        view = self.views[x]
        whole = view.contiguous and view.buffer.size == count(x.known)
        return whole and view.buffer.home == "workspace"

    def finish(self):
        """Write the outputs to arrays of their own."""
        taken = set()
        for i, x in enumerate(self.outputs):
            if type(x) is not Node:
                continue
            r = self.root(x)
            fresh = (
                r in self.at and r not in taken and r.op is not pick
                and (r not in self.views or self.fills(r)) and not r.op.view
            )  # fmt: skip
            if not fresh and not (r.op.view and as_output(self, x)):
                x = self.copy(x)
                r = x
            taken.add(r)
            buffer = self.view(r).buffer
            buffer.home, buffer.place = "output", i


def largest(space):
    """How many operators one nest may have; parting one costs little where there are no arrays."""
    return LARGEST if space else LARGEST // 2


def scheduled(inputs, order, outputs, input_views):
    """The schedule of a graph whose nodes stand in `order`, arguments first."""
    s = Schedule(inputs, outputs)
    s.views.update(input_views)
    for x in outputs:
        s.readers.setdefault(x, []).append(None)
    for x in order:
        for a in x.inputs:
            s.readers.setdefault(a, []).append(x)
        if x.op is pick:
            s.picks.setdefault(x.args[0], []).append(x)
    for x in order:
        s.place(x)
    s.finish()
    laid_in_place(s)
    sunk(s, order, largest)
    arranged(s)
    return s


def lowering(x):
    """The descriptor of a node's native code, or None where its dtypes have none."""
    op = x.op
    if type(op) is Joint or x.declared not in LOWERED:
        return None
    lower = getattr(op, "lower", None)
    if lower is None:
        return None
    if any(type(a) is Node and a.declared not in LOWERED for a in x.args):
        return None
    if type(lower) is Element:
        found = working_dtypes(x, lower)
        return lower if found is not None else None
    if type(lower) in (Fold, Product) and x.declared.kind not in lower.kinds:
        return None
    if type(lower) is Fold and type(x.args[0]) is not Node:
        return None
    return lower
