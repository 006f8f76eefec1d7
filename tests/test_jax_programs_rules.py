"""Short programs under JAX and here: rules, loops, jit, trees."""

from functools import partial

import numpy as np
import pytest
from beside_jax import double_precision as double_precision, same_outcome


def cjvp(J):
    f = J.custom_jvp(lambda x: x**2)
    f.defjvp(lambda pr, t: (pr[0] ** 2, 10 * t[0]))
    return J.grad(f)(3.0), J.jvp(f, (3.0,), (1.0,))


def cjvp_defjvps(J):
    f = J.custom_jvp(lambda x, y: x * y)
    f.defjvps(lambda t, o, x, y: t * 7.0, None)
    return J.grad(f, (0, 1))(2.0, 3.0)


def cjvp_nondiff(J):
    @partial(J.custom_jvp, nondiff_argnums=(0,))
    def app(f, x):
        return f(x)

    @app.defjvp
    def r(f, pr, t):
        return f(pr[0]), 5.0 * t[0]

    return J.grad(lambda x: app(J.numpy.sin, x))(1.0)


def cjvp_none(J):
    f = J.custom_jvp(lambda x: x**2)
    return J.grad(f)(3.0)


def cjvp_badout(J):
    f = J.custom_jvp(lambda x: x**2)
    f.defjvp(lambda pr, t: pr[0] ** 2)
    return J.grad(f)(3.0)


def cjvp_badshape(J):
    f = J.custom_jvp(lambda x: x**2)
    f.defjvp(lambda pr, t: (pr[0] ** 2, J.numpy.ones(3)))
    return J.grad(f)(3.0)


def cvjp(J):
    f = J.custom_vjp(lambda x: x**2)
    f.defvjp(lambda x: (x**2, x), lambda r, g: (r * g * 10,))
    return J.grad(f)(3.0)


def cvjp_nondiff(J):
    @partial(J.custom_vjp, nondiff_argnums=(0,))
    def app(f, x):
        return f(x)

    app.defvjp(lambda f, x: (f(x), x), lambda f, r, g: (g * 5.0,))
    return J.grad(lambda x: app(J.numpy.sin, x))(1.0)


def cvjp_none(J):
    f = J.custom_vjp(lambda x: x**2)
    return J.grad(f)(3.0)


def cvjp_nonegrad(J):
    f = J.custom_vjp(lambda x, y: x * y)
    f.defvjp(lambda x, y: (x * y, (x, y)), lambda r, g: (g * r[1], None))
    return J.grad(f, (0, 1))(2.0, 3.0)


def cvjp_badtuple(J):
    f = J.custom_vjp(lambda x: x**2)
    f.defvjp(lambda x: (x**2, x), lambda r, g: r * g)
    return J.grad(f)(3.0)


def cvjp_badlen(J):
    f = J.custom_vjp(lambda x: x**2)
    f.defvjp(lambda x: (x**2, x), lambda r, g: (g, g))
    return J.grad(f)(3.0)


def cvjp_badshape(J):
    f = J.custom_vjp(lambda x: x**2)
    f.defvjp(lambda x: (x**2, x), lambda r, g: (J.numpy.ones(3),))
    return J.grad(f)(3.0)


def cvjp_fwdbad(J):
    f = J.custom_vjp(lambda x: x**2)
    f.defvjp(lambda x: x**2, lambda r, g: (g,))
    return J.grad(f)(3.0)


def cvjp_jvp(J):
    f = J.custom_vjp(lambda x: x**2)
    f.defvjp(lambda x: (x**2, x), lambda r, g: (g,))
    return J.jvp(f, (3.0,), (1.0,))


def cvjp_vmap(J):
    f = J.custom_vjp(lambda x: x**2)
    f.defvjp(lambda x: (x**2, x), lambda r, g: (r * g * 10,))
    return J.vmap(J.grad(f))(np.array([1.0, 2.0]))


def cvjp_pytree(J):
    f = J.custom_vjp(lambda d: d["a"] * d["b"])
    f.defvjp(lambda d: (d["a"] * d["b"], d), lambda d, g: ({"a": g * d["b"], "b": g * 100.0},))
    return J.grad(f)({"a": 2.0, "b": 3.0})


def cvjp_kw(J):
    f = J.custom_vjp(lambda x, y: x * y)
    f.defvjp(lambda x, y: (x * y, (x, y)), lambda r, g: (g * r[1], g * r[0]))
    return J.grad(lambda x: f(x, y=3.0))(2.0)


def stop_grad(J):
    return J.grad(lambda x: x * J.lax.stop_gradient(x))(3.0)


def stop_grad_tree(J):
    return J.lax.stop_gradient({"a": np.array([1.0]), "b": 2.0})


def checkpoint(J):
    return J.grad(J.checkpoint(lambda x: J.numpy.sin(J.numpy.sin(x))))(1.0)


def checkpoint_static(J):
    return J.checkpoint(lambda x, n: x**n, static_argnums=(1,))(2.0, 3)


def scan(J):
    return J.lax.scan(lambda c, x: (c + x, c * x), 0.0, np.array([1.0, 2.0, 3.0]))


def scan_none(J):
    return J.lax.scan(lambda c, x: (c * 2.0, c), 1.0, None, length=3)


def scan_rev(J):
    return J.lax.scan(lambda c, x: (c + x, c), 0.0, np.array([1.0, 2.0, 3.0]), reverse=True)


def scan_badcarry(J):
    return J.lax.scan(lambda c, x: ((c, c), c), 0.0, np.array([1.0]))


def scan_badlen(J):
    return J.lax.scan(lambda c, x: (c, c), 0.0, (np.array([1.0]), np.array([1.0, 2.0])))


def scan_lenmismatch(J):
    return J.lax.scan(lambda c, x: (c, c), 0.0, np.array([1.0, 2.0]), length=3)


def scan_notpair(J):
    return J.lax.scan(lambda c, x: c, 0.0, np.array([1.0, 2.0]))


def scan_grad(J):
    return J.grad(
        lambda a: J.lax.scan(lambda c, x: (c * a + x, c), 0.0, np.array([1.0, 2.0, 3.0]))[0]
    )(2.0)


def fori(J):
    return J.lax.fori_loop(0, 3, lambda i, x: x * 2, 1.0)


def fori_grad(J):
    return J.grad(lambda x: J.lax.fori_loop(0, 3, lambda i, y: y * x, 1.0))(2.0)


def while_(J):
    return J.lax.while_loop(lambda x: x < 10.0, lambda x: x * 2, 1.0)


def while_jvp(J):
    return J.jvp(lambda x: J.lax.while_loop(lambda x: x < 10.0, lambda x: x * 2, x), (1.0,), (1.0,))


def cond(J):
    return J.lax.cond(True, lambda x: x * 2, lambda x: x * 3, 1.0)


def cond_grad(J):
    return J.grad(lambda x: J.lax.cond(x > 0, J.numpy.sin, J.numpy.cos, x))(1.0)


def cond_notcall(J):
    return J.lax.cond(True, 1, 2)


def cond_pred(J):
    return J.lax.cond(np.array([True, False]), lambda: 1.0, lambda: 2.0)


def switch(J):
    return J.lax.switch(1, [lambda x: x, lambda x: x * 5], 2.0)


def switch_clamp(J):
    return J.lax.switch(7, [lambda x: x, lambda x: x * 5], 2.0)


def switch_empty(J):
    return J.lax.switch(0, [], 2.0)


def map_(J):
    return J.lax.map(lambda x: x * 2, np.array([1.0, 2.0]))


def assoc(J):
    return J.lax.associative_scan(J.numpy.add, np.array([1.0, 2.0, 3.0]))


def jit_static(J):
    return J.jit(lambda x, n: x**n, static_argnums=1)(2.0, 3)


def jit_staticname(J):
    return J.jit(lambda x, n: x**n, static_argnames="n")(2.0, n=3)


def jit_tree(J):
    return J.jit(lambda d: {"o": d["a"] * 2})({"a": np.array([1.0, 2.0])})


def jit_grad(J):
    return J.jit(J.grad(lambda x: x**3))(2.0)


def tree_map(J):
    return J.tree_util.tree_map(lambda a, b: a + b, {"x": 1.0}, {"x": 2.0})


def tree_map_bad(J):
    return J.tree_util.tree_map(lambda a, b: a + b, {"x": 1.0}, {"y": 2.0})


def tree_leaves(J):
    return J.tree_util.tree_leaves({"b": 1, "a": [2, None, (3,)]})


def tree_none_leaf(J):
    return J.tree_util.tree_leaves([None, 1], is_leaf=lambda x: x is None)


def tree_flat(J):
    _l, t = J.tree_util.tree_flatten({"a": (1, 2)})
    return J.tree_util.tree_unflatten(t, [3, 4])


def tree_unflat_bad(J):
    _l, t = J.tree_util.tree_flatten({"a": (1, 2)})
    return J.tree_util.tree_unflatten(t, [3])


def tree_transpose_(J):
    return J.tree_util.tree_all({"a": True, "b": 1}), J.tree_util.tree_reduce(
        lambda a, b: a + b, [1, 2, 3]
    )


def remat(J):
    return J.grad(J.remat(lambda x: J.numpy.sin(x)))(1.0)


def custom_gradient(J):
    @J.custom_gradient
    def f(x):
        return x**2, lambda g: (g * 100.0,)

    return J.grad(f)(3.0)


PROGRAMS = [
    cjvp, cjvp_defjvps, cjvp_nondiff, cjvp_none,
    cjvp_badout, cjvp_badshape, cvjp, cvjp_nondiff,
    cvjp_none, cvjp_nonegrad, cvjp_badtuple, cvjp_badlen,
    cvjp_badshape, cvjp_fwdbad, cvjp_jvp, cvjp_vmap,
    cvjp_pytree, cvjp_kw, stop_grad, stop_grad_tree,
    checkpoint, checkpoint_static, scan, scan_none,
    scan_rev, scan_badcarry, scan_badlen, scan_lenmismatch,
    scan_notpair, scan_grad, fori, fori_grad,
    while_, while_jvp, cond, cond_grad,
    cond_notcall, cond_pred, switch, switch_clamp,
    switch_empty, map_, assoc, jit_static,
    jit_staticname, jit_tree, jit_grad, tree_map,
    tree_map_bad, tree_leaves, tree_none_leaf, tree_flat,
    tree_unflat_bad, tree_transpose_, remat, custom_gradient,
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_the_outcome_is_jax_s(program):
    same_outcome(program)
