"""Probability distributions in scipy.stats' words, differentiable in `x` and in every parameter.

Each is a module: `norm.logpdf(x, loc=0, scale=1)`, `gamma.cdf(x, a, loc=0, scale=1)`.  Outside the
support a density is 0, its logarithm -inf, and the gradient 0.

>>> from autodiff import grad
>>> float(grad(norm.logpdf)(1.5))
-1.5
"""

from ..rest import rest
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
from .powers import (
    chi as chi,
    fisk as fisk,
    gompertz as gompertz,
    levy as levy,
    loguniform as loguniform,
    lomax as lomax,
    maxwell as maxwell,
    powerlaw as powerlaw,
    reciprocal as reciprocal,
    weibull_max as weibull_max,
)
from .summaries import (
    circmean as circmean,
    circvar as circvar,
    entropy as entropy,
    gmean as gmean,
    gstd as gstd,
    gzscore as gzscore,
    hmean as hmean,
    iqr as iqr,
    kurtosis as kurtosis,
    median_abs_deviation as median_abs_deviation,
    moment as moment,
    pmean as pmean,
    sem as sem,
    skew as skew,
    variation as variation,
    zmap as zmap,
    zscore as zscore,
)
from .vectors import (
    dirichlet as dirichlet,
    multinomial as multinomial,
    multivariate_normal as multivariate_normal,
    wishart as wishart,
)

__getattr__, __dir__ = rest("stats", {
    "pearsonr": "use autodiff.corrcoef", "linregress": "use autodiff.polyfit",
    "gaussian_kde": "use norm.logpdf and logsumexp", "trim_mean": "use sort and mean",
})  # fmt: skip
