"""A compiled graph at given shapes: the tables that the driver reads, and what keeps them alive."""

import ctypes
import os
from typing import Any

import numpy as np

from ..core.op import NO_PARAMS
from ..core.spec import Spec
from ..interpret.graph import node, placeholder
from . import driver
from .callback import Callback
from .folds import identity_of
from .library import LIBRARY
from .lifetimes import ALIGN, lifetimes
from .lockstep import groups_of, rows_together
from .loops import NestText, memory
from .native import addresses
from .nested import STACK_WORDS, distance, every_buffer, every_row, opened, standing
from .product import product_text
from .schedule import Nest
from .view import Buffer, View, count, whole

BLOCK = 8192  # elements of a block: its sums are added in order, whoever computed them
SHARED = 2**18  # operations, about 50 µs, from which two threads share a loop: waking one takes 5
DEAR = 8  # operations that a function such as the exponential is worth
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
DROP = ctypes.PYFUNCTYPE(None, ctypes.c_void_p)(("Py_DecRef", ctypes.pythonapi))
HOLD = ctypes.PYFUNCTYPE(None, ctypes.py_object)(("Py_IncRef", ctypes.pythonapi))
FREE = ctypes.CDLL(None).free
FREE.argtypes, FREE.restype = [ctypes.c_void_p], None
REUSE = 2**16  # [B] from which the memory of an output is used again once nobody holds it
LONG = 2**15  # elements of work from which other Python threads may run meanwhile

ARRAY, STRIDED, FLOAT, OBJECT = range(4)


class Row:
    """One step for the driver: its function, buffers and numbers."""

    weight, parallel = 1, False  # elements in each turn of the outer loop; whether threads share it
    parts: Any = ()  # of a loop: [(rows, buffer of their workspace)]
    members: Any = ()  # rows that run block by block with each other
    step: Any = None
    walk: Any = None  # the text of a nest; it is kept if that reads an argument, writes a result
    kind = "nest"

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
    texts = {i: NestText(s, x, i) for i, x in enumerate(s.steps) if type(x) is Nest and x.nodes}
    groups = {members[0]: (members, others) for members, others in groups_of(texts, checks)}
    order, grouped = [], {k for members, others in groups.values() for k in (*members, *others)}
    for number in range(len(s.steps)):
        if number in groups:
            order += [groups[number][0], *groups[number][1]]
        elif number not in grouped:
            order.append(number)
    for number in order:
        if type(number) is list:
            rows.extend(group_rows(s, number, texts))
            continue
        step = s.steps[number]
        if type(step) is Nest:
            rows.extend(nest_rows(s, step, texts[number]) if step.nodes else [])
        elif step.kind == "product":
            buffers = [v.buffer for v in (*step.sources, *step.targets)]
            text = product_text(step.x.declared)
            rows.append(Row(text, {}, buffers, step.numbers, step.high, step.block))
            rows[-1].kind, rows[-1].parallel = "product", step.block < step.high and CORES > 1
        elif step.kind == "matrices":
            rows.append(Row(step.text, step.needs, step.buffers, step.numbers))
            rows[-1].python, rows[-1].weight = step if step.made else None, step.weight
            rows[-1].kind, rows[-1].step = "matrices", step
        elif step.kind == "loop":
            rows.append(loop_row(step))
        elif step.kind == "running":
            rows.append(Row(step.text, step.needs, step.buffers, step.numbers))
            rows[-1].weight = step.weight
        elif step.kind == "indexed":
            if step.fill:
                rows.append(fill_row(step.whole.buffer, 0))
            if not step.empty:
                rows.append(Row(step.text, step.needs, step.buffers, step.numbers))
                rows[-1].kind = "indexed"
        else:
            buffers = [v.buffer for v in (*step.sources, *step.targets) if v is not None]
            rows.append(Row(None, {}, buffers, [], python=step))
        for g in checks.get(number, ()):
            rows.append(Row(GUARD, {}, [s.view(g).buffer], []))
    return rows


def loop_row(step):
    """A loop: the rows of its parts, and the buffers that live while it runs."""
    if step.scalar is not None:
        one = step.scalar
        row = Row(one.text, one.needs, one.buffers, one.numbers)
        steps = LONG if step.loop.length is None else step.loop.length
        row.weight = steps * len(step.graphs[-1][0])
        return row
    parts = opened(step, rows_of, lifetimes)
    row = Row(None, {}, [*step.buffers(), *[block for _, block in parts]], [])
    row.parts, row.step = parts, step
    inner = sum(r.high * max(r.weight, 1) for rows, _ in parts for r in rows)
    row.weight = inner * (LONG if step.loop.length is None else step.loop.length)
    return row


def fill_row(buffer, value):
    """A buffer of one number everywhere."""
    raw = np.zeros(8, np.uint8)
    found = np.asarray(value, buffer.dtype).reshape(1).view(np.uint8)
    raw[: len(found)] = found
    number = int(raw.view(np.int64)[0])
    text = FILL.format(kind=memory(buffer.dtype))
    return Row(text, {}, [buffer], [number], high=buffer.size)


def group_rows(s, members, texts):
    """Nests that run block by block: what is filled before, the nests, and what is joined after."""
    block, before, after, inner = rows_together(texts, members), [], [], []
    for number in members:
        rows = nest_rows(s, s.steps[number], texts[number], block)
        first = len(texts[number].fills)
        before += rows[:first]
        inner.append(rows[first])
        after += rows[first + 1 :]
    buffers = dict.fromkeys([b for row in inner for b in row.buffers])
    row = Row(None, {}, list(buffers), [], inner[0].high, block)
    row.members, row.weight = inner, sum([r.weight for r in inner])
    return [*before, row, *after]


def nest_rows(s, nest, text, shared=None):
    """A nest, what must be filled before it, and what joins the sums of its blocks.

    shared: the rows of a block where other nests run with it.
    """
    rows = [fill_row(f.buffer, identity_of(f)) for f in text.fills]
    high, inner = (text.sizes or [1])[0], max(count(text.sizes[1:]), 1)
    price = sum([DEAR if x.op.name in LIBRARY else 1 for x in nest.nodes])
    parallel = not text.fills and high * inner * price >= SHARED and CORES > 1
    block = shared or max(1, BLOCK // inner)
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
    row.walk = text
    rows.append(row)
    for nest in joins:
        rows.extend(nest_rows(s, nest, NestText(s, nest, -1)))
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


class Program:
    """The tables of one compiled graph.

    arguments: what the leaves of a call must be, [(kind, dtype or object, shape, strides), ...].
    outputs: specs of the arrays it makes; head: the words that the driver reads first.
    """

    outputs: Any = ()
    outs: Any = None
    stacks = 0
    graph: Any  # what was compiled
    sources: Any  # the nodes of the outputs as they were traced
    rewrites: Any  # the formulas that were made stable before
    hoped = False  # whether one of its guards is of a NaN that nobody has looked for yet
    where: str  # the line of the last question that Python asked of a value
    report: Any
    pairs: Any = None  # [(argument, output)] whose memory is the same, where arguments are donated

    def __init__(self, s, guards, arguments, outputs, single, finish):
        rows = rows_of(s, guards)
        self.rows, self.guarded, self.arguments = rows, bool(guards), arguments
        n = self.count = len(arguments)
        scalars = [i for i, spec in enumerate(outputs) if spec.shape == ()]
        places = dict.fromkeys(every_buffer(rows))
        stacks = [b for b in places if b.home == "stack"]
        for i, b in enumerate(stacks):
            b.place = 8 * STACK_WORDS * i
        low = -(-8 * STACK_WORDS * len(stacks) // ALIGN) * ALIGN
        size = low + lifetimes(rows)
        for row in every_row(rows):
            if row.walk and not {"input", "output"} <= {b.home for b in row.buffers}:
                row.walk = None
        constants = [b for b in places if b.home == "constant"]
        works = [b for b in places if b.home in ("workspace", "inner", "slot", "stack")]
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
            template.append({"slot": 0, "stack": b.place}.get(b.home, low))
            if b.home in ("workspace", "inner"):
                template[-1] += distance(b)
        for b in places:
            if b.home == "alias":
                places[b] = places[standing(b)]
        self.template = np.array(template or [0], np.int64)
        self.space = np.zeros(size + ALIGN, np.uint8)
        self.stacks, self.places = len(stacks), places
        self.base = -(-self.space.ctypes.data // ALIGN) * ALIGN
        addresses([(row.text, row.needs) for row in every_row(rows) if row.text is not None])
        self.steps = self.step_table(rows, places)
        self.specs = argument_table(arguments)
        self.kept.append([a[1] for a in arguments])
        self.outs, self.outputs = output_table(outputs), outputs
        self.finish = finish
        work = sum(row.high * max(row.weight, 1) for row in rows)
        self.bytes, self.work = size, work
        self.head = self.head_words(size, len(template), first, single)

    def head_words(self, size, pointers, first, single):
        """What the driver reads first."""
        head = np.zeros(driver.HEAD, np.int64)
        head[driver.NARGS], head[driver.ARGS] = self.count, self.specs.ctypes.data
        head[driver.NOUTS], head[driver.OUTS] = len(self.outputs), self.outs.ctypes.data
        head[driver.TEMPLATE], head[driver.POINTERS] = self.template.ctypes.data, pointers
        head[driver.FIRST], head[driver.STEPS] = first, self.steps.ctypes.data
        head[driver.COUNT], head[driver.ROOM] = len(self.rows), size
        head[driver.SPACE], head[driver.LONG] = self.base, self.work > LONG
        head[driver.STACKS] = self.stacks
        head[driver.RESULT] = 0 if single else 1
        head[driver.FINISH] = 0 if self.finish is None else id(self.finish)
        return head

    def __del__(self):
        words, k = self.outs, 0
        for _ in self.outputs:
            if words[k + 6]:  # the array that is kept to be used again
                DROP(int(words[k + 6]))
            k += int(words[k + 7])
        for i in range(self.stacks):
            FREE(ctypes.c_int64.from_address(self.base + 8 * STACK_WORDS * i).value)

    def step_table(self, rows, places):
        """The words of the steps."""
        native = [row for row in rows if row.text is not None]
        found = iter(addresses([(row.text, row.needs) for row in native]))
        table = np.zeros((max(len(rows), 1), driver.STEP), np.int64)
        for words, row in zip(table, rows):
            index = np.array([places[b] for b in row.buffers] or [0], np.int64)
            numbers = np.array(row.numbers or [0], np.int64)
            self.kept += [index, numbers]
            if row.parts:
                tables = [(self.step_table(inner, places), len(inner)) for inner, _ in row.parts]
                self.kept += [t for t, _ in tables]
                starts = [(t.ctypes.data, k) for t, k in tables]
                numbers = np.array(row.step.numbers(places, starts), np.int64)
                self.kept.append(numbers)
                words[:2] = driver.repeat_address(), 0
            elif row.members:
                tables = self.step_table(row.members, places)
                calls = [int(t[k]) for t in tables for k in (0, 2, 3)]
                numbers = np.array([len(tables), *calls], np.int64)
                self.kept += [tables, numbers]
                words[:2] = driver.lockstep_address(), 0
            elif row.text is None:
                call = Callback(row.python, places)
                self.kept.append(call)
                words[:2] = 0, id(call)
            else:
                words[:2] = next(found), 0
                if row.python is not None:  # it is called where the native function gives up
                    call = Callback(row.python, places)
                    self.kept.append(call)
                    words[1] = id(call)
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
