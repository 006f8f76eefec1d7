"""Functions of matrices: exponential, logarithm and square root.

The derivative of f at `a` in the direction `t` is a corner of f([[a, t], [0, a]]), for every f that
has one.  Sources: C. F. Van Loan, "Computing integrals involving the matrix exponential", 1978;
R. Mathias, "A chain rule for matrix functions and applications", 1996; the value and the adjoint
L(aᴴ, ·) of the exponential: A. H. Al-Mohy and N. J. Higham, "Computing the Fréchet derivative of the
matrix exponential", 2009.
"""

import numpy as np

from ..core.family import Opaque
from ..core.public import public
from ..core.spec import Spec, is_complex
from .choose import rint, stop_gradient, where
from .exponential import exp2, log2
from .linalg import adjoint, float_dtype, positive, regular, sampled, square_matrix
from .move import concatenate
from .reduce import amax
from .sylvester import sylvester


def from_scipy(name):
    """A function of scipy.linalg, of one matrix or a stack, in the dtype of its argument."""

    def values(a):
        try:
            import scipy.linalg as theirs
        except ImportError:
            raise ImportError(f"{name} needs SciPy: pip install autodiff-numpy[scipy]") from None
        dtype, one = float_dtype(a), getattr(theirs, name)
        if not a.size:
            return np.zeros(a.shape, dtype)
        # in double precision, and in rows: the rounding of SciPy depends on the order in memory
        wide = np.ascontiguousarray(a, np.result_type(dtype, float)).reshape(-1, *a.shape[-2:])
        found = np.array([one(x) for x in wide])
        if is_complex(found.dtype) and not is_complex(dtype):
            raise np.linalg.LinAlgError(
                f"{name}: the principal value of a real matrix is complex here; "
                "convert the matrix with astype(complex)"
            )
        return found.reshape(a.shape).astype(dtype)

    return values


def corner(row, a, t):
    """The derivative of a function of matrices at `a` along `t`.

    It is linear in `t`, which is made as small as one by a power of two: a large corner costs
    accuracy, and a power of two costs none.
    """
    n = a.shape[-1]
    if not n:
        return t
    whole = amax(abs(stop_gradient(t)), (-2, -1), keepdims=True)
    whole = exp2(rint(log2(where(whole == 0, 1, whole))))
    above = concatenate([a, t / whole], -1)
    below = concatenate([np.zeros(a.shape, a.dtype or float), a], -1)
    return row(concatenate([above, below], -2))[..., :n, n:] * whole


def matrix_function(signature, scipy, samples, **facts):
    """The row of one function of matrices, whose rules are that function of a larger one."""
    row = Opaque(
        signature, from_scipy(scipy), reads="x", sample=samples,
        jvp=lambda tangents, y, a: corner(row, a, tangents[0]),
        vjp=lambda g, y, wanted, a: (corner(row, adjoint(a), g),),
        batch=lambda batched, a: row(a), infer=lambda a: Spec(a.shape, float_dtype(a)), **facts)
    return row


def invertible(rng, dtype):
    """Samples for the laws: positive definite matrices, in floating point since truths are singular."""
    return sampled(positive)(rng, np.result_type(dtype, np.float32))


exponential = matrix_function(
    "matrix_exponential(a)", "expm", sampled(regular), latex="e^{$a}", torch="LinalgMatrixExp",
    doc="Exponential of square matrices: the row behind `expm`.",
)
logarithm = matrix_function(
    "matrix_logarithm(a)", "logm", invertible, latex=r"\ln {$a}",
    doc="Principal logarithm of square matrices: the row behind `logm`.",
)
# from y y = a: ẏ y + y ẏ = ȧ, which holds whichever root was taken where two are as good
root = Opaque(
    "matrix_root(a)", from_scipy("sqrtm"), reads="y", sample=invertible, latex="{$a}^{1/2}",
    jvp=lambda tangents, y, a: sylvester(y, y, tangents[0]),
    vjp=lambda g, y, wanted, a: (sylvester(adjoint(y), adjoint(y), g),),
    batch=lambda batched, a: root(a), infer=lambda a: Spec(a.shape, float_dtype(a)),
    doc="Principal square root of square matrices: the row behind `sqrtm`.",
)


@public()
def expm(a):
    """Exponential of matrices, Σ aᵏ / k!, shape (..., n, n).

    The tangent is the corner of the exponential of [[a, ȧ], [0, a]], the pullback that of aᴴ.
    Needs SciPy.  Raises LinAlgError for matrices that are not square.
    Sources: Van Loan 1978; Al-Mohy and Higham 2009.

    >>> expm(np.zeros((2, 2))).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    return exponential(square_matrix("expm", a))


@public()
def logm(a):
    """Principal logarithm of matrices without eigenvalues on the closed negative axis.

    Needs SciPy.  Raises LinAlgError for matrices that are not square, and for real ones whose
    logarithm is complex.  Source: Mathias 1996.

    >>> logm(np.eye(2)).tolist()
    [[0.0, 0.0], [0.0, 0.0]]
    """
    return logarithm(square_matrix("logm", a))


@public()
def sqrtm(a):
    """Principal square root of matrices: `sqrtm(a) @ sqrtm(a) = a`.

    Needs SciPy.  Raises LinAlgError for matrices that are not square, and for real ones whose root
    is complex.  Source: Mathias 1996.

    >>> sqrtm(4 * np.eye(2)).tolist()
    [[2.0, 0.0], [0.0, 2.0]]
    """
    return root(square_matrix("sqrtm", a))
