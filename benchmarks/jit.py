"""Compiled functions beside JAX, C by gcc, and our own eager run: calls, and the first answer.

Every contestant takes NumPy arrays and gives NumPy arrays.  The C programs are what one would
write by hand, compiled with `gcc -O3 -march=native` and called through ctypes into buffers made
ahead, so that they are a limit.  The first answer is timed in fresh processes with empty caches.
"""

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import autodiff as ad
from autodiff.compile.jit import jit
from autodiff.examples.progress import steps

from . import loops
from .measure import interleaved, ratio
from .table import Table, Target

C = """
#include <math.h>
#define LOSS(NAME, T, EXP, LOG1P, TANH) \\
T NAME(long n, const T *x, T w, T b, const T *y, T *gx, T *g) { \\
  T s = 0, sw = 0, sb = 0; \\
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
FIRST = """
import sys, time, json
import numpy as np
begin = time.perf_counter()
from benchmarks.jit import programs
library, name = sys.argv[1:]
if library == "jax":
    import jax
    jax.config.update("jax_enable_x64", True)
    make = lambda f: jax.jit(jax.grad(f))
    import jax.numpy as m
else:
    import autodiff as m
    from autodiff.compile.jit import jit
    make = (lambda f: jit(m.grad(f))) if library == "autodiff jit" else m.grad
f, args = programs(m)[name]
begin = time.perf_counter()
out = make(f)(*args)
(out.block_until_ready() if hasattr(out, "block_until_ready") else np.asarray(out[0]).sum())
print(time.perf_counter() - begin)
"""


def loss(m, x, w, b, y):
    """sum(log1p(exp(-(x w + b) y)) + tanh(x)² / 2)"""
    return (m.log1p(m.exp(-(x * w + b) * y)) + m.tanh(x) ** 2 / 2).sum()


def rosenbrock(x):
    """The sum of 100 (x' - x²)² + (1 - x)² over neighbours."""
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def logistic(m, w, b, x, y):
    """Mean negative log-likelihood of a logistic regression."""
    z = x @ w + b
    return (m.logaddexp(z, 0.0 * z) - y * z).mean()


def perceptron(m):
    """(loss, arguments) of three layers and softmax."""
    rng = np.random.default_rng(0)
    sizes = ((784, 512), (512, 512), (512, 10))
    weights = [rng.normal(size=s) * 0.05 for s in sizes]
    biases = [np.zeros(s[1]) for s in sizes]

    def f(w, b, x, t):
        h = m.tanh(x @ w[0] + b[0])
        h = m.tanh(h @ w[1] + b[1])
        z = h @ w[2] + b[2]
        return -((z - m.log(m.exp(z).sum(1, keepdims=True))) * t).sum()

    x, t = rng.normal(size=(64, 784)), np.eye(10)[rng.integers(0, 10, 64)]
    return f, (weights, biases, x, t)


def lstm(m):
    """(loss, arguments) of twenty unrolled steps."""
    rng = np.random.default_rng(0)
    parts = [rng.normal(size=s) * 0.2 for s in ((10, 64), (16, 64), (64,))]

    def f(p, xs, h, c):
        for i in range(20):
            z = xs[i] @ p[0] + h @ p[1] + p[2]
            gates = [1 / (1 + m.exp(-z[:, k * 16 : k * 16 + 16])) for k in range(3)]
            c = gates[0] * c + gates[1] * m.tanh(z[:, 48:])
            h = gates[2] * m.tanh(c)
        return (h * h).sum()

    return f, (parts, rng.normal(size=(20, 8, 10)), np.zeros((8, 16)), np.zeros((8, 16)))


def chain(m):
    """(function, arguments) of 2,000 operators on numbers."""

    def f(x):
        for i in range(1000):
            x = m.sin(x[0] * 1.01)[None] if i % 2 else x * x[0] + 0.3
        return x[0]

    return f, (np.array([0.5]),)


def programs(m):
    """{name: (function, arguments)} of the first answers."""
    return {"perceptron": perceptron(m), "LSTM": lstm(m), "chain of 2,000": chain(m)}


def c_library():
    """The C programs, compiled; None where there is no gcc."""
    if shutil.which("gcc") is None:
        return None
    folder = Path(tempfile.mkdtemp())
    (folder / "limit.c").write_text(C + loops.C)
    command = [
        "gcc",
        "-O3",
        "-march=native",
        "-shared",
        "-fPIC",
        "-o",
        "limit.so",
        "limit.c",
        "-lm",
    ]
    subprocess.run(command, cwd=folder, check=True)
    return ctypes.CDLL(str(folder / "limit.so"))


def address(a):
    """Where an array stands, as an argument that keeps it alive."""
    return np.ctypeslib.as_ctypes(a) if a.flags.writeable and a.size else ctypes.c_void_p()


def jitted(found, f, arguments, places):
    """{name: call} of value and gradient: ours compiled, ours eager, and JAX's."""
    ours = jit(ad.value_and_grad(lambda *a: f(ad, *a), argnums=places))
    eager = ad.value_and_grad(lambda *a: f(ad, *a), argnums=places)
    calls = {"autodiff jit": lambda: ours(*arguments), "autodiff eager": lambda: eager(*arguments)}
    if "jax" in found:
        jax = found["jax"]
        theirs = jax.jit(jax.value_and_grad(lambda *a: f(jax.numpy, *a), argnums=places))
        calls["jax"] = lambda: [np.asarray(v) for v in jax.tree.leaves(theirs(*arguments))]
    return calls


def loss_calls(found, limit, size, dtype):
    """The contestants of the long sum."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=size).astype(dtype), np.sign(rng.normal(size=size)).astype(dtype)
    w, b = np.asarray(dtype(0.7)), np.asarray(dtype(0.1))
    calls = jitted(found, loss, (x, w, b, y), (0, 1, 2))
    if limit is not None:
        kind = ctypes.c_double if dtype is np.float64 else ctypes.c_float
        function = limit.loss_double if dtype is np.float64 else limit.loss_float
        function.restype = kind
        g, out = np.empty_like(x), np.empty(2, dtype)
        given = (ctypes.c_long(size), address(x), kind(0.7), kind(0.1), *map(address, (y, g, out)))
        calls["C"] = lambda: function(*given)
    return calls


def rosenbrock_calls(found, limit, size):
    """The contestants of a small gradient."""
    x = np.random.default_rng(0).normal(size=size)
    ours, eager = jit(ad.grad(rosenbrock)), ad.grad(rosenbrock)
    calls = {"autodiff jit": lambda: ours(x), "autodiff eager": lambda: eager(x)}
    if "jax" in found:
        theirs = found["jax"].jit(found["jax"].grad(rosenbrock))
        calls["jax"] = lambda: np.asarray(theirs(x))
    if limit is not None:
        g = np.empty_like(x)
        given = (ctypes.c_long(size), address(x), address(g))
        calls["C"] = lambda: limit.rosenbrock(*given)
    return calls


def logistic_calls(found, limit, rows, columns):
    """The contestants of a regression."""
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(rows, columns)), rng.normal(size=columns)
    y, b = (rng.normal(size=rows) > 0) * 1.0, np.asarray(0.1)
    calls = jitted(found, logistic, (w, b, x, y), (0, 1))
    if limit is not None:
        limit.logistic.restype = ctypes.c_double
        g = np.empty(columns + 1)
        given = (ctypes.c_long(rows), ctypes.c_long(columns), *map(address, (x, y, w)))
        given = (*given, ctypes.c_double(0.1), address(g))
        calls["C"] = lambda: limit.logistic(*given)
    return calls


def perceptron_by_hand(weights, biases, x, t):
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


def perceptron_calls(found, batch):
    """The contestants of three layers in single precision."""
    rng = np.random.default_rng(0)
    (weights, biases, _, _), single = perceptron(ad)[1], np.float32
    weights, biases = ([a.astype(single) for a in part] for part in (weights, biases))
    x = rng.normal(size=(batch, 784)).astype(single)
    t = np.eye(10, dtype=single)[rng.integers(0, 10, batch)]
    calls = jitted(found, lambda m, *a: perceptron(m)[0](*a), (weights, biases, x, t), (0, 1))
    calls["NumPy by hand"] = lambda: perceptron_by_hand(weights, biases, x, t)
    return calls


def first_answer(library, name):
    """Seconds from definition to the first gradient in a fresh process with empty caches."""
    environment = {**os.environ, "AUTODIFF_CACHE": ""}
    command = [sys.executable, "-c", FIRST, library, name]
    root = Path(__file__).parent.parent
    out = subprocess.run(
        command, env=environment, cwd=root, check=True, capture_output=True, text=True
    )
    return float(out.stdout)


def measure(effort, found):
    """Calls as multiples of C, and first answers as multiples of ours."""
    limit = c_library()
    work = {}
    for dtype in (np.float64, np.float32):
        for size in (1_000, 100_000, 10_000_000):
            n = max(int(size * min(effort.size * 10, 1)), 100)
            work[f"long sum, {dtype.__name__}, n = {size:,}"] = loss_calls(found, limit, n, dtype)
    for n in (2, 100):
        work[f"Rosenbrock, n = {n}"] = rosenbrock_calls(found, limit, n)
    work["logistic regression, 569 x 30"] = logistic_calls(found, limit, 569, 30)
    rows = max(int(100_000 * min(effort.size * 10, 1)), 100)
    work[f"logistic regression, {rows:,} x 100"] = logistic_calls(found, limit, rows, 100)
    for n in (1_000, 10_000):
        n = max(int(n * min(effort.size * 10, 1)), 20)
        work[f"Lorenz, {n:,} steps"] = loops.lorenz_calls(found, limit, n)
    work["Lorenz, steps that adapt"] = loops.adaptive_calls()
    for batch in (64, 1024):
        batch = max(int(batch * min(effort.size * 10, 1)), 8)
        work[f"perceptron, batch {batch}"] = perceptron_calls(found, batch)
    rows, targets = {}, []
    for name, _ in zip(work, steps(len(work), "jit")):
        seconds = interleaved(work[name], effort)
        unit = seconds.get("C", seconds["autodiff jit"])
        rows[name] = {who: ratio(s, unit) for who, s in seconds.items()}
        rows[name]["ours [µs]"] = 1e6 * min(seconds["autodiff jit"])
        if "C" in seconds:
            targets.append(Target(f"{name}: against C", rows[name]["autodiff jit"], "at most", 1.3))
    note = "a call with value and gradient, as a multiple of C where there is gcc, else of ours"
    tables = [Table("Compiled functions", rows, targets, note)]
    if effort.seconds:
        tables.append(first_answers(found))
    return tables


def first_answers(found):
    """The table of fresh processes."""
    rows, targets = {}, []
    names = [
        n for n in ("autodiff jit", "autodiff eager", "jax") if n.split()[0] in ("autodiff", *found)
    ]
    for name, _ in zip(programs(ad), steps(3, "first answers")):
        seconds = {library: first_answer(library, name) for library in names}
        rows[name] = {f"{library} [s]": s for library, s in seconds.items()}
        if "jax" in seconds:
            gain = seconds["jax"] / seconds["autodiff jit"]
            targets.append(Target(f"{name}: JAX's time against ours", gain, "at least", 1.0))
    note = "seconds from definition to first gradient, imports left out"
    return Table("First answers in a fresh process", rows, targets, note)
