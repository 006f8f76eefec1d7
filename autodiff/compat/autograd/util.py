"""Names that autograd kept from its earlier versions."""

import warnings

from .test_util import check_grads
from .tracer import subvals as subvals, toposort as toposort


def subval(x, i, v):
    """The tuple `x` with `v` at place `i`."""
    return subvals(x, [(i, v)])


def func(f):
    """The function itself: in Python 3 there are no unbound methods."""
    return f


def quick_grad_check(
    fun, arg0, extra_args=(), kwargs=None, verbose=True, eps=1e-4, rtol=1e-4, atol=1e-6, rs=None
):
    """Raise AssertionError unless the gradient in the first argument agrees with differences."""
    warnings.warn("quick_grad_check is deprecated; use test_util.check_grads", stacklevel=2)
    chosen = kwargs or {}
    check_grads(lambda x: fun(x, *extra_args, **chosen), modes=["rev"], order=1)(arg0)
