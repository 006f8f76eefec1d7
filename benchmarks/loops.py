"""Loops in compiled functions: Runge and Kutta's fourth-order steps, and a loop of Python's.

The limit of the Lorenz system is forward mode by hand in C: the state with its six
tangents, `gcc -O3 -march=native`.
"""

import ctypes

import numpy as np

import autodiff as ad
from autodiff.compile.jit import jit

from .jit_peers import MAKERS, casadi_call
from .programs import walk

C = """
typedef struct { double v, d[6]; } dual;
static dual dot(dual x, dual y, double s, dual z) { /* x (y + s z) */
  dual r; double w = y.v + s * z.v; r.v = x.v * w;
  for (int i = 0; i < 6; i++) r.d[i] = x.d[i] * w + x.v * (y.d[i] + s * z.d[i]);
  return r; }
static dual along(dual x, double s, dual y) {
  dual r; r.v = x.v + s * y.v;
  for (int i = 0; i < 6; i++) r.d[i] = x.d[i] + s * y.d[i];
  return r; }
static void slope(const dual *s, const dual *p, dual *k) {
  dual zero = {0};
  k[0] = dot(p[0], s[1], -1, s[0]);
  k[1] = along(dot(s[0], p[1], -1, s[2]), -1, s[1]);
  k[2] = along(dot(s[0], s[1], 0, zero), -1, dot(p[2], s[2], 0, zero)); }
double lorenz(long n, const double *x, double h, double *g) {
  dual s[3], p[3], k[4][3], m[3]; double total = 0;
  for (int i = 0; i < 3; i++) for (int j = 0; j < 6; j++) {
    s[i].v = x[i]; p[i].v = x[3 + i]; s[i].d[j] = j == i; p[i].d[j] = j == 3 + i; }
  for (long t = 0; t < n; t++) {
    slope(s, p, k[0]);
    for (int i = 0; i < 3; i++) m[i] = along(s[i], h / 2, k[0][i]);
    slope(m, p, k[1]);
    for (int i = 0; i < 3; i++) m[i] = along(s[i], h / 2, k[1][i]);
    slope(m, p, k[2]);
    for (int i = 0; i < 3; i++) m[i] = along(s[i], h, k[2][i]);
    slope(m, p, k[3]);
    for (int i = 0; i < 3; i++) {
      dual a = along(along(along(k[0][i], 2, k[1][i]), 2, k[2][i]), 1, k[3][i]);
      s[i] = along(s[i], h / 6, a); } }
  for (int j = 0; j < 6; j++) g[j] = s[0].d[j] + s[1].d[j] + s[2].d[j];
  for (int i = 0; i < 3; i++) total += s[i].v;
  return total; }
"""
STEP, END = 1e-3, 1.0


def slope(m, s, p):
    """Lorenz's equations."""
    return m.stack([p[0] * (s[1] - s[0]), s[0] * (p[1] - s[2]) - s[1], s[0] * s[1] - p[2] * s[2]])


def advanced(m, s, p, h):
    """One step of Runge and Kutta's fourth-order rule."""
    a = slope(m, s, p)
    b = slope(m, s + h / 2 * a, p)
    c = slope(m, s + h / 2 * b, p)
    return s + h / 6 * (a + 2 * b + 2 * c + slope(m, s + h * c, p))


def lorenz(x, n):
    """The sum of the state after n steps, from three coordinates and three parameters."""
    return ad.fori_loop(0, n, lambda i, s: advanced(ad, s, x[3:], STEP), x[:3]).sum()


def length(m, s, p):
    """The next step, the shorter the faster the state moves."""
    return 1e-2 / (1 + m.linalg.norm(slope(m, s, p)) / 10)


def adaptive(x, end):
    """The same until a time, with steps that follow the speed."""

    def step(state):
        h = length(ad, state[1], x[3:])
        return state[0] + h, advanced(ad, state[1], x[3:], h)

    return ad.while_loop(lambda state: state[0] < end, step, (0.0, x[:3]))[1].sum()


def adapted(m, x, end):
    """The same by a loop of Python's."""
    t, s = 0.0, x[:3]
    while t < end:
        h = length(m, s, x[3:])
        t, s = t + h, advanced(m, s, x[3:], h)
    return s.sum()


def start():
    """Coordinates and parameters."""
    return np.array([1.0, 1.0, 1.0, 10.0, 28.0, 8 / 3])


def lorenz_calls(found, limit, n):
    """The contestants of n steps; the slow ones up to 1,000."""
    x = start()
    ours = jit(ad.grad(lambda x: lorenz(x, n)))
    calls = {"autodiff jit": lambda: ours(x)}
    if n <= 1000:
        eager = ad.grad(lambda x: lorenz(x, n))
        calls["autodiff eager"] = lambda: eager(x)
        calls |= unrolled(found, lambda m, x: counted(m, x, n), x)
    if "jax" in found:
        calls["jax"] = jax_lorenz(found["jax"], x, n)
    if "casadi" in found:
        calls["casadi"] = casadi_lorenz(found["casadi"], x, n)
    if limit is not None:
        limit.lorenz.restype = ctypes.c_double
        g, given = np.empty(6), np.ctypeslib.as_ctypes(x)
        out = np.ctypeslib.as_ctypes(g)
        call = (ctypes.c_long(n), given, ctypes.c_double(STEP), out)
        calls["C"] = lambda: (limit.lorenz(*call), g)[1:]
    return calls


def counted(m, x, n):
    """The steps by a loop of Python's."""
    s = x[:3]
    for _ in range(n):
        s = advanced(m, s, x[3:], STEP)
    return s.sum()


def unrolled(found, f, x):
    """The peers that follow loops of Python's."""
    names = [name for name in ("torch", "autograd") if name in found]
    return {name: MAKERS[name](found[name], f, (x,), (0,), False) for name in names}


def jax_lorenz(jax, x, n):
    """JAX's `scan`."""

    def theirs(x):
        def step(s, _):
            return advanced(jax.numpy, s, x[3:], STEP), None

        return jax.lax.scan(step, x[:3], None, length=n)[0].sum()

    gradient = jax.jit(jax.grad(theirs))
    return lambda: np.asarray(gradient(x))


def casadi_lorenz(casadi, x, n):
    """CasADi's `fold` of one step."""
    s, p = casadi.SX.sym("s", 3), casadi.SX.sym("p", 3)

    class Names:
        """What a step needs."""

        @staticmethod
        def stack(parts):
            return casadi.vertcat(*parts)

    step = casadi.Function("step", [s, p], [advanced(Names, s, p, STEP)])
    z = casadi.MX.sym("z", 6)
    out = casadi.sum1(step.fold(n)(z[:3], casadi.repmat(z[3:], 1, n)))
    return casadi_call(casadi.Function("g", [z], [casadi.gradient(out, z)]), [x], [np.empty(6)])


def adaptive_calls(found):
    """Steps that adapt; JAX does not reverse such a loop, and is given six directions ahead."""
    x = start()
    ours, eager = jit(ad.grad(lambda x: adaptive(x, END))), ad.grad(lambda x: adaptive(x, END))
    calls = {"autodiff jit": lambda: ours(x), "autodiff eager": lambda: eager(x)}
    calls |= unrolled(found, lambda m, x: adapted(m, x, END), x)
    if "jax" in found:
        jax = found["jax"]

        def theirs(x):
            def one(state):
                h = length(jax.numpy, state[1], x[3:])
                return state[0] + h, advanced(jax.numpy, state[1], x[3:], h)

            return jax.lax.while_loop(lambda state: state[0] < END, one, (0.0, x[:3]))[1].sum()

        gradient = jax.jit(jax.jacfwd(theirs))
        calls["jax"] = lambda: np.asarray(gradient(x))
    return calls


def walk_calls(found):
    """The contestants of the loop that doubles; JAX goes forward, by `while_loop`."""
    a = np.random.default_rng(0).normal(size=10)
    ours, eager = jit(ad.grad(lambda a: walk(ad, a))), ad.grad(lambda a: walk(ad, a))
    calls = {"autodiff jit": lambda: ours(a), "autodiff eager": lambda: eager(a)}
    calls |= unrolled(found, walk, a)
    if "jax" in found:
        jax = found["jax"]

        def theirs(a):
            def short(b):
                return jax.numpy.linalg.norm(b) < 1000

            b = jax.lax.while_loop(short, lambda b: b * 2, a * 2)
            return jax.numpy.where(b.sum() > 0, b, 100 * b).sum()

        gradient = jax.jit(jax.jacfwd(theirs))
        calls["jax"] = lambda: np.asarray(gradient(a))
    calls["NumPy by hand"] = lambda: walk_by_hand(a)
    return calls


def walk_by_hand(a):
    """The gradient of `walk`: a power of two, or a hundred times one."""
    b, scale = a * 2, 2.0
    while np.linalg.norm(b) < 1000:
        b = b * 2
        scale *= 2
    return np.full(a.shape, scale if b.sum() > 0 else 100 * scale)
