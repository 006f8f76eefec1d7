"""Optimisers racing on surfaces: the paths, a table, an animated picture and a page."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import ArgumentError
from ..optimize.bar import Bar
from ..optimize.finite import NonFiniteError
from ..optimize.functional import plain
from ..transform.reverse import value_and_grad
from .grid import width
from .race_course import COURSES, METHODS, Course, course_of, four_numbers, grown, two_numbers
from .race_page import page
from .race_picture import animation
from .race_words import label, language, title_of, word

FAR = 3.0  # widths of the frame beyond which a path is cut: it has run away
FLAT = 1e-9  # gradient, relative to that at the start, at which a path ends


@dataclass(frozen=True)
class Run:
    """The path of one method: places (steps + 1, 2), the loss at each, and how it ended.

    rate: its learning rate.  end: "arrived", "ran away" or "" (still on its way).
    """

    method: str
    rate: float
    places: Any
    losses: Any
    end: str


@dataclass(frozen=True)
class Contest:
    """All runs on one course."""

    course: Course
    runs: tuple[Run, ...]

    def __getitem__(self, method):
        for run in self.runs:
            if run.method == method:
                return run
        raise KeyError(f"{method!r} is none of {', '.join(run.method for run in self.runs)}")

    def ranking(self):
        """The runs, the smallest loss at the end first; the shorter path first where equal."""
        return sorted(self.runs, key=lambda r: (round(float(r.losses[-1]), 12), len(r.losses)))


@dataclass(frozen=True)
class Race:
    """Contests on one or more courses; printed as a table, shown as a page in a notebook.

    `race["beale"]["adam"].losses` are numbers; `html(path)` and `gif(path)` write.
    """

    contests: tuple[Contest, ...]
    lang: str = "en"

    def __getitem__(self, name):
        for contest in self.contests:
            if contest.course.name == name:
                return contest
        raise KeyError(f"{name!r} is none of {', '.join(c.course.name for c in self.contests)}")

    def html(self, path=None):
        """The page, one file that needs nothing else; written to `path` if one is given."""
        text = page(self.contests, self.lang)
        if path is not None:
            Path(path).write_text(text, encoding="utf-8")
        return text

    def gif(self, path, seconds=8.0):
        """Write the animated picture of all contests side by side; the path."""
        animation(self.contests, path, self.lang, seconds)
        return path

    def __repr__(self):
        return "\n\n".join(table(contest, self.lang) for contest in self.contests)

    def _repr_html_(self):
        quoted = self.html().replace("&", "&amp;").replace('"', "&quot;")
        return f'<iframe srcdoc="{quoted}" style="width:100%;height:860px;border:0"></iframe>'


def table(contest, lang):
    """The contest as a text of lines, the winner first."""
    course = contest.course
    title = title_of(course, lang)
    lines = [f"{title}: {course.formula}" if title != course.formula else title]
    steps = word("steps", lang)
    lines.append(f"{'':<18}{'η':>10}{' ' * (8 - width(steps))}{steps}{'f':>14}   (x, y)")
    for run in contest.ranking():
        x, y = run.places[-1]
        end = f"  {word(run.end, lang)}" if run.end == "ran away" else ""
        called = label(run.method, lang)
        lines.append(
            f"{called}{' ' * (18 - width(called))}{run.rate:>10.4g}{len(run.losses) - 1:>8}"
            f"{run.losses[-1]:>14.5g}   ({x:.4f}, {y:.4f}){end}"
        )
    return "\n".join(lines)


def race(
    *courses, start=None, methods=None, rates=None, steps=None, frame=None, lang="en",
    html=None, gif=None,
):  # fmt: skip
    """Ten optimisers from one start on each course, as a Race.

    courses: "saddle", "beale", "rosenbrock", or functions `f(x, y)`; default: the three by name.
    start: two numbers; default: that of the course, (1, 1) for a function, or a place where
    it is not level.
    methods: some of sgd, momentum, nesterov, adagrad, adadelta, rmsprop, adam, adamw, lbfgs,
    newton_cg.  rates: {method: learning rate} instead of those of the course.
    steps: how many at most.  frame: (left, right, bottom, top) of the picture.
    lang: of the labels, "en" or "zh".  html, gif: where to write the page and the picture.

    Raises ArgumentError for a course, a method or a start that cannot be used.

    >>> found = race("saddle", methods=["sgd", "adam"], steps=120)
    >>> [float(abs(run.places[-1, 1])) > 0.9 for run in found["saddle"].runs]
    [False, True]
    """
    language(lang)
    chosen = tuple(METHODS) if methods is None else listed(methods)
    check_rates(rates or {})
    if steps is not None and (not isinstance(steps, (int, np.integer)) or steps < 1):
        raise ArgumentError(f"race: steps={steps!r}; it needs a whole number, at least 1")
    made = [prepared(c, start, steps, frame) for c in courses or tuple(COURSES)]
    with Bar("race", len(made) * len(chosen), True) as bar:
        contests = tuple(contest(c, chosen, {**c.rates, **(rates or {})}, bar) for c in made)
    found = Race(contests, lang)
    if html is not None:
        found.html(html)
    if gif is not None:
        found.gif(gif)
    return found


def listed(methods):
    """The names of methods, which must be known."""
    names = (methods,) if isinstance(methods, str) else tuple(methods)
    for name in names:
        if name not in METHODS:
            raise ArgumentError(f"race: method {name!r} is unknown; use {', '.join(METHODS)}")
    if not names:
        raise ArgumentError("race: methods is empty; it needs at least one name")
    return names


def check_rates(rates):
    """Raise unless every rate is a number above 0 of a known method."""
    listed(tuple(rates) or tuple(METHODS))
    for name, rate in rates.items():
        if not isinstance(rate, (int, float)) or not 0 < rate < np.inf:
            raise ArgumentError(f"race: the rate of {name} is {rate!r}; it needs a number above 0")


def prepared(course, start, steps, frame):
    """The course of a name, a function or a Course, with what was asked for changed."""
    if isinstance(course, str):
        if course not in COURSES:
            raise ArgumentError(
                f"race: course {course!r} is unknown; use {', '.join(COURSES)}, or a function"
            )
        course = COURSES[course]
    elif not isinstance(course, Course):
        names = getattr(course, "names", ("x", "y"))
        return course_of(course, start, frame=frame, steps=steps, variables=names)
    changes: dict[str, Any] = {"steps": steps or course.steps}
    if start is not None:
        changes["start"] = two_numbers(start, "start")
    if frame is not None:
        changes["frame"] = four_numbers(frame)
    return replace(course, **changes)


def contest(course, methods, rates, bar):
    """All runs on a course."""
    runs = []
    for name in methods:
        runs.append(run(course, name, rates[name]))
        bar.tick(f"{label(name, 'en')} on {course.name}")
    if not course.fixed:
        places = np.concatenate([run.places for run in runs])
        course = replace(course, frame=grown(course.frame, places))
    return Contest(course, tuple(runs))


def run(course, method, rate):
    """One run: until the gradient vanishes, the path runs away, or the steps are used up."""
    optimizer = METHODS[method](rate)
    f = value_and_grad(lambda p: course.function(p[0], p[1]))
    params = tuple(np.array(v) for v in course.start)
    state = optimizer.init(params)
    places, losses, end, first = [], [], "", 1.0
    with np.errstate(all="ignore"):
        for step in range(course.steps + 1):
            loss, gradient = f(params)
            loss, size = float(plain(loss)), max(abs(float(plain(g))) for g in gradient)
            if outside(params, course.frame) or not np.isfinite(loss):
                end = "ran away"
                break
            places.append([float(p) for p in params])
            losses.append(loss)
            first = first if step else max(size, FLAT)
            if size <= FLAT * max(first, 1.0):
                end = "arrived"
                break
            try:
                params, state = optimizer.update(gradient, state, params, called(course))
            except NonFiniteError:
                end = "ran away"
                break
    return Run(method, rate, np.array(places), np.array(losses), end)


def called(course):
    """The function of the container of parameters."""
    return lambda p: course.function(p[0], p[1])


def outside(params, frame):
    """Whether a place is so far from the frame that it will not come back."""
    x, y = (float(p) for p in params)
    left, right, bottom, top = frame
    across, up = FAR * (right - left), FAR * (top - bottom)
    return not (left - across < x < right + across and bottom - up < y < top + up)
