"""Summaries of samples in scipy.stats' words, differentiable in the sample.

>>> import numpy as np
>>> float(gmean(np.array([1.0, 4.0])))
2.0
"""

from typing import Any

import numpy as np

from ...core.errors import RuleError
from ...ops.arithmetic import absolute, sqrt
from ...ops.exponential import exp, log
from ...ops.information import entr, rel_entr
from ...ops.move import as_array, expand_dims, ravel
from ...ops.order import median, percentile
from ...ops.reduce import sum
from ...ops.statistics import mean, std
from ...ops.totals import average


def along(a, axis):
    """(the sample, an axis): of the flattened sample, where the axis is None."""
    a = as_array(a)
    a = a * 1.0 if a.dtype is None or a.dtype.kind in "biu" else a
    return (ravel(a), 0) if axis is None else (a, axis)


def only(name, nan_policy):
    """Raise for what is not written here."""
    if nan_policy not in ("propagate",):
        raise RuleError(
            f"{name}: nan_policy={nan_policy!r} is not written here; leave NaN out of the sample"
        )


def moments(a, axis, *orders):
    """Means of powers of the differences from the mean."""
    centred = a - mean(a, axis=axis, keepdims=True)
    return [mean(centred**k, axis=axis) for k in orders]


def moment(a, order=1, axis: Any = 0, nan_policy="propagate", *, center=None, keepdims=False):
    """Mean of the power `order` of the differences from the mean, or from `center`."""
    only("moment", nan_policy)
    a, axis = along(a, axis)
    middle = mean(a, axis=axis, keepdims=True) if center is None else center
    return mean((a - middle) ** order, axis=axis, keepdims=keepdims)


def skew(a, axis: Any = 0, bias=True, nan_policy="propagate", *, keepdims=False):
    """Third moment in units of the standard deviation; without `bias` corrected for the size."""
    only("skew", nan_policy)
    a, axis = along(a, axis)
    second, third = moments(a, axis, 2, 3)
    found, n = third / second**1.5, a.shape[axis]
    if not bias and n > 2:
        found = found * (np.sqrt(n * (n - 1.0)) / (n - 2.0))
    return expand_dims(found, axis) if keepdims else found


def kurtosis(a, axis: Any = 0, fisher=True, bias=True, nan_policy="propagate", *, keepdims=False):
    """Fourth moment in units of the variance, less 3 with `fisher`."""
    only("kurtosis", nan_policy)
    a, axis = along(a, axis)
    second, fourth = moments(a, axis, 2, 4)
    found, n = fourth / second**2, a.shape[axis]
    if not bias and n > 3:
        spread = (n**2 - 1.0) * found - 3 * (n - 1.0) ** 2
        found = spread / ((n - 2.0) * (n - 3.0)) + 3.0
    found = found - 3 if fisher else found
    return expand_dims(found, axis) if keepdims else found


def sem(a, axis: Any = 0, ddof=1, nan_policy="propagate", *, keepdims=False):
    """Standard error of the mean."""
    only("sem", nan_policy)
    a, axis = along(a, axis)
    return std(a, axis=axis, ddof=ddof, keepdims=keepdims) / np.sqrt(a.shape[axis])


def variation(a, axis: Any = 0, nan_policy="propagate", ddof=0, *, keepdims=False):
    """Standard deviation in units of the mean."""
    only("variation", nan_policy)
    a, axis = along(a, axis)
    spread = std(a, axis=axis, ddof=ddof, keepdims=keepdims)
    return spread / mean(a, axis=axis, keepdims=keepdims)


def zmap(scores, compare, axis: Any = 0, ddof=0, nan_policy="propagate"):
    """`scores` as distances from the mean of `compare`, in its standard deviations."""
    only("zmap", nan_policy)
    a = as_array(compare)
    middle = mean(a, axis=axis, keepdims=axis is not None)
    return (as_array(scores) - middle) / std(a, axis=axis, ddof=ddof, keepdims=axis is not None)


def zscore(a, axis: Any = 0, ddof=0, nan_policy="propagate"):
    """Distances from the mean in standard deviations.

    >>> zscore(np.array([1.0, 3.0])).tolist()
    [-1.0, 1.0]
    """
    return zmap(a, a, axis, ddof, nan_policy)


def gzscore(a, *, axis: Any = 0, ddof=0, nan_policy="propagate"):
    """`zscore` of the logarithms."""
    return zscore(log(as_array(a)), axis, ddof, nan_policy)


def weighed(a, axis, weights, keepdims) -> Any:
    """The mean, with weights where they are given."""
    if weights is None:
        return mean(a, axis=axis, keepdims=keepdims)
    return average(a, axis=axis, weights=weights, keepdims=keepdims)


def gmean(a, axis: Any = 0, dtype=None, weights=None, nan_policy="propagate", *, keepdims=False):
    """Geometric mean."""
    only("gmean", nan_policy)
    a, axis = along(a, axis)
    return exp(weighed(log(a), axis, weights, keepdims))


def hmean(a, axis: Any = 0, dtype=None, *, weights=None, nan_policy="propagate", keepdims=False):
    """Harmonic mean."""
    only("hmean", nan_policy)
    a, axis = along(a, axis)
    return 1 / weighed(1 / a, axis, weights, keepdims)


def pmean(a, p, *, axis: Any = 0, dtype=None, weights=None, nan_policy="propagate", keepdims=False):
    """Mean of the power `p`, taken back; of p = 0 the geometric mean."""
    if p == 0:
        return gmean(a, axis, dtype, weights, nan_policy, keepdims=keepdims)
    only("pmean", nan_policy)
    a, axis = along(a, axis)
    return weighed(a**p, axis, weights, keepdims) ** (1 / p)


def gstd(a, axis: Any = 0, ddof=1, *, keepdims=False, nan_policy="propagate"):
    """Geometric standard deviation."""
    only("gstd", nan_policy)
    a, axis = along(a, axis)
    return exp(std(log(a), axis=axis, ddof=ddof, keepdims=keepdims))


def entropy(pk, qk=None, base=None, axis: Any = 0, *, nan_policy="propagate", keepdims=False):
    """Entropy of probabilities, or with `qk` their distance from others; sums become 1."""
    only("entropy", nan_policy)
    pk, axis = along(pk, axis)
    pk = pk / sum(pk, axis, keepdims=True)
    if qk is None:
        parts = entr(pk)
    else:
        qk, _ = along(qk, axis)
        parts = rel_entr(pk, qk / sum(qk, axis, keepdims=True))
    found = sum(parts, axis, keepdims=keepdims)
    return found if base is None else found / np.log(base)


def iqr(
    x, axis: Any = None, rng=(25, 75), scale=1.0, nan_policy="propagate", interpolation="linear",
    keepdims=False,
):  # fmt: skip
    """Distance between two percentiles."""
    only("iqr", nan_policy)
    a, axis = along(x, axis)
    scale = 1.3489795003921634 if scale == "normal" else scale  # 2 √2 erfinv(1/2)
    low, high = (percentile(a, q, axis, method=interpolation, keepdims=keepdims) for q in rng)
    return (high - low) / scale


def median_abs_deviation(
    x, axis: Any = 0, center=None, scale: Any = 1.0, nan_policy="propagate", *, keepdims=False
):
    """Median of the distances from the median."""
    only("median_abs_deviation", nan_policy)
    if center is not None:
        raise RuleError("median_abs_deviation: center is not written here; subtract it first")
    a, axis = along(x, axis)
    scale = 0.6744897501960817 if scale == "normal" else scale  # √2 erfinv(1/2)
    distances = absolute(a - median(a, axis, keepdims=True))
    return median(distances, axis, keepdims=keepdims) / scale


def circmean(samples, high=2 * np.pi, low=0, axis: Any = None, nan_policy="propagate"):
    """Mean of angles, between `low` and `high`."""
    only("circmean", nan_policy)
    a, axis = along(samples, axis)
    turned = (a - low) * (2 * np.pi / (high - low))
    angle = np.arctan2(mean(np.sin(turned), axis=axis), mean(np.cos(turned), axis=axis))
    return (angle % (2 * np.pi)) * ((high - low) / (2 * np.pi)) + low


def circvar(samples, high=2 * np.pi, low=0, axis: Any = None, nan_policy="propagate"):
    """1 minus the length of the mean direction of angles."""
    only("circvar", nan_policy)
    a, axis = along(samples, axis)
    turned = (a - low) * (2 * np.pi / (high - low))
    x, y = mean(np.cos(turned), axis=axis), mean(np.sin(turned), axis=axis)
    return 1 - sqrt(x * x + y * y)
