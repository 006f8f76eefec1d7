"""What one would write by hand: C by `gcc -O3 -march=native` through ctypes, and NumPy.

The C programs write into buffers made ahead, so that they are a limit.
"""

import ctypes
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from . import loops

C = """
#include <math.h>
#define LOSS(NAME, T, EXP, LOG1P, TANH) \\
T NAME(long n, const T *x, T w, T b, const T *y, T *gx, T *g) { \\
  double s = 0, sw = 0, sb = 0; \\
  for (long i = 0; i < n; i++) { \\
    T u = EXP(-(x[i] * w + b) * y[i]), t = TANH(x[i]), d = -u / (1 + u) * y[i]; \\
    s += LOG1P(u) + t * t / 2; \\
    gx[i] = d * w + t * (1 - t * t); \\
    sw += d * x[i]; sb += d; \\
  } \\
  g[0] = sw; g[1] = sb; return s; }
LOSS(loss_double, double, exp, log1p, tanh)
LOSS(loss_float, float, expf, log1pf, tanhf)
void rosenbrock(long n, const double *x, double *g) {
  for (long i = 0; i < n; i++) g[i] = 0;
  for (long i = 0; i < n - 1; i++) {
    double a = x[i + 1] - x[i] * x[i];
    g[i] += -400 * a * x[i] - 2 * (1 - x[i]); g[i + 1] += 200 * a;
  } }
void product(long n, const double *x, const double *v, double *r) {
  r[0] = (1200 * x[0] * x[0] - 400 * x[1] + 2) * v[0] - 400 * x[0] * v[1];
  for (long i = 1; i < n - 1; i++)
    r[i] = (1200 * x[i] * x[i] - 400 * x[i + 1] + 202) * v[i]
           - 400 * (x[i] * v[i + 1] + x[i - 1] * v[i - 1]);
  r[n - 1] = 200 * v[n - 1] - 400 * x[n - 2] * v[n - 2]; }
double logistic(long n, long m, const double *x, const double *y, const double *w, double b,
                double *g) {
  double s = 0;
  for (long j = 0; j <= m; j++) g[j] = 0;
  for (long i = 0; i < n; i++) {
    double z = b;
    for (long j = 0; j < m; j++) z += x[i * m + j] * w[j];
    s += fmax(z, 0) + log1p(exp(-fabs(z))) - y[i] * z;
    double r = 1 / (1 + exp(-z)) - y[i];
    for (long j = 0; j < m; j++) g[j] += r * x[i * m + j];
    g[m] += r;
  }
  for (long j = 0; j <= m; j++) g[j] /= n;
  return s / n; }
"""
COMPILE = "gcc -O3 -march=native -fPIC -c limit.c"
# Linked apart: gcc's -ffast-math brings code that makes denormal numbers zero in the whole process.
LINK = "gcc -shared -o limit.so limit.o -lm"


def c_library(*options, source=None):
    """C programs, these or others, compiled with more options of gcc's; None without gcc."""
    if shutil.which("gcc") is None:
        return None
    with TemporaryDirectory() as folder:
        Path(folder, "limit.c").write_text(source or C + loops.C)
        subprocess.run([*COMPILE.split(), *options], cwd=folder, check=True)
        subprocess.run(LINK.split(), cwd=folder, check=True)
        return ctypes.CDLL(str(Path(folder, "limit.so")))


def address(a):
    """Where an array stands, as an argument that keeps it alive."""
    return np.ctypeslib.as_ctypes(a)


def c_loss(limit, x, w, b, y):
    """The long sum, in the type of its arguments."""
    double = x.dtype == np.float64
    kind = ctypes.c_double if double else ctypes.c_float
    function = limit.loss_double if double else limit.loss_float
    function.restype = kind
    gx, g = np.empty_like(x), np.empty(2, x.dtype)
    given = (ctypes.c_long(x.size), address(x), kind(w), kind(b), *map(address, (y, gx, g)))
    return lambda: (function(*given), gx, g[:1], g[1:])


def c_rosenbrock(limit, x):
    """The gradient of Rosenbrock's function."""
    g = np.empty_like(x)
    given = (ctypes.c_long(x.size), address(x), address(g))
    return lambda: (limit.rosenbrock(*given), g)[1:]


def c_from_arrays(limit, x):
    """The same with arrays going in and out, in the usual manner of ctypes."""
    double = ctypes.POINTER(ctypes.c_double)

    def call(x):
        g = np.empty_like(x)
        limit.rosenbrock(ctypes.c_long(x.size), x.ctypes.data_as(double), g.ctypes.data_as(double))
        return g

    return lambda: call(x)


def c_product(limit, x, way):
    """The Hessian of Rosenbrock's function times a direction."""
    r = np.empty_like(x)
    given = (ctypes.c_long(x.size), *map(address, (x, way, r)))
    return lambda: (limit.product(*given), r)[1:]


def c_logistic(limit, w, b, x, y):
    """Logistic regression in one pass over the rows."""
    limit.logistic.restype = ctypes.c_double
    g = np.empty(w.size + 1)
    given = (ctypes.c_long(y.size), ctypes.c_long(w.size), *map(address, (x, y, w)))
    given = (*given, ctypes.c_double(b), address(g))
    return lambda: (limit.logistic(*given), g[:-1], g[-1:])


def perceptron(weights, biases, x, t):
    """Loss and gradient of the perceptron, written with NumPy."""
    hidden = [x]
    for w, b in zip(weights[:2], biases):
        z = hidden[-1] @ w
        z += b
        hidden.append(np.tanh(z, out=z))
    z = hidden[-1] @ weights[2] + biases[2]
    e = np.exp(z)
    total = e.sum(1, keepdims=True)
    value = -((z - np.log(total)) * t).sum()
    g, gw, gb = e / total * t.sum(1, keepdims=True) - t, [], []
    for w, h in zip(weights[::-1], hidden[::-1]):
        gw.append(h.T @ g)
        gb.append(g.sum(0))
        if h is not x:
            g = (g @ w.T) * (1 - h * h)
    return value, gw[::-1], gb[::-1]


def hessian(x):
    """The dense Hessian of Rosenbrock's function: three diagonals."""
    main = np.full(x.size, 200.0)
    main[0] = 0.0
    main[:-1] += 1200 * x[:-1] ** 2 - 400 * x[1:] + 2
    side = -400 * x[:-1]
    return np.diag(main) + np.diag(side, 1) + np.diag(side, -1)
