"""Derivatives from values alone: finite differences, the complex step, and checks of our own.

Inside functions given to these methods plain arrays come in.
"""

from .check import check_grad as check_grad
from .curve import ErrorCurve as ErrorCurve, error_curve as error_curve
from .derivatives import (
    derivative as derivative,
    derivative_and_error as derivative_and_error,
    gradient as gradient,
    gradient_and_error as gradient_and_error,
    hessian as hessian,
    hessian_and_error as hessian_and_error,
    jacobian as jacobian,
    jacobian_and_error as jacobian_and_error,
)
from .estimate import Estimate as Estimate
from .report import GradientError as GradientError, GradReport as GradReport
from .stencil import weights as weights
