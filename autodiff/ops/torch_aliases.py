"""Functions of the table under PyTorch's names, where NumPy's and SciPy's are others."""

from .gamma import gammaln, psi
from .join import vstack
from .least_squares import pinv
from .matrix import matrix_rank as matrix_rank
from .matrix_function import expm
from .move import swapaxes
from .numbers import (
    degrees,
    frexp as frexp,
    gcd as gcd,
    lcm as lcm,
    nextafter as nextafter,
    radians,
    signbit as signbit,
    trunc,
)
from .sets import isin as isin
from .sort import argwhere as argwhere
from .torch_matrices import lu_solution
from .torch_numbers import complex_of

complex, swapdims, row_stack = complex_of, swapaxes, vstack
lgamma, digamma, fix = gammaln, psi, trunc
deg2rad, rad2deg = radians, degrees
lu_solve, matrix_exp, pinverse = lu_solution, expm, pinv
