"""The random numbers of tensors: one generator, made when first asked."""

from typing import Any

import numpy as np


class Generator:
    """The random numbers of `rand`, `randn` and their kin; made when first asked, for numpy.random
    is slow to import."""

    rng: Any = None


def generator():
    """The generator in use."""
    if Generator.rng is None:
        Generator.rng = np.random.default_rng()
    return Generator.rng
