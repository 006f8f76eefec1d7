"""The surfaces that optimisers race on: formula, start, minima, frame and learning rates."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..core.errors import ArgumentError, AutodiffError
from ..optimize import (
    adadelta,
    adagrad,
    adam,
    adamw,
    lbfgs,
    minimize,
    momentum,
    nesterov,
    newton_cg,
    rmsprop,
    sgd,
)
from ..optimize.functional import plain
from ..transform.jacobian import hessian
from ..transform.reverse import grad

# {method: how it is made from its rate}; the last two choose the length of their steps themselves
METHODS = {
    "sgd": sgd,
    "momentum": momentum,
    "nesterov": nesterov,
    "adagrad": adagrad,
    "adadelta": adadelta,
    "rmsprop": lambda rate: rmsprop(rate, decay=0.9),
    "adam": adam,
    "adamw": adamw,
    "lbfgs": lbfgs,
    "newton_cg": lambda rate: newton_cg(radius=rate),
}


@dataclass(frozen=True)
class Course:
    """A function of two variables and how the race on it goes.

    start: where all begin.  minima: places that are known to be least.
    frame: (left, right, bottom, top) of the picture.  fixed: whether it stays, or grows with the
    paths.
    rates: {method: its learning rate; the first radius of newton_cg}.
    """

    name: str
    formula: str
    function: Callable[..., Any]
    start: tuple[float, float]
    frame: tuple[float, float, float, float]
    steps: int
    rates: dict[str, float]
    minima: tuple = ()
    note: str = ""
    variables: tuple[str, str] = ("x", "y")
    fixed: bool = True

    def heights(self, count):
        """The function on a grid of the frame, shape (count, count), rows from the bottom."""
        left, right, bottom, top = self.frame
        x, y = np.meshgrid(np.linspace(left, right, count), np.linspace(bottom, top, count))
        with np.errstate(all="ignore"):
            try:
                z = np.asarray(plain(self.function(x, y)), float)
            except (TypeError, ValueError, IndexError):  # the function takes single numbers only
                z = np.vectorize(lambda a, b: float(plain(self.function(a, b))))(x, y)
        return np.broadcast_to(z, x.shape)


def saddle(x, y):
    return x**2 - y**2 + y**4 / 2


def beale(x, y):
    """Source: Beale 1958, in Moré, Garbow, Hillstrom 1981, problem 5."""
    return (
        (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2
    )  # fmt: skip


def rosenbrock(x, y):
    """Source: Rosenbrock 1960."""
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


# On the ridge of the saddle the slope in y is 2e-4 at the start: plain descent needs 230 steps to
# leave, momentum 59.  Its quartic term keeps the methods that leave from falling for ever.
COURSES = {
    "saddle": Course(
        "saddle", "x² − y² + y⁴/2", saddle, (1.0, 1e-4), (-1.3, 1.3, -0.6, 1.5), 120,
        {
            "sgd": 0.02, "momentum": 0.02, "nesterov": 0.02, "adagrad": 0.15, "adadelta": 10.0,
            "rmsprop": 0.03, "adam": 0.05, "adamw": 0.035, "lbfgs": 1.0, "newton_cg": 0.5,
        },
        ((0.0, 1.0), (0.0, -1.0)), "saddle_note",
    ),
    "beale": Course(
        "beale", "(1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²", beale, (1.0, 1.5),
        (0.0, 3.6, -1.7, 1.9), 300,
        {
            "sgd": 0.01, "momentum": 0.002, "nesterov": 0.002, "adagrad": 0.8, "adadelta": 8.0,
            "rmsprop": 0.02, "adam": 0.1, "adamw": 0.06, "lbfgs": 1.0, "newton_cg": 0.5,
        },
        ((3.0, 0.5),),
    ),
    "rosenbrock": Course(
        "rosenbrock", "(1 − x)² + 100 (y − x²)²", rosenbrock, (-1.2, 1.0), (-1.6, 1.6, -0.6, 1.7),
        500,
        {
            "sgd": 0.001, "momentum": 0.0005, "nesterov": 0.0005, "adagrad": 0.4, "adadelta": 5.0,
            "rmsprop": 0.004, "adam": 0.1, "adamw": 0.06, "lbfgs": 1.0, "newton_cg": 0.5,
        },
        ((1.0, 1.0),),
    ),
}  # fmt: skip


STARTS = ((1.0, 1.0), (-1.5, 0.5), (0.5, 2.0))  # of a function of the user
LEVEL = 1e-6  # slopes of a place from which nothing moves


def course_of(function, start, name=None, frame=None, steps=None, variables=("x", "y")):
    """A course on a function of the user, with rates and a frame that fit it.

    The rate of descent is half of what the curvature at the start allows; methods that divide by
    the size of the gradient go about a hundredth of the frame in a step.
    """
    if start is None:
        start = next((s for s in STARTS if sloped(function, s)), STARTS[0])
    start = two_numbers(start, "start")
    name = name or getattr(function, "__name__", "f")
    check_at(function, start, name)
    low, fixed = lowest(function, start), frame is not None
    frame = surroundings(start, low) if frame is None else four_numbers(frame)
    width = max(frame[1] - frame[0], frame[3] - frame[2])
    bend = steepest(function, (start, low))
    rate = 0.5 / bend if bend else 0.05 * width
    pace = 0.01 * width
    rates = {
        "sgd": rate, "momentum": 0.2 * rate, "nesterov": 0.2 * rate, "adagrad": 10 * pace,
        "adadelta": 500 * pace, "rmsprop": 0.5 * pace, "adam": 2 * pace, "adamw": 1.4 * pace,
        "lbfgs": 1.0, "newton_cg": 0.2 * width,
    }  # fmt: skip
    formula = getattr(function, "text", name)
    course = Course(name, formula, function, start, frame, steps or 200, rates)
    return replace(course, variables=tuple(variables), fixed=fixed)


def grown(frame, places):
    """The frame with room for places up to twice its own size away from it."""
    low, high = np.array(frame[::2]), np.array(frame[1::2])
    size = high - low
    near = places[((places > low - 2 * size) & (places < high + 2 * size)).all(axis=1)]
    margin = 0.06 * size
    low = np.where(near.min(0) < low, near.min(0) - margin, low)
    high = np.where(near.max(0) > high, near.max(0) + margin, high)
    return float(low[0]), float(high[0]), float(low[1]), float(high[1])


def two_numbers(given, what):
    """A pair of finite numbers."""
    try:
        x, y = (float(plain(v)) for v in given)
    except (TypeError, ValueError):
        raise ArgumentError(f"race: {what}={given!r}; it needs two numbers, x and y") from None
    if not np.isfinite(x) or not np.isfinite(y):
        raise ArgumentError(f"race: {what}={given!r}; it needs two finite numbers")
    return x, y


def four_numbers(given):
    """A frame: left < right, bottom < top."""
    try:
        left, right, bottom, top = (float(v) for v in given)
    except (TypeError, ValueError):
        raise ArgumentError(
            f"race: frame={given!r}; it needs four numbers, left, right, bottom and top"
        ) from None
    if not (left < right and bottom < top and np.isfinite([left, right, bottom, top]).all()):
        raise ArgumentError(f"race: frame={given!r}; it needs left < right and bottom < top")
    return left, right, bottom, top


def sloped(function, start):
    """Whether a race can begin there: not where the function is level already."""
    try:
        slopes = grad(joined(function))(np.array(start))
    except (AutodiffError, ArithmeticError, TypeError, ValueError):
        return False
    return bool(np.all(np.isfinite(slopes)) and np.any(np.abs(slopes) > LEVEL))


def check_at(function, start, name):
    """Raise unless the function gives one number at the start."""
    if not callable(function):
        raise ArgumentError(
            f"race: a {type(function).__name__} is no course; it needs 'saddle', 'beale', "
            "'rosenbrock' or a function of two variables"
        )
    with np.errstate(all="ignore"):
        try:
            value = np.asarray(plain(function(*(np.array(v) for v in start))), float)
        except (TypeError, ValueError) as error:
            raise ArgumentError(f"race: {name} cannot be called with (x, y): {error}") from None
    if value.shape != () or not np.isfinite(value):
        given = f"an array of shape {value.shape}" if value.shape else f"{value}"
        raise ArgumentError(
            f"race: {name} is {given} at the start {start}; it needs one finite number, so begin "
            "elsewhere"
        )


def joined(function):
    """The function of one array of two numbers."""
    return lambda p: function(p[0], p[1])


def lowest(function, start):
    """Where a careful method ends; the start itself if it ends far away or fails."""
    try:
        found = minimize(joined(function), np.array(start), "newton-cg", steps=60, progress=False)
    except (AutodiffError, ArithmeticError):
        return start
    distance = np.hypot(*(found.x - start))
    return tuple(found.x.tolist()) if distance < 20 * (1 + np.hypot(*start)) else start


def surroundings(start, low):
    """A frame around two places, a square if they are alike."""
    points = np.array([start, low])
    middle, reach = points.mean(0), np.ptp(points, axis=0)
    width = max(float(reach.max()), 1e-3 * float(np.abs(points).max()), 1e-9)
    width = width if float(reach.max()) > 0 else 2.0
    half = np.maximum(0.75 * reach, 0.55 * width)
    left, bottom = (middle - half).tolist()
    right, top = (middle + half).tolist()
    return left, right, bottom, top


def steepest(function, places):
    """The largest curvature, in size, at some places."""
    sizes = [0.0]
    for place in places:
        try:
            with np.errstate(all="ignore"):
                matrix = np.asarray(hessian(joined(function))(np.array(place)), float)
            if np.isfinite(matrix).all():
                sizes.append(float(np.abs(np.linalg.eigvalsh(matrix)).max()))
        except AutodiffError:
            pass
    return max(sizes)
