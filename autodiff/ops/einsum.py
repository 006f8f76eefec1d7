"""Einstein summation: every contraction of named axes, and its transposes."""

import itertools
import math
import string
from functools import lru_cache

import numpy as np

from ..core.errors import ShapeError
from ..core.family import Contraction
from ..core.public import public
from ..core.spec import Spec
from .move import as_array, broadcast_to, joint_dtype, some

LITTLE = 8192  # products up to which one loop over all axes is faster than any order of them


def letters(n):
    """`n` different names of axes."""
    if n > len(string.ascii_letters):
        raise ShapeError(f"einsum: {n} axes are more than there are letters, {len(string.ascii_letters)}")
    return string.ascii_letters[:n]


def split(subscripts):
    """'ij,jk->ik' -> (['ij', 'jk'], 'ik')"""
    inputs, output = subscripts.split("->")
    return inputs.split(","), output


def contracted_values(*xs, subscripts):
    """NumPy's einsum, by matrix products where there is much to do."""
    path = contraction_path(subscripts, *[np.shape(x) for x in xs]) if len(xs) > 1 else False
    return np.einsum(subscripts, *xs, optimize=path)


@lru_cache(maxsize=512)
def contraction_path(subscripts, *shapes):
    """The order of pairwise products, or False for one loop: looking for an order takes 50 µs."""
    sizes = dict(zip("".join(split(subscripts)[0]), itertools.chain(*shapes)))
    if math.prod(sizes.values()) <= LITTLE:
        return False
    return np.einsum_path(subscripts, *map(np.empty, shapes), optimize=True)[0]


def contracted_spec(*xs, subscripts):
    """Spec of an einsum; sizes of one name must agree."""
    inputs, output = split(subscripts)
    sizes = {}
    for names, x in zip(inputs, xs):
        for name, size in zip(names, x.shape):
            if sizes.setdefault(name, size) != size:
                raise ShapeError(
                    f"einsum: axis {name!r} of {subscripts!r} has sizes {sizes[name]} and {size}"
                )
    return Spec(tuple(sizes[n] for n in output), joint_dtype(*xs))


def known(names, inputs):
    """Raise for a name of the output that no input has, and for one that stands there twice."""
    for name in names:
        if name not in "".join(inputs):
            raise ValueError(
                f"einstein sum subscripts string included output subscript {name!r} which never "
                "appeared in an input"
            )
        if names.count(name) > 1:
            raise ValueError(
                f"einstein sum subscripts string includes output subscript {name!r} multiple times"
            )


def factor_cotangent(place):
    """The transpose in one factor: contract the cotangent with all the others."""

    def transpose(g, *xs, subscripts):
        inputs, output = split(subscripts)
        mine = inputs[place]
        others = [x for i, x in enumerate(xs) if i != place]
        names = [n for i, n in enumerate(inputs) if i != place]
        known = set(output).union(*names)
        once = "".join(dict.fromkeys(mine))
        found = "".join(n for n in once if n in known)
        c = contracted(g, *others, subscripts=f"{','.join([output, *names])}->{found}")
        sizes = dict(zip(mine, xs[place].shape))
        full = [slice(None) if n in known else None for n in once]
        c = broadcast_to(c[tuple(full)] if None in full else c, tuple(sizes[n] for n in once))
        return c if once == mine else on_diagonal(c, once, mine, sizes)

    return transpose


def on_diagonal(c, once, mine, sizes):
    """Zeros with `c` where axes of the same name have the same index."""
    for i, name in enumerate(mine):
        if name in mine[:i]:
            spare = next(x for x in letters(52) if x not in mine and x not in once)
            eye = np.eye(sizes[name], dtype=bool)  # leaves the dtype to the other factor
            target = once[:i] + spare + once[i:]
            c = contracted(c, eye, subscripts=f"{once},{name}{spare}->{target}")
            once, mine = target, mine[:i] + spare + mine[i + 1 :]
    return c


class Transposes:
    """The transposes of any number of factors."""

    def __getitem__(self, place):
        return factor_cotangent(place)


def batched_contraction(batched, *xs, subscripts):
    """The same contraction with one more name in front."""
    inputs, output = split(subscripts)
    extra = next(x for x in letters(52) if x not in subscripts)
    names = [extra + n if b else n for n, b in zip(inputs, batched)]
    return contracted(*xs, subscripts=f"{','.join(names)}->{extra}{output}")


contracted = Contraction(
    "contracted(*xs)", contracted_values, infer=contracted_spec, batch=batched_contraction,
    latex=r"\operatorname{einsum}($xs)", torch="Einsum",
    sample=lambda rng, dtype: some(
        dtype, rng, (((2, 3), (3, 4)), {"subscripts": "ij,jk->ik"}), (((3, 3),), {"subscripts": "ii->i"}),
        (((2, 3),), {"subscripts": "ij->j"}), (((2, 3), (3,), (2,)), {"subscripts": "ij,j,i->"}), (((0, 3), (3,)), {"subscripts": "ij,j->i"})),
    doc="Sum of products over named axes, every name spelled out: the row behind `einsum`.",
)
contracted.transposes = Transposes()


@public(np.einsum)
def einsum(subscripts, *xs, optimize=None):
    """Sum of products over named axes, such as `einsum("ij,jk->ik", a, b)`.

    subscripts: one letter for each axis; `...` stands for leading axes that broadcast; without
    `->` the output has every name that occurs once, in alphabetical order.  NumPy's other spelling
    with numbers, `einsum(a, [0, 1], b, [1, 2], [0, 2])`, is read too.
    Raises ShapeError where the sizes of one name differ.

    >>> einsum("ii", np.eye(3)).tolist()
    3.0
    """
    if not isinstance(subscripts, str):
        subscripts, xs = interleaved((subscripts, *xs))
    if len(xs) == 1 and isinstance(xs[0], (list, tuple)) and one_for_each(subscripts, xs[0]):
        (xs,) = xs
    xs = [as_array(x) for x in xs]
    subscripts = spelled(subscripts.replace(" ", ""), [len(x.shape) for x in xs])
    inputs, output = split(subscripts)
    known(output, inputs)
    return contracted(*stretched(inputs, xs), subscripts=subscripts)


def interleaved(given):
    """(subscripts, factors) of NumPy's other spelling, `einsum(a, [0, 1], b, [1, 2], [0, 2])`."""
    pairs = len(given) // 2
    # sorted letters in the order of the numbers, as NumPy takes them
    names = [
        "".join("..." if n is Ellipsis else (string.ascii_uppercase + string.ascii_lowercase)[n] for n in axes)
        for axes in (*given[1 : 2 * pairs : 2], *given[2 * pairs :])
    ]
    inputs = ",".join(names[:pairs])
    return "->".join([inputs, *names[pairs:]]), given[: 2 * pairs : 2]


def one_for_each(subscripts, xs):
    """Whether a sequence holds the factors, as PyTorch takes them, and is not itself the one factor."""
    names = subscripts.partition("->")[0].split(",")
    return len(names) == len(xs) and (len(xs) > 1 or np.ndim(xs[0]) == len(names[0].replace(" ", "")))


def spelled(subscripts, ranks):
    """Subscripts with the output named and letters for each ellipsis."""
    inputs, arrow, output = subscripts.partition("->")
    inputs = inputs.split(",")
    if len(inputs) != len(ranks):
        raise ShapeError(f"einsum: {subscripts!r} names {len(inputs)} factors and {len(ranks)} are given")
    spare = [x for x in reversed(letters(52)) if x not in subscripts]
    hidden = [r - len(n.replace("...", "")) if "..." in n else 0 for n, r in zip(inputs, ranks)]
    widest = "".join(spare[: max(hidden, default=0)])
    named = [n.replace("...", widest[len(widest) - h :]) for n, h in zip(inputs, hidden)]
    for n, r in zip(named, ranks):
        if len(n) != r:
            raise ShapeError(f"einsum: {n!r} of {subscripts!r} names {len(n)} axes, the factor has {r}")
    if not arrow:
        together = "".join(inputs).replace("...", "")
        output = "..." * ("..." in subscripts) + "".join(sorted(n for n in set(together) if together.count(n) == 1))
    return f"{','.join(named)}->{output.replace('...', widest)}"


def stretched(inputs, xs):
    """Factors whose unit axes are stretched to the size that their name has elsewhere."""
    sizes = {}
    for names, x in zip(inputs, xs):
        for name, size in zip(names, x.shape):
            sizes[name] = max(sizes.get(name, 1), size)
    return [
        broadcast_to(x, tuple(sizes[n] if s == 1 else s for n, s in zip(names, x.shape)))
        for names, x in zip(inputs, xs)
    ]
