"""The mathematical library of vectors: each function as a formula of the builder."""

from .composed import COMPOSED
from .functions import EXPONENTIALS
from .powers import POWERS
from .trigonometry import TRIGONOMETRY

LIBRARY = {**COMPOSED, **EXPONENTIALS, **POWERS, **TRIGONOMETRY}
