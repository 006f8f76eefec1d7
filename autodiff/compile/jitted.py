"""Functions of arrays that are traced, compiled, and run as native code."""

import threading
import warnings
from functools import partial, update_wrapper
from typing import Any

from ..core.errors import ArgumentError, GraphError
from ..core.op import TRACED
from ..core.tree import flatten, unflatten
from ..interpret.executor import table
from ..interpret.stabilize import rewritten
from .build import PATHS, Signature, native_program, normal, traced
from .call import through
from .called import Called
from .debug import walked
from .donate import Donation, donated_call
from .driver import Entry
from .notice import CompileWarning, native, patience
from .plain import Fixed, GraphPlan, first_line, flatten_specs
from .report import assembly_text, llvm_text, source_text, title
from .stabilize import stabilized
from .trace import Untraceable

NUMBERS = 8  # values of one number that are compiled into the code
SHAPES = 1024  # programs of one function


class Lane:
    """The calls of one structure of arguments and one choice of static ones."""

    def __init__(self, owner, structure, leaves):
        self.owner, self.structure = owner, structure
        self.template = [None if Signature.dynamic(x) else x for x in leaves]
        self.places = [i for i, x in enumerate(leaves) if Signature.dynamic(x)]
        self.entry = Entry(owner.__name__, self.missed) if owner.native else None
        self.plans = {}

    def filled(self, values):
        full = list(self.template)
        for i, x in zip(self.places, values):
            full[i] = x
        return full

    def missed(self, *values):
        return self.owner.build(self.entry, self.structure, self.filled(values), values)


class Jitted(Called):
    """A function that is traced, compiled and called natively."""

    def __init__(
        self,
        f,
        static_argnums=(),
        static_argnames=(),
        stabilize=True,
        budget=None,
        quiet=False,
        debug=False,
        donate=(),
    ):
        if not callable(f):
            raise ArgumentError(f"jit needs a function, not a {type(f).__name__}; write jit(f)(x)")
        self.f, self.options = f, (stabilize, budget, quiet, debug, donate)
        self.stabilize, self.budget, self.quiet, self.debug, _ = self.options
        numbers = (static_argnums,) if isinstance(static_argnums, int) else tuple(static_argnums)
        names = (static_argnames,) if isinstance(static_argnames, str) else tuple(static_argnames)
        self.static_argnums, self.static_argnames = numbers, names
        update_wrapper(self, f, updated=())
        self.__name__ = getattr(f, "__name__", type(f).__name__)
        given = donate if type(donate) is Donation else Donation(self.__name__, f, donate)
        self.donation = given if given.numbers or given.names else None
        self.start()

    def start(self):
        """Nothing is compiled yet."""
        self.refused, self.warned, self.plans = set(), False, {}
        self.pending: dict[Any, Any] = {}
        self.ways: dict[Any, Any] = {}
        self.numbers: dict[Any, int] = {}  # how many ways a number that was asked for has made
        self.lanes, self.calls, self.programs = {}, {}, []
        self.local, self.lock = threading.local(), threading.RLock()
        self.shown: Any = None  # the graph that was debugged last
        self.native = not self.debug and native()
        plain = self.native and not self.static_argnums and not self.donation
        self.main = Entry(self.__name__, self.slow) if plain else None
        self.call: Any = self.main.call if self.main else self.slow

    def __repr__(self):
        return f"<jit({self.__name__}), {len(self.programs)} compiled>"

    def __reduce__(self):
        return type(self), (self.f, self.static_argnums, self.static_argnames, *self.options)

    # ------------------------------------------------------------ what was compiled

    @property
    def last(self):
        """The program that was compiled last."""
        found = [p for j in (self, *self.inner()) for p in (*j.programs, j.shown) if p]
        if not found:
            raise GraphError(f"jit: {self.__name__} was not compiled yet; call it, or warmup")
        return found[-1]

    def inner(self):
        """The compiled functions of each choice of static arguments."""
        return [j for j in self.lanes.values() if isinstance(j, Jitted)]

    @property
    def graph(self):
        """The nodes of what was compiled last, as a table."""
        return table(self.last.graph.order, self.last.graph.outputs)

    @property
    def rewrites(self):
        """The formulas that were made stable before they were compiled, or could have been."""
        return self.last.rewrites or rewritten(self.last.sources)[1]

    @property
    def llvm(self):
        """The code that is handed to LLVM."""
        return llvm_text(self.last)

    @property
    def assembly(self):
        """The machine code, as text."""
        return assembly_text(self.last)

    @property
    def source(self):
        """What was compiled, as readable NumPy source."""
        return source_text(self.last.graph, title(self))

    @property
    def report(self):
        """Passes, times, groups and memory."""
        return self.last.report

    def warmup(self, *args, **kwargs):
        """Compile for arguments like these; a Spec stands for an array of its shape and dtype."""
        leaves, structure = flatten_specs((args, kwargs))
        self.warmed(*unflatten(structure, leaves))
        return self

    def warmed(self, args, kwargs):
        """Compile for a call."""
        self(*args, **kwargs)

    # ------------------------------------------------------------ calls

    def slow(self, *args, **kwargs):
        """A call that no compiled program took: other shapes, containers, traced values."""
        if self.static_argnums or self.static_argnames:
            return self.bound(args, kwargs)
        leaves, structure = flatten((args, kwargs))
        if any([type(x) in TRACED for x in leaves]):
            if self.debug:
                return self.f(*args, **kwargs)
            return through(self, args, kwargs, leaves, structure)
        plain = [normal(x) for x in leaves]
        flat = not kwargs and len(leaves) == len(args) and all(map(is_same, leaves, args))
        if self.main and flat and all([Signature.direct(x) for x in plain]):
            if any([a is not b for a, b in zip(plain, leaves)]):
                return self.main.call(*plain)
            return self.build(self.main, structure, plain, plain)
        lane = self.lane(structure, plain)
        if lane is None:
            return self.f(*args, **kwargs)
        if self.debug:
            return self.debugged(structure, plain)
        if self.donation:
            donated = self.donation.places(args, kwargs)
            self.donation.check(plain, donated)
            return donated_call(self, lane, structure, plain, donated)
        return self.undonated(lane, structure, plain)

    def undonated(self, lane, structure, leaves):
        """A call that leaves its arguments as they are."""
        if lane.entry is None:
            return self.interpreted(structure, leaves)
        return lane.entry.call(*[leaves[i] for i in lane.places])

    def bound(self, args, kwargs):
        """A call with static arguments: the function without them, compiled by itself."""
        fixed = {i: args[i] for i in self.static_argnums if i < len(args)}
        named = {k: kwargs[k] for k in self.static_argnames if k in kwargs}
        key = tuple([(k, type(v), v) for k, v in (*fixed.items(), *named.items())])
        try:
            found = self.lanes.get(key)
        except TypeError:
            self.tell("a static argument cannot be told from others, for it has no hash")
            return self.f(*args, **kwargs)
        if found is None:
            function = Fixed(self.f, fixed, named)
            donate = self.donation.without(fixed) if self.donation else ()
            found = type(self)(function, (), (), *self.options[:-1], donate)
            found.__name__ = self.__name__
            self.lanes[key] = found
        rest = [x for i, x in enumerate(args) if i not in fixed]
        return found(*rest, **{k: v for k, v in kwargs.items() if k not in named})

    def lane(self, structure, leaves):
        """The lane of a call, or None where a static argument cannot be told from others."""
        still = [(i, x) for i, x in enumerate(leaves) if not Signature.dynamic(x)]
        for _, x in still:
            if not Signature.constant(x):
                self.tell(f"a {type(x).__name__} among its arguments may change unseen; name it in "
                          "static_argnums, or hand over its arrays")  # fmt: skip
                return None
        statics = tuple([(i, type(x), x) for i, x in still])
        found = self.lanes.get((structure, statics))
        if found is None:
            with self.lock:
                found = self.lanes.setdefault((structure, statics), Lane(self, structure, leaves))
        return found

    # ------------------------------------------------------------ compiling

    def build(self, entry, structure, leaves, values):
        """Trace, compile and call; what fails runs as it is."""
        args, kwargs = unflatten(structure, leaves)
        key = Signature.key(structure, leaves)
        if key in self.refused or getattr(self.local, "busy", False):
            return self.f(*args, **kwargs)
        if not self.prepared(key, entry, structure, leaves):
            return self.f(*args, **kwargs)
        ways = self.ways.get(key)
        self.local.busy = not (ways and ways[-1].hoped)
        try:
            return entry.call(*values)
        finally:
            self.local.busy = False

    def prepared(self, key, entry, structure, leaves):
        """Trace and compile; whether the function has a graph."""
        with self.lock:
            waiting = self.pending.get(key)
            found = None if waiting else self.traced(key, structure, leaves)
            if found is None:
                return False
            if self.budget is None:
                self.compile(key, entry, found)
            else:
                self.start_thread(key, entry, found)
        return True

    def compile(self, key, entry, found):
        """Compile a trace, and let calls use it."""
        try:
            trace, leaves = found
            with patience(self.__name__):
                program = native_program(trace, leaves, entry is self.main)
        except Exception as error:  # noqa: BLE001 a fault of the compiler is no fault of the user
            self.refuse(key, f"compiling failed ({type(error).__name__}: {first_line(error)})")
        else:
            self.programs.append(program)
            self.ways.setdefault(key, []).append(program)
            entry.add(program)
        self.pending.pop(key, None)

    def start_thread(self, key, entry, found):
        """Compile beside the program, and wait as long as the budget allows."""
        thread = threading.Thread(target=self.compile, args=(key, entry, found), daemon=True)
        self.pending[key] = thread
        thread.start()
        thread.join(self.budget)
        if thread.is_alive() and not self.quiet and not self.warned:
            self.warned = True
            warnings.warn(
                f"jit: compiling {self.__name__} takes longer than its budget of {self.budget} s; "
                "it runs as it is until the code is there",
                CompileWarning,
                stacklevel=2,
            )

    def traced(self, key, structure, leaves):
        """(trace, arguments) of a call, or None where the function has no graph."""
        if len(self.programs) >= SHAPES:
            self.refuse(key, f"it was called with more than {SHAPES} shapes or static arguments")
            return None
        ways = self.ways.get(key, ())
        if len(ways) >= PATHS:
            where = ways[-1].where
            self.refuse(
                key, f"it takes more than {PATHS} ways{where}; write while_loop, cond or scan"
            )
            return None
        make = partial(traced, asks=self.native, hopes=not ways)
        found = self.attempt(key, structure, leaves, make)
        if found is not None and found[0].number:
            where = found[0].number
            seen = self.numbers[key, where] = self.numbers.get((key, where), 0) + 1
            if seen > NUMBERS:
                self.refuse(key, f"it asks for a number{where} that is another in every call")
                return None
        return found

    def attempt(self, key, structure, leaves, make):
        """make(function, structure, leaves), or None where the function has no graph."""
        f = stabilized(self.f) if self.stabilize else self.f
        try:
            return make(f, structure, leaves)
        except Untraceable as reason:
            self.refuse(key, str(reason))
        except Exception as error:  # noqa: BLE001 the function itself may raise: it is run as it is
            args, kwargs = unflatten(structure, leaves)
            self.f(*args, **kwargs)
            self.refuse(key, f"{type(error).__name__}: {first_line(error)}")
        return None

    def refuse(self, key, reason):
        """Remember that such calls run as they are; say why, once."""
        self.refused.add(key)
        self.tell(reason)

    def tell(self, reason):
        """Say once why calls run as they are."""
        if not self.warned:
            self.warned = True
            warnings.warn(
                f"jit: {self.__name__} runs without being compiled, because {reason}",
                CompileWarning,
                stacklevel=2,
            )

    def interpreted(self, structure, leaves):
        """The graph interpreter, where there is no compiler."""
        key = Signature.key(structure, leaves)
        plan = self.plans.get(key)
        if plan is None:
            found = None if key in self.refused else self.traced(key, structure, leaves)
            plan = self.plans[key] = GraphPlan(found[0]) if found and not found[0].guards else False
        if not plan:
            args, kwargs = unflatten(structure, leaves)
            return self.f(*args, **kwargs)
        return plan([x for x in leaves if Signature.dynamic(x)])

    def debugged(self, structure, leaves):
        """The graph of this call, node by node."""
        key = Signature.key(structure, leaves)
        found = self.attempt(key, structure, leaves, partial(walked, self))
        if found is None:
            args, kwargs = unflatten(structure, leaves)
            return self.f(*args, **kwargs)
        self.shown = found
        return found([x for x in leaves if Signature.dynamic(x)])


def is_same(a, b):
    return a is b
