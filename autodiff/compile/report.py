"""What a compiled function tells of itself: passes, groups, machine code, readable source."""

import re
from typing import Any, NamedTuple

import numpy as np

from ..interpret.graph import INFIX, Node, placeholder
from ..interpret.vertex import pick
from ..ops.index import taken
from ..ops.move import expanded, permuted, reshaped
from ..ops.reduce import summed
from .native import engine, module_text
from .nested import every_row
from .view import count


class Report(NamedTuple):
    """How a function was compiled.

    seconds: {pass: time [s]}; nodes: how many the trace had, and how many were left.
    groups: what runs one after another, as text; calls: rows without native code.
    functions: how many different native functions; moved, workspace: memory touched and kept [B].
    """

    seconds: dict
    nodes: tuple
    groups: list
    calls: list
    functions: int
    moved: int
    workspace: int

    def __str__(self):
        times = ", ".join(f"{name} {1e3 * t:.1f} ms" for name, t in self.seconds.items())
        lines = [
            f"{self.nodes[0]} nodes traced, {self.nodes[1]} left; {times}",
            f"{len(self.groups)} steps of {self.functions} native functions, "
            f"{self.moved} bytes moved, workspace {self.workspace} bytes",
        ]
        lines += [f"  {i}: {text}" for i, text in enumerate(self.groups)]
        if self.calls:
            lines.append(f"called back, for want of native code: {', '.join(self.calls)}")
        return "\n".join(lines)


def report_of(program, schedule, nodes, seconds):
    """The report of a program."""
    rows = program.rows
    moved = sum(b.size * b.dtype.itemsize for row in rows for b in row.buffers)
    every = list(every_row(rows))
    calls = sorted({row.python.x.op.name for row in every if row.python and row.text is None})
    functions = len({row.text for row in every if row.text})
    groups = [repr(step) for step in schedule.steps if getattr(step, "nodes", True)]
    return Report(seconds, nodes, groups, calls, functions, moved, program.bytes)


def llvm_text(program):
    """The module of all native functions of a program, before the passes of LLVM."""
    functions = {row.text: row.needs for row in every_row(program.rows) if row.text}
    return module_text(functions, [f"step{i}" for i in range(len(functions))])


def assembly_text(program):
    """The machine code of a program as assembly."""
    module, machine = engine().optimized(llvm_text(program))
    return machine.emit_assembly(module)


def source_text(graph, name="function"):
    """A graph as NumPy source, one line for each operator.

    Rows that are no single NumPy function are called by their names.
    """
    names = {x: f"x{i}" for i, x in enumerate(graph.inputs)}
    lines, used = [], set()
    for x in graph.order:
        if x.op is placeholder:
            continue
        names[x] = f"t{len(lines)}"
        lines.append(f"    {names[x]} = {expression(x, names, used)}")
    results = ", ".join(names[y] if type(y) is Node else repr(y) for y in graph.outputs)
    head = [f"def {name}({', '.join(names[x] for x in graph.inputs)}):"]
    imports = ["import numpy as np", "from numpy import inf, nan"]
    if used:
        imports.append("from autodiff.core.op import lookup")
    named = [f"{row} = lookup({row!r}).evaluate" for row in sorted(used)]
    return "\n".join([*imports, *named, "", *head, *lines, f"    return {results}", ""])


def expression(x, names, used):
    """One operator as NumPy source."""
    args = [names[a] if type(a) is Node else literal(a) for a in x.args]
    op = x.op
    if op.name in INFIX and len(args) == 2:
        return f"{args[0]} {INFIX[op.name]} {args[1]}"
    if op is pick:
        return f"{args[0]}[{x.params['index']}]"
    if op is taken and len(args) == 1:
        return f"{args[0]}[{', '.join(map(slice_text, x.params['index'].parts))}]"
    if op is reshaped:
        return f"np.reshape({args[0]}, {x.params['shape']})"
    if op is expanded:
        return f"np.broadcast_to({args[0]}, {x.params['shape']})"
    if op is permuted:
        return f"np.transpose({args[0]}, {x.params['axes']})"
    if op is summed:
        kept = ", keepdims=True" if x.params.get("keepdims") else ""
        return f"np.sum({args[0]}, axis={x.params.get('axes')}{kept})"
    evaluate = op.evaluate
    if isinstance(evaluate, np.ufunc) or evaluate in (np.where, np.clip):
        return f"np.{evaluate.__name__}({', '.join(args)})"
    inner = getattr(op, "op", op)
    used.add(inner.name)
    params = [f"{k}={v!r}" for k, v in x.params.items()]
    return f"{inner.name}({', '.join(args + params)})"


def slice_text(part):
    """One part of an index as Python writes it."""
    if type(part) is slice:
        start, stop, step = [
            "" if v is None else str(v) for v in (part.start, part.stop, part.step)
        ]
        return f"{start}:{stop}" + (f":{step}" if step else "")
    return "..." if part is Ellipsis else repr(part)


def literal(a) -> Any:
    """A constant as source."""
    if isinstance(a, np.generic):
        return f"np.{type(a).__name__}({a.item()!r})"
    if isinstance(a, np.ndarray):
        return f"np.array({a.tolist()!r}, np.{a.dtype.name})"
    return repr(a)


def title(f):
    """The name of a function as a Python name."""
    name = re.sub(r"\W+", "_", getattr(f, "__name__", "function")).strip("_")
    return name if name.isidentifier() else "function"


def memory_report(f):
    """What memory a compiled function needs for the arguments that it was compiled for last.

    f: what `jit` gave, called at least once.  The workspace is what values between the arguments
    and the results take, where those that do not live at the same time share their places.

    >>> from autodiff.compile.jit import jit
    >>> f = jit(lambda x: exp(x) @ x)
    >>> _ = f(np.ones(1000))
    >>> print(memory_report(f))
    arguments 8000 bytes, results 8 bytes, constants 0 bytes
    workspace 64 bytes; values between, each in a place of its own, would take 0 bytes
    peak 8072 bytes
    """
    p = f.last
    buffers = [b for b in p.places if b.home in ("input", "output", "constant", "workspace")]
    taken = dict.fromkeys(("input", "output", "constant", "workspace"), 0)
    for b in buffers:
        taken[b.home] += b.size * b.dtype.itemsize
    grown = f", and {p.stacks} stacks that grow" if p.stacks else ""
    results = [s for _, k in p.pairs or () for s in [p.outputs[k]]]
    given = sum([count(s.shape) * s.dtype.itemsize for s in results])
    donated = f" ({given} of them in the memory of donated arguments)" if given else ""
    peak = taken["input"] + taken["output"] + taken["constant"] + p.bytes - given
    return (
        f"arguments {taken['input']} bytes, results {taken['output']} bytes{donated}, "
        f"constants {taken['constant']} bytes\n"
        f"workspace {p.bytes} bytes{grown}; values between, each in a place of its own, would take "
        f"{taken['workspace']} bytes\n"
        f"peak {peak} bytes"
    )
