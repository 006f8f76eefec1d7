"""Distributions of vectors and matrices."""

import math
from typing import Any

import numpy as np

from ...ops.arithmetic import square
from ...ops.choose import stop_gradient, where
from ...ops.contract import matmul
from ...ops.eigen import eigvalsh
from ...ops.exponential import exp, log
from ...ops.gamma import gammaln, multigammaln
from ...ops.information import xlogy
from ...ops.least_squares import pinv
from ...ops.linalg import cholesky, slogdet, solve
from ...ops.reduce import amax, sum
from .distribution import and_all, number


class MultivariateNormal:
    """Normal distribution of vectors of some mean (default 0) and covariance (default 1)."""

    def logpdf(self, x, mean: Any = None, cov: Any = 1, allow_singular=False):
        """Logarithm of the density of vectors, shape (..., n).

        mean: shape (n,); cov: shape (n, n) positive definite, (n,) variances, or one variance.
        allow_singular: the density on the subspace that `cov` spans, -inf outside of it; its
        derivative in `cov` is that along matrices of the same rank.
        Raises LinAlgError if `cov` is not positive definite.
        """
        x, cov = number(x), number(cov)
        n = self.size(x, mean, cov)
        if not x.shape or (x.shape[-1] != n and n == 1):
            x = x.reshape((*x.shape, 1))
        deviation = x - (0.0 if mean is None else number(mean))
        if allow_singular and len(cov.shape) > 1:
            return self.on_support(deviation, cov)
        if len(cov.shape) < 2:
            quadratic = sum(deviation * deviation / cov, axis=-1)
            logdet = sum(log(cov)) if cov.shape and cov.shape[0] == n else n * sum(log(cov))
        else:
            lower = cholesky(cov)
            white = solve(lower, deviation.reshape((*deviation.shape, 1)))
            quadratic = sum(white * white, axis=(-2, -1))
            logdet = 2 * sum(log(lower.diagonal(0, -2, -1)), axis=-1)
        return -0.5 * (n * math.log(2 * math.pi) + logdet + quadratic)

    def on_support(self, deviation, cov):
        """Logarithm of the density on the subspace that a singular `cov` spans.

        Eigenvalues below 1e6 roundings of the largest count as zero, as in SciPy.
        """
        values = eigvalsh(cov)
        tiny = 1e6 * float(np.finfo(float).eps)
        kept = values > tiny * stop_gradient(amax(abs(values)))
        logdet = sum(log(where(kept, values, 1.0)))
        inverse = pinv(cov, rcond=tiny, hermitian=True)
        inner = matmul(deviation, inverse)
        outside = sum(square(deviation - matmul(inner, cov)), axis=-1)
        whole = sum(kept * 1.0) * math.log(2 * math.pi) + logdet + sum(inner * deviation, axis=-1)
        return where(outside < 1e-16 * (1 + sum(square(deviation), axis=-1)), -0.5 * whole, -np.inf)

    def entropy(self, mean: Any = None, cov: Any = 1):
        """Differential entropy, which does not depend on the mean."""
        cov = number(cov)
        n = self.size(np.zeros(()), mean, cov)
        if len(cov.shape) > 1:
            logdet = slogdet(cov)[1]
        else:
            logdet = sum(log(cov)) if cov.shape else n * log(cov)
        return 0.5 * (n * (1 + math.log(2 * math.pi)) + logdet)

    def size(self, x, mean, cov):
        """The length of the vectors."""
        for given in (cov, None if mean is None else number(mean), x):
            if given is not None and given.shape and given.shape[-1] > 1:
                return given.shape[-1]
        return 1

    def pdf(self, x, mean: Any = None, cov: Any = 1, allow_singular=False):
        """Density of vectors, shape (..., n)."""
        return exp(self.logpdf(x, mean, cov, allow_singular))


class Dirichlet:
    """Distribution of shares that add up to 1, of concentrations `alpha`, shape (n,)."""

    def logpdf(self, x, alpha):
        """Logarithm of the density of shares, shape (n,) or (n, ...); the last may be missing."""
        x, alpha = number(x), number(alpha)
        column = alpha.reshape((*alpha.shape, *(1,) * (len(x.shape) - 1)))
        if x.shape[0] == alpha.shape[0] - 1:
            last = 1 - sum(x, axis=0)
            most = sum(xlogy(column[:-1] - 1, x), axis=0) + xlogy(column[-1] - 1, last)
        else:
            most = sum(xlogy(column - 1, x), axis=0)
        return most + gammaln(sum(alpha)) - sum(gammaln(alpha))

    def pdf(self, x, alpha):
        """Density of shares."""
        return exp(self.logpdf(x, alpha))


class Multinomial:
    """Counts of `n` draws among outcomes of probabilities `p`, shape (..., k)."""

    def logpmf(self, x, n, p):
        """Logarithm of the probability of counts, shape (..., k); -inf unless their sum is `n`."""
        x, n, p = number(x), number(n), number(p)
        fits = and_all(sum(x, axis=-1) == n, sum(where(x < 0, 1.0, 0.0), axis=-1) == 0)
        safe = where(x < 0, 0.0, x)
        value = gammaln(n + 1) + sum(xlogy(safe, p) - gammaln(safe + 1), axis=-1)
        return where(fits, value, -np.inf)

    def pmf(self, x, n, p):
        """Probability of counts."""
        return exp(self.logpmf(x, n, p))


class Wishart:
    """Sum of the squares of `df` normal vectors of covariance `scale`, shape (n, n)."""

    def logpdf(self, x, df, scale):
        """Logarithm of the density of positive definite matrices, shape (n, n)."""
        x, df, scale = number(x), number(df), number(scale)
        x, scale = (v.reshape((1, 1)) if not v.shape else v for v in (x, scale))
        n = scale.shape[-1]
        lower = cholesky(scale)
        half = solve(lower, cholesky(x))
        squares = sum(half * half, axis=(-2, -1))
        logdets = slogdet(x)[1], slogdet(scale)[1]
        front = 0.5 * (df - n - 1) * logdets[0] - 0.5 * df * logdets[1] - 0.5 * squares
        return front - 0.5 * n * math.log(2) * df - multigammaln(0.5 * df, n)

    def pdf(self, x, df, scale):
        """Density of positive definite matrices."""
        return exp(self.logpdf(x, df, scale))


multivariate_normal, dirichlet = MultivariateNormal(), Dirichlet()
multinomial, wishart = Multinomial(), Wishart()
