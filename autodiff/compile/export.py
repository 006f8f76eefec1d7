"""Compiled functions as files: an object file, a C header, a C test program, and LLVM's text."""

import re
from pathlib import Path

import numpy as np

from ..core.errors import ArgumentError
from ..core.spec import Spec
from ..core.tree import flatten, unflatten
from ..interpret.graph import Node
from . import driver
from .build import native_program, normal, traced
from .lapack import bits
from .native import engine, module_text
from .nested import every_row
from .notice import supported
from .plain import flatten_specs
from .routines import routine_text, symbol
from .stabilize import stabilized

KINDS = {
    "f8": "double", "f4": "float", "b1": "unsigned char", "i8": "int64_t", "i4": "int32_t",
    "i2": "int16_t", "i1": "int8_t", "u8": "uint64_t", "u4": "uint32_t", "u2": "uint16_t",
    "u1": "uint8_t",
}  # fmt: skip
DRIVER = ("blocks", "steps", "lockstep", "pointer", "point", "room", "repeat")
PYTHON = """
define internal i32 @PyGILState_Ensure() { ret i32 0 }
define internal void @PyGILState_Release(i32 %s) { ret void }
define internal ptr @PyLong_FromVoidPtr(ptr %p) { ret ptr null }
define internal ptr @PyObject_CallFunctionObjArgs(ptr %f, ...) { ret ptr null }
define internal void @Py_DecRef(ptr %x) { ret void }
define internal ptr @PyErr_NoMemory() { ret ptr null }
define internal ptr @PyErr_Format(ptr %e, ptr %t, ...) { ret ptr null }
define internal i64 @halves(ptr %f, ptr %P, ptr %I, ptr %S, i64 %high, i64 %block) {
  %s = call i64 @blocks(ptr %f, ptr %P, ptr %I, ptr %S, i64 0, i64 %high, i64 %block)
  ret i64 %s
}
declare noalias ptr @malloc(i64)
declare void @free(ptr)
declare ptr @realloc(ptr, i64)
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
"""
PRODUCT = """
define internal void @product.KIND(i32 %order, i32 %ta, i32 %tb, i64 %m, i64 %n, i64 %k,
    KIND %alpha, ptr %a, i64 %lda, ptr %b, i64 %ldb, KIND %beta, ptr %c, i64 %ldc) {
entry:
  %turned.a = icmp eq i32 %ta, 112
  %turned.b = icmp eq i32 %tb, 112
  %ai = select i1 %turned.a, i64 1, i64 %lda
  %at = select i1 %turned.a, i64 %lda, i64 1
  %bt = select i1 %turned.b, i64 1, i64 %ldb
  %bj = select i1 %turned.b, i64 %ldb, i64 1
  br label %row
row:
  %i = phi i64 [ 0, %entry ], [ %i.next, %row.end ]
  %i.next = add i64 %i, 1
  %i.more = icmp slt i64 %i, %m
  br i1 %i.more, label %column, label %done
column:
  %j = phi i64 [ 0, %row ], [ %j.next, %store ]
  %j.next = add i64 %j, 1
  %j.more = icmp slt i64 %j, %n
  br i1 %j.more, label %term, label %row.end
term:
  %t = phi i64 [ 0, %column ], [ %t.next, %add ]
  %s = phi KIND [ 0.0, %column ], [ %s.next, %add ]
  %t.more = icmp slt i64 %t, %k
  br i1 %t.more, label %add, label %store
add:
  %t.next = add i64 %t, 1
  %p1 = mul i64 %i, %ai
  %p2 = mul i64 %t, %at
  %p3 = add i64 %p1, %p2
  %p = getelementptr KIND, ptr %a, i64 %p3
  %x = load KIND, ptr %p
  %q1 = mul i64 %t, %bt
  %q2 = mul i64 %j, %bj
  %q3 = add i64 %q1, %q2
  %q = getelementptr KIND, ptr %b, i64 %q3
  %y = load KIND, ptr %q
  %xy = fmul KIND %x, %y
  %s.next = fadd KIND %s, %xy
  br label %term
store:
  %c1 = mul i64 %i, %ldc
  %c2 = add i64 %c1, %j
  %cp = getelementptr KIND, ptr %c, i64 %c2
  store KIND %s, ptr %cp
  br label %column
row.end:
  br label %row
done:
  ret void
}
"""


def export(f, specs, path, name=None):
    """Write `f`, compiled for arguments of these specs, as files that C programs link.

    specs: one Spec (or an array like the argument) for each argument; containers of them too.
    path: of the files without ending: path.o, path.h, path_test.c, which checks the function on
    sample numbers, and path.ll, the text for LLVM, from which other machines' code is made.
    name: of the C function, by default the last part of the path.  It takes pointers to the
    arrays of the arguments and then of the results, in C's order, and returns 0, or -1 where an
    index lies outside or memory is missing, or -2 where a matrix is singular, not positive definite
    or not finite, as far as rounding lets one tell; it needs no Python, and no library beside C's.
    Returns the paths.  Raises ArgumentError for a function that has other ways for other values,
    or that has operators without native code.
    """
    path = Path(path)
    name = name or re.sub(r"\W", "_", path.name)
    if not name.isidentifier():
        raise ArgumentError(f"export: the name {name!r} is none of C; give name=")
    reason = supported()
    if reason:
        raise ArgumentError(f"export needs the compiler, and {reason}")
    leaves, structure = flatten_specs((tuple(specs), {}))
    leaves = [normal(np.asarray(x)) for x in leaves]
    trace, leaves = traced(stabilized(f), structure, leaves)
    if trace.guards:
        raise ArgumentError(
            f"export: the function asks for the value of an array{trace.where}, so that other "
            "values go another way; write where, cond or while_loop"
        )
    fixed = [y for y in trace.outputs if type(y) is not Node]
    if fixed:
        raise ArgumentError(
            "export: a result is a constant, not computed from the arguments; leave it out"
        )
    program = native_program(trace, leaves, True)
    for dtype in [x.dtype for x in (*leaves, *program.outputs)]:
        if dtype.str[1:] not in KINDS:
            raise ArgumentError(
                f"export: {dtype} has no type in C here; hand over and return other numbers, such "
                "as the real and the imaginary part"
            )
    if program.report.calls:
        raise ArgumentError(
            f"export: {', '.join(program.report.calls)} has no native code; leave it out"
        )
    text = Module(program, name).text()
    module, machine = engine().optimized(text)
    files = [path.with_name(path.name + end) for end in (".o", ".h", "_test.c", ".ll")]
    files[0].write_bytes(machine.emit_object(module))
    inputs = [Spec(x.shape, x.dtype) for x in leaves]
    files[1].write_text(header(name, inputs, program.outputs))
    files[2].write_text(test_program(f, structure, name, path.name, inputs, program.outputs))
    files[3].write_text(text)
    return files


class Module:
    """The text of a program that stands alone: its functions, its tables, and what calls them."""

    def __init__(self, program, name):
        self.program, self.name, self.count = program, name, 0
        rows = [row for row in every_row(program.rows) if row.text is not None]
        self.functions = {row.text: row.needs for row in rows}
        self.names = {t: f"{name}.step{i}" for i, t in enumerate(self.functions)}
        self.globals: list[str] = []
        self.routines = {}
        for row in rows:
            if row.kind == "matrices":
                for call in row.step.calls:
                    self.carry(call, row)

    def carry(self, call, row):
        """Have the library's function in the module."""
        name = symbol(call, row.step.dtype)
        if name not in self.routines:
            self.routines[name], needs = routine_text(call, row.step.dtype, bits())
            self.functions[row.text] = {**self.functions[row.text], **needs}

    def text(self):
        """The whole module."""
        table, n = self.table(self.program.rows)
        entry = self.entry(table, n)
        quoted = {t: f'"{n}"' for t, n in self.names.items()}
        steps = module_text(self.functions, list(quoted.values()))
        steps = "\n".join(x for x in steps.splitlines() if not re.match(OURS, x))
        products = [PRODUCT.replace("KIND", k) for k in ("double", "float")]
        parts = [*driver_parts(), *products, *self.routines.values(), *self.globals]
        return "\n".join([PYTHON, *parts, steps, entry])

    def words(self, values):
        """A table of words; gives what its address is called."""
        self.count += 1
        inner = ", ".join(f"i64 {v}" for v in values or [0])
        self.globals.append(
            f"@table{self.count} = internal constant [{len(values) or 1} x i64] [{inner}]"
        )
        return f"ptrtoint (ptr @table{self.count} to i64)"

    def table(self, rows):
        """(address, number) of steps."""
        words = []
        for row in rows:
            words += self.step(row)
        return self.words(words), len(rows)

    def step(self, row):
        """The words of one step."""
        places, numbers = self.program.places, list(row.numbers)
        if row.parts:
            called = "@repeat"
            numbers = row.step.numbers(places, [self.table(inner) for inner, _ in row.parts])
        elif row.members:
            called = "@lockstep"
            steps = [self.step(r) for r in row.members]
            numbers = [len(steps), *[s[k] for s in steps for k in (0, 2, 3)]]
        else:
            called = f'@"{self.names[row.text]}"'
            if row.kind == "product":
                kind = "double" if row.buffers[0].dtype.itemsize == 8 else "float"
                numbers[0] = f"ptrtoint (ptr @product.{kind} to i64)"
            elif row.kind == "indexed":
                numbers[2:4] = 0, 0
            elif row.kind == "matrices":
                names = [symbol(c, row.step.dtype) for c in row.step.calls]
                numbers[3 : 3 + len(names)] = [f'ptrtoint (ptr @"{c}" to i64)' for c in names]
        index = self.words([places[b] for b in row.buffers])
        function = f"ptrtoint (ptr {called} to i64)"
        return [function, 0, index, self.words(numbers), 0, row.high, row.block, 0]

    def entry(self, table, n):
        """The function that C calls."""
        p = self.program
        several = p.count + len(p.outputs)
        given = ", ".join(f"ptr %g{i}" for i in range(several))
        lines = [f"  %P = alloca ptr, i64 {len(p.template)}, align 16"]
        lines.append(f"  %space = call ptr @malloc(i64 {p.bytes + 64})")
        lines.append("  %none = icmp eq ptr %space, null\n  br i1 %none, label %bad, label %good")
        lines.append("good:\n  %s0 = ptrtoint ptr %space to i64\n  %s1 = add i64 %s0, 63")
        lines.append("  %s2 = and i64 %s1, -64\n  %base = inttoptr i64 %s2 to ptr")
        lines.append(
            f"  call void @llvm.memset.p0.i64(ptr %base, i8 0, i64 {16 * p.stacks}, i1 false)"
        )
        constants = {p.places[b]: b for b in p.places if b.home == "constant"}
        for i, word in enumerate(p.template.tolist()):
            if i < several:
                what = f"%g{i}"
            elif i in constants:
                what = self.constant(constants[i].value, i)
            else:
                what = f"%w{i}"
                lines.append(f"  {what} = getelementptr i8, ptr %base, i64 {word}")
            lines.append(f"  %p{i} = getelementptr ptr, ptr %P, i64 {i}")
            lines.append(f"  store ptr {what}, ptr %p{i}")
        lines.append(f"  %steps = inttoptr i64 {table} to ptr")
        lines.append(f"  %status = call i64 @steps(ptr %P, ptr %steps, i64 {n})")
        for k in range(p.stacks):
            lines.append(f"  %k{k}.p = getelementptr ptr, ptr %base, i64 {2 * k}")
            lines.append(f"  %k{k} = load ptr, ptr %k{k}.p\n  call void @free(ptr %k{k})")
        lines.append("  call void @free(ptr %space)\n  %out = trunc i64 %status to i32")
        lines.append("  ret i32 %out\nbad:\n  ret i32 -1")
        body = "\n".join(lines)
        return f"define i32 @{self.name}({given}) {{\nentry:\n{body}\n}}\n"

    def constant(self, value, i):
        """A constant array among the data of the object file."""
        raw = np.ascontiguousarray(value).tobytes() or b"\0"
        text = "".join(f"\\{byte:02X}" for byte in raw)
        self.globals.append(
            f'@constant{i} = internal constant [{len(raw)} x i8] c"{text}", align 64'
        )
        return f"@constant{i}"


OURS = r"declare .*@(Py\w+|realloc)\("  # what the module has its own of, or has declared


def driver_parts():
    """The functions of the driver that know nothing of Python."""
    whole = driver.text()
    found = dict(re.findall(r"^(?=define [^\n]*@(\w+)\()(define .*?^\})", whole, re.M | re.S))
    return [re.sub(r"^define (?!internal)", "define internal ", found[k]) for k in DRIVER]


def declaration(name, inputs, outputs):
    """The C declaration of the function."""
    kinds = [f"const {kind_of(s)} *in{i}" for i, s in enumerate(inputs)]
    kinds += [f"{kind_of(s)} *out{i}" for i, s in enumerate(outputs)]
    return f"int {name}({', '.join(kinds)})"


def kind_of(spec):
    """The type of an element in C."""
    return KINDS[spec.dtype.str[1:]]


def header(name, inputs, outputs):
    """The C header."""
    guard = f"{name.upper()}_H"
    shapes = [f"in{i} {s.shape} {s.dtype}" for i, s in enumerate(inputs)]
    shapes += [f"out{i} {s.shape} {s.dtype}" for i, s in enumerate(outputs)]
    return (
        f"/* Arrays in C's order: {', '.join(shapes)}.  0 where all went well, else below 0. */\n"
        f"#ifndef {guard}\n#define {guard}\n#include <stdint.h>\n"
        f"{declaration(name, inputs, outputs)};\n#endif\n"
    )


def sample(spec):
    """Numbers to try the function on."""
    size = int(np.prod(spec.shape))
    return (0.5 + np.arange(size) % 7 / 8).reshape(spec.shape).astype(spec.dtype)


def test_program(f, structure, name, file, inputs, outputs):
    """A C program that calls the function on sample numbers and compares with ours."""
    args, _ = unflatten(structure, [sample(s) for s in inputs])
    wanted = [np.asarray(y) for y in flatten(f(*args))[0]]
    lines = ["#include <math.h>", "#include <stdio.h>", f'#include "{file}.h"']
    for i, s in enumerate(inputs):
        n = max(int(np.prod(s.shape)), 1)
        lines.append(f"static {kind_of(s)} in{i}[{n}];")
    for i, (s, y) in enumerate(zip(outputs, wanted)):
        n = max(y.size, 1)
        some = ", ".join(repr(float(v)) for v in y.ravel()[:1000]) or "0"
        some = some.replace("inf", "INFINITY").replace("nan", "NAN")
        lines.append(f"static {kind_of(s)} out{i}[{n}];")
        lines.append(f"static const double wanted{i}[] = {{{some}}};")
    lines.append("int main(void) {\n  int wrong = 0;")
    for i, s in enumerate(inputs):
        n = int(np.prod(s.shape))
        kind = kind_of(s)
        lines.append(f"  for (long k = 0; k < {n}; k++) in{i}[k] = ({kind})(0.5 + k % 7 / 8.0);")
    given = [f"in{i}" for i in range(len(inputs))] + [f"out{i}" for i in range(len(outputs))]
    lines.append(f'  if ({name}({", ".join(given)})) {{ puts("failed"); return 2; }}')
    for i, y in enumerate(wanted):
        close = 1e-4 if y.dtype == np.float32 else 1e-9
        apart = f"fabs((double)out{i}[k] - wanted{i}[k])"
        scale = float(np.abs(np.where(np.isfinite(y), y, 0)).max()) if y.size else 0.0
        lines.append(
            f"  for (long k = 0; k < {min(y.size, 1000)}; k++)\n"
            f"    if ({apart} > {close * max(scale, 1.0)!r}) wrong++;"
        )
    lines.append('  printf("%s: %d of the results differ\\n", wrong ? "wrong" : "right", wrong);')
    lines.append("  return wrong != 0;\n}\n")
    return "\n".join(lines)
