"""Loops in compiled functions: the Lorenz system by Runge and Kutta's fourth-order steps.

The limit is forward mode by hand in C: the state with its six tangents, `gcc -O3 -march=native`.
"""

import ctypes

import numpy as np

import autodiff as ad
from autodiff.compile.jit import jit

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
STEP = 1e-3


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


def adaptive(x, end):
    """The same until a time, with steps that follow the speed."""

    def step(state):
        t, s = state
        h = 1e-2 / (1 + ad.norm(slope(ad, s, x[3:])) / 10)
        return t + h, advanced(ad, s, x[3:], h)

    return ad.while_loop(lambda state: state[0] < end, step, (0.0, x[:3]))[1].sum()


def start():
    """Coordinates and parameters."""
    return np.array([1.0, 1.0, 1.0, 10.0, 28.0, 8 / 3])


def lorenz_calls(found, limit, n):
    """The contestants of n steps."""
    x = start()
    ours = jit(ad.grad(lambda x: lorenz(x, n)))
    calls = {"autodiff jit": lambda: ours(x)}
    if n <= 1000:
        eager = ad.grad(lambda x: lorenz(x, n))
        calls["autodiff eager"] = lambda: eager(x)
    if "jax" in found:
        jax = found["jax"]

        def theirs(x):
            def step(s, _):
                return advanced(jax.numpy, s, x[3:], STEP), None

            return jax.lax.scan(step, x[:3], None, length=n)[0].sum()

        gradient = jax.jit(jax.grad(theirs))
        calls["jax"] = lambda: np.asarray(gradient(x))
    if limit is not None:
        limit.lorenz.restype = ctypes.c_double
        g, given = np.empty(6), np.ctypeslib.as_ctypes(x)
        out = np.ctypeslib.as_ctypes(g)
        calls["C"] = lambda: limit.lorenz(ctypes.c_long(n), given, ctypes.c_double(STEP), out)
    return calls


def adaptive_calls():
    """Ours compiled and eager: nobody else reverses a loop of unknown length."""
    x = start()
    ours, eager = jit(ad.grad(lambda x: adaptive(x, 1.0))), ad.grad(lambda x: adaptive(x, 1.0))
    return {"autodiff jit": lambda: ours(x), "autodiff eager": lambda: eager(x)}
