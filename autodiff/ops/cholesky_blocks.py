"""The pullback of Cholesky's factorization, block by block, on plain arrays.

Source: I. Murray, "Differentiation of the Cholesky decomposition", 2016, arXiv:1602.07527: the
formula with two solutions for small matrices, the blocked algorithm for large ones.
"""

import numpy as np

SMALL = 96  # rows up to which one application of the formula is faster than blocks


def block(n):
    """Rows of a block for matrices of n rows: few operations, and few calls."""
    return n if n <= SMALL else max(8, n // 12)


def transposed(x):
    """Conjugate transpose over the last two axes."""
    return np.swapaxes(x, -1, -2).conj()


def halved(x):
    """The lower triangle with half of the real part of its diagonal."""
    return np.tril(x, -1) + 0.5 * x.real * np.eye(x.shape[-1], dtype=bool)


def doubled(g, d):
    """Twice the pullback of `g` for one block `d`: S + Sᴴ, S = d⁻ᴴ Φ(dᴴ g) d⁻¹."""
    back = transposed(d)
    half = np.linalg.solve(back, transposed(halved(back @ g)))
    s = np.linalg.solve(back, transposed(half))
    return s + transposed(s)


def pulled(g, factor):
    """The Hermitian cotangent of a matrix for the cotangent `g` of its lower factor."""
    g, factor = np.broadcast_arrays(np.tril(g), np.tril(factor))
    n = g.shape[-1]
    if n <= SMALL:
        return 0.5 * doubled(g, factor)
    back = np.array(g)
    for stop in range(n, 0, -block(n)):
        start = max(0, stop - block(n))
        here, left, under = slice(start, stop), slice(0, start), slice(stop, n)
        d, row = factor[..., here, here], factor[..., here, left]
        beside, column = factor[..., under, left], factor[..., under, here]
        c = transposed(np.linalg.solve(transposed(d), transposed(back[..., under, here])))
        back[..., under, here] = c
        back[..., under, left] -= c @ row
        twice = doubled(back[..., here, here] - np.tril(transposed(c) @ column), d)
        back[..., here, here] = halved(twice)
        back[..., here, left] -= transposed(c) @ beside + twice @ row
    return 0.5 * (back + transposed(back))


def operations(n):
    """How many floating-point operations `pulled` takes for a matrix of n rows.

    A general solution is that of Golub and Van Loan 2013, section 3.2.
    """
    found = 0.0
    for stop in range(n, 0, -(block(n) or 1)):
        start = max(0, stop - block(n))
        b, under = stop - start, n - stop
        found += 2 * b**3 + 2 * (2 / 3 * b**3 + 2 * b**3)  # of one block
        found += (2 / 3 * b**3 + 2 * b * b * under) * (under > 0) + 2 * b * b * under
        found += 4 * b * under * start + 2 * b * b * start
    return found
