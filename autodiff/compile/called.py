"""What every compiled function is to its caller: a function, or a method of a class."""

from types import MethodType
from typing import Any


class Called:
    """Calls go to `call`, which changes as code becomes ready."""

    call: Any

    def __call__(self, *args, **kwargs) -> Any:
        return self.call(*args, **kwargs)

    def __get__(self, instance, owner=None):
        """As a method: the instance is the first argument."""
        return self if instance is None else MethodType(self, instance)
