"""Short programs under JAX and here: grad, jvp, vjp and Jacobians."""

import numpy as np
import pytest
from beside_jax import double_precision as double_precision, same_outcome


def grad_aux(J):
    return J.grad(lambda x: (x**2, {"a": x}), has_aux=True)(3.0)


def grad_aux_bad(J):
    return J.grad(lambda x: x**2, has_aux=True)(3.0)


def grad_aux_bad3(J):
    return J.grad(lambda x: (x, x, x), has_aux=True)(3.0)


def vag_aux(J):
    return J.value_and_grad(lambda x: (x**2, x + 1), has_aux=True)(3.0)


def argnums_tuple(J):
    return J.grad(lambda x, y: x * y, (0, 1))(2.0, 3.0)


def argnums_neg(J):
    return J.grad(lambda x, y: x * y, -1)(2.0, 3.0)


def argnums_dup(J):
    return J.grad(lambda x, y: x * y, (0, 0))(2.0, 3.0)


def argnums_bad(J):
    return J.grad(lambda x: x, 2)(2.0)


def argnums_str(J):
    return J.grad(lambda x: x, "x")(2.0)


def argnums_list(J):
    return J.grad(lambda x, y: x * y, [0, 1])(2.0, 3.0)


def kwargs_not_diff(J):
    return J.grad(lambda x, k: x * k)(2.0, k=3.0)


def grad_kw_only(J):
    return J.grad(lambda x: x**2)(x=2.0)


def grad_int(J):
    return J.grad(lambda x: x * 2.0)(2)


def grad_allow_int(J):
    return J.grad(lambda x: x * 2.0, allow_int=True)(2)


def grad_bool(J):
    return J.grad(lambda x: x * 2.0)(True)


def grad_complex_out(J):
    return J.grad(lambda x: x * 1j)(1.0)


def grad_holo_real(J):
    return J.grad(lambda x: x * x, holomorphic=True)(1.0)


def grad_vec(J):
    return J.grad(lambda x: x * 2)(np.array([1.0, 2.0]))


def grad_1elem(J):
    return J.grad(lambda x: x * 2)(np.array([1.0]))


def grad_intout(J):
    return J.grad(lambda x: 3)(1.0)


def grad_pyfloat(J):
    return J.grad(lambda x: 3.0)(1.0)


def grad_none(J):
    return J.grad(lambda x: None)(1.0)


def grad_str(J):
    return J.grad(lambda x: "a")(1.0)


def grad_strin(J):
    return J.grad(lambda x: x)("a")


def grad_objin(J):
    return J.grad(lambda x: 1.0)(object())


def grad_nonein(J):
    return J.grad(lambda x: 1.0)(None)


def grad_dict(J):
    return J.grad(lambda d: d["a"] * d["b"][0])({"a": 2.0, "b": [3.0, 4.0]})


def grad_empty(J):
    return J.grad(lambda d: 1.0)({})


def grad_tuple_out(J):
    return J.grad(lambda x: (x,))(1.0)


def grad_notcallable(J):
    return J.grad(3)


def grad_closure(J):
    y = 3.0
    return J.grad(lambda x: x * y)(2.0)


def grad_grad(J):
    return J.grad(J.grad(lambda x: x**3))(2.0)


def pert_conf(J):
    return J.grad(lambda x: x * J.grad(lambda y: x + y)(1.0))(1.0)


def jvp_basic(J):
    return J.jvp(lambda x: x**2, (3.0,), (1.0,))


def jvp_list(J):
    return J.jvp(lambda x: x**2, [3.0], [1.0])


def jvp_nottuple(J):
    return J.jvp(lambda x: x**2, 3.0, 1.0)


def jvp_len(J):
    return J.jvp(lambda x, y: x, (3.0, 1.0), (1.0,))


def jvp_shape(J):
    return J.jvp(lambda x: x, (np.array([1.0, 2.0]),), (np.array([1.0]),))


def jvp_struct(J):
    return J.jvp(lambda d: d["a"], ({"a": 1.0},), ({"b": 1.0},))


def jvp_aux(J):
    return J.jvp(lambda x: (x**2, x), (3.0,), (1.0,), has_aux=True)


def jvp_pytree(J):
    return J.jvp(lambda d: {"o": d["a"] * 2}, ({"a": 1.0},), ({"a": 1.0},))


def jvp_intprimal(J):
    return J.jvp(lambda x: x * 2.0, (3,), (1.0,))


def vjp_basic(J):
    o, f = J.vjp(lambda x, y: x * y, 2.0, 3.0)
    return o, f(1.0)


def vjp_shape(J):
    _o, f = J.vjp(lambda x: x, np.array([1.0, 2.0]))
    return f(np.array([1.0]))


def vjp_struct(J):
    _o, f = J.vjp(lambda x: (x, x), 1.0)
    return f(1.0)


def vjp_aux(J):
    o, f, a = J.vjp(lambda x: (x * 2, x), 1.0, has_aux=True)
    return o, f(1.0), a


def vjp_none(J):
    _o, f = J.vjp(lambda x: {"a": x, "b": None}, 1.0)
    return f({"a": 1.0, "b": None})


def vjp_twice(J):
    _o, f = J.vjp(lambda x: x**2, 3.0)
    return f(1.0), f(2.0)


def vjp_noargs(J):
    o, f = J.vjp(lambda: 3.0)
    return o, f(1.0)


def vjp_many(J):
    _o, f = J.vjp(lambda x: x, 1.0)
    return f(1.0, 2.0)


def vjp_const(J):
    o, f = J.vjp(lambda x: 2.0, 1.0)
    return o, f(1.0)


def linearize(J):
    o, f = J.linearize(lambda x: x**3, 2.0)
    return o, f(1.0), f(2.0)


def linearize_shape(J):
    _o, f = J.linearize(lambda x: x**3, 2.0)
    return f(np.array([1.0]))


def linearize_struct(J):
    _o, f = J.linearize(lambda x, y: x * y, 2.0, 3.0)
    return f(1.0)


def linearize_aux(J):
    return J.linearize(lambda x: (x**2, x), 2.0, has_aux=True)[2]


def lin_transpose(J):
    return J.linear_transpose(lambda x: x * 3.0, 1.0)(2.0)


def jac(J):
    return J.jacobian(lambda x: x**2)(np.array([1.0, 2.0]))


def jacfwd_pytree(J):
    return J.jacfwd(lambda d: {"o": d["a"] * 2})({"a": np.array([1.0, 2.0])})


def jacrev_pytree(J):
    return J.jacrev(lambda d: (d["a"] * 2, d["b"]))({"a": np.array([1.0, 2.0]), "b": 3.0})


def jacrev_int(J):
    return J.jacrev(lambda x: x)(np.array([1, 2]))


def jacfwd_int(J):
    return J.jacfwd(lambda x: x * 1.0)(np.array([1, 2]))


def jac_aux(J):
    return J.jacrev(lambda x: (x * 2, x), has_aux=True)(np.array([1.0]))


def jac_argnums(J):
    return J.jacfwd(lambda x, y: x * y, (0, 1))(np.array([1.0]), np.array([2.0]))


def hess_pytree(J):
    return J.hessian(lambda d: d["a"] ** 2 * d["b"])({"a": 2.0, "b": 3.0})


def hess_argnums(J):
    return J.hessian(lambda x, y: x * x * y, argnums=(0, 1))(2.0, 3.0)


def hess_aux(J):
    return J.hessian(lambda x: (x**3, x), has_aux=True)(2.0)


def grad_vmap(J):
    return J.grad(lambda x: J.vmap(J.numpy.sin)(x).sum())(np.array([0.0, 1.0]))


PROGRAMS = [
    grad_aux, grad_aux_bad, grad_aux_bad3, vag_aux,
    argnums_tuple, argnums_neg, argnums_dup, argnums_bad,
    argnums_str, argnums_list, kwargs_not_diff, grad_kw_only,
    grad_int, grad_allow_int, grad_bool, grad_complex_out,
    grad_holo_real, grad_vec, grad_1elem, grad_intout,
    grad_pyfloat, grad_none, grad_str, grad_strin,
    grad_objin, grad_nonein, grad_dict, grad_empty,
    grad_tuple_out, grad_notcallable, grad_closure, grad_grad,
    pert_conf, jvp_basic, jvp_list, jvp_nottuple,
    jvp_len, jvp_shape, jvp_struct, jvp_aux,
    jvp_pytree, jvp_intprimal, vjp_basic, vjp_shape,
    vjp_struct, vjp_aux, vjp_none, vjp_twice,
    vjp_noargs, vjp_many, vjp_const, linearize,
    linearize_shape, linearize_struct, linearize_aux, lin_transpose,
    jac, jacfwd_pytree, jacrev_pytree, jacrev_int,
    jacfwd_int, jac_aux, jac_argnums, hess_pytree,
    hess_argnums, hess_aux, grad_vmap,
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_the_outcome_is_jax_s(program):
    same_outcome(program)
