"""The laws of the readers: what a row tells of itself, batched, on the tape and in graphs."""

from itertools import combinations, product

import numpy as np

from ..core.errors import TracedError, UnknownShapeError
from ..core.family import Elementwise
from ..core.op import specs
from ..core.public import public
from ..core.spec import Spec
from ..interpret.executor import Executor
from ..interpret.graph import Variable
from ..interpret.tape import new_tensor
from ..interpret.vertex import leaf
from ..transform import forward, reverse
from ..transform.vectorize import vmap
from .differentiate import differentiable, seeds, subsets, weighted
from .judge import ROUNDING, apart, expect, law, outputs, unlike
from .sample import FLOATS, cases, generator, noise, replaced, specimen

KINDS = tuple(map(np.dtype, (bool, np.uint8, np.int32, np.int64, *FLOATS)))
SIZES = (0, 1, 3)  # of batches


# ---------------------------------------------------------------- completeness


def complete(row):
    """Every fact that a reader of the table asks for is there."""
    expect(gaps, row, row)


def gaps(row):
    """every fact that a reader of the table asks for is there."""
    if not row.__doc__:
        yield "doc is missing"
    if not row.latex:
        yield "latex is missing"
    names = {a.strip("*") for a in row.arguments}
    marks = {m.partition(" ")[0] for m in ()}
    yield from marks - names
