"""The report page of the demo: one HTML file with everything in it, made from one `Result`."""

from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template

import numpy as np

from . import pictures
from .fits import PENALTY, Fit, accuracy, confusion
from .sample import Sample
from .table import BREAST_CANCER, Table, counted

TEMPLATE = Path(__file__).with_name("page.html")
BARS = 10


@dataclass(frozen=True)
class Example:
    """The two-dimensional example: points, labels, weights before and after, likelihoods."""

    points: np.ndarray
    labels: np.ndarray
    before: np.ndarray
    after: np.ndarray
    likelihoods: list[float]


@dataclass(frozen=True)
class Result:
    """Everything that the demo found.

    fits: one per style.
    errors: {style: (error against central differences, error against the complex step)}.
    """

    table: Table
    sample: Sample
    fits: list[Fit]
    errors: dict[str, tuple[float, float]]
    example: Example


def page(result):
    """The text of the page."""
    template = Template(TEMPLATE.read_text(encoding="utf-8"))
    return template.substitute({name: part(result) for name, part in PARTS.items()})


def spread(fits):
    """The largest difference between the log-likelihoods, relative to their size."""
    values = [fit.log_likelihood for fit in fits]
    return (max(values) - min(values)) / max(abs(value) for value in values)


def agreement(fits):
    """How well the log-likelihoods agree, in words."""
    apart = spread(fits)
    return f"agree to {apart:.1e} of their size" if apart else "agree to the last bit"


def percent(share):
    """A share as a page and a terminal show it."""
    return f"{100 * share:.1f} %"


def title(result):
    return f"Logistic regression of {escape(result.table.target)}"


def subtitle(result):
    table, sample = result.table, result.sample
    rows, columns = table.values.shape
    return (
        f"{escape(Path(table.source).name)}: {counted(rows, 'row')},"
        f" {counted(columns, 'feature')}. {len(sample.train[1])} rows to learn from;"
        f" {len(sample.held_out[1])} held out, a quarter of each class."
        f" Class 1 is {escape(table.classes[1])}, class 0 is {escape(table.classes[0])}."
    )


def tiles(result):
    fit = result.fits[0]
    worst = max(error for _, error in result.errors.values())
    shown = (
        ("Held-out accuracy", percent(accuracy(fit.weights, *result.sample.held_out)),
         f"{percent(accuracy(fit.weights, *result.sample.train))} of the training rows"),
        ("Log-likelihood", f"{minus(f'{fit.log_likelihood:.4f}')}",
         f"of the training rows; the three styles {agreement(result.fits)}"),
        ("Gradient error", f"{worst:.1e}", "at most, against the complex step"),
    )  # fmt: skip
    return "".join(
        f'<section><span class="soft">{name}</span><b>{value}</b>'
        f'<span class="soft">{note}</span></section>'
        for name, value, note in shown
    )


def results(result):
    rows = [
        (
            escape(fit.style),
            minus(f"{fit.log_likelihood:.10f}"),
            percent(accuracy(fit.weights, *result.sample.train)),
            percent(accuracy(fit.weights, *result.sample.held_out)),
            f"{fit.seconds:.2f} s",
        )
        for fit in result.fits
    ]
    head = ("style", "log-likelihood", "training accuracy", "held-out accuracy", "time")
    return grid(head, rows, "stack") + (
        f'<p class="soft">Each style differentiated the same function'
        f" {counted(len(result.fits[0].losses), 'time')}, and the same updates followed. The"
        f" log-likelihoods, of the training rows, {agreement(result.fits)}; the largest slope left"
        f" is {result.fits[0].slope:.1e} per row.</p>"
    )


def loss(result):
    if not pictures.available():
        return advice()
    curves = pictures.loss_curves({fit.style: fit.losses for fit in result.fits})
    end = result.fits[0].losses[-1]
    return figure(
        curves,
        "Loss against round, three curves that lie on each other",
        f"Penalised negative log-likelihood per row, {end:.4f} in the last round. The three curves"
        " are drawn in three widths, because they lie on each other; momentum lets them overshoot.",
    )


def check(result):
    rows = [
        (escape(style), f"{central:.1e}", f"{exact:.1e}")
        for style, (central, exact) in result.errors.items()
    ]
    return grid(("style", "central differences", "complex step"), rows) + (
        '<p class="soft">The largest error over the components of the gradient, relative to the'
        " largest component, at random weights. A central difference is itself right to about ten"
        " digits; the complex step is right to rounding.</p>"
    )


def weights(result):
    names, values = result.table.columns, result.fits[0].weights[1:]
    order = np.argsort(-np.abs(values), kind="stable")[:BARS]
    largest = max(float(np.max(np.abs(values))), np.finfo(float).tiny)
    rows = []
    for i in order:
        half = 50 * abs(values[i]) / largest
        left, role = (50.0, "one") if values[i] > 0 else (50 - half, "zero")
        style = f"left:{left:.2f}%;width:{half:.2f}%;background:var(--{role})"
        rows.append(
            f'<span class="name">{escape(names[i])}</span>'
            f'<span class="bar"><i style="{style}"></i></span>'
            f'<span class="value">{minus(f"{values[i]:+.3f}")}</span>'
        )
    low, high = (escape(name) for name in result.table.classes)
    return (
        f'<div class="bars">{"".join(rows)}</div>'
        f'<p class="soft" style="margin-top:.75rem">Per standard deviation of the feature:'
        f' <span class="key" style="background:var(--one)"></span>towards {high},'
        f' <span class="key" style="background:var(--zero)"></span>towards {low}.</p>'
    )


def confused(result):
    counts = confusion(result.fits[0].weights, *result.sample.held_out)
    names = [escape(name) for name in result.table.classes]
    rows = [(f"is {name}", *map(str, row)) for name, row in zip(names, counts)]
    wrong = counts[0, 1] + counts[1, 0]
    return grid(("", *[f"taken for {name}" for name in names]), rows) + (
        f'<p class="soft">{counted(int(wrong), "mistake")} in {counts.sum()} rows that the fit has'
        " not seen.</p>"
    )


def example(result):
    given = result.example
    text = (
        f"<p>{len(given.points)} points of the unit square belong to class 1 where"
        " x1 + x2 ≥ 1. A symbolic graph of the log-likelihood of one point and its gradient is"
        " defined once and run by an executor for each point,"
        f" {len(given.likelihoods)} rounds long; the log-likelihood of a round rises from"
        f" {minus(f'{given.likelihoods[0]:.1f}')} to {minus(f'{given.likelihoods[-1]:.1f}')}.</p>"
    )
    if not pictures.available():
        return text + advice()
    drawn = []
    for name, w in (("before", given.before), ("after", given.after)):
        right = accuracy(w, given.points, given.labels)
        drawn.append(
            figure(
                pictures.boundary(given.points, given.labels, w, name),
                f"Points of two classes and the boundary {name} the fit",
                f"{name.capitalize()}: {percent(right)} of the points on the right side.",
            )
        )
    return f'{text}<div class="figures">{"".join(drawn)}</div>'


def about(result):
    text = (
        "<p>The features are standardised by mean and deviation of the training rows. The fit"
        f" maximises the log-likelihood less {PENALTY / 2:g} × rows × |weights|², by accelerated"
        " gradient ascent from zero. Made by <code>autodiff demo</code>; the page needs no network."
        "</p>"
    )
    if result.sample.constant:
        names = escape(", ".join(result.sample.constant))
        text += f"<p>Without variation in the training rows, and so without weight: {names}.</p>"
    if Path(result.table.source) == BREAST_CANCER:
        text += (
            "<p>Data: Wolberg, W., Mangasarian, O., Street, N., &amp; Street, W. (1993). Breast"
            " Cancer Wisconsin (Diagnostic) [Dataset]. UCI Machine Learning Repository,"
            ' <a href="https://doi.org/10.24432/C5DW2B">doi:10.24432/C5DW2B</a>, licensed under'
            ' <a href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>; names of'
            " columns and classes were written out, the measurements are unchanged.</p>"
        )
    return text


PARTS = {
    "title": title,
    "subtitle": subtitle,
    "tiles": tiles,
    "results": results,
    "loss": loss,
    "check": check,
    "weights": weights,
    "confusion": confused,
    "example": example,
    "about": about,
}


def grid(head, rows, kind="plain"):
    """A table; the first column names the row, and each cell knows the name of its column."""
    cells = "".join(f'<th scope="col">{name}</th>' for name in head)
    body = ""
    for row in rows:
        named = [f'<td data-name="{n}">{cell}</td>' for n, cell in zip(head, row, strict=True)]
        body += f"<tr>{''.join(named)}</tr>"
    return (
        f'<div class="scroll"><table class="{kind}"><thead><tr>{cells}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def figure(drawing, label, caption):
    """A picture with its caption; `label` is for those who do not see it."""
    drawing = drawing.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)
    return f"<figure>{drawing}<figcaption>{caption}</figcaption></figure>"


def advice():
    """What stands where a picture would."""
    return f'<p class="soft">{escape(pictures.ADVICE)}</p>'


def minus(number):
    """A number with a true minus sign."""
    return number.replace("-", "−")
