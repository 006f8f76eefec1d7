"""Matrix products by the library that NumPy itself uses, so that both give the same bits."""

import ctypes
import glob
import os
from functools import cache

import numpy as np

from .view import View, along, count

NAMES = {np.dtype(np.float64): "dgemm", np.dtype(np.float32): "sgemm"}
ROW_MAJOR, PLAIN, TURNED = 101, 111, 112
MANY, ROWS = 9, 16  # which numbers say how many matrices there are, and whether lines are rows


THREADS = "scipy_openblas_get_num_threads64_"
SHARED = 2**22  # multiplications from which two threads share a product: about 200 µs
PARTS = 2  # of a product that is shared
EDGE = 32  # parts of a product are whole multiples of so many lines, as the library likes them


class MatrixCall:
    """One product of matrices, or a stack of them: numbers for the native function.

    high, block: how many lines it has, rows or columns, and how many are computed at once.
    """

    def __init__(self, x, sources, target, numbers, sizes):
        self.kind, self.x, self.sources, self.targets = "product", x, sources, [target]
        self.numbers = numbers
        (m, n, k), many = sizes, numbers[MANY]
        self.high = self.block = m if numbers[ROWS] else n
        if many == 1 and m * n * k >= SHARED and threads() == 1:
            self.block = -(-self.high // (PARTS * EDGE)) * EDGE

    def __repr__(self):
        return f"product of matrices {self.sources[0].shape} and {self.sources[1].shape}"


@cache
def gemm(dtype):
    """The address of the matrix product, or None where there is no library."""
    function = library_function(f"scipy_cblas_{NAMES[dtype]}64_")
    return None if function is None else ctypes.cast(function, ctypes.c_void_p).value


def library_function(name):
    """A function of the library of NumPy, or None."""
    folder = os.path.join(os.path.dirname(os.path.dirname(np.__file__)), "numpy.libs")
    for path in glob.glob(os.path.join(folder, "*openblas64_*")):
        function = getattr(ctypes.CDLL(path), name, None)
        if function is not None:
            return function
    return None


def threads():
    """How many threads the library itself uses; 0 where it does not say."""
    function = library_function(THREADS)
    return 0 if function is None else function()


def matrix_call(x, sources, target):
    """The step of a product of matrices; None where the library does not fit."""
    address = gemm(x.declared)
    if address is None:
        return None
    a, b, c = as_one(sources[0], sources[1], target)
    lead = c.shape[:-2]
    steps = [stack_steps(v, lead) for v in (a, b, c)]
    sizes = [n for n in lead if n != 1]
    stack = one_stride(sizes, steps)
    if stack is None:
        return None
    (m, k), n = a.shape[-2:], b.shape[-1]
    turned_a, lda = read(a)
    turned_b, ldb = read(b)
    ldc = read(c)[1]
    rows, size = m >= n, x.declared.itemsize
    moves = [a.strides[-2] if m > 1 else 0, 0, ldc] if rows else [0, b.strides[-1] * (n > 1), 1]
    numbers = [
        address, TURNED if turned_a else PLAIN, TURNED if turned_b else PLAIN, m, n, k,
        lda, ldb, ldc, count(sizes), *[s * size for s in stack],
        a.offset * size, b.offset * size, c.offset * size, int(rows), *[size * s for s in moves],
    ]  # fmt: skip
    return MatrixCall(x, sources, target, numbers, (m, n, k))


def stack_steps(view, lead):
    """How far apart the matrices of a stack stand, for each of its axes."""
    return along(view._replace(shape=view.shape[:-2], strides=view.strides[:-2]), lead)[0]


def as_one(a, b, c):
    """The views of a product, and of its factors; a stack as one matrix where it stands so.

    One factor for the whole stack takes all matrices of the other beside or below each other.
    """
    lead = c.shape[:-2]
    sizes = [s for s in lead if s != 1]
    if len(sizes) != 1 or 0 in c.shape or 0 in a.shape:
        return a, b, c
    many, (m, inner), n = sizes[0], a.shape[-2:], b.shape[-1]
    (far_a,), (far_b,), (far_c,) = [stack_steps(v, lead) for v in (a, b, c)]
    if far_a == 0:
        for turned in (True, False):
            if beside(b, far_b, many, turned) and beside(c, far_c, many, turned):
                return (
                    View(a.buffer, (m, inner), a.strides[-2:], a.offset),
                    View(b.buffer, (inner, n * many), (b.strides[-2], 1), b.offset),
                    View(c.buffer, (m, n * many), (c.strides[-2], 1), c.offset),
                )
    if far_b == 0 and m > 1 and far_a == m * a.strides[-2] and far_c == m * c.strides[-2]:
        return (
            View(a.buffer, (m * many, inner), a.strides[-2:], a.offset),
            View(b.buffer, (inner, n), b.strides[-2:], b.offset),
            View(c.buffer, (m * many, n), c.strides[-2:], c.offset),
        )
    return a, b, c


def beside(view, far, many, turned):
    """Whether a row goes through all matrices of a stack, element by element if `turned`."""
    n, step = view.shape[-1], view.strides[-1]
    if turned:
        return far == 1 and (n == 1 or step == many)
    return (n == 1 or step == 1) and far == n


def read(view):
    """(whether the matrix stands transposed, distance of its rows)"""
    m, n = view.shape[-2:]
    rows, columns = view.strides[-2:]
    if (columns == 1 or n == 1) and (m == 1 or rows >= n):
        return False, max(rows, n, 1)
    return True, max(columns, m, 1)


def one_stride(sizes, steps):
    """The distance from one matrix to the next in each stack; None where it is not even."""
    if not sizes:
        return [0, 0, 0]
    found = [s[-1] for s in steps]
    for s, last in zip(steps, found):
        step = last
        for size, stride in zip(reversed(sizes), reversed(s)):
            if stride != step:
                return None
            step *= size
    return found


def product_text(dtype):
    """The native function that calls the library, once for each matrix of a stack.

    It computes the lines from `lo` to `hi`: rows, or columns where there are more of them.
    """
    kind = "double" if dtype.itemsize == 8 else "float"
    names = [
        "address", "ta", "tb", "m", "n", "k", "lda", "ldb", "ldc", "many",
        "sa", "sb", "sc", "oa", "ob", "oc", "rows", "ma", "mb", "mc",
    ]  # fmt: skip
    read_numbers = "\n".join(
        f"  %p.{x} = getelementptr i64, ptr %S, i64 {i}\n  %{x} = load i64, ptr %p.{x}"
        for i, x in enumerate(names)
    )
    pointers = "\n".join(
        f"  %i.{x} = getelementptr i64, ptr %I, i64 {i}\n  %n.{x} = load i64, ptr %i.{x}\n"
        f"  %q.{x} = getelementptr ptr, ptr %P, i64 %n.{x}\n  %r.{x} = load ptr, ptr %q.{x}\n"
        f"  %l.{x} = mul i64 %lo, %m{x}\n  %f.{x} = add i64 %l.{x}, %o{x}\n"
        f"  %b.{x} = getelementptr i8, ptr %r.{x}, i64 %f.{x}"
        for i, x in enumerate("abc")
    )
    moves = "\n".join(
        f"  %d.{x} = mul i64 %t, %s{x}\n  %{x} = getelementptr i8, ptr %b.{x}, i64 %d.{x}"
        for x in "abc"
    )
    return f"""define i64 @NAME(ptr %P, ptr %I, ptr %S, i64 %lo, i64 %hi) #0 {{
entry:
{read_numbers}
{pointers}
  %function = inttoptr i64 %address to ptr
  %turn.a = trunc i64 %ta to i32
  %turn.b = trunc i64 %tb to i32
  %lines = sub i64 %hi, %lo
  %by.rows = icmp ne i64 %rows, 0
  %height = select i1 %by.rows, i64 %lines, i64 %m
  %width = select i1 %by.rows, i64 %n, i64 %lines
  br label %head
head:
  %t = phi i64 [ 0, %entry ], [ %t.next, %body ]
  %more = icmp slt i64 %t, %many
  br i1 %more, label %body, label %done
body:
{moves}
  call void %function(
    i32 {ROW_MAJOR}, i32 %turn.a, i32 %turn.b, i64 %height, i64 %width, i64 %k,
    {kind} 1.0, ptr %a, i64 %lda, ptr %b, i64 %ldb, {kind} 0.0, ptr %c, i64 %ldc)
  %t.next = add i64 %t, 1
  br label %head
done:
  ret i64 0
}}
"""
