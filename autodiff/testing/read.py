"""The laws of the readers: what a row tells of itself, batched, on the tape and in graphs."""

from functools import partial
from itertools import combinations, product

import numpy as np

from ..core.errors import TracedError, UnknownShapeError
from ..core.op import specs
from ..core.public import public
from ..core.spec import Spec
from ..interpret import backward as passes
from ..interpret.executor import Executor
from ..interpret.graph import Variable
from ..interpret.tape import new_tensor
from ..interpret.vertex import leaf
from ..transform import forward, reverse
from ..transform.reverse import gradients
from ..transform.vectorize import vmap
from .differentiate import differentiable, seeds, subsets, weighted
from .judge import ROUNDING, apart, doubles_only, law, outputs, unlike
from .sample import FLOATS, cases, generator, mixtures, replaced

KINDS = (*[np.dtype(kind) for kind in "?Bil"], *FLOATS)  # truth values, three kinds of integers
SIZES = (0, 1, 3)  # of batches


# ---------------------------------------------------------------- shapes and dtypes


def every_kind(row):
    """Samples in all shapes, in all dtypes and mixtures of them, and beside Python numbers."""
    for dtype in FLOATS:
        yield from cases(row, dtype)
    for case in mixtures(row, KINDS):
        yield case
        if row.sample is None and len(case.args) > 1 and len({a.dtype for a in case.args}) == 1:
            for number in (1, 1.5, 1j):
                yield case._replace(args=(case.args[0], *[number] * (len(case.args) - 1)))
                yield case._replace(args=(number, *case.args[1:]))


@law(over=every_kind)
def infer(case):
    """the shape and dtype foretold are those of the value, for any mixture of dtypes."""
    row, params = case.row, case.params
    try:
        with np.errstate(all="ignore"):
            expected = specs(row.evaluate(*case.args, **params))
    except (TypeError, np.linalg.LinAlgError):
        return
    places = [i for i in case.tracked if isinstance(case.args[i], np.ndarray)]
    nodes = [Variable("x", case.args[i].shape, case.args[i].dtype) for i in places]
    for used in {len(places), 1}:
        for some in combinations(range(len(places)), used):
            args = replaced(case.args, [places[k] for k in some], [nodes[k] for k in some])
            yield from foretold(row.infer(*args, **params), expected)
    yield from foretold(row.infer(*case.args, **params), expected)


def foretold(found, expected):
    """What is wrong with a spec, or a tuple of specs."""
    found, expected = ([s] if type(s) is Spec else list(s) for s in (found, expected))
    if len(found) != len(expected):
        yield f"infer gives {len(found)} specs\n  expected  {len(expected)}"
    for f, e in zip(found, expected):
        if f.shape != e.shape or f.dtype != e.dtype:
            yield f"infer gives {f.dtype} {f.shape}\n  expected  {e.dtype} {e.shape}"


# ---------------------------------------------------------------- batches


def examples(case):
    """The arguments of three examples; index arrays are turned around."""
    drawn = [list(case.other(draw).args) for draw in range(max(SIZES))]
    for k, args in enumerate(drawn):
        for i, a in enumerate(args):
            if isinstance(a, np.ndarray) and i not in case.tracked:
                args[i] = np.roll(a, k)
    return drawn


def stacked(arrays, like):
    """Examples along a new first axis, which may be empty."""
    return np.stack(arrays) if arrays else np.empty((0, *np.shape(like)), like.dtype)


@law()
def batch(case):
    """a batch gives what a loop over its examples gives, whichever arguments are batched."""
    row, params, drawn = case.row, case.params, examples(case)
    places = [i for i, a in enumerate(case.args) if isinstance(a, np.ndarray)]
    one = outputs(row.evaluate(*case.args, **params))
    for count in range(1, len(places) + 1):
        for mine, size in product(combinations(places, count), SIZES):
            flags = [i in mine for i in range(len(case.args))]
            values = [stacked([ex[i] for ex in drawn[:size]], case.args[i]) for i in mine]
            try:
                found = outputs(row.batch(flags, *replaced(case.args, mine, values), **params))
            except TracedError:
                if set(mine) <= set(case.tracked):
                    raise
                continue  # index arrays and masks may be refused, in words
            loop = [
                outputs(row.evaluate(*replaced(case.args, mine, [ex[i] for i in mine]), **params))
                for ex in drawn[:size]
            ]
            what = f"the output with {size} examples of arguments {mine}"
            for k, y in enumerate(one):
                expected = stacked([out[k] for out in loop], y)
                yield from apart(what, found[k], expected, ROUNDING[case.dtype])
                if np.result_type(found[k]) != expected.dtype:
                    yield f"{what} is {found[k].dtype}\n  expected  {expected.dtype}"


@law(over=doubles_only)
def nested(case):
    """derivatives inside a batch are those of a loop, with or without batched arguments."""
    if not differentiable(case):
        return
    rng, f, xs = generator(case.row, 6), case.function(), case.inputs
    others = [[args[i] for i in case.tracked] for args in (case.other(1).args, case.other(2).args)]
    out = case.row.evaluate(*case.args, **case.params)
    ts = [case.directions(rng) for _ in others]
    gs = [seeds(rng, out) for _ in others]
    several, points = (tuple(map(np.stack, zip(*each))) for each in (ts, others))
    cotangents = tuple(map(np.stack, zip(*gs))) if isinstance(out, tuple) else np.stack(gs)

    def push(xs, ts):
        return tuple(outputs(forward.jvp(f, xs, ts)[1]))

    def pull(xs, g):
        return reverse.vjp(f, *xs)[1](g)

    for what, rule, batched, given in (
        ("the tangent", push, several, ts), ("the cotangent", pull, cotangents, gs),
    ):  # fmt: skip
        still = vmap(rule, in_axes=(None, 0))(tuple(xs), batched)
        moving = vmap(rule)(points, batched)
        for k, g in enumerate(given):
            g = tuple(g) if isinstance(g, list) else g
            for a, b in zip(still, rule(tuple(xs), g)):
                yield from apart(f"{what} in a batch", a[k], b, ROUNDING[case.dtype])
            for a, b in zip(moving, rule(tuple(others[k]), g)):
                yield from apart(f"{what} in a batch of arguments", a[k], b, ROUNDING[case.dtype])


# ---------------------------------------------------------------- the tape


@law()
def reads(case):
    """the rules look at no more than `reads` says, so that the tape may let the rest go."""
    row, params = case.row, case.params
    if not differentiable(case):
        return
    out = row.evaluate(*case.args, **params)
    rng = generator(row, 7)
    for mine in subsets(case):
        known = {i: Spec(case.args[i].shape, case.args[i].dtype) for i in mine.tracked}
        parents = [known.get(i) for i in range(len(case.args))]
        for g in heard(rng, out):
            whole = row.vjp(g, out, parents, *case.args, **params)
            kept = row.keep(case.args, parents) or parents
            try:
                less = row.vjp(g, out if row.keeps_out(parents) else None, parents, *kept, **params)
            except (AttributeError, TypeError) as error:
                yield f"a rule fails: {error}\n  expected  reads={row.reads!r} to be enough for it"
                return
            for a, b in zip(less, whole):
                if a is not None and b is not None:
                    yield from unlike("the cotangent from what is kept", a, b)
                elif a is not b:
                    yield f"the cotangent from what is kept\n  found     {a}\n  expected  {b}"


def heard(rng, out):
    """Cotangents of the outputs: one, or of several outputs all and each alone."""
    g = seeds(rng, out)
    if not isinstance(out, tuple):
        return [g]
    alone = [[c if i == k else None for i, c in enumerate(g)] for k in range(len(g))]
    return [list(g), *[parts for parts, y in zip(alone, out) if y.dtype.kind in "fc"]]


# ---------------------------------------------------------------- graphs


@law()
def graph(case):
    """a graph gives the value and the gradient that eager tensors give, bit for bit."""
    row = case.row
    places = [i for i, a in enumerate(case.args) if isinstance(a, np.ndarray)]
    arrays = [case.args[i] for i in places]
    apply = public()(lambda *args: row(*replaced(case.args, places, args), **case.params))
    known = [Variable(f"x{i}", a.shape, a.dtype) for i, a in enumerate(arrays)]
    expected = outputs(row.evaluate(*case.args, **case.params))
    yield from compared(case, places, arrays, known, apply, expected)
    kinds = [None if a.dtype.kind == "f" else a.dtype for a in arrays]
    if case.dtype == np.float32:
        half = [Variable(f"x{i}", a.shape, k) for i, (a, k) in enumerate(zip(arrays, kinds))]
        yield from compared(case, places, arrays, half, apply, expected)
    if row.outputs is None:
        unknown = [Variable(f"x{i}", None, kind) for i, kind in enumerate(kinds)]
        yield from compared(case, places, arrays, unknown, apply, expected)


def broken_promises(what, y, right):
    """Where a node knew its shape or dtype, and knew it wrong."""
    for name, true in (("shape", np.shape(right)), ("dtype", np.result_type(right))):
        try:
            known = getattr(y, name)
        except UnknownShapeError:
            continue
        if known is not None and known != true:
            yield f"{what} has {name} {known}\n  expected  {true}"


def alike(case, arrays):
    """How the numbers of graphs and of tensors are compared.

    NumPy rounds the product of two complex scalars otherwise than that of arrays without axes.
    """
    complex = case.dtype.kind == "c" or any(np.iscomplexobj(a) for a in arrays)
    if complex and any(np.ndim(a) == 0 for a in arrays):
        return partial(apart, allowed=ROUNDING[case.dtype])
    return unlike


def compared(case, places, arrays, variables, apply, expected):
    """The faults of one graph, with known or with unknown shapes."""
    feed = dict(zip(variables, arrays))
    what = "of unknown shapes" if variables[0].known is None else "of known shapes"
    same = alike(case, [*arrays, *expected])
    nodes = outputs(apply(*variables))
    for y, value, right in zip(nodes, Executor(nodes).run(feed), expected):
        yield from same(f"the value of a graph {what}", value, right)
        yield from broken_promises(f"a node {what}", y, right)
    if not differentiable(case):
        return
    gs = outputs(seeds(generator(case.row, 8), case.row.evaluate(*case.args, **case.params)))
    wanted = [k for k, i in enumerate(places) if i in case.tracked]
    tensors = [new_tensor(a, leaf(a) if k in wanted else None) for k, a in enumerate(arrays)]
    # the square shows the sweep a value of the row, not only constants
    scalar = weighted(lambda *args: tuple([y * y for y in outputs(apply(*args))]), gs)
    passes.backward([scalar(*tensors)], [None], False, False)
    found = gradients(scalar(*variables), [variables[k] for k in wanted])
    for c, k in zip(Executor(found).run(feed), wanted):
        yield from same(f"the gradient of a graph {what}", c, tensors[k].grad.value)
