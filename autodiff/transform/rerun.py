"""Functions that are run again for a derivative: they must give what they gave at first."""

import numpy as np

from ..core.errors import GraphError
from ..interpret.inplace import line_of
from ..interpret.inplace_handles import bottom
from ..interpret.vertex import users_line

SAMPLES = 64  # elements of an output that a second run is compared in


class Rerun:
    """What the first run of a function gave, in some elements, and the user's line."""

    def __init__(self, name, outputs):
        self.name, self.line, self.first = name, users_line(), [some(y) for y in outputs]

    def checked(self, outputs):
        """The outputs of a second run; raises GraphError if they are not those of the first."""
        if all([near(a, some(y)) for a, y in zip(self.first, outputs)]):
            return outputs
        raise GraphError(
            f"{self.name}: the function at {line_of(*self.line)} gave other values when it was run "
            "again for its derivative, because an array that it uses was changed or it draws new "
            "random numbers; let it use a copy, as in a.copy()"
        )


def some(y):
    """Some elements of an output, spread over it; None of a value without numbers."""
    y = bottom(y)
    if not isinstance(y, (np.ndarray, np.generic)):
        return None
    return np.asarray(y).flat[:: max(1, y.size // SAMPLES)]


def near(a, b):
    """Whether two runs gave the same but for rounding."""
    if a is None or b is None:
        return True
    if a.dtype.kind not in "fc":
        return np.array_equal(a, b)
    with np.errstate(all="ignore"):
        size = np.max(np.abs(a[np.isfinite(a)]), initial=0)
        return np.allclose(a, b, 0, float(np.sqrt(np.finfo(a.dtype).eps) * size), equal_nan=True)
