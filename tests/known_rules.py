"""Rules that several tests share: a right one, and faults planted in others."""

import numpy as np

import autodiff as ad
from autodiff.autograd import Function
from autodiff.core.op import Op


def planted(evaluate, *rules, **facts):
    """A row that the table forgets: the laws of other tests are not for it."""
    row = ad.operator("planted_fault(x)", evaluate, *rules, **facts)
    del Op.table[row.name]
    return row


wrong_sine = planted(np.sin, lambda t, y, x: 1.001 * t * ad.cos(x))
wrong_pullback = planted(
    np.sin,
    jvp=lambda ts, out, x: ts[0] * ad.cos(x),
    vjp=lambda g, out, wanted, x: (-g * ad.cos(x),),
)
wrong_pushforward = planted(
    np.sin,
    jvp=lambda ts, out, x: 2 * ts[0] * ad.cos(x),
    vjp=lambda g, out, wanted, x: (g * ad.cos(x),),
)
no_pushforward = planted(np.sin, vjp=lambda g, out, wanted, x: (g * ad.cos(x),))


class Cube(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * 3 * x**2


class WrongSquare(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**2

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * 3 * x
