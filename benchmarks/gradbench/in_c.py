"""Three derivatives worked out by hand in C: the limit that the problems are held against.

They do the same work as the formulas, dense where these are dense; `gcc -O3 -march=native`.
"""

import ctypes

import numpy as np

from .. import limits
from .ht import BEND, NONE, SPREAD

C = """
#include <math.h>
#include <string.h>
typedef const double *given;
/* cos, sin(t)/t and (1 - cos)/t^2 of the length t of r, and the last two's slopes over t */
static void factors(given r, double f[5]) {
  double q = r[0] * r[0] + r[1] * r[1] + r[2] * r[2], t = sqrt(q);
  if (q == 0) { f[0] = f[1] = 1; f[2] = 0.5; f[3] = f[4] = 0; return; }
  f[0] = cos(t); f[1] = sin(t) / t; f[2] = (1 - f[0]) / q;
  f[3] = (f[0] - f[1]) / q; f[4] = (f[1] - 2 * f[2]) / q; }

void ba(long n, long m, long p, const long *camera, const long *point, given cameras,
        given points, given weights, given features, long *starts, long *columns, double *values) {
  for (long o = 0; o < p; o++) {
    given r = cameras + 11 * camera[o], x = points + 3 * point[o], k = r + 6;
    double f[5], y[3], g[3][3], h[3][3], z[3], w = weights[o];
    factors(r, f);
    for (int i = 0; i < 3; i++) y[i] = x[i] - r[3 + i];
    double c[3] = {r[1] * y[2] - r[2] * y[1], r[2] * y[0] - r[0] * y[2], r[0] * y[1] - r[1] * y[0]};
    double d = r[0] * y[0] + r[1] * y[1] + r[2] * y[2];
    double rx[3][3] = {{0, -r[2], r[1]}, {r[2], 0, -r[0]}, {-r[1], r[0], 0}};
    double yx[3][3] = {{0, y[2], -y[1]}, {-y[2], 0, y[0]}, {y[1], -y[0], 0}};
    for (int i = 0; i < 3; i++) {
      z[i] = y[i] * f[0] + c[i] * f[1] + r[i] * d * f[2];
      for (int j = 0; j < 3; j++) {
        g[i][j] = (i == j) * f[0] + rx[i][j] * f[1] + r[i] * r[j] * f[2];
        h[i][j] = -f[1] * r[j] * y[i] + f[3] * r[j] * c[i] + f[1] * yx[i][j]
                  + f[4] * r[j] * d * r[i] + f[2] * ((i == j) * d + r[i] * y[j]);
      } }
    double q[2] = {z[0] / z[2], z[1] / z[2]}, s = q[0] * q[0] + q[1] * q[1];
    double bent = 1 + k[3] * s + k[4] * s * s, slope = k[3] + 2 * k[4] * s;
    for (int e = 0; e < 2; e++) {
      long at = 30 * o + 15 * e;
      double *v = values + at, by[3];
      starts[2 * o + e] = at;
      for (int i = 0; i < 2; i++)
        by[i] = w * k[0] * ((i == e) * bent + 2 * q[e] * q[i] * slope) / z[2];
      by[2] = -(by[0] * q[0] + by[1] * q[1]);
      for (int j = 0; j < 3; j++) {
        v[j] = by[0] * h[0][j] + by[1] * h[1][j] + by[2] * h[2][j];
        v[11 + j] = by[0] * g[0][j] + by[1] * g[1][j] + by[2] * g[2][j];
        v[3 + j] = -v[11 + j];
      }
      v[6] = w * q[e] * bent; v[7] = e == 0 ? w : 0; v[8] = e == 1 ? w : 0;
      v[9] = w * k[0] * q[e] * s; v[10] = v[9] * s;
      v[14] = k[0] * q[e] * bent + k[1 + e] - features[2 * o + e];
      for (int j = 0; j < 11; j++) columns[at + j] = 11 * camera[o] + j;
      for (int j = 0; j < 3; j++) columns[at + 11 + j] = 11 * n + 3 * point[o] + j;
      columns[at + 14] = 11 * n + 3 * m + o;
    }
    starts[2 * p + o] = 30 * p + o;
    columns[30 * p + o] = 11 * n + 3 * m + o; values[30 * p + o] = -2 * w;
  }
  starts[3 * p] = 31 * p; }

#define BONES 22
#define WAYS 26
static void times(given a, given b, double *c, int more) { /* 4 x 4 */
  for (int i = 0; i < 4; i++) for (int j = 0; j < 4; j++) {
    double s = more ? c[4 * i + j] : 0;
    for (int k = 0; k < 4; k++) s += a[4 * i + k] * b[4 * k + j];
    c[4 * i + j] = s; } }

void ht(long n, long vertices, const long *parents, const long *bend, const long *spread,
        const long *corners, given theta, given us, given relatives, given inverses,
        given positions, given weights, double *skin, double *moved, double *out) {
  static double bone[BONES][16], way[BONES][20][16], total[16], turned[16], own[2][16];
  static double columns[BONES][4][3 * (WAYS + 1)];
  double f[5], turn[3][3], turns[3][3][3], r[3] = {theta[0], theta[1], theta[2]};
  factors(r, f);
  double rx[3][3] = {{0, -r[2], r[1]}, {r[2], 0, -r[0]}, {-r[1], r[0], 0}};
  for (int i = 0; i < 3; i++) for (int j = 0; j < 3; j++) {
    turn[i][j] = (i == j) * f[0] + r[i] * r[j] * f[2] + rx[i][j] * f[1];
    for (int k = 0; k < 3; k++) {
      double unit = i == j ? 0 : (j - i + 3) % 3 == 1 ? -(k == 3 - i - j) : k == 3 - i - j;
      turns[k][i][j] = -(i == j) * f[1] * r[k] + f[4] * r[k] * r[i] * r[j] + f[3] * r[k] * rx[i][j]
                       + f[2] * ((i == k) * r[j] + (j == k) * r[i]) + f[1] * unit; } }
  memset(way, 0, sizeof way);
  for (int b = 0; b < BONES; b++) {
    double x = bend[b] < 20 ? theta[6 + bend[b]] : 0, z = spread[b] < 20 ? theta[6 + spread[b]] : 0;
    double ca = cos(z), sa = sin(z), c = cos(x), d = sin(x);
    double plain[16] = {ca, -sa * c, sa * d, 0, sa, ca * c, -ca * d, 0, 0, d, c, 0, 0, 0, 0, 1};
    double bent[16] = {0, sa * d, sa * c, 0, 0, -ca * d, -ca * c, 0, 0, c, -d, 0, 0, 0, 0, 0};
    double apart[16] = {-sa, -ca * c, ca * d, 0, ca, -sa * c, sa * d, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    given here = relatives + 16 * b; long up = parents[b];
    times(here, plain, turned, 0); times(here, bent, own[0], 0); times(here, apart, own[1], 0);
    if (up < 0) memcpy(bone[b], turned, sizeof turned); else times(bone[up], turned, bone[b], 0);
    for (int k = 0; k < 20 && up >= 0; k++) times(way[up][k], turned, way[b][k], 0);
    for (int e = 0; e < 2; e++) {
      long k = e ? spread[b] : bend[b];
      if (k >= 20) continue;
      if (up < 0) for (int i = 0; i < 16; i++) way[b][k][i] += own[e][i];
      else times(bone[up], own[e], way[b][k], 1); } }
  for (int b = 0; b < BONES; b++) for (int k = -1; k < 20; k++) {
    times(k < 0 ? bone[b] : way[b][k], inverses + 16 * b, total, 0);
    for (int c = 0; c < 4; c++) for (int i = 0; i < 3; i++) {
      double s = 0;
      for (int j = 0; j < 3; j++) s += turn[i][j] * total[4 * j + c];
      columns[b][c][i * (WAYS + 1) + (k < 0 ? WAYS : 6 + k)] = s;
      for (int t = 0; t < 3 && k < 0; t++) {
        s = 0;
        for (int j = 0; j < 3; j++) s += turns[t][i][j] * total[4 * j + c];
        columns[b][c][i * (WAYS + 1) + t] = s; } } }
  for (long v = 0; v < vertices; v++) {
    double sum[3 * (WAYS + 1)] = {0};
    for (int b = 0; b < BONES; b++) for (int c = 0; c < 4; c++) {
      double w = weights[BONES * v + b] * positions[4 * v + c];
      for (int k = 0; k < 3 * (WAYS + 1); k++) sum[k] += w * columns[b][c][k]; }
    for (int i = 0; i < 3; i++) {
      sum[i * (WAYS + 1) + 3 + i] += 1;
      skin[3 * v + i] = sum[i * (WAYS + 1) + WAYS] + theta[3 + i];
      memcpy(moved + (3 * v + i) * WAYS, sum + i * (WAYS + 1), WAYS * sizeof(double)); } }
  for (long o = 0; o < n; o++) {
    long a = corners[o], b = corners[n + o], c = corners[2 * n + o];
    double u = us[2 * o], v = us[2 * o + 1], w = 1 - u - v;
    for (int i = 0; i < 3; i++) {
      double *row = out + (3 * o + i) * (WAYS + 2);
      row[0] = skin[3 * c + i] - skin[3 * a + i]; row[1] = skin[3 * c + i] - skin[3 * b + i];
      given x = moved + (3 * a + i) * WAYS, y = moved + (3 * b + i) * WAYS;
      given z = moved + (3 * c + i) * WAYS;
      for (int k = 0; k < WAYS; k++) row[2 + k] = -(u * x[k] + v * y[k] + w * z[k]); } } }

void llsq(long m, long n, given x, double *g) {
  enum { ROWS = 256 };
  double t[ROWS], r[ROWS], power[ROWS];
  for (long j = 0; j < m; j++) g[j] = 0;
  for (long start = 0; start < n; start += ROWS) {
    long rows = n - start < ROWS ? n - start : ROWS;
    for (long i = 0; i < rows; i++) {
      t[i] = -1 + 2.0 * (start + i) / (n - 1); r[i] = 0; power[i] = 1; }
    for (long j = m - 1; j >= 0; j--) for (long i = 0; i < rows; i++) r[i] = r[i] * t[i] + x[j];
    for (long i = 0; i < rows; i++) r[i] -= (t[i] > 0) - (t[i] < 0);
    for (long j = 0; j < m; j++) {
      double s = 0;
      for (long i = 0; i < rows; i++) { s += r[i] * power[i]; power[i] *= t[i]; }
      g[j] += s; } } }
"""


def programs():
    """{(problem, function): maker of the function of the arrays}; empty where there is no gcc."""
    found = limits.c_library("-ffast-math", source=C)
    if found is None:
        return {}
    made = {("ba", "jacobian"): ba, ("ht", "jacobian"): ht, ("llsq", "gradient"): llsq}
    return {at: lambda static, make=make: make(found, static) for at, make in made.items()}


def call(function, sizes, *arrays):
    """Call a program with counts and contiguous arrays."""
    arrays = [np.ascontiguousarray(a) for a in arrays]
    pointers = [ctypes.c_void_p(a.ctypes.data) for a in arrays]
    function(*map(ctypes.c_long, sizes), *pointers)


def ba(library, static):
    """Row starts, columns and values of the sparse Jacobian."""
    n, m, seen = static
    p = len(seen[0])

    def f(*arrays):
        starts, columns = np.empty(3 * p + 1, np.int64), np.empty(31 * p, np.int64)
        values = np.empty(31 * p)
        call(library.ba, (n, m, p), *seen, *arrays, starts, columns, values)
        return starts, columns, values

    return f


def ht(library, static):
    """The compressed Jacobian of the complicated problem."""
    parents, _, corners = static
    fixed = np.array(parents), np.minimum(BEND, NONE), np.minimum(SPREAD, NONE), np.array(corners)

    def f(theta, us, relatives, inverses, positions, weights, points):
        n, vertices = len(points), len(positions)
        skin, moved = np.empty(3 * vertices), np.empty(78 * vertices)
        out = np.empty((3 * n, 28))
        given = theta, us, relatives, inverses, positions, weights, skin, moved, out
        call(library.ht, (n, vertices), *fixed, *given)
        return out

    return f


def llsq(library, static):
    """The gradient of the half square."""

    def f(x, order):
        g = np.empty_like(x)
        call(library.llsq, (len(x), len(order)), x, g)
        return g

    return f
