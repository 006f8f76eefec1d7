"""Jacobians and Hessians: all pushforwards, or all pullbacks, at once."""

from collections.abc import Sequence

import numpy as np

from ..core.errors import OutputError, RuleError
from ..core.spec import is_complex
from ..core.tree import flatten, unflatten
from .forward import jvp
from .function import Transformed, as_inputs, require_float, selected
from .reverse import grad, lowered, split_auxiliary, vjp
from .vectorize import vmap


def basis(leaves):
    """One stack of unit vectors for each leaf: together the identity."""
    sizes = [int(np.prod(x.shape, dtype=int)) for x in leaves]
    n, start, stacks = sum(sizes), 0, []
    for x, size in zip(leaves, sizes):
        stack = np.zeros((n, size), x.dtype)
        stack[start : start + size] = np.eye(size, dtype=x.dtype)
        stacks.append(stack.reshape(n, *x.shape))
        start += size
    return stacks, sizes


def over_basis(function, stacks):
    """`function` of each unit vector, all at once where every row can be batched."""
    if not stacks or not len(stacks[0]):
        return function(*[s.sum(0) for s in stacks]), False
    try:
        return vmap(function)(*stacks), True
    except RuleError:
        rows = [flatten(function(*[s[i] for s in stacks])) for i in range(len(stacks[0]))]
        columns = [np.stack([row[0][k] for row in rows]) for k in range(len(rows[0][0]))]
        return unflatten(rows[0][1], columns), True


def separated(f, kwargs, placed, has_aux):
    """The function of the chosen arguments, and where it leaves its auxiliary output."""
    kept = []

    def chosen(*xs):
        out = f(*placed(xs), **kwargs)
        if has_aux:
            out, aux = split_auxiliary(out)
            kept.append((aux, [x for x in flatten(xs)[0] if hasattr(x, "level")]))
        return out

    def auxiliary():
        aux, inputs = kept[-1]
        for level in sorted({x.level for x in inputs}, reverse=True):
            aux = lowered(aux, level)
        return aux

    return chosen, auxiliary


def run_jacfwd(f, args, kwargs, argnums, has_aux, holomorphic):
    chosen, placed = selected("jacfwd", args, argnums)
    leaves, structure, named = as_inputs("jacfwd", chosen)
    require_float(leaves, named, holomorphic)
    function, auxiliary = separated(f, kwargs, placed, has_aux)
    shapes = [x.shape for x in leaves]
    if any(is_complex(x.dtype) for x in leaves) and not holomorphic:
        raise OutputError(
            "jacfwd of complex inputs needs holomorphic=True; for others differentiate in the real "
            "and the imaginary part"
        )
    stacks, sizes = basis(leaves)

    def push(*tangents):
        return jvp(function, unflatten(structure, leaves), unflatten(structure, list(tangents)))[1]

    columns, _ = over_basis(push, stacks)
    outputs, out_structure = flatten(columns)
    blocks = [split_last(np_moved(y), sizes, shapes, structure, argnums) for y in outputs]
    jacobians = unflatten(out_structure, blocks)
    return (jacobians, auxiliary()) if has_aux else jacobians


def np_moved(columns):
    """The axis of the inputs behind those of the output."""
    n = len(columns.shape)
    return columns.transpose((*range(1, n), 0))


def split_last(matrix, sizes, shapes, structure, argnums):
    """The Jacobian of one output in the containers of the inputs."""
    start, blocks = 0, []
    lead = tuple(matrix.shape[:-1])
    for size, shape in zip(sizes, shapes):
        blocks.append(matrix[..., start : start + size].reshape((*lead, *shape)))
        start += size
    tree = unflatten(structure, blocks)
    return tree if isinstance(argnums, (tuple, list)) else tree[0]


def run_jacrev(f, args, kwargs, argnums, has_aux, holomorphic, allow_int=False):
    chosen, placed = selected("jacrev", args, argnums)
    leaves, structure, named = as_inputs("jacrev", chosen)
    require_float(leaves, named, holomorphic, allow_int)
    function, auxiliary = separated(f, kwargs, placed, has_aux)
    out, pullback = vjp(function, *unflatten(structure, leaves), allow_int=allow_int)
    outputs, out_structure = flatten(out)
    for y in outputs:
        if is_complex(y.dtype) != holomorphic and (holomorphic or is_complex(y.dtype)):
            wanted = "a complex output" if holomorphic else "holomorphic=True for a complex output"
            raise OutputError(f"jacrev needs {wanted}; the output has dtype {y.dtype}")
    stacks, sizes = basis(outputs)
    rows, _ = over_basis(lambda *gs: pullback(unflatten(out_structure, list(gs))), stacks)
    found = flatten(rows)[0]
    if holomorphic:
        found = [r.conj() for r in found]
    start, blocks = 0, []
    for y, size in zip(outputs, sizes):
        shapes = [(*y.shape, *x.shape) for x in leaves]
        mine = [r[start : start + size].reshape(s) for r, s in zip(found, shapes)]
        tree = unflatten(structure, mine)
        blocks.append(tree if isinstance(argnums, (tuple, list)) else tree[0])
        start += size
    jacobians = unflatten(out_structure, blocks)
    return (jacobians, auxiliary()) if has_aux else jacobians


def jacfwd(f, argnums: int | Sequence[int] = 0, has_aux=False, holomorphic=False):
    """The Jacobian by forward mode, one column for each input element: best for few inputs.

    The result has the containers of the output, and in each place those of the inputs; an array
    has the shape (*output shape, *input shape).  Options as in `grad`.

    >>> jacfwd(lambda x: x * x)(np.array([1.0, 2.0])).tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    """
    return Transformed(run_jacfwd, f, argnums=argnums, has_aux=has_aux, holomorphic=holomorphic)


def jacrev(f, argnums: int | Sequence[int] = 0, has_aux=False, holomorphic=False, allow_int=False):
    """The Jacobian by reverse mode, one row for each output element: best for few outputs.

    The result has the containers of the output, and in each place those of the inputs; an array
    has the shape (*output shape, *input shape).  Options as in `grad`.

    >>> jacrev(lambda x: x * x)(np.array([1.0, 2.0])).tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    """
    options = {"argnums": argnums, "has_aux": has_aux, "holomorphic": holomorphic}
    return Transformed(run_jacrev, f, **options, allow_int=allow_int)


jacobian = jacrev


def hessian(f, argnums: int | Sequence[int] = 0, has_aux=False, holomorphic=False):
    """The matrix of second derivatives, forward over reverse; shape (*input shape, *input shape).

    Options as in `grad`.

    >>> hessian(lambda x: (x ** 3).sum())(np.array([1.0, 2.0])).tolist()
    [[6.0, 0.0], [0.0, 12.0]]
    """
    options = {"argnums": argnums, "has_aux": has_aux, "holomorphic": holomorphic}
    return jacfwd(jacrev(f, **options), **options)


def hvp(f, primals, tangents):
    """The product of the Hessian with a direction, forward over reverse: the cost of few gradients.

    primals, tangents: tuples as in `jvp`, or one array each.
    Returns the gradient's tangent, of the structure of the first argument (of all, for a tuple of
    several).

    >>> float(hvp(lambda x: x ** 3, 2.0, 1.0))
    12.0
    """
    if not isinstance(primals, tuple):
        primals, tangents = (primals,), (tangents,)
    numbers = tuple(range(len(primals)))
    pushed = jvp(grad(f, numbers), primals, tangents)[1]
    return pushed[0] if len(primals) == 1 else pushed
