"""The pullback of Cholesky's factorization, block by block, on plain arrays.

Source: I. Murray, "Differentiation of the Cholesky decomposition", 2016, arXiv:1602.07527, the
blocked algorithm.  The blocks on the diagonal are inverted, so that all else is products.
"""

from functools import cache

import numpy as np

BLOCKS = ((32, 5), (96, 6))  # rows of small matrices, and how many blocks they have
MANY = 12  # blocks of large ones


def block(n):
    """Rows of a block for matrices of n rows: few operations, and few calls."""
    return max(1, next((-(-n // count) for rows, count in BLOCKS if n <= rows), n // MANY))


def transposed(x):
    """Conjugate transpose over the last two axes."""
    return x.swapaxes(-1, -2).conj() if x.dtype.kind == "c" else x.swapaxes(-1, -2)


@cache
def half(n, dtype):
    """Ones below a diagonal of halves."""
    return np.tril(np.ones((n, n), dtype), -1) + np.eye(n, dtype=dtype) / 2


def halved(x):
    """The lower triangle with half of the real part of its diagonal."""
    found = x * half(x.shape[-1], x.real.dtype)
    if x.dtype.kind == "c":
        found.imag *= ~np.eye(x.shape[-1], dtype=bool)
    return found


def pulled(g, factor):
    """The Hermitian cotangent of a matrix for the cotangent `g` of its lower factor."""
    g, factor = np.broadcast_arrays(g, np.tril(factor))
    back, n = np.tril(g), g.shape[-1]
    if not n:
        return back
    for stop in range(n, 0, -block(n)):
        start = max(0, stop - block(n))
        here, left, under = slice(start, stop), slice(0, start), slice(stop, n)
        d = factor[..., here, here]
        single = stop - start == 1
        inverse = 1 / d if single else np.linalg.inv(d)
        if stop < n:
            c = back[..., under, here] @ inverse
            back[..., under, here] = c
            back[..., here, :stop] -= transposed(c) @ factor[..., under, :stop]
            if start:
                back[..., under, left] -= c @ factor[..., here, left]
        corner, across = back[..., here, here], transposed(d)
        if single:
            twice = np.real(across * corner) / np.real(across * d)
        else:
            # S = d⁻ᴴ Φ(dᴴ g) d⁻¹, of which twice the Hermitian part counts
            s = transposed(inverse) @ halved(across @ corner) @ inverse
            twice = s + transposed(s)
        back[..., here, here] = halved(twice)
        if start:
            back[..., here, left] -= twice @ factor[..., here, left]
    return 0.5 * (back + transposed(back))


def forward_operations(n):
    """How many floating-point operations the Hermitian part of a matrix and its factor take.

    Source: Golub and Van Loan 2013, section 4.2, with the terms of lower order.
    """
    return 2 * n * n + n**3 / 3 + n * n / 2 + n / 6


def operations(n):
    """How many floating-point operations `pulled` takes for a matrix of n rows.

    An inverse is that of Golub and Van Loan 2013, section 3.2.
    """
    found = 2.0 * n * n  # the last sum, halved
    for stop in range(n, 0, -block(n) if n else -1):
        start = max(0, stop - block(n))
        b, under = stop - start, n - stop
        found += 2 * b**3 if b > 1 else under > 0  # the inverse
        found += 3 * (2 * b - 1) * b * b + 3 * b * b if b > 1 else 4  # of one block
        found += (2 * b - 1) * b * under + 2 * b * under * stop * (under > 0)
        found += 2 * b * under * start + 2 * b * b * start
    return found
