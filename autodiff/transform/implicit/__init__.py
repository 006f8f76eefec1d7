"""Answers of SciPy's solvers with their derivatives, by the implicit function theorem."""

from .equations import fixed_point as fixed_point, root as root
from .minima import least_squares as least_squares, minimize as minimize
from .objective import scipy_objective as scipy_objective
from .odeint import odeint as odeint, solve_ivp as solve_ivp
from .quadrature import quad as quad
from .solver import ConvergenceError as ConvergenceError
from .systems import linear_solve as linear_solve
