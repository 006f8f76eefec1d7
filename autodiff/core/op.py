"""What an operator is: a row of the table, and the rule of who interprets it.

Every traced value has a level.  The argument of the highest level interprets an operator, and
everything below it is a constant for it:

    arrays  <  eager tensors (0)  <  user symbols (1)  <  transforms, in the order they began
"""

import re
import sys
from importlib import import_module
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .errors import RuleError
from .guests import ORDINARY, met
from .spec import Spec

EAGER, SYMBOLIC = 0, 1
new_level = count(2).__next__
NO_PARAMS: dict[str, Any] = {}  # shared, never written to
OBJECTS = np.dtype(object)
ndarray = np.ndarray

TRACED: set[type] = set()  # the exact types that interpret operators
NUMPY: dict[Any, Any] = {}  # NumPy's ufuncs and functions -> ours, for np.sin(x) and ndarray * x


def gathered(x):
    """An array of objects that holds traced values as one traced value; anything else as it is.

    Such arrays are what NumPy makes of `np.array([x, y])`.
    """
    if type(x) is not ndarray or x.dtype is not OBJECTS:
        return x
    parts = x.ravel().tolist()
    if not any([type(p) in TRACED for p in parts]):
        return x
    return NUMPY[np.stack](parts).reshape(x.shape) if x.shape else parts[0]


class Traced:
    """A value that interprets operators itself: it has a level and `interpret`.

    stands: whether it is but another name of the value inside of it.
    """

    __slots__ = ()
    stands = False
    if TYPE_CHECKING:  # slots of the classes below, and methods made from the table
        level: int

        def __getattr__(self, name: str) -> Any: ...

    def __init_subclass__(cls):
        TRACED.add(cls)

    def unary(self, op):
        """`op(self)` for a row of one argument."""
        return self.interpret(op, self.level, (self,), NO_PARAMS)

    def binary(self, op, other):
        """`op(self, other)` for a row of two arguments."""
        if type(other) not in ORDINARY and type(other) not in TRACED:
            if (found := met(op, (self, other), other)) is not None:
                return found
        return Op.__call__(op, self, np.asarray(other) if type(other) is list else other)

    def reflected(self, op, other):
        """`op(other, self)`, where `other` is an array or a number."""
        if type(other) not in ORDINARY and type(other) not in TRACED:
            if (found := met(op, (other, self), other)) is not None:
                return found
        return Op.__call__(op, np.asarray(other) if type(other) is list else other, self)

    def single(self, op, params):
        """`op(self, **params)` for a row of one argument with parameters."""
        return self.interpret(op, self.level, (self,), params)

    def interpret(self, op, level, args, params) -> Any:
        """The value of `op(*args, **params)`, where `self` has the highest level."""
        raise TypeError(f"{type(self).__name__} does not interpret operators")


class Op:
    """A row of the table: everything the library knows about one operator.

    evaluate(*arrays, **params) -> array or tuple of arrays
    infer(*args, **params) -> Spec or tuple of Specs
    jvp(tangents, out, *args, **params) -> tangent          a None tangent is zero
    vjp(g, out, wanted, *args, **params) -> cotangents      None where not wanted
    batch(batched, *args, **params) -> array                batch axis leads, in and out
    reads: what the rules read: "x" arguments, "y" output; the tape lets go of the rest.
      Of several arguments, one string for each rule: names of arguments, and "z" for the output
    cuts: whether a zero that a rule gives is one by structure: what was not chosen has no influence
    pole: whether a slope may be infinite at a finite argument; or a function that says it of the
      arguments, which are None where they vary
    lower: its native code, a descriptor of core/lower.py; None where the compiler calls evaluate
    domain: one interval for each argument, where the laws may test
    sample(rng, dtype) -> [(args, params), ...]: what the laws test instead of a domain
    """

    table: ClassVar[dict[str, Any]] = {}
    evaluate: Any
    keep_args: bool
    keep_out: bool
    differentiable = True
    smooth = True  # differentiable, and not with a derivative of zero everywhere
    view = False  # whether evaluate may return memory of its argument
    cuts = pole = False
    silent = False  # whether a None that its rule gives says nothing, not even zero
    waits = False  # whether a graph may hold it before the shapes of its arguments are known
    effect = False  # whether the pullback does something beside, so that it must run only once
    outputs: int | None = None  # how many, where evaluate returns a tuple
    accumulate: Any = None  # accumulate(buffer, g, *args, **params): vjp that adds to what is there

    def __init__(
        self, signature, evaluate, *, reads: str | tuple[str, ...] = "xy", domain=None,
        sample=None, latex=None, doc="", numpy=None, torch=None, lower=None,
        cuts=False, pole=False,
    ):  # fmt: skip
        self.name, self.arguments = parse_signature(signature)
        self.signature, self.evaluate = signature, evaluate
        self.keep_args, self.keep_out = "x" in reads, "y" in reads
        if type(reads) is tuple:
            self.keep_args = any(a in r for r in reads for a in self.arguments)
            self.keep_out = any("z" in r for r in reads)
        self.reads, self.domain, self.sample, self.latex = reads, domain, sample, latex
        self.lower, self.cuts, self.pole = lower, cuts, pole
        self.grad_name = (torch or self.name.title().replace("_", "")) + "Backward0"
        self.__name__, self.__doc__ = self.name, doc
        if self.name in Op.table:
            raise ValueError(f"operator {self.name} is in the table already; choose another name")
        Op.table[self.name] = self
        ufunc = numpy or (evaluate if isinstance(evaluate, np.ufunc) else None)
        if ufunc is not None:
            NUMPY.setdefault(ufunc, self)

    def __call__(self, *args, **params) -> Any:
        """Apply to values of any kind: the highest level interprets."""
        top, level = None, -1
        for arg in args:
            if type(arg) in TRACED:
                if arg.level > level:
                    top, level = arg, arg.level
            elif type(arg) is ndarray and arg.dtype is OBJECTS:
                values = [gathered(a) for a in args]
                if any([a is not b for a, b in zip(args, values)]):
                    return self(*values, **params)
        if top is None:
            return self.evaluate(*args, **params)
        return top.interpret(self, level, args, params)

    def keep(self, args, parents=None):
        """What of the arguments the rules need at the sweep; None: their shapes alone.

        parents: the vertices of the arguments, None for a constant; None where any may be wanted.
        """
        return args if self.keep_args else None

    def keeps_out(self, parents=None):
        """Whether the rules need the output at the sweep."""
        return self.keep_out

    def infer(self, *args, **params) -> Any:
        """Spec of the output: by default, that of `evaluate` on ones."""
        from_ones = [np.ones(a.shape, a.dtype or float) if type(a) in TRACED else a for a in args]
        found = specs(self.evaluate(*from_ones, **params))
        if all([type(a) not in TRACED or a.dtype is not None for a in args]):
            return found
        return undeclared(found) if type(found) is Spec else tuple(map(undeclared, found))

    def jvp(self, tangents, out, *args, **params) -> Any:
        raise missing(self, "jvp", "jvp(tangents, out, *args, **params)")

    def vjp(self, g, out, wanted, *args, **params) -> Any:
        raise missing(self, "vjp", "vjp(g, out, wanted, *args, **params)")

    def influence(self, i, g, out, wanted, *args, **params) -> Any:
        """Which elements of each argument influence the result, if those of `out` in `i` do.

        Numbers above zero where there is influence, or None for all; so is `i`.  Of a row that says
        nothing else every element of an argument influences every element of the output.
        """
        if type(i) is np.ndarray and not i.any():
            return [None if w is None else np.zeros(w.shape) for w in wanted]
        return [None] * len(wanted)

    def influenced(self, influences, out, *args, **params) -> Any:
        """Which elements of the output an input moves, for those of the arguments that it moves.

        Numbers above zero or None for all, as in `influence`; of a constant argument 0.
        """
        if any([type(i) is not np.ndarray or i.any() for i in influences if type(i) is not int]):
            return None
        return np.zeros(out.shape) if hasattr(out, "shape") else None

    def batch(self, batched, *args, **params) -> Any:
        raise missing(self, "batch", "batch(batched, *args, **params)")

    def __repr__(self):
        return f"<operator {self.signature}>"

    def __reduce__(self):
        return lookup, (self.name,)


def specs(out):
    """Spec of an array, or of each array of a tuple."""
    if type(out) is tuple:
        return tuple(Spec(np.shape(o), np.result_type(o)) for o in out)
    return Spec(np.shape(out), np.result_type(out))


def undeclared(spec):
    """A spec found with float64 in the place of a dtype that is not known."""
    return Spec(spec.shape, None) if spec.dtype == np.float64 else spec


def missing(op, rule, spelling):
    return RuleError(
        f"{op.name} has no {rule} rule, which this transform needs; write {spelling} for its row"
    )


def late(ufunc):
    """Ours of a ufunc of SciPy, whose rows are made when one is first asked for; or None."""
    special = sys.modules.get("scipy.special")
    if special is None or getattr(special, ufunc.__name__, None) is not ufunc:
        return None
    import_module("autodiff.scipy.special")
    return NUMPY.get(ufunc)


def lookup(name):
    """The row of that name; a pickled row is found again by it."""
    if name not in Op.table:
        import_module("autodiff.interpret.protocols")  # rows that are made when first asked for
    try:
        return Op.table[name]
    except KeyError:
        raise LookupError(
            f"operator {name!r} is not in the table; import the module that defines it"
        ) from None


def parse_signature(signature):
    """'divide(x, y)' -> ('divide', ('x', 'y'))"""
    match = re.fullmatch(r"(\w+)\(([\w*, ]*)\)", signature)
    if match is None:
        raise ValueError(f"an operator's signature reads like 'divide(x, y)', not {signature!r}")
    return match[1], tuple(a.strip() for a in match[2].split(",") if a.strip())
