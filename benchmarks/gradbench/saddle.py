"""saddle: the saddle of |x|² - |y|², by a descent that is differentiated through by another."""

from .descent import argmin
from .particle import slopes
from .problem import Problem, floats


def height(m, x, y):
    """|x|² - |y|²"""
    return m.sum(x * x) - m.sum(y * y)


def saddle(modes):
    """The builder of the program with the modes of the outer and the inner derivative."""

    def build(to, static):
        m = to.m

        def greatest(start, x):
            def down(y):
                return -height(m, x, y)

            return argmin(m, down, slopes(m, modes[1])(down), start)

        def f(start):
            def ridge(x):
                return height(m, x, greatest(start, x))

            x = argmin(m, ridge, slopes(m, modes[0])(ridge), start)
            return m.concatenate([x, greatest(start, x)])

        return to.compiled(f)

    return build


PROBLEM = Problem(
    read=lambda given: ((), floats(given, "start")),
    functions={modes: saddle(modes) for modes in ("ff", "fr", "rf", "rr")},
    inputs=lambda: [("start = (1, 1)", lambda: {"start": [1.0, 1.0]})],
    warm=False,
)
