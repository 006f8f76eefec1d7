"""Short programs under JAX and here: vmap, and what is asked of shapes."""

import numpy as np
import pytest
from beside_jax import double_precision as double_precision, same_outcome


def vmap_inaxes(J):
    return J.vmap(lambda x, y: x * y, in_axes=(0, None))(np.array([1.0, 2.0]), 3.0)


def vmap_inaxes_neg(J):
    return J.vmap(lambda x: x.sum(), in_axes=-1)(np.array([[1.0, 2.0], [3.0, 4.0]]))


def vmap_outaxes(J):
    return J.vmap(lambda x: x, out_axes=1)(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))


def vmap_outneg(J):
    return J.vmap(lambda x: x, out_axes=-1)(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))


def vmap_outnone(J):
    return J.vmap(lambda x: (x, 3.0), out_axes=(0, None))(np.array([1.0, 2.0]))


def vmap_outnone_bad(J):
    return J.vmap(lambda x: x, out_axes=None)(np.array([1.0, 2.0]))


def vmap_mismatch(J):
    return J.vmap(lambda x, y: x)(np.array([1.0, 2.0]), np.array([1.0]))


def vmap_scalar(J):
    return J.vmap(lambda x: x)(3.0)


def vmap_allnone(J):
    return J.vmap(lambda x: x, in_axes=None)(np.array([1.0]))


def vmap_inaxes_len(J):
    return J.vmap(lambda x: x, in_axes=(0, 0))(np.array([1.0]))


def vmap_inaxes_type(J):
    return J.vmap(lambda x: x, in_axes=1.0)(np.array([1.0]))


def vmap_inaxes_dict(J):
    return J.vmap(lambda d: d["a"] + d["b"], in_axes=({"a": 0, "b": None},))(
        {"a": np.array([1.0, 2.0]), "b": 1.0}
    )


def vmap_inaxes_range(J):
    return J.vmap(lambda x: x, in_axes=3)(np.array([1.0]))


def vmap_axis_size(J):
    return J.vmap(lambda: 3.0, axis_size=2)()


def vmap_axis_size_none(J):
    return J.vmap(lambda x: x * 2, in_axes=None, axis_size=2)(1.0)


def vmap_axis_size_bad(J):
    return J.vmap(lambda x: x * 2, axis_size=3)(np.array([1.0, 2.0]))


def vmap_kw(J):
    return J.vmap(lambda x, k: x * k)(np.array([1.0, 2.0]), k=np.array([3.0, 4.0]))


def vmap_noargs(J):
    return J.vmap(lambda: 1.0)()


def vmap_nested(J):
    return J.vmap(J.vmap(lambda x, y: x * y, (0, None)), (None, 0))(
        np.array([1.0, 2.0]), np.array([3.0, 4.0, 5.0])
    )


def vmap_grad(J):
    return J.vmap(J.grad(J.numpy.sin))(np.array([0.0, 1.0]))


def vmap_if(J):
    return J.vmap(lambda x: x if x > 0 else -x)(np.array([1.0, 2.0]))


def vmap_float(J):
    return J.vmap(lambda x: float(x))(np.array([1.0, 2.0]))


def vmap_index(J):
    return J.vmap(lambda x, i: x[i])(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0, 1]))


def vmap_out_struct(J):
    return J.vmap(lambda x: {"a": x, "b": (x, x)}, out_axes={"a": 0, "b": (0, 0)})(np.array([1.0]))


def vmap_out_struct_bad(J):
    return J.vmap(lambda x: x, out_axes=(0, 0))(np.array([1.0]))


def vmap_list_in(J):
    return J.vmap(lambda x: x[0] + x[1])([np.array([1.0, 2.0]), np.array([3.0, 4.0])])


def vmap_none_in(J):
    return J.vmap(lambda x, y: x)(np.array([1.0]), None)


def eval_shape(J):
    r = J.eval_shape(lambda x: x.sum(0), J.numpy.ones((2, 3)))
    return tuple(r.shape), str(r.dtype)


def eval_shape_struct(J):
    r = J.eval_shape(
        lambda x, y: x @ y,
        J.ShapeDtypeStruct((2, 3), J.numpy.float64),
        J.ShapeDtypeStruct((3,), J.numpy.float64),
    )
    return tuple(r.shape)


def device_get(J):
    return J.device_get({"a": J.numpy.ones(2)})


def block(J):
    return J.block_until_ready(J.numpy.ones(2))


def named(J):
    with J.named_scope("a"):
        return 1


def closure_convert(J):
    g, c = J.closure_convert(lambda x: x * 2.0, 1.0)
    return g(2.0, *c)


def pure_callback(J):
    return J.pure_callback(lambda x: np.sin(x), J.ShapeDtypeStruct((), J.numpy.float64), 1.0)


def fwd_and_bwd_like(J):
    return J.hessian(lambda x: J.numpy.sum(J.numpy.tanh(x) ** 2))(np.array([0.1, 0.2]))


def vmap_of_text(J):
    return J.vmap(lambda x: "a")(np.array([1.0]))


PROGRAMS = [
    vmap_of_text,
    vmap_inaxes, vmap_inaxes_neg, vmap_outaxes, vmap_outneg,
    vmap_outnone, vmap_outnone_bad, vmap_mismatch, vmap_scalar,
    vmap_allnone, vmap_inaxes_len, vmap_inaxes_type, vmap_inaxes_dict,
    vmap_inaxes_range, vmap_axis_size, vmap_axis_size_none, vmap_axis_size_bad,
    vmap_kw, vmap_noargs, vmap_nested, vmap_grad,
    vmap_if, vmap_float, vmap_index, vmap_out_struct,
    vmap_out_struct_bad, vmap_list_in, vmap_none_in, eval_shape,
    eval_shape_struct, device_get, block, named,
    closure_convert, pure_callback, fwd_and_bwd_like,
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_the_outcome_is_jax_s(program):
    same_outcome(program)
