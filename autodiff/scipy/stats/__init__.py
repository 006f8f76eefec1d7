"""Probability distributions in scipy.stats' words, differentiable in `x` and in every parameter.

Each is a module: `norm.logpdf(x, loc=0, scale=1)`, `gamma.cdf(x, a, loc=0, scale=1)`.  Outside the
support a density is 0, its logarithm -inf, and the gradient 0.

>>> from autodiff import grad
>>> float(grad(norm.logpdf)(1.5))
-1.5
"""

from .bounded import (
    beta as beta,
    triang as triang,
    truncnorm as truncnorm,
    uniform as uniform,
    vonmises as vonmises,
)
from .counts import (
    bernoulli as bernoulli,
    binom as binom,
    geom as geom,
    nbinom as nbinom,
    poisson as poisson,
)
from .half_line import (
    chi2 as chi2,
    expon as expon,
    f as f,
    gamma as gamma,
    halfcauchy as halfcauchy,
    halfnorm as halfnorm,
    invgamma as invgamma,
    invgauss as invgauss,
    lognorm as lognorm,
    pareto as pareto,
    rayleigh as rayleigh,
    wald as wald,
    weibull_min as weibull_min,
)
from .line import (
    cauchy as cauchy,
    gumbel_l as gumbel_l,
    gumbel_r as gumbel_r,
    laplace as laplace,
    logistic as logistic,
    norm as norm,
    skewnorm as skewnorm,
    t as t,
)
from .vectors import (
    dirichlet as dirichlet,
    multinomial as multinomial,
    multivariate_normal as multivariate_normal,
    wishart as wishart,
)
