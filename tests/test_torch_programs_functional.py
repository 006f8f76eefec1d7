"""Short programs under PyTorch and here: autograd.functional, func, forward mode, checks."""

import pytest
from beside_torch import double_precision as double_precision, leaf, same_outcome


def gradcheck_ok(T):
    return T.autograd.gradcheck(lambda x: x**2, (leaf(T, 1.0, 2.0),))


def wrong(T):
    """A function whose gradient is half of what it should be."""

    class F(T.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g

    return F


def gradcheck_fail(T):
    return T.autograd.gradcheck(wrong(T).apply, (leaf(T, 1.0),), raise_exception=False)


def gradcheck_raise(T):
    return T.autograd.gradcheck(wrong(T).apply, (leaf(T, 1.0),))


def gradcheck_noreq(T):
    return T.autograd.gradcheck(lambda x: x**2, (T.tensor([1.0]),))


def gradcheck_nested(T):
    return T.autograd.gradcheck(
        lambda x, y: x * y,
        (leaf(T, 1.0, 2.0), leaf(T, 2.0, 1.0)),
        eps=1e-6,
        atol=1e-5,
        rtol=1e-3,
        nondet_tol=0.0,
        check_undefined_grad=True,
        fast_mode=True,
    )


def gradcheck_fwd(T):
    return T.autograd.gradcheck(
        lambda x: x.sin(), (leaf(T, 1.0),), check_forward_ad=True, check_batched_grad=True
    )


def gradgrad_ok(T):
    return T.autograd.gradgradcheck(lambda x: x**3, (leaf(T, 1.0, 2.0),))


def gradcheck_int(T):
    return T.autograd.gradcheck(lambda x: x.argmax(), (leaf(T, 1.0, 2.0),))


def functional_jac(T):
    return T.autograd.functional.jacobian(lambda x: x**2, T.tensor([1.0, 2.0]))


def functional_jac_tuple(T):
    return T.autograd.functional.jacobian(
        lambda x, y: (x * y, x + y), (T.tensor([1.0]), T.tensor([2.0]))
    )


def functional_jac_strict(T):
    return T.autograd.functional.jacobian(lambda x: T.ones(1), T.tensor([1.0, 2.0]), strict=True)


def functional_jac_fwd(T):
    return T.autograd.functional.jacobian(
        lambda x: x**2, T.tensor([1.0, 2.0]), strategy="forward-mode", vectorize=True
    )


def functional_hess(T):
    return T.autograd.functional.hessian(lambda x: (x**3).sum(), T.tensor([1.0, 2.0]))


def functional_hess_nonscalar(T):
    return T.autograd.functional.hessian(lambda x: x**3, T.tensor([1.0, 2.0]))


def functional_vjp(T):
    return T.autograd.functional.vjp(lambda x: x**3, T.tensor([1.0, 2.0]), T.tensor([1.0, 0.0]))


def functional_vjp_nov(T):
    return T.autograd.functional.vjp(lambda x: x**3, T.tensor([1.0, 2.0]))


def functional_jvp(T):
    return T.autograd.functional.jvp(lambda x: x**3, T.tensor([1.0, 2.0]), T.tensor([1.0, 0.0]))


def functional_hvp(T):
    return T.autograd.functional.hvp(
        lambda x: (x**3).sum(), T.tensor([1.0, 2.0]), T.tensor([1.0, 0.0])
    )


def functional_vhp(T):
    return T.autograd.functional.vhp(
        lambda x: (x**3).sum(), T.tensor([1.0, 2.0]), T.tensor([1.0, 0.0]), create_graph=True
    )[1].requires_grad


def functional_vjp_wrongshape(T):
    return T.autograd.functional.vjp(lambda x: x**3, T.tensor([1.0, 2.0]), T.tensor([1.0]))


def functional_nontensor(T):
    return T.autograd.functional.jacobian(lambda x: 3, T.tensor([1.0]))


def functional_inp_nontensor(T):
    return T.autograd.functional.jacobian(lambda x: x, 3.0)


def func_grad(T):
    return T.func.grad(lambda x: x**2)(T.tensor(3.0))


def func_grad_aux(T):
    return T.func.grad(lambda x: (x**2, x), has_aux=True)(T.tensor(3.0))


def func_gv(T):
    return T.func.grad_and_value(lambda x: x**2)(T.tensor(3.0))


def func_vjp(T):
    o, f = T.func.vjp(lambda x: x**2, T.tensor(3.0))
    return o, f(T.tensor(1.0))


def func_jvp(T):
    return T.func.jvp(lambda x: x**2, (T.tensor(3.0),), (T.tensor(1.0),))


def func_linearize(T):
    o, f = T.func.linearize(lambda x: x**2, T.tensor(3.0))
    return o, f(T.tensor(2.0))


def func_vmap(T):
    return T.func.vmap(lambda x, y: x * y, in_dims=(0, None), out_dims=0)(
        T.tensor([1.0, 2.0]), T.tensor(3.0)
    )


def func_vmap_chunk(T):
    return T.func.vmap(lambda x: x * 2, chunk_size=1)(T.tensor([1.0, 2.0]))


def func_vmap_bad(T):
    return T.func.vmap(lambda x, y: x * y)(T.tensor([1.0, 2.0]), T.tensor([1.0]))


def func_vmap_noaxis(T):
    return T.func.vmap(lambda x: x)(T.tensor(1.0))


def func_vmap_none(T):
    return T.func.vmap(lambda x: x, in_dims=None)(T.tensor([1.0]))


def func_vmap_item(T):
    return T.func.vmap(lambda x: x.item())(T.tensor([1.0]))


def func_vmap_if(T):
    return T.func.vmap(lambda x: x if x > 0 else -x)(T.tensor([1.0]))


def func_vmap_outnone(T):
    return T.func.vmap(lambda x: (x, T.tensor(3.0)), out_dims=(0, None))(T.tensor([1.0]))


def func_vmap_pytree(T):
    return T.func.vmap(lambda d: {"a": d["x"] * 2}, in_dims=({"x": 0},))(
        {"x": T.tensor([1.0, 2.0])}
    )


def func_hess(T):
    return T.func.hessian(lambda x: (x**3).sum())(T.tensor([1.0, 2.0]))


def func_jacrev_arg(T):
    return T.func.jacrev(lambda x, y: x * y, argnums=1)(T.tensor([1.0, 2.0]), T.tensor([3.0, 4.0]))


def func_grad_argnums(T):
    return T.func.grad(lambda x, y: x * y, argnums=(0, 1))(T.tensor(1.0), T.tensor(2.0))


def func_grad_argbad(T):
    return T.func.grad(lambda x, y: x * y, argnums=2)(T.tensor(1.0), T.tensor(2.0))


def func_grad_nonscalar(T):
    return T.func.grad(lambda x: x * 2)(T.tensor([1.0, 2.0]))


def func_grad_int(T):
    return T.func.grad(lambda x: x * 2)(T.tensor(1))


def func_vmap_grad(T):
    return T.func.vmap(T.func.grad(lambda x: x.sin()))(T.tensor([0.0, 1.0]))


def func_vjp_aux(T):
    o, f, a = T.func.vjp(lambda x: (x**2, x), T.tensor(3.0), has_aux=True)
    return o, a, f(T.tensor(1.0))


def func_jvp_bad(T):
    return T.func.jvp(lambda x: x**2, (T.tensor(3.0),), (T.tensor([1.0]),))


def func_jvp_nottuple(T):
    return T.func.jvp(lambda x: x**2, T.tensor(3.0), T.tensor(1.0))


def fwd_ad(T):
    fw = T.autograd.forward_ad
    with fw.dual_level():
        d = fw.make_dual(T.tensor([1.0, 2.0]), T.tensor([1.0, 0.0]))
        return fw.unpack_dual(d**2)


def fwd_ad_nolevel(T):
    T.autograd.forward_ad.make_dual(T.tensor(1.0), T.tensor(1.0))


def fwd_ad_none(T):
    fw = T.autograd.forward_ad
    with fw.dual_level():
        return fw.unpack_dual(T.tensor(1.0)).tangent


def func_vmap_of_a_number(T):
    return T.func.vmap(lambda x: 3)(T.tensor([1.0]))


def func_grad_of_a_number(T):
    return T.func.grad(lambda x: 3.0)(T.tensor(1.0))


PROGRAMS = [
    func_vmap_of_a_number, func_grad_of_a_number,
    gradcheck_ok, gradcheck_fail, gradcheck_raise, gradcheck_noreq,
    gradcheck_nested, gradcheck_fwd, gradgrad_ok, gradcheck_int,
    functional_jac, functional_jac_tuple, functional_jac_strict, functional_jac_fwd,
    functional_hess, functional_hess_nonscalar, functional_vjp, functional_vjp_nov,
    functional_jvp, functional_hvp, functional_vhp, functional_vjp_wrongshape,
    functional_nontensor, functional_inp_nontensor, func_grad, func_grad_aux,
    func_gv, func_vjp, func_jvp, func_linearize,
    func_vmap, func_vmap_chunk, func_vmap_bad, func_vmap_noaxis,
    func_vmap_none, func_vmap_item, func_vmap_if, func_vmap_outnone,
    func_vmap_pytree, func_hess, func_jacrev_arg, func_grad_argnums,
    func_grad_argbad, func_grad_nonscalar, func_grad_int, func_vmap_grad,
    func_vjp_aux, func_jvp_bad, func_jvp_nottuple, fwd_ad,
    fwd_ad_nolevel, fwd_ad_none,
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_the_outcome_is_pytorch_s(program):
    same_outcome(program)
