"""Whether eager operations are recorded: no_grad, enable_grad, set_grad_enabled."""

from collections.abc import Generator
from functools import wraps
from typing import Any

from ..core.op import new_level
from .vertex import LIMITS, UNRECORDED

GENERATOR = 0x20  # the flag of a generator function's code


class GradMode:
    """A context manager and decorator that turns recording on or off.

    A value is recorded if its level is above a limit: turning off raises the limit to the values
    that exist, so a transform that begins inside differentiates as usual.
    """

    def __init__(self, enabled):
        self.enabled = bool(enabled)
        self.before = []

    def __enter__(self):
        self.set()
        return self

    def __exit__(self, *_):
        self.unset()

    def set(self):
        """The mode holds from now on."""
        LIMITS.append(self)
        self.before.append(UNRECORDED.get())
        UNRECORDED.set(limit(self.enabled))

    def unset(self):
        """What held before holds again."""
        UNRECORDED.set(self.before.pop())
        LIMITS.remove(self)

    def __call__(self, function):
        """Decorate: the mode holds while the function, or each step of a generator, runs."""
        if isinstance(function, type):
            raise TypeError(f"{function.__name__} is a class; decorate its methods instead")
        if getattr(function, "__code__", None) and function.__code__.co_flags & GENERATOR:

            @wraps(function)
            def stepping(*args, **kwargs):
                return (yield from Steps(function(*args, **kwargs), self.enabled))

            return stepping

        @wraps(function)
        def wrapped(*args, **kwargs):
            with GradMode(self.enabled):
                return function(*args, **kwargs)

        return wrapped


class Steps(Generator):
    """A generator each of whose steps runs in a mode; between them the mode is the caller's."""

    def __init__(self, generator, enabled):
        self.generator, self.enabled = generator, enabled

    def send(self, value):
        with GradMode(self.enabled):
            return self.generator.send(value)

    def throw(self, *error):
        with GradMode(self.enabled):
            return self.generator.throw(*error)

    def close(self):
        with GradMode(self.enabled):
            self.generator.close()


def limit(enabled):
    """The level up to which nothing is recorded."""
    kind = type(UNRECORDED.get())  # which stays watched if it was
    return kind(-1 if enabled else new_level())


def no_grad(function=None) -> Any:
    """Turn recording off, as `with no_grad():` or as a decorator.

    >>> x = tensor([1.0], requires_grad=True)
    >>> with no_grad():
    ...     y = 2 * x
    >>> y.requires_grad
    False
    """
    return GradMode(False) if function is None else GradMode(False)(function)


def enable_grad(function=None) -> Any:
    """Turn recording on inside `no_grad`, as a context manager or as a decorator.

    >>> x = tensor([1.0], requires_grad=True)
    >>> with no_grad(), enable_grad():
    ...     y = 2 * x
    >>> y.requires_grad
    True
    """
    return GradMode(True) if function is None else GradMode(True)(function)


class inference_mode(GradMode):
    """`no_grad` by the name that PyTorch gives to code that only infers; a decorator too.

    >>> x = tensor([1.0], requires_grad=True)
    >>> with inference_mode():
    ...     y = 2 * x
    >>> y.requires_grad
    False
    """

    def __new__(cls, mode: Any = True):
        return cls(True)(mode) if callable(mode) else super().__new__(cls)

    def __init__(self, mode=True):
        super().__init__(not mode)


class set_grad_enabled(GradMode):
    """Turn recording on or off at once, and back at the end of a `with` block.

    >>> with set_grad_enabled(False):
    ...     is_grad_enabled()
    False
    """

    def __init__(self, mode):
        if not isinstance(mode, (bool, int)):
            raise TypeError(
                f"set_grad_enabled(): argument 'mode' must be bool, not {type(mode).__name__}"
            )
        super().__init__(mode)
        self.set()

    def __enter__(self):
        return self

    def __call__(self, function):
        self.unset()
        return super().__call__(function)


def is_grad_enabled():
    """Whether eager operations are recorded now.

    >>> is_grad_enabled()
    True
    """
    return UNRECORDED.get() < 0
