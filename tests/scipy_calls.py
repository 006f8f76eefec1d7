"""Calls of SciPy's modules and ours alike: values beside SciPy's, derivatives beside differences."""

# ruff: noqa: E501 - tables are laid out as tables
import numpy as np
import scipy.signal

RNG = np.random.default_rng(11)
X, Y, ROW = RNG.normal(size=(2, 40)), RNG.normal(size=(2, 7)), RNG.normal(size=(1, 7))
H, LONG = RNG.normal(size=9), RNG.normal(size=80)
B, A = scipy.signal.butter(3, 0.3)
SOS = scipy.signal.butter(4, 0.3, output="sos")
STATE = RNG.normal(size=(2, 3))
MATRIX, TALL = RNG.normal(size=(4, 4)), RNG.normal(size=(4, 3))
NORMAL = MATRIX @ MATRIX.T + np.eye(4)
C, R = RNG.normal(size=5) + 6 * np.eye(5)[0], RNG.normal(size=5)
UPPER = np.array([[0, 0.1, 0.2, 0.3], [4.0, 5, 6, 7]])
LOWER = np.array([[4.0, 5, 6, 7], [0.1, 0.2, 0.3, 0]])
PLACES, VALUES = np.sort(RNG.uniform(0, 5, 9)), RNG.normal(size=9)
BETWEEN = RNG.uniform(PLACES[0], PLACES[-1], (3, 4))
G1, G2 = np.sort(RNG.uniform(0, 3, 7)), np.sort(RNG.uniform(0, 3, 8))
GRID, GRID3 = RNG.normal(size=(7, 8)), RNG.normal(size=(7, 8, 2))
INSIDE = np.stack([RNG.uniform(G1[0], G1[-1], 6), RNG.uniform(G2[0], G2[-1], 6)], -1)
STEPS = np.array([0.0, 0, 0, 0, 1, 2, 2, 2, 2])
SAMPLE, OTHER = RNG.uniform(0.2, 2, (6, 7)), RNG.uniform(0.2, 1, (6, 7))
EVEN = RNG.normal(size=(3, 9))
MODES = ("full", "same", "valid")
ENDS = ("mirror", "constant", "nearest", "interp", "wrap")
METHODS = ("linear", "nearest", "slinear", "cubic", "quintic")

# module -> [f(module, x)], with the array that is x
SIGNAL = [
    (lambda m, x: m.lfilter(B, A, x), X), (lambda m, b: m.lfilter(b, A, X), B),
    (lambda m, a: m.lfilter(B, a, X), A), (lambda m, x: m.lfilter(B, A, x, axis=0), X),
    (lambda m, b: m.lfilter(b, [1.0], X), LONG), (lambda m, a: m.lfilter(3 * B, 3 * a, X), A),
    (lambda m, z: m.lfilter(B, A, X, zi=z)[0], STATE), (lambda m, z: m.lfilter(B, A, X, zi=z)[1], STATE),
    (lambda m, a: m.lfilter(B, a, X[:, :2], zi=STATE)[1], A),
    (lambda m, x: m.sosfilt(SOS, x), X), (lambda m, z: m.sosfilt(SOS, X, zi=z)[1], np.ones((2, 2, 2))),
    (lambda m, a: m.lfilter_zi(B, a), A), (lambda m, x: m.sosfilt_zi(SOS) * x.sum(), X),
    *[(lambda m, x, p=p: m.filtfilt(B, A, x, padtype=p, padlen=5), X) for p in ("odd", "even", "constant")],
    (lambda m, x: m.filtfilt(B, A, x), X), (lambda m, a: m.filtfilt(B, a, X), A),
    (lambda m, x: m.filtfilt(B, A, x, padtype=None), X), (lambda m, x: m.sosfiltfilt(SOS, x), X),
    (lambda m, x: m.detrend(x), X), (lambda m, x: m.detrend(x, type="constant"), X),
    (lambda m, x: m.detrend(x, bp=[10, 17]), X),
    (lambda m, x: m.hilbert(x).imag, X), (lambda m, x: abs(m.hilbert(x, 33)), X),
    *[(lambda m, x, n=n: m.resample(x, n, axis=1), X[:, :s]) for n in (20, 21, 39, 40, 60, 61) for s in (39, 40)],
    *[(lambda m, x, n=n: m.resample(x + 1j * x[::-1], n, axis=1).imag, X[:, :s]) for n in (20, 39, 40, 61) for s in (39, 40)],
    *[(lambda m, x, o=o: m.fftconvolve(x, Y, o, axes=1), X) for o in MODES],
    (lambda m, y: m.oaconvolve(X, y, "same", axes=-1), ROW),
    *[(lambda m, x, e=e, w=w: m.savgol_filter(x, w[0], w[1], deriv=w[2], mode=e, cval=0.5), X) for e in ENDS for w in ((5, 2, 0), (8, 4, 2))],
    (lambda m, x: m.savgol_filter(x, 5, 2), X[:, :5]),
    (lambda m, x: m.medfilt(x, [1, 5]), X),
    *[(lambda m, x, u=u, d=d: m.upfirdn(H, x, u, d), X) for u, d in ((1, 1), (2, 1), (1, 3), (3, 2), (5, 7))],
    *[(lambda m, x, u=u, d=d: m.resample_poly(x, u, d, axis=1), X) for u, d in ((2, 2), (2, 1), (1, 3), (3, 2), (5, 7))],
    (lambda m, h: m.resample_poly(X, 3, 2, axis=1, window=h), H), (lambda m, h: m.upfirdn(h, X, 3, 2), H),
    *[(lambda m, x, k=k, z=z: m.decimate(x, 3, ftype=k, zero_phase=z), X) for k in ("iir", "fir") for z in (True, False)],
]  # fmt: skip
LINALG = [
    *[(lambda m, x, n=n: getattr(m, n)(x), MATRIX / 3) for n in ("cosm", "sinm", "tanm", "coshm", "sinhm", "tanhm")],
    *[(lambda m, x, n=n: getattr(m, n)(x + 0.1j * NORMAL).imag, MATRIX / 3) for n in ("cosm", "sinm", "coshm")],
    (lambda m, x: m.companion(x), C), (lambda m, x: m.expm_frechet(x, NORMAL)[1], MATRIX),
    (lambda m, t: m.fractional_matrix_power(NORMAL, float(t[0]) if m is scipy.linalg else t[0]), np.array([0.3])),
    (lambda m, x: m.fractional_matrix_power(x @ x.T + np.eye(4), 0.3), MATRIX), (lambda m, x: m.fractional_matrix_power(x, 3), MATRIX),
    (lambda m, x: m.polar(x)[0], MATRIX), (lambda m, x: m.polar(x, "left")[1], MATRIX), (lambda m, x: m.polar(x)[1], TALL),
    (lambda m, x: m.lu_factor(x)[0], MATRIX), *[(lambda m, x, t=t: m.lu_solve(m.lu_factor(x), TALL, t), MATRIX) for t in range(3)],
    (lambda m, x: abs(m.rq(x)[0]), MATRIX), (lambda m, x: abs(m.rq(x)[1]), MATRIX), (lambda m, x: abs(m.rq(x.T, mode="economic")[1]), TALL),
    (lambda m, x: m.orthogonal_procrustes(x, NORMAL)[0], MATRIX), (lambda m, x: m.orthogonal_procrustes(x, NORMAL)[1], MATRIX),
    (lambda m, x: m.eigh_tridiagonal(x, R[:4], eigvals_only=True), C), (lambda m, x: m.eigvalsh_tridiagonal(C, x), R[:4]),
    (lambda m, x: m.solve_toeplitz((x, R), R), C), (lambda m, x: m.solve_toeplitz(x, R), C), (lambda m, x: m.matmul_toeplitz((x, R), R), C),
    (lambda m, x: m.solve_circulant(x, R), C), (lambda m, x: m.solve_circulant(C, x), np.outer(C, R)),
    *[(lambda m, x, o=o, n=n: m.convolution_matrix(x, n, o), C) for o in MODES for n in (3, 8)],
    (lambda m, x: m.khatri_rao(x, NORMAL), MATRIX), (lambda m, x: m.leslie(x, R[:4]), C),
    (lambda m, x: m.cholesky_banded(x), UPPER), (lambda m, x: m.cho_solve_banded((m.cholesky_banded(x), False), TALL), UPPER),
    (lambda m, x: m.cho_solve_banded((m.cholesky_banded(x, lower=True), True), TALL), LOWER),
]  # fmt: skip
INTERPOLATE = [
    *[(lambda m, x, k=k: m.Akima1DInterpolator(PLACES, VALUES, method=k)(x), BETWEEN) for k in ("akima", "makima")],
    *[(lambda m, y, k=k: m.Akima1DInterpolator(PLACES, y, method=k)(BETWEEN), VALUES) for k in ("akima", "makima")],
    (lambda m, x: m.Akima1DInterpolator(x, VALUES, extrapolate=True)(BETWEEN), PLACES),
    (lambda m, x: m.Akima1DInterpolator(PLACES, STEPS)(x), BETWEEN), (lambda m, y: m.Akima1DInterpolator(PLACES[:2], y)(PLACES[:2].mean()), VALUES[:2]),
    (lambda m, y: m.Akima1DInterpolator(PLACES, y, axis=1)(BETWEEN), np.stack([VALUES, STEPS + VALUES])),
    (lambda m, y: m.pchip_interpolate(PLACES, y, BETWEEN, der=1), VALUES),
    *[(lambda m, x, n=n: getattr(m, n)(PLACES, VALUES)(x), BETWEEN) for n in ("CubicSpline", "PchipInterpolator", "BarycentricInterpolator", "KroghInterpolator")],
    *[(lambda m, y, n=n: getattr(m, n)(PLACES, y)(BETWEEN), VALUES) for n in ("CubicSpline", "PchipInterpolator", "BarycentricInterpolator", "KroghInterpolator")],
    *[(lambda m, x, n=n: getattr(m, n)(x, VALUES)(BETWEEN), PLACES) for n in ("CubicSpline", "PchipInterpolator", "KroghInterpolator")],
    (lambda m, y: m.krogh_interpolate(PLACES[::2], y[::2], BETWEEN), VALUES), (lambda m, y: m.BarycentricInterpolator(PLACES, y, axis=1)(BETWEEN), np.stack([VALUES, STEPS])),
    *[(lambda m, x, k=k: m.interpn((G1, G2), GRID3, x, k), INSIDE) for k in ("linear", "nearest")],
    *[(lambda m, v, k=k: m.RegularGridInterpolator((G1, G2), v, k)(INSIDE.reshape(2, 3, 2)), GRID) for k in ("linear", "nearest")],
    (lambda m, x: m.interpn((G1, G2), GRID, (x[:, :1], x[:, 1])), INSIDE), (lambda m, x: m.interpn((PLACES,), VALUES, x.ravel()), BETWEEN),
    (lambda m, v: m.RegularGridInterpolator((G1[::-1], G2), v)(INSIDE), GRID), (lambda m, v: m.RegularGridInterpolator((G1, G2), v)([1.5, 1.2]), GRID),
    (lambda m, x: m.RegularGridInterpolator((G1, G2), GRID, bounds_error=False, fill_value=None)(2 * x), INSIDE),
    (lambda m, v: m.RegularGridInterpolator((G1, G2), v, bounds_error=False, fill_value=7.0)(2 * INSIDE), GRID),
]  # fmt: skip
STATS = [
    *[(lambda m, x, n=n, a=a: getattr(m, n)(x, axis=a), SAMPLE) for a in (0, 1, None) for n in
      ("skew", "kurtosis", "sem", "variation", "zscore", "gzscore", "gmean", "hmean", "gstd", "entropy", "median_abs_deviation", "iqr", "circmean", "circvar")],
    (lambda m, x: m.moment(x, 3, axis=1, keepdims=True), SAMPLE), (lambda m, x: m.skew(x, bias=False), SAMPLE),
    (lambda m, x: m.kurtosis(x, bias=False, fisher=False, keepdims=True), SAMPLE), (lambda m, x: m.gmean(x, weights=OTHER), SAMPLE),
    (lambda m, w: m.hmean(SAMPLE, weights=w), OTHER), (lambda m, x: m.pmean(x, 3), SAMPLE), (lambda m, x: m.pmean(x, 0, axis=1, weights=OTHER), SAMPLE),
    (lambda m, x: m.entropy(x, OTHER, base=2), SAMPLE), (lambda m, x: m.entropy(SAMPLE, x), OTHER), (lambda m, x: m.zmap(x[0], OTHER[0]), SAMPLE),
    (lambda m, x: m.iqr(x, axis=1, rng=(10, 60), scale="normal", keepdims=True), SAMPLE), (lambda m, x: m.median_abs_deviation(x, scale="normal"), SAMPLE),
]  # fmt: skip
INTEGRATE = [
    *[(lambda m, y, k=k: m.simpson(y[:, :k]), EVEN) for k in range(2, 9)],
    *[(lambda m, x, k=k: m.simpson(EVEN[:, :k], x=x[:k]), PLACES) for k in range(2, 9)],
    (lambda m, y: m.simpson(y.T, dx=0.3, axis=0), EVEN), (lambda m, y: m.romb(y, 0.2), EVEN),
    (lambda m, x: m.fixed_quad(lambda t: np.sin(t * x[1]), x[2], x[3], n=7)[0], PLACES),
]  # fmt: skip
CALLS = {
    "signal": SIGNAL,
    "linalg": LINALG,
    "interpolate": INTERPOLATE,
    "stats": STATS,
    "integrate": INTEGRATE,
}
