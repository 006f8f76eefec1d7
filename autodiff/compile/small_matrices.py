"""Matrices of at most four rows as straight code, in registers.

Pivots are chosen as LAPACK chooses them.  A pivot that is zero but for rounding is left to the
row's own `evaluate`, which decides whether the matrix is singular.
"""

import numpy as np

from .kernel import DOUBTFUL, SINGULAR, WORD

BOOL = np.dtype(np.bool_)


def near_zero(k, x, size, times):
    """Whether a number is rounding beside numbers of some size; true for NaN."""
    limit = size * float(times * np.finfo(k.dtype).eps)
    return k.compare("ule", k.abs(x), limit)


def triangles(k, n, a, lu, pivots):
    """Triangular factors with the rows in the order of the pivots."""
    m, order = a.loaded(n), [k.word(i) for i in range(n)]
    sizes = []
    for j in range(n):
        size = k.abs(m[0][j])
        for i in range(1, n):
            size = k.maximum(size, k.abs(m[i][j]))
        sizes.append(size)
    turned, state = k.word(0), k.word(0)
    for c in range(n):
        for r in range(c + 1, n):
            better = k.abs(m[r][c]) > k.abs(m[c][c])
            both = list(zip(m[r], m[c]))
            m[r] = [k.select(better, y, x) for x, y in both]
            m[c] = [k.select(better, x, y) for x, y in both]
            order[r], order[c] = (
                k.select(better, order[c], order[r]), k.select(better, order[r], order[c])
            )  # fmt: skip
            turned = turned ^ k.convert(better, WORD)
        doubtful = near_zero(k, m[c][c], sizes[c], 64)
        state = k.select(doubtful, state | DOUBTFUL, state)
        state = k.select(m[c][c].same(0.0), SINGULAR | DOUBTFUL, state)
        for r in range(c + 1, n):
            f = m[r][c] = m[r][c] / m[c][c]
            for j in range(c + 1, n):
                m[r][j] = m[r][j] - f * m[c][j]
    for i in range(n):
        for j in range(n):
            lu.store(m[i][j], i, j)
        pivots.store(order[i], i)
    pivots.store(state, n)
    pivots.store(turned, n + 1)


def substituted(k, n, columns, lu, pivots, b, x, turned):
    """Solutions by the factors; of the unit vectors where b is None."""
    m, order = lu.loaded(n), [pivots.load(i) for i in range(n)]
    k.again_if(k.compare("ne", pivots.load(n), 0))
    for q in k.each(0, columns):
        if b is None:
            same = [k.compare("eq", k.word(i) if turned else order[i], k.word(q)) for i in range(n)]
            y = [k.select(s, k.float(1.0), 0.0) for s in same]
        else:
            y = [b.load(i if turned else order[i].name, q) for i in range(n)]
        if turned:
            solve_lower(k, [[m[j][i] for j in range(n)] for i in range(n)], y)
            solve_upper(k, [[m[j][i] for j in range(n)] for i in range(n)], y, True)
        else:
            solve_lower(k, m, y, True)
            solve_upper(k, m, y)
        again_if_odd(k, y)
        for i in range(n):
            x.store(y[i], order[i].name if turned else i, q)


def solve_lower(k, m, y, unit=False):
    """Solve by the lower triangle in place."""
    for i in range(len(y)):
        for j in range(i):
            y[i] = y[i] - m[i][j] * y[j]
        y[i] = y[i] if unit else y[i] / m[i][i]


def solve_upper(k, m, y, unit=False):
    """Solve by the upper triangle in place."""
    for i in reversed(range(len(y))):
        for j in range(i + 1, len(y)):
            y[i] = y[i] - m[i][j] * y[j]
        y[i] = y[i] if unit else y[i] / m[i][i]


def again_if_odd(k, values):
    """Leave what is not finite to the row's own `evaluate`."""
    total = values[0] - values[0]
    for v in values[1:]:
        total = total + (v - v)
    k.again_if(k.compare("une", total, 0.0))


def triangular(k, n, columns, lower, a, b, x):
    """Solutions of triangular equations; the other triangle is not read."""
    m = [
        [a.load(i, j) if (j <= i if lower else j >= i) else None for j in range(n)]
        for i in range(n)
    ]
    for q in k.each(0, columns):
        y = [b.load(i, q) for i in range(n)]
        (solve_lower if lower else solve_upper)(k, m, y)
        again_if_odd(k, y)
        for i in range(n):
            x.store(y[i], i, q)


def cofactors(k, n, a, x):
    """The signed minors, each a sum of products."""
    m, known = a.loaded(n), {}

    def minor(rows, columns):
        if not rows:
            return k.float(1.0)
        if (rows, columns) not in known:
            total = None
            for i, j in enumerate(columns):
                rest = minor(rows[1:], columns[:i] + columns[i + 1 :])
                term = m[rows[0]][j] * rest if len(rows) > 1 else m[rows[0]][j]
                total = term if total is None else total - term if i % 2 else total + term
            known[rows, columns] = total
        return known[rows, columns]

    every, found = tuple(range(n)), {}
    for i in range(n):
        for j in range(n):
            y = minor(every[:i] + every[i + 1 :], every[:j] + every[j + 1 :])
            found[i, j] = -y if (i + j) % 2 else y
    again_if_odd(k, list(found.values()))
    for (i, j), y in found.items():
        x.store(y, i, j)


def cholesky(k, n, a, x):
    """The lower factor of the symmetric part."""
    given, m = a.loaded(n), [[k.float(0.0)] * n for _ in range(n)]
    bad = k.const(False, BOOL)
    for j in range(n):
        for i in range(j, n):
            total = given[j][j] if i == j else (given[i][j] + given[j][i]) * 0.5
            for c in range(j):
                total = total - m[i][c] * m[j][c]
            if i == j:
                positive = k.compare(
                    "ogt", total, k.abs(given[j][j]) * 64 * float(np.finfo(k.dtype).eps)
                )
                bad = bad | k.opposite(positive)
                m[j][j] = k.sqrt(total)
            else:
                m[i][j] = total / m[j][j]
    k.again_if(bad)
    for i in range(n):
        for j in range(n):
            x.store(m[i][j], i, j)


def cholesky_back(k, n, g, y, x):
    """The cotangent of a matrix for that of its lower factor: y⁻ᵀ (Φ(m) + Φ(m)ᵀ) y⁻¹ / 2, m = yᵀ g.

    Source: I. Murray 2016, arXiv:1602.07527.
    """
    low, back = y.loaded(n), g.loaded(n)
    s = [[None] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            total = low[i][i] * back[i][j]
            for c in range(i + 1, n):
                total = total + low[c][i] * back[c][j]
            s[i][j] = s[j][i] = total
    up = [[low[j][i] for j in range(n)] for i in range(n)]
    columns = []
    for j in range(n):
        column = [s[i][j] for i in range(n)]
        solve_upper(k, up, column)
        columns.append(column)
    rows = []
    for i in range(n):
        row = [columns[j][i] for j in range(n)]
        solve_upper(k, up, row)
        rows.append(row)
    again_if_odd(k, [v for row in rows for v in row])
    for i in range(n):
        for j in range(n):
            x.store((rows[i][j] + rows[j][i]) * 0.25, i, j)
