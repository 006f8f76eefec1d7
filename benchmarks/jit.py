"""Compiled functions beside the peers, C by gcc, NumPy by hand, and our own eager run.

Every contestant takes NumPy arrays and gives NumPy arrays; CasADi and C read them where they are
and write into buffers made ahead, so that theirs are limits.  All answers are compared before a
call is timed.  torch is measured eager: `torch.compile` takes a minute and more for each program.
"""

import time
from functools import partial
from typing import NamedTuple

import numpy as np

import autodiff as ad
from autodiff.compile.jit import jit
from autodiff.core.tree import flatten
from autodiff.examples.progress import steps

from . import jit_peers as peers, limits, loops, programs as p
from .measure import Effort, interleaved, ratio
from .table import Table, Target

TURN = 10.0  # [s]; how long all turns of one workload may take
TIE = 1.3  # ratios below it are ties
FAST = "C, fast math"  # its order of summation and its special values are the compiler's choice
# Those that are no peers from arrays to arrays: ours, by hand, and CasADi's buffers.
NO_PEERS = ("autodiff jit", "autodiff eager", "C", FAST, "C with arrays", "NumPy by hand", "casadi")


class Work(NamedTuple):
    """A workload: what makes its contestants, and what ours is held against.

    limit, bound: the contestant written by hand, and how many times its time ours may take.
    ahead: our greatest part of the time of the fastest peer; None where that is no aim.
    """

    calls: object
    limit: str = "C"
    bound: float = TIE
    ahead: float | None = None


def measure(effort, found):
    """Calls as multiples of what is written by hand."""
    works = workloads(effort, found, limits.c_library(), limits.c_library("-ffast-math"))
    rows, targets = {}, []
    for name, _ in zip(works, steps(len(works), "jit")):
        work = works[name]
        calls = work.calls()
        agree(name, calls)
        seconds = interleaved(calls, affordable(calls, effort))
        unit = seconds.get(work.limit, seconds["autodiff jit"])
        rows[name] = {who: ratio(s, unit) for who, s in seconds.items()}
        rows[name]["ours [µs]"] = 1e6 * min(seconds["autodiff jit"])
        targets += judged(name, work, seconds)
    note = (
        "a call as a multiple of C or NumPy by hand, else of ours; empty: not installed, or it "
        "cannot say this"
    )
    return [Table("Compiled functions", rows, targets, note)]


def workloads(effort, found, limit, fast):
    """{name: Work}; the sizes of large ones by `effort`."""

    def size(n, least):
        return max(int(n * min(effort.size * 10, 1)), least)

    works = {}
    for dtype in (np.float64, np.float32):
        for n in (1_000, 100_000, 10_000_000):
            ahead = None if dtype is np.float32 else TIE if n == 100_000 else 1.0
            name = f"long sum, {dtype.__name__}, n = {n:,}"
            works[name] = Work(partial(sums, found, limit, fast, size(n, 100), dtype), ahead=ahead)
    for n in (2, 100):
        # 4 µs beside 5.6 and 6 µs of C through ctypes, and 4.8 and 5.3 µs of the fastest peer.
        works[f"gradient of Rosenbrock, n = {n}"] = Work(
            partial(gradients, found, limit, n), "C with arrays", 0.7, 0.8
        )
    works["logistic regression, 569 x 30"] = Work(partial(regression, found, limit, 569, 30))
    works["logistic regression, 100,000 x 100"] = Work(
        partial(regression, found, limit, size(100_000, 100), 100)
    )
    for batch in (64, 1024):
        works[f"perceptron, float32, batch {batch}"] = Work(
            partial(perceptron, found, size(batch, 8)), "NumPy by hand", TIE, TIE
        )
    works["Hessian of Rosenbrock, n = 100"] = Work(
        partial(hessian, found, 100), "NumPy by hand", 60 / 45
    )
    works["Hessian times direction, n = 1,000,000"] = Work(
        partial(product, found, limit, size(1_000_000, 100))
    )
    for n in (1_000, 10_000):
        works[f"Lorenz, {n:,} steps"] = Work(partial(loops.lorenz_calls, found, limit, size(n, 20)))
    works["Lorenz, steps that adapt"] = Work(partial(loops.adaptive_calls, found))
    works["loop and branch of Python, n = 10"] = Work(
        partial(loops.walk_calls, found), "NumPy by hand", 15 / 40
    )
    return works


def sums(found, limit, fast, n, dtype):
    """The contestants of the long sum."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=n).astype(dtype), np.sign(rng.normal(size=n)).astype(dtype)
    given = x, np.asarray(dtype(0.7)), np.asarray(dtype(0.1)), y
    calls = peers.gradients(found, p.loss, given, (0, 1, 2))
    if "casadi" in found and dtype is np.float64:
        calls["casadi"] = peers.casadi_loss(found["casadi"], *given)
    if limit is not None:
        calls["C"] = limits.c_loss(limit, *given)
        calls[FAST] = limits.c_loss(fast, *given)
    return calls


def gradients(found, limit, n):
    """The contestants of a small gradient."""
    x = np.random.default_rng(0).normal(size=n)
    calls = peers.gradients(found, p.rosenbrock, (x,), (0,), value=False)
    # One argument, as a user would call it.
    ours = jit(ad.grad(partial(p.rosenbrock, ad)))
    calls["autodiff jit"] = lambda: ours(x)
    if "casadi" in found:
        calls["casadi"] = peers.casadi_gradient(found["casadi"], x)
    if limit is not None:
        calls["C with arrays"] = limits.c_from_arrays(limit, x)
        calls["C"] = limits.c_rosenbrock(limit, x)
    return calls


def regression(found, limit, rows, columns):
    """The contestants of logistic regression."""
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(rows, columns)), rng.normal(size=columns)
    given = w, np.asarray(0.1), x, (rng.normal(size=rows) > 0) * 1.0
    calls = peers.gradients(found, p.logistic, given, (0, 1))
    if "casadi" in found:
        calls["casadi"] = peers.casadi_logistic(found["casadi"], *given)
    if limit is not None:
        calls["C"] = limits.c_logistic(limit, *given)
    return calls


def perceptron(found, batch):
    """The contestants of three layers in single precision."""
    given = p.layers(batch, np.float32)
    calls = peers.gradients(found, p.network, given, (0, 1))
    calls["NumPy by hand"] = lambda: limits.perceptron(*given)
    return calls


def hessian(found, n):
    """The contestants of a dense matrix of second derivatives."""
    x = np.random.default_rng(0).normal(size=n)
    f = partial(p.rosenbrock, ad)
    ours, eager = jit(ad.hessian(f)), ad.hessian(f)
    calls = {"autodiff jit": lambda: ours(x), "autodiff eager": lambda: eager(x)}
    if "jax" in found:
        jax = found["jax"]
        theirs = jax.jit(jax.hessian(partial(p.rosenbrock, jax.numpy)))
        calls["jax"] = lambda: np.asarray(theirs(x))
    if "torch" in found:
        torch = found["torch"]
        eagerly = torch.func.hessian(partial(p.rosenbrock, torch))
        calls["torch"] = lambda: eagerly(torch.from_numpy(x)).numpy()
    if "autograd" in found:
        autograd = found["autograd"]
        dense = autograd.hessian(partial(p.rosenbrock, autograd.numpy))
        calls["autograd"] = lambda: dense(x)
    if "casadi" in found:
        calls["casadi"] = peers.casadi_hessian(found["casadi"], x)
    calls["NumPy by hand"] = lambda: limits.hessian(x)
    return calls


def product(found, limit, n):
    """The contestants of the Hessian times a direction."""
    x, way = np.random.default_rng(0).normal(size=(2, n))
    x, way = x.copy(), way.copy()
    f = partial(p.rosenbrock, ad)
    ours = jit(lambda x, d: ad.hvp(f, x, d))
    calls = {"autodiff jit": lambda: ours(x, way), "autodiff eager": lambda: ad.hvp(f, x, way)}
    if "jax" in found:
        jax = found["jax"]
        slope = jax.grad(partial(p.rosenbrock, jax.numpy))
        theirs = jax.jit(lambda x, d: jax.jvp(slope, (x,), (d,))[1])
        calls["jax"] = lambda: np.asarray(theirs(x, way))
    if "torch" in found:
        torch = found["torch"]
        g = torch.func.grad(partial(p.rosenbrock, torch))
        given = torch.from_numpy(x), torch.from_numpy(way)
        calls["torch"] = lambda: torch.func.jvp(g, given[:1], given[1:])[1].numpy()
    if "autograd" in found:
        autograd = found["autograd"]
        twice = autograd.hessian_vector_product(partial(p.rosenbrock, autograd.numpy))
        calls["autograd"] = lambda: twice(x, way)
    if "pytensor" in found:
        calls["pytensor"] = peers.pytensor_product(found["pytensor"], p.rosenbrock, x, way)
    if "casadi" in found:
        calls["casadi"] = peers.casadi_product(found["casadi"], x, way)
    if limit is not None:
        calls["C"] = limits.c_product(limit, x, way)
    return calls


def agree(name, calls):
    """Refuse answers that differ from those of our eager run."""
    answers = {who: [np.ravel(a) for a in flatten(run())[0]] for who, run in calls.items()}
    reference = answers["autodiff eager" if "autodiff eager" in answers else "autodiff jit"]
    tolerance = 1e-2 if reference[-1].dtype == np.float32 else 1e-8
    for who, found in answers.items():
        same = len(found) == len(reference) and all(
            np.linalg.norm(a - b) <= tolerance * max(1.0, np.linalg.norm(b))
            for a, b in zip(found, reference)
        )
        if not same:
            raise ArithmeticError(f"{name}: the answer of {who} is different")


def affordable(calls, effort):
    """As many turns as `TURN` allows, at least two of each contestant."""
    if not effort.seconds:
        return effort
    begin = time.perf_counter()
    for run in calls.values():
        run()
    turns = TURN / max(time.perf_counter() - begin, effort.seconds)
    if turns >= effort.repeats * effort.bursts:
        return effort
    return Effort(repeats=max(min(int(turns / 2), effort.repeats), 1), bursts=2,
                  seconds=0.0, size=effort.size)  # fmt: skip


def judged(name, work, seconds):
    """What one workload is held to."""
    ours, found = seconds["autodiff jit"], []
    if work.limit in seconds:
        figure = ratio(ours, seconds[work.limit])
        found.append(Target(f"{name}: over {work.limit}", figure, "at most", work.bound))
    rivals = [who for who in seconds if who not in NO_PEERS]
    if work.ahead is not None and rivals:
        best = min(rivals, key=lambda who: min(seconds[who]))
        figure = ratio(ours, seconds[best])
        found.append(Target(f"{name}: over {best}", figure, "at most", work.ahead))
    if "autodiff eager" in seconds:
        figure = ratio(ours, seconds["autodiff eager"])
        found.append(Target(f"{name}: over our eager run", figure, "at most", 1.0))
    return found
