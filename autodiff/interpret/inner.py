"""A value around one other value, whose shape, dtype and truth are its own."""

from typing import Any


class Inner:
    """What every value with a `value` inside answers as that does."""

    __slots__ = ()
    value: Any

    @property
    def shape(self):
        """Sizes of the axes."""
        return self.value.shape

    @property
    def dtype(self):
        """The NumPy dtype."""
        return self.value.dtype

    def __bool__(self):
        return bool(self.value)
