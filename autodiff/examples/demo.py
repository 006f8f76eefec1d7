"""The main job: one table, three fits, two checks, one page."""

import os
import sys
import webbrowser
from pathlib import Path

import numpy as np

from . import judge, logistic_regression, pictures, report
from .fits import STYLES, accuracy, fit
from .progress import steps
from .report import Example, Result, agreement, percent, spread
from .sample import split
from .table import InputError, breast_cancer, counted, read_table

OUT = "autodiff-demo.html"
ROUNDS = 1000
AGREEMENT = 1e-9  # of the log-likelihoods, relative; rounding is far below
FLAT = 1e-6  # slope per row below which a fit has arrived


def run(data=None, target=None, out=OUT, rounds=ROUNDS, show=False):
    """Fit, check, print, write the page; 0 if all agree, 1 if not.

    data: a CSV file with the classes in the column `target`; None for the table that the
    package carries.
    show: open the page in a browser.

    Raises InputError if the table or the place of the page cannot be used.
    """
    table = breast_cancer() if data is None else read_table(data, target)
    place = page_place(out, table)
    sample = split(table)
    print_task(table, sample)
    fits = [fit(style, *sample.train, steps(rounds, style)) for style in STYLES]
    result = Result(table, sample, fits, judge.errors(*sample.train), two_dimensions())
    write(place, report.page(result))  # first: the reader of what is printed may leave early
    print_fits(result)
    print_checks(result)
    if not pictures.available():
        print(pictures.ADVICE)
    print(f"report: {place}")
    if show:
        webbrowser.open(place.as_uri())
    return verdict(result)


def page_place(out, table):
    """The absolute path of the page, once it is clear that a page may be written there."""
    place = Path(out).absolute()
    try:
        if place.is_dir():
            raise unwritable(out, "it is a directory")
        if not place.parent.is_dir():
            raise unwritable(out, f"there is no directory {str(place.parent)!r}")
        if not os.access(place.parent, os.W_OK):
            raise unwritable(out, f"writing to {str(place.parent)!r} is not permitted")
        if place.exists() and place.samefile(table.source):
            raise unwritable(out, "that is the data itself")
    except OSError as error:
        raise unwritable(out, error.strerror) from None
    return place


def unwritable(out, reason):
    """The error of a page that has no place."""
    return InputError(f"the report cannot be written to {str(out)!r}: {reason}.")


def two_dimensions():
    """The points of the unit square, learned by the symbolic graph."""
    points, labels = logistic_regression.unit_square()
    start = np.array(logistic_regression.START)
    rounds = steps(logistic_regression.ROUNDS, "two dimensions")
    weights, likelihoods = logistic_regression.learn(points, labels, start, rounds)
    return Example(points, labels, start, weights, likelihoods)


def print_task(table, sample):
    """What is fitted to what."""
    rows, columns = table.values.shape
    low, high = table.classes
    size = f"{counted(rows, 'row')}, {counted(columns, 'feature')}"
    parts = f"{len(sample.train[1])} rows to learn from, {len(sample.held_out[1])} held out"
    print(f"Logistic regression of {table.target!r}: 1 is {high!r}, 0 is {low!r}.")
    print(f"{Path(table.source).name}: {size}; {parts}.")
    if sample.constant:
        names = ", ".join(repr(name) for name in sample.constant)
        print(f"Without variation in the training rows, and so without weight: {names}.")
    sys.stdout.flush()


def print_fits(result):
    """The three fits side by side."""
    print(f"\n{'style':<20}{'log-likelihood':>18}{'training':>12}{'held out':>12}{'time':>10}")
    for found in result.fits:
        train = percent(accuracy(found.weights, *result.sample.train))
        held_out = percent(accuracy(found.weights, *result.sample.held_out))
        print(f"{found.style:<20}{found.log_likelihood:>18.10f}{train:>12}{held_out:>12}", end="")
        print(f"{found.seconds:>8.2f} s")
    print(f"The log-likelihoods {agreement(result.fits)}.")
    slope = max(found.slope for found in result.fits)
    if slope > FLAT:
        print(f"The slope is still {slope:.1e} per row: more --rounds bring the fit closer.")


def print_checks(result):
    """The errors of the gradients."""
    print(f"\n{'gradient error':<20}{'central differences':>22}{'complex step':>16}")
    for style, (central, exact) in result.errors.items():
        print(f"{style:<20}{central:>22.1e}{exact:>16.1e}")
    print()


def write(place, text):
    """The page on the disk."""
    try:
        # A name from the file system may hold bytes that are no text.
        place.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise unwritable(place, error.strerror) from None


def verdict(result):
    """0 if styles and gradients agree; otherwise 1, and a sentence for each that does not."""
    faults = [
        f"the gradient of {style!r} is wrong: off by {central:.1e} from central differences and by"
        f" {exact:.1e} from the complex step."
        for style, (central, exact) in result.errors.items()
        if not (central <= judge.CENTRAL and exact <= judge.COMPLEX)
    ]
    if not spread(result.fits) <= AGREEMENT:
        faults.append(f"the log-likelihoods differ by {spread(result.fits):.1e} of their size.")
    for fault in faults:
        print(f"autodiff: {fault}", file=sys.stderr)
    return 1 if faults else 0
