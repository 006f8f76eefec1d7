"""`numpy.linalg` for autograd's code; NumPy hands the calls on traced values to us.

The gradient of `eigh` and `eigvalsh` is, as in autograd, in the triangle that is read.

>>> import numpy as np
>>> from autodiff.compat.autograd import grad
>>> from autodiff.compat.autograd.numpy import linalg
>>> grad(lambda a: linalg.det(a))(np.eye(2)).tolist()
[[1.0, 0.0], [0.0, 1.0]]
"""

from typing import Any

import numpy as np

from ....core.op import TRACED
from ....ops.contract import matmul
from ....ops.matrices import adjoint
from ....ops.move import as_array, swapaxes
from ....ops.rearrange import tril, triu
from ..namespace import forwarded
from . import listed

find, __dir__ = forwarded(__name__, "numpy.linalg")


def __getattr__(name):
    """The function of NumPy, which here takes lists of traced values too."""
    return listed(find(name))


def _dot(a, b):
    """The product of matrices over the last two axes, as autograd spells it inside."""
    return matmul(a, b)


def T(x):
    """The transpose over the last two axes.

    >>> T(np.ones((2, 3))).shape
    (3, 2)
    """
    return swapaxes(as_array(x), -1, -2)


def completed(a, UPLO):
    """The Hermitian matrix of which one triangle is read."""
    if type(a) not in TRACED:
        return a
    lower = UPLO in ("L", "l")
    part, inner = (tril(a), tril(a, -1)) if lower else (triu(a), triu(a, 1))
    return part + adjoint(inner)


def eigh(a, UPLO: Any = "L") -> Any:
    """Eigenvalues and eigenvectors of Hermitian matrices, of which one triangle is read.

    >>> eigh(np.diag([2.0, 1.0]))[0].tolist()
    [1.0, 2.0]
    """
    return np.linalg.eigh(completed(a, UPLO), UPLO)


def eigvalsh(a, UPLO: Any = "L") -> Any:
    """Eigenvalues of Hermitian matrices, of which one triangle is read.

    >>> eigvalsh(np.diag([2.0, 1.0])).tolist()
    [1.0, 2.0]
    """
    return np.linalg.eigvalsh(completed(a, UPLO), UPLO)
