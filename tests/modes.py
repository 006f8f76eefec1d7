"""One derivative, or one value, by each transform: what tests of nesting put inside each other."""

import autodiff as ad


def by_jvp(f):
    return lambda x: ad.jvp(f, (x,), (1.0,))[1]


def by_vjp(f):
    return lambda x: ad.vjp(f, x)[1](1.0)[0]


def by_vmap(f):
    """`f` itself, computed as one example of a stack of two."""
    return lambda x: ad.vmap(f)(ad.stack([x, 2 * x]))[0]
