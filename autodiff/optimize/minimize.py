"""One call for a fit: the optimisers of this package, and SciPy's solvers with our derivatives."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.errors import ArgumentError
from ..core.tree import flatten
from . import methods
from .bar import Bar
from .curved import lbfgs_step
from .flat import Flat
from .functional import Optimizer
from .scipy_methods import SCIPY, STOPPED, run_scipy
from .trust import RADIUS, newton_step

STEPS = 1000
TOLERANCE = 1e-6
STILL = 5  # steps without a smaller loss, after which nothing is left to find
UNMOVED = "the loss falls no further: rounding hides the rest, or the function is not smooth here."
FIRST_ORDER = {
    "sgd": methods.sgd, "gradient-descent": methods.sgd, "momentum": methods.momentum,
    "nesterov": methods.nesterov, "adagrad": methods.adagrad, "adadelta": methods.adadelta,
    "rmsprop": methods.rmsprop, "adam": methods.adam, "adamw": methods.adamw,
}  # fmt: skip


@dataclass(frozen=True)
class Result:
    """What a fit found.

    x: the parameters, in the container that was given.  fun: the loss there.
    grad_norm: the largest element of the gradient there; NaN for a method without gradients.
    steps: how many were made.  success: whether the method says that it has arrived.
    message: why it stopped.
    history: {"fun": the loss at the start and after each step, "grad_norm": the same of the
    gradient}, arrays of shape (steps + 1,).
    evaluations: {"function": ..., "gradient": ..., "product": ...}, how often each was asked for.
    """

    x: Any
    fun: float
    grad_norm: float
    steps: int
    success: bool
    message: str
    history: dict
    evaluations: dict

    def __repr__(self):
        counts = ", ".join(f"{n} {kind}" for kind, n in self.evaluations.items())
        return (
            f"{'arrived' if self.success else 'not arrived'}: {self.message}\n"
            f"fun: {self.fun:.10g}\ngrad_norm: {self.grad_norm:.3g}\nsteps: {self.steps}\n"
            f"evaluations: {counts}\nx: {self.x}"
        )


@dataclass(frozen=True)
class Moment:
    """What a callback is told after each step: the step from 1, the parameters, loss, gradient."""

    step: int
    x: Any
    fun: float
    grad_norm: float


class Record:
    """The steps of a fit as they happen: history, bar, callback."""

    def __init__(self, problem, callback, bar):
        self.problem, self.callback, self.bar = problem, callback, bar
        self.losses, self.sizes = [], []
        self.last, self.stopped = None, False

    @property
    def steps(self):
        """How many steps were made; the start is none."""
        return max(len(self.losses) - 1, 0)

    def note(self, vector, loss, gradient):
        """Write down a step, whose numbers must be finite; whether the callback wants to stop."""
        self.problem.require_sound(loss, gradient, len(self.losses))
        size = float(np.abs(gradient).max()) if gradient is not None else np.nan
        self.losses.append(float(loss))
        self.sizes.append(size)
        self.last = np.copy(vector)
        if not self.steps:
            return False
        self.bar.tick(f"f = {loss:.6g}")
        if self.callback is None:
            return False
        moment = Moment(self.steps, self.problem.result(vector), float(loss), size)
        try:
            self.stopped = self.callback(moment) is True
        except StopIteration:
            self.stopped = True
        return self.stopped

    def result(self, vector, success, message):
        """The Result of a fit that ended at `vector`."""
        history = {"fun": np.array(self.losses), "grad_norm": np.array(self.sizes)}
        p = self.problem
        counts = {"function": p.evaluations, "gradient": p.gradients, "product": p.products}
        return Result(
            p.result(vector), self.losses[-1], self.sizes[-1], self.steps, bool(success), message,
            history, counts,
        )  # fmt: skip


def minimize(
    f, params, method: Any = "lbfgs", *, steps=None, tol=None, args=(), callback=None,
    progress=True, bounds=None, constraints=(), **options,
):  # fmt: skip
    """Parameters where the loss `f(params, *args)` is least, as a Result.

    params: any container of arrays, numbers or eager tensors; the result has the same.
    method: one of this package ("sgd", "momentum", "nesterov", "adagrad", "adadelta", "rmsprop",
    "adam", "adamw", "lbfgs", "newton-cg"), an Optimizer such as `chain(...)`, or one of SciPy's
    names ("BFGS", "L-BFGS-B", "trust-ncg", "SLSQP", ...), which is given exact derivatives:
    the gradient, and the Hessian or its products where it takes them.  "Newton-CG" is SciPy's.
    steps: at most so many; default 1000, or what SciPy's method thinks enough.
    tol: arrived when no element of the gradient is larger; default 1e-6.  For SciPy its `tol`.
    callback: called with a Moment after each step; returning True or raising StopIteration stops.
    progress: a bar on the terminal for work of more than two seconds.
    bounds, constraints: as in SciPy, for its methods that take them; bounds are those of the
    elements of all leaves in order, and functions of constraints are given the container.
    options: of the method, such as `learning_rate=`, `memory=`; for SciPy those of its solver.

    Raises NonFiniteError, which names the step and the parameter, for a loss or a gradient that is
    no number; ArgumentError for what the method cannot use.

    >>> found = minimize(lambda p: (p["a"] - 3) ** 2 + p["b"] ** 2, {"a": 0.0, "b": 1.0})
    >>> f"{found.x['a']:.6f}", found.success
    ('3.000000', True)
    """
    name = method.name if isinstance(method, Optimizer) else method
    if not isinstance(name, str):
        raise ArgumentError(f"minimize: method is a {type(method).__name__}; it needs a name")
    args = args if isinstance(args, tuple) else (args,)
    problem = Flat(f"minimize by {name}", f, params, args)
    check_limits(steps, tol)
    run = chosen(method, name)
    if run is not run_scipy and (bounds is not None or constraints):
        raise ArgumentError(
            f"minimize by {name}: it takes no bounds and no constraints; "
            "use one of SciPy's methods that do, such as L-BFGS-B or SLSQP"
        )
    with Bar(problem.name, steps or (None if run is run_scipy else STEPS), progress) as bar:
        record = Record(problem, callback, bar)
        if run is run_scipy:
            vector, success, message = run_scipy(
                problem, record, name, steps, tol, bounds, constraints, options
            )
        else:
            steps = STEPS if steps is None else steps
            tol = TOLERANCE if tol is None else tol
            vector, success, message = run(problem, record, method, steps, tol, options)
    return record.result(vector, success, message)


def check_limits(steps, tol):
    """Raise for a number of steps or a tolerance that cannot be kept."""
    if steps is not None and (not isinstance(steps, (int, np.integer)) or steps < 1):
        raise ArgumentError(f"minimize: steps={steps!r}; it needs a whole number, at least 1")
    if tol is not None and not (isinstance(tol, (int, float, np.number)) and tol >= 0):
        raise ArgumentError(f"minimize: tol={tol!r}; it needs a number, at least 0")


def chosen(method, name) -> Any:
    """The function that runs a method."""
    if isinstance(method, Optimizer):
        return run_first_order
    if name.lower() in SCIPY and name != "newton-cg":
        return run_scipy
    if name in CURVED:
        return CURVED[name]
    if name in FIRST_ORDER:
        return run_first_order
    ours = ", ".join([*FIRST_ORDER, *CURVED])
    raise ArgumentError(
        f"minimize: method={name!r} is unknown; it needs one of {ours}, or of SciPy's "
        f"{', '.join(SCIPY.values())}"
    )


def arrived(size, tol):
    """The sentence of a gradient that has become small enough; None while it has not."""
    return f"the gradient is at most {tol:g} in every element." if size <= tol else None


def used_up(steps, size, tol):
    """The sentence of a fit that ran out of steps."""
    return f"all {steps} steps were made and the gradient is {size:.3g}, above {tol:g}."


def begun(problem, record):
    """(vector, loss, gradient) at the start, which must be numbers."""
    vector = problem.start()
    loss, gradient = problem.value_and_gradient(vector)
    record.note(vector, loss, gradient)
    return vector, loss, gradient


def run_first_order(problem, record, method, steps, tol, options):
    """Steps by a rule that sees gradients only."""
    optimizer = method if isinstance(method, Optimizer) else made(method, options)
    if isinstance(method, Optimizer) and options:
        raise refused(problem, options)
    vector, loss, gradient = begun(problem, record)
    params = problem.tree(vector)
    state = optimizer.init(params)
    for _ in range(steps):
        if message := arrived(record.sizes[-1], tol):
            return vector, True, message
        params, state = optimizer.update(problem.tree(gradient), state, params, problem.called)
        vector = problem.vector(flatten(params)[0])
        loss, gradient = problem.value_and_gradient(vector)
        if record.note(vector, loss, gradient):
            return vector, False, STOPPED
    size = record.sizes[-1]
    return vector, size <= tol, arrived(size, tol) or used_up(steps, size, tol)


def made(name, options):
    """The optimiser of a name with its options."""
    try:
        return FIRST_ORDER[name](**options)
    except TypeError as error:
        if isinstance(error, ArgumentError):
            raise
        raise ArgumentError(f"minimize by {name}: {error}".replace("()", "")) from None


def refused(problem, options):
    """The error of options that nobody takes."""
    return ArgumentError(f"{problem.name}: it takes no option {', '.join(sorted(options))}")


def run_lbfgs(problem, record, method, steps, tol, options):
    """Line searches along the directions of L-BFGS."""
    rate, memory = options.pop("learning_rate", 1.0), options.pop("memory", 10)
    pairs = []

    def step(x, loss, g):
        nonlocal pairs
        x, loss, g, pairs, moved = lbfgs_step(problem, x, loss, g, pairs, rate, memory)
        if not moved and pairs:  # once more without what was remembered
            x, loss, g, pairs, moved = lbfgs_step(problem, x, loss, g, [], rate, memory)
        return x, loss, g, moved

    return run_curved(problem, record, step, steps, tol, options)


def run_newton(problem, record, method, steps, tol, options):
    """Newton steps in a trust region."""
    radius = options.pop("radius", RADIUS)

    def step(x, loss, g):
        nonlocal radius
        found = newton_step(problem, x, loss, g, radius)
        radius = found.radius
        return found.x, found.loss, found.gradient, found.moved

    return run_curved(problem, record, step, steps, tol, options)


def run_curved(problem, record, step, steps, tol, options):
    """Steps that look at the function, until the gradient is small or nothing gets better."""
    if options:
        raise refused(problem, options)
    vector, loss, gradient = begun(problem, record)
    still = 0
    for _ in range(steps):
        if message := arrived(record.sizes[-1], tol):
            return vector, True, message
        before = loss
        vector, loss, gradient, moved = step(vector, loss, gradient)
        noise = 4 * float(np.finfo(vector.dtype).eps) * abs(loss)
        still = still + 1 if before - loss <= noise else 0
        if not moved or still == STILL:
            return vector, rounded(vector, loss, gradient), UNMOVED
        if record.note(vector, loss, gradient):
            return vector, False, STOPPED
    size = record.sizes[-1]
    return vector, size <= tol, arrived(size, tol) or used_up(steps, size, tol)


@np.errstate(all="ignore")
def rounded(vector, loss, gradient):
    """Whether the loss cannot fall by more than its own rounding, to first order."""
    unit = float(np.finfo(vector.dtype).eps)
    reach = float(np.abs(gradient) @ np.maximum(np.abs(vector), 1.0)) * unit**0.5
    return reach <= 100 * unit * max(abs(loss), unit)


CURVED = {"lbfgs": run_lbfgs, "newton-cg": run_newton}
