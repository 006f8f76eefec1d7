"""The gradients of the three styles against differences that know nothing of them."""

import numpy as np

from .fits import STYLES, ridge_of

MOST = 100  # components that are checked; of more, as many are drawn
CENTRAL = 1e-6  # errors allowed, relative to the largest component of the gradient
COMPLEX = 1e-11


def errors(points, labels, seed=0):
    """{style: (error against central differences, error against the complex step)}.

    Errors are the largest over the components, relative to the largest component, at weights
    drawn from `seed`; at the end of a fit the gradient would be zero.
    """
    generator = np.random.default_rng(seed)
    at = generator.normal(size=points.shape[1]) / np.sqrt(points.shape[1])
    chosen = np.sort(generator.permutation(len(at))[:MOST])
    ridge = ridge_of(points)
    central = central_differences(at, chosen, points, labels, ridge)
    complex_step = complex_steps(at, chosen, points, labels, ridge)
    found = {}
    for style, differentiate in STYLES.items():
        gradient = np.asarray(differentiate(points, labels, ridge)(at)[1])[chosen]
        size = np.max(np.abs(gradient))
        found[style] = tuple(
            float(np.max(np.abs(gradient - other)) / size) for other in (central, complex_step)
        )
    return found


def central_differences(at, chosen, points, labels, ridge):
    """(f(w + h e) - f(w - h e)) / 2h along each chosen axis e, h near the cube root of epsilon."""
    step = np.cbrt(np.finfo(float).eps)

    def difference(i):
        ahead, behind = at.copy(), at.copy()
        ahead[i] += step
        behind[i] -= step
        rise = plain(ahead, points, labels, ridge) - plain(behind, points, labels, ridge)
        return rise / (ahead[i] - behind[i])

    return np.array([difference(i) for i in chosen])


def complex_steps(at, chosen, points, labels, ridge):
    """Im f(w + i h e) / h along each chosen axis e: no difference is taken, so h may be tiny.

    Source: Squire and Trapp 1998, SIAM Review 40(1).
    """
    step = 1e-100

    def slope(i):
        moved = at.astype(complex)
        moved[i] += 1j * step
        return plain(moved, points, labels, ridge).imag / step

    return np.array([slope(i) for i in chosen])


def plain(w, points, labels, ridge):
    """The objective written once more, in NumPy alone and for complex weights too."""
    score = points @ w.real + 1j * (points @ w.imag) if np.iscomplexobj(w) else points @ w
    positive = score.real > 0
    tail = np.log1p(np.exp(np.where(positive, -score, score)))
    return np.sum(labels * score - np.where(positive, score, 0) - tail) - np.sum(ridge * w * w)
