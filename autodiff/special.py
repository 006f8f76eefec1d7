"""Special functions under the names of torch.special; those of SciPy are in `autodiff.scipy`.

>>> import autodiff as ad
>>> gradient = ad.grad(gammaln)(3.0)
>>> print(f"{gradient:.9f}")
0.922784335
"""

from .ops.choose import maximum, round as round, where
from .ops.exponential import (
    exp2 as exp2,
    expm1 as expm1,
    log1p as log1p,
    sigmoid,
)
from .ops.move import as_array
from .ops.reduce import logsumexp as logsumexp
from .ops.signal import sinc as sinc
from .ops.softmax import log_softmax as log_softmax, softmax as softmax
from .ops.torch_numbers import logit as logit
from .scipy.special import (
    airy,
    digamma as digamma,
    entr as entr,
    erf as erf,
    erfc as erfc,
    erfcx as erfcx,
    erfinv as erfinv,
    eval_chebyt,
    eval_chebyu,
    eval_hermite,
    eval_hermitenorm,
    eval_laguerre,
    eval_legendre,
    eval_sh_chebyt,
    eval_sh_chebyu,
    gammainc as gammainc,
    gammaincc as gammaincc,
    gammaln as gammaln,
    i0 as i0,
    i0e as i0e,
    i1 as i1,
    i1e as i1e,
    j0,
    j1,
    k0,
    k0e,
    k1,
    k1e,
    log_ndtr as log_ndtr,
    multigammaln as multigammaln,
    ndtr as ndtr,
    ndtri as ndtri,
    polygamma as polygamma,
    psi as psi,
    spherical_jn,
    xlog1py as xlog1py,
    xlogy as xlogy,
    y0,
    y1,
    zeta as zeta,
)

expit = sigmoid
bessel_j0, bessel_j1, bessel_y0, bessel_y1 = j0, j1, y0, y1
modified_bessel_i0, modified_bessel_i1 = i0, i1
modified_bessel_k0, modified_bessel_k1 = k0, k1
scaled_modified_bessel_k0, scaled_modified_bessel_k1 = k0e, k1e


def narrow(found, x):
    """A result in single precision where the argument is; SciPy's is of both arguments' kinds."""
    return found.astype(x.dtype) if getattr(x.dtype, "kind", "") == "f" else found


def polynomial(name, function, kind):
    """A family of orthogonal polynomials, with the argument first; 0 of a negative degree."""

    def call(input, n):
        x, n = as_array(input), as_array(n)
        return narrow(where(n < 0, 0, function(maximum(n, 0), x)), x)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"The {kind} polynomial of degree `n`."
    return call


chebyshev_polynomial_t = polynomial("chebyshev_polynomial_t", eval_chebyt, "first Chebyshev")
chebyshev_polynomial_u = polynomial("chebyshev_polynomial_u", eval_chebyu, "second Chebyshev")
hermite_polynomial_h = polynomial("hermite_polynomial_h", eval_hermite, "physicists' Hermite")
hermite_polynomial_he = polynomial(
    "hermite_polynomial_he", eval_hermitenorm, "probabilists' Hermite"
)
laguerre_polynomial_l = polynomial("laguerre_polynomial_l", eval_laguerre, "Laguerre")
legendre_polynomial_p = polynomial("legendre_polynomial_p", eval_legendre, "Legendre")
shifted_chebyshev_polynomial_t = polynomial(
    "shifted_chebyshev_polynomial_t", eval_sh_chebyt, "first shifted Chebyshev"
)
shifted_chebyshev_polynomial_u = polynomial(
    "shifted_chebyshev_polynomial_u", eval_sh_chebyu, "second shifted Chebyshev"
)


def chebyshev_polynomial_v(input, n):
    """The third Chebyshev polynomial of degree `n`: U_n - U_(n-1).

    >>> float(chebyshev_polynomial_v(0.5, 1))
    0.0
    """
    return chebyshev_polynomial_u(input, n) - chebyshev_polynomial_u(input, n - 1)


def chebyshev_polynomial_w(input, n):
    """The fourth Chebyshev polynomial of degree `n`: U_n + U_(n-1).

    >>> float(chebyshev_polynomial_w(0.5, 1))
    2.0
    """
    return chebyshev_polynomial_u(input, n) + chebyshev_polynomial_u(input, n - 1)


def shifted_chebyshev_polynomial_v(input, n):
    """The third Chebyshev polynomial at `2 input - 1`."""
    return chebyshev_polynomial_v(2 * input - 1, n)


def shifted_chebyshev_polynomial_w(input, n):
    """The fourth Chebyshev polynomial at `2 input - 1`."""
    return chebyshev_polynomial_w(2 * input - 1, n)


def airy_ai(input):
    """The Airy function Ai."""
    return airy(input)[0]


def spherical_bessel_j0(input):
    """The spherical Bessel function of order 0, `sin(x) / x`."""
    return narrow(spherical_jn(0, input), as_array(input))
