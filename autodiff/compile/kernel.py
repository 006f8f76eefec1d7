"""Native functions on stacks of matrices: loops, elements in memory, calls of a library."""

from contextlib import contextmanager

import numpy as np

from .emit import SCALARS, Builder, Value, kind_size
from .library import LIBRARY

UNROLLED = 4  # turns of a loop, up to which it is written out
AGAIN = -2  # the status of a step that leaves these numbers to the row's own `evaluate`
WORD = np.dtype(np.int64)
SINGULAR, DOUBTFUL = 1, 2  # bits of the state of triangular factors


class Kernel(Builder):
    """Writes one native function; a count is an int, or the name of an i64.

    width: bits of the integers of the library that it calls.
    """

    def __init__(self, dtype, width=64):
        super().__init__(1, LIBRARY)
        self.dtype, self.kind, self.width = dtype, SCALARS[kind_size(dtype)], width
        self.rooms, self.labels = [], 0

    def text(self):
        """The function."""
        rooms, body = "\n".join(self.rooms), "\n".join(self.lines)
        head = "define i64 @NAME(ptr %P, ptr %I, ptr %S, i64 %lo, i64 %hi) #0 {\nentry:\n"
        return f"{head}{rooms}\n{body}\n  ret i64 0\n}}\n"

    # ------------------------------------------------------------ counts

    def number(self, k):
        """Number `k` of the step."""
        p = self.raw(f"getelementptr i64, ptr %S, i64 {k}")
        return self.raw(f"load i64, ptr {p}")

    def plus(self, i, j):
        if type(i) is int and type(j) is int:
            return i + j
        return self.raw(f"add i64 {i}, {j}")

    def times(self, i, j):
        if type(i) is int and type(j) is int:
            return i * j
        return self.raw(f"mul i64 {i}, {j}")

    def least(self, i, j):
        smaller = self.raw(f"icmp slt i64 {i}, {j}")
        return self.raw(f"select i1 {smaller}, i64 {i}, i64 {j}")

    def is_count(self, predicate, i, j):
        """A comparison of counts, as a truth value."""
        return self.op(f"icmp {predicate} i64 {i}, {j}", np.dtype(np.bool_))

    # ------------------------------------------------------------ control

    def room(self, kind):
        """A variable of the function; it becomes a register where it can."""
        name = f"%room{len(self.rooms)}"
        self.rooms.append(f"  {name} = alloca {kind}")
        return name

    def each(self, low, high):
        """The numbers from `low` to below `high`, as a loop; a short one is written out."""
        if type(low) is int and type(high) is int and high - low <= UNROLLED:
            yield from range(low, high)
            return
        self.labels += 1
        k, room = self.labels, self.room("i64")
        self.line(f"  store i64 {low}, ptr {room}\n  br label %head{k}\nhead{k}:")
        i = self.raw(f"load i64, ptr {room}")
        more = self.raw(f"icmp slt i64 {i}, {high}")
        self.line(f"  br i1 {more}, label %body{k}, label %end{k}\nbody{k}:")
        yield i
        after = self.raw(f"add i64 {i}, 1")
        self.line(f"  store i64 {after}, ptr {room}\n  br label %head{k}\nend{k}:")

    @contextmanager
    def when(self, condition):
        """What is written inside happens only where the condition holds."""
        self.labels += 1
        k = self.labels
        self.line(f"  br i1 {condition.name}, label %when{k}, label %after{k}\nwhen{k}:")
        yield
        self.line(f"  br label %after{k}\nafter{k}:")

    def again_if(self, condition):
        """Leave these numbers to the row's own `evaluate` where the condition holds."""
        self.labels += 1
        k = self.labels
        self.line(f"  br i1 {condition.name}, label %again{k}, label %good{k}")
        self.line(f"again{k}:\n  ret i64 {AGAIN}\ngood{k}:")

    # ------------------------------------------------------------ values

    def variable(self, x):
        """A variable that holds a value at first."""
        kind = self.type(x.dtype)
        room = self.room(kind)
        self.line(f"  store {kind} {x.name}, ptr {room}")
        return room

    def get(self, room, dtype=None):
        dtype = dtype or self.dtype
        return self.op(f"load {self.type(dtype)}, ptr {room}", dtype)

    def set(self, room, x):
        self.line(f"  store {self.type(x.dtype)} {x.name}, ptr {room}")

    def float(self, number):
        """A constant."""
        return self.const(number, self.dtype)

    def word(self, i):
        """A count as a value."""
        return Value(self, str(i), WORD)

    def odd(self, x):
        """Whether a value is no finite number."""
        return self.compare("une", x - x, 0.0)

    def routine(self, address, *given):
        """Call a function of the library: counts, letters and numbers are handed by address."""
        pointers = []
        for x in given:
            if type(x) is tuple:  # an address
                pointers.append(f"ptr {x[0]}")
                continue
            if type(x) is Value:
                room, kind, what = self.room(self.kind), self.kind, x.name
            elif type(x) is str and len(x) == 1:
                room, kind, what = self.room("i8"), "i8", ord(x)
            else:
                kind = f"i{self.width}"
                room, what = self.room(kind), x
                if self.width == 32 and type(x) is str:
                    what = self.raw(f"trunc i64 {x} to i32")
            self.line(f"  store {kind} {what}, ptr {room}")
            pointers.append(f"ptr {room}")
        function = self.raw(f"inttoptr i64 {address} to ptr")
        self.line(f"  call void {function}({', '.join(pointers)})")


class Stack:
    """A stack of matrices in memory: number `j` among the buffers of the step.

    Four numbers of the step, from `first` on, say where it stands, in elements: offset, distance
    of the matrices, of the rows and of the columns.
    """

    def __init__(self, k, j, first, dtype=None):
        self.k, self.dtype = k, dtype or k.dtype
        self.memory = SCALARS[kind_size(self.dtype)]
        p = k.raw(f"getelementptr i64, ptr %I, i64 {j}")
        p = k.raw(f"getelementptr ptr, ptr %P, i64 {k.raw(f'load i64, ptr {p}')}")
        self.base = k.raw(f"load ptr, ptr {p}")
        self.offset, self.step, self.rows, self.columns = [k.number(first + i) for i in range(4)]
        self.start = self.base

    def move(self, t):
        """Stand at matrix `t`."""
        far = self.k.plus(self.offset, self.k.times(t, self.step))
        self.start = self.k.raw(f"getelementptr {self.memory}, ptr {self.base}, i64 {far}")

    def at(self, i, j=0):
        """The address of an element."""
        k = self.k
        far = k.plus(k.times(i, self.rows), k.times(j, self.columns))
        return k.raw(f"getelementptr {self.memory}, ptr {self.start}, i64 {far}")

    def load(self, i, j=0):
        return self.k.op(f"load {self.memory}, ptr {self.at(i, j)}", self.dtype)

    def store(self, x, i, j=0):
        self.k.line(f"  store {self.memory} {x.name}, ptr {self.at(i, j)}")

    def loaded(self, n):
        """All elements of an n x n matrix."""
        return [[self.load(i, j) for j in range(n)] for i in range(n)]
