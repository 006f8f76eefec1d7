"""Linear algebra under the names of numpy.linalg, torch.linalg and scipy.linalg.

>>> import numpy as np
>>> import autodiff as ad
>>> gradient = ad.grad(lambda a: slogdet(a).logabsdet)(2 * np.eye(2))
>>> gradient.tolist()
[[0.5, 0.0], [0.0, 0.5]]
"""

from numpy.linalg import LinAlgError as LinAlgError

from .core.errors import GaugeError as GaugeError, MatrixError as MatrixError
from .ops.decompose import qr as qr, svd as svd, svdvals as svdvals
from .ops.eigen import eig as eig, eigh as eigh, eigvals as eigvals, eigvalsh as eigvalsh
from .ops.least_squares import lstsq as lstsq, pinv as pinv
from .ops.linalg import (
    cholesky as cholesky,
    det as det,
    inv as inv,
    slogdet as slogdet,
    solve as solve,
)
from .ops.matrix import (
    cond as cond,
    cross as cross,
    diagonal as diagonal,
    matmul as matmul,
    matrix_power as matrix_power,
    matrix_rank as matrix_rank,
    matrix_transpose as matrix_transpose,
    multi_dot as multi_dot,
    outer as outer,
    tensordot as tensordot,
    tensorinv as tensorinv,
    tensorsolve as tensorsolve,
    trace as trace,
    vecdot as vecdot,
)
from .ops.matrix_function import expm as expm, logm as logm, sqrtm as sqrtm
from .ops.norms import (
    matrix_norm as matrix_norm,
    norm as norm,
    vector_norm as vector_norm,
)
from .ops.torch_matrices import (
    cholesky_ex as cholesky_ex,
    inv_ex as inv_ex,
    lu_factor as lu_factor,
    lu_solve as lu_solve,
    solve_ex as solve_ex,
    vander as vander,
)
from .ops.triangular import lu as lu, solve_triangular as solve_triangular

matrix_exp = expm
