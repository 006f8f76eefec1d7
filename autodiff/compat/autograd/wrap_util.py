"""How a transform of functions of one argument becomes one of functions of several."""

from functools import wraps as keep_attributes
from typing import Any

from .tracer import subvals as subvals


def get_name(f):
    """The name of a function, or what stands for it."""
    return getattr(f, "__name__", "[unknown name]")


def get_doc(f):
    """The docstring of a function."""
    return getattr(f, "__doc__", "")


def wraps(fun, namestr="{fun}", docstr="{doc}", **kwargs):
    """A decorator that gives name and docstring, filled with those of `fun` and `kwargs`.

    >>> wraps(len, "length_{fun}")(lambda x: x).__name__
    'length_len'
    """

    def decorate(f):
        name, doc = get_name(fun), get_doc(fun)
        f.__name__ = namestr.format(fun=name, **kwargs)
        f.__doc__ = docstr.format(fun=name, doc=doc, **kwargs)
        return f

    return decorate


def unary_to_nary(unary_operator) -> Any:
    """A transform of `fun(x)` as one of `fun(*args)` in the argument of a number.

    argnum: an int, or a tuple or list of them: the transform then works on the tuple of these.

    >>> @unary_to_nary
    ... def twice(fun, x):
    ...     return 2 * fun(x)
    >>> twice(lambda x, y: x - y, 1)(5, 3)
    4
    """

    @keep_attributes(unary_operator)
    def nary_operator(fun, argnum=0, *nary_op_args, **nary_op_kwargs):
        if not isinstance(argnum, (int, tuple, list)):
            raise AssertionError(
                f"{get_name(unary_operator)}: argnum is {argnum!r}; it needs an int, or a tuple or "
                "list of ints"
            )

        def nary_f(*args, **kwargs):
            def unary_f(x):
                given = [(argnum, x)] if isinstance(argnum, int) else zip(argnum, x)
                return fun(*subvals(args, given), **kwargs)

            unary_f.__name__ = get_name(fun)
            several: Any = argnum
            x = args[argnum] if isinstance(argnum, int) else tuple([args[i] for i in several])
            return unary_operator(unary_f, x, *nary_op_args, **nary_op_kwargs)

        described = {"op": get_name(unary_operator), "argnum": argnum}
        return wraps(fun, NAME, DOC, **described)(nary_f)

    return nary_operator


NAME = "{op}_of_{fun}_wrt_argnum_{argnum}"
DOC = """    {op} of function {fun} with respect to the argument of number {argnum}:
    a function of the arguments of {fun}.
    """
