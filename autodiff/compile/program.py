"""A compiled graph at given shapes: the tables that the driver reads, and what keeps them alive."""

import ctypes
import os
from typing import Any

import numpy as np

from ..core.op import NO_PARAMS
from ..core.spec import Spec
from ..interpret.graph import node, placeholder
from ..interpret.vertex import Joint
from . import driver
from .loops import NestText, identity_of, memory
from .native import addresses
from .product import product_text
from .schedule import Nest
from .view import Buffer, View, bounds, count, whole

BLOCK = 8192  # elements of a block: its sums are added in order, whoever computed them
SHARED = 2**21  # operations from which two threads share a loop: starting one takes 20 µs
CORES = os.cpu_count() or 1
ALIGN = 64
DROP = ctypes.PYFUNCTYPE(None, ctypes.c_void_p)(("Py_DecRef", ctypes.pythonapi))
REUSE = 2**16  # [B] from which the memory of an output is used again once nobody holds it
LONG = 2**15  # elements of work from which other Python threads may run meanwhile

ARRAY, STRIDED, FLOAT, OBJECT = range(4)


class Row:
    """One step for the driver: its function, buffers and numbers."""

    weight, parallel = 1, False  # elements in each turn of the outer loop; whether threads share it

    def __init__(self, text, needs, buffers, numbers, high=1, block=None, python=None):
        self.text, self.needs, self.buffers, self.numbers = text, needs, buffers, numbers
        self.high, self.block, self.python = high, block or max(high, 1), python


FILL = """define i64 @NAME(ptr %P, ptr %I, ptr %S, i64 %lo, i64 %hi) #0 {{
entry:
  %i = load i64, ptr %I
  %p.p = getelementptr ptr, ptr %P, i64 %i
  %p = load ptr, ptr %p.p
  %x = load {kind}, ptr %S
  br label %head
head:
  %k = phi i64 [ 0, %entry ], [ %k.next, %body ]
  %more = icmp slt i64 %k, %hi
  br i1 %more, label %body, label %done
body:
  %q = getelementptr {kind}, ptr %p, i64 %k
  store {kind} %x, ptr %q
  %k.next = add i64 %k, 1
  br label %head
done:
  ret i64 0
}}
"""
GUARD = """define i64 @NAME(ptr %P, ptr %I, ptr %S, i64 %lo, i64 %hi) #0 {
entry:
  %i = load i64, ptr %I
  %p.p = getelementptr ptr, ptr %P, i64 %i
  %p = load ptr, ptr %p.p
  %x = load i8, ptr %p
  %miss = zext i8 %x to i64
  ret i64 %miss
}
"""


def rows_of(s, guards):
    """The steps of a schedule as rows for the driver."""
    rows, checks = [], {}
    for g in guards:
        s.view(g)  # written to memory, where the check reads it
        checks.setdefault(s.at[s.root(g)], []).append(g)
    for number, step in enumerate(s.steps):
        if type(step) is Nest:
            rows.extend(nest_rows(s, step, number))
        elif step.kind == "product":
            buffers = [v.buffer for v in (*step.sources, *step.targets)]
            rows.append(Row(product_text(step.x.declared), {}, buffers, step.numbers))
        else:
            buffers = [v.buffer for v in (*step.sources, *step.targets) if v is not None]
            rows.append(Row(None, {}, buffers, [], python=step))
        for g in checks.get(number, ()):
            rows.append(Row(GUARD, {}, [s.view(g).buffer], []))
    return rows


def nest_rows(s, nest, number):
    """A nest, what must be filled before it, and what joins the sums of its blocks."""
    text = NestText(s, nest, number)
    rows = []
    for f in text.fills:
        raw = np.zeros(8, np.uint8)
        value = np.asarray(identity_of(f), f.dtype).reshape(1).view(np.uint8)
        raw[: len(value)] = value
        rows.append(
            Row(FILL.format(kind=memory(f.dtype)), {}, [f.buffer], [int(raw.view(np.int64)[0])],
                high=f.buffer.size)
        )  # fmt: skip
    high, inner = (text.sizes or [1])[0], max(count(text.sizes[1:]), 1)
    parallel = not text.fills and high * inner * len(nest.nodes) >= SHARED and CORES > 1
    block = max(1, BLOCK // inner)
    joins = []
    if not (text.partial or parallel) or block >= high:
        block, parallel = None, False
    elif text.partial:
        blocks = -(-high // block)
        for f in text.partial:
            part = Buffer(f.dtype, blocks)
            text.buffers[f.place] = part
            joins.append(joined(s, f, part, blocks))
        text.numbers[text.block_number or 0] = block
    row = Row(text.text, text.needs, text.buffers, text.numbers, high, block)
    row.weight, row.parallel = inner, parallel
    rows.append(row)
    for nest in joins:
        rows.extend(nest_rows(s, nest, -1))
    return rows


def joined(s, f, part, blocks):
    """The nest that joins the partial results of a reduction."""
    x = f.x
    parts = node(placeholder, (), NO_PARAMS, Spec((blocks,), f.dtype), x.level)
    s.views[parts] = whole(part, (blocks,))
    params = {"axes": None, "keepdims": False}
    total = node(x.op, (parts,), params, Spec((), x.declared), x.level)
    s.views[total] = View(f.buffer, (), (), f.offset)
    s.folds.add(total)
    nest = Nest((blocks,))
    nest.nodes.append(total)
    return nest


def lifetimes(rows, s):
    """Places in the workspace for the buffers that live there; gives its size [B]."""
    alive = {}
    for number, row in enumerate(rows):
        for b in row.buffers:
            if b.home == "workspace":
                if b not in alive:
                    alive[b] = b.first = number
                b.last = number
    starts, ends = {}, {}
    for b in alive:
        starts.setdefault(b.first, []).append(b)
        ends.setdefault(b.last, []).append(b)
    free, top = {}, 0  # size -> places of that size
    for number in range(len(rows)):
        for b in starts.get(number, ()):
            size = room(b)
            fit = min((s for s in free if s >= size and free[s]), default=None)
            if fit is None:
                b.place, top = top, top + size
            else:
                b.place = free[fit].pop()
                if fit > size:
                    free.setdefault(fit - size, []).append(b.place + size)
        for b in ends.get(number, ()):
            free.setdefault(room(b), []).append(b.place)
    return top


def room(b):
    """The bytes of a buffer, in whole lines of the cache."""
    return -(-max(b.size * b.dtype.itemsize, 1) // ALIGN) * ALIGN


class Program:
    """The tables of one compiled graph.

    arguments: what the leaves of a call must be, [(kind, dtype or object, shape, strides), ...].
    outputs: specs of the arrays it makes; head: the words that the driver reads first.
    """

    outputs: Any = ()
    graph: Any  # what was compiled
    sources: Any  # the nodes of the outputs as they were traced
    where: str  # the line of the last question that Python asked of a value
    report: Any

    def __init__(self, s, guards, arguments, outputs, single, finish):
        rows = rows_of(s, guards)
        self.rows = rows
        n = len(arguments)
        scalars = [i for i, spec in enumerate(outputs) if spec.shape == ()]
        size = lifetimes(rows, s)
        places = {}
        for row in rows:
            for b in row.buffers:
                places.setdefault(b, None)
        constants = [b for b in places if b.home == "constant"]
        works = [b for b in places if b.home == "workspace"]
        template = [0] * n
        for i in range(len(outputs)):
            template.append(size + 64 * scalars.index(i) if i in scalars else 0)
        size += 64 * len(scalars)
        self.kept = [b.value for b in constants]
        for b in places:
            if b.home == "input":
                places[b] = b.place
            elif b.home == "output":
                places[b] = n + b.place
        for b in constants:
            places[b] = len(template)
            template.append(b.value.ctypes.data)
        first = len(template)
        for b in works:
            places[b] = len(template)
            template.append(b.place)
        self.template = np.array(template or [0], np.int64)
        self.space = np.empty(size + ALIGN, np.uint8)
        base = -(-self.space.ctypes.data // ALIGN) * ALIGN
        self.steps = self.step_table(rows, places)
        self.specs = argument_table(arguments)
        self.kept.append([a[1] for a in arguments])
        self.outs, self.outputs = output_table(outputs), outputs
        self.finish = finish
        work = sum(row.high * max(row.weight, 1) for row in rows)
        self.bytes, self.work = size, work
        head = self.head = np.zeros(driver.HEAD, np.int64)
        head[driver.NARGS], head[driver.ARGS] = n, self.specs.ctypes.data
        head[driver.NOUTS], head[driver.OUTS] = len(outputs), self.outs.ctypes.data
        head[driver.TEMPLATE], head[driver.POINTERS] = self.template.ctypes.data, len(template)
        head[driver.FIRST], head[driver.STEPS] = first, self.steps.ctypes.data
        head[driver.COUNT], head[driver.ROOM], head[driver.SPACE] = len(rows), size, base
        head[driver.LONG] = work > LONG
        head[driver.RESULT] = 0 if single else 1
        head[driver.FINISH] = 0 if finish is None else id(finish)

    def __del__(self):
        words, k = self.outs, 0
        for _ in self.outputs:
            if words[k + 6]:  # the array that is kept to be used again
                DROP(int(words[k + 6]))
            k += int(words[k + 7])

    def step_table(self, rows, places):
        """The words of the steps."""
        native = [row for row in rows if row.text is not None]
        found = iter(addresses([(row.text, row.needs) for row in native]))
        table = np.zeros((max(len(rows), 1), driver.STEP), np.int64)
        for words, row in zip(table, rows):
            index = np.array([places[b] for b in row.buffers] or [0], np.int64)
            numbers = np.array(row.numbers or [0], np.int64)
            self.kept += [index, numbers]
            if row.text is None:
                call = Callback(row.python, places)
                self.kept.append(call)
                words[:2] = 0, id(call)
            else:
                words[:2] = next(found), 0
            words[2:7] = index.ctypes.data, numbers.ctypes.data, 0, row.high, row.block
            words[7] = row.parallel
        return table


def argument_table(arguments):
    """The words of what the leaves of a call must be."""
    words: list[int] = []
    for kind, what, shape, strides in arguments:
        record = [kind, id(what), len(shape), 0, *shape, *(strides or [0] * len(shape))]
        record[3] = len(record)
        words += record
    return np.array(words or [0], np.int64)


def output_table(outputs):
    """The words of the arrays that are made."""
    words: list[int] = []
    for spec in outputs:
        size = count(spec.shape) * spec.dtype.itemsize
        record = [
            spec.shape == (), len(spec.shape), spec.dtype.num, id(spec.dtype), size, size >= REUSE,
            0, 8 + len(spec.shape), *spec.shape,
        ]  # fmt: skip
        words += record
    return np.array(words or [0], np.int64)


class Callback:
    """A step that calls a row's `evaluate` on the arrays where they stand."""

    def __init__(self, step, places):
        x = step.x
        self.op = x.op.op if type(x.op) is Joint else x.op
        self.params, self.args = x.params, x.args
        self.sources = [v and (places[v.buffer], v) for v in step.sources]
        self.targets = [(places[v.buffer], v) for v in step.targets]
        made = step.made
        self.indices = [p.params["index"] for p in made] if type(x.op) is Joint else None

    def __call__(self, address):
        pointers = ctypes.cast(address, ctypes.POINTER(ctypes.c_int64))
        args = [
            a if s is None else at(pointers[s[0]], s[1]) for a, s in zip(self.args, self.sources)
        ]
        with np.errstate(all="ignore"):
            out = self.op.evaluate(*args, **self.params)
        found = [out] if self.indices is None else [out[i] for i in self.indices]
        for (place, view), value in zip(self.targets, found):
            target = at(pointers[place], view)
            if np.shape(value) != target.shape:
                raise ValueError(
                    f"{self.op.name} gave shape {np.shape(value)} and its graph has {target.shape}"
                )
            target[...] = value


def at(address, view):
    """The array that a view describes at an address."""
    size = view.buffer.dtype.itemsize
    if 0 in view.shape:
        return np.empty(view.shape, view.buffer.dtype)
    low, high = bounds(view)
    memory = (ctypes.c_char * ((high - low) * size)).from_address(address + low * size)
    strides = tuple(s * size for s in view.strides)
    return np.ndarray(view.shape, view.buffer.dtype, memory, (view.offset - low) * size, strides)
