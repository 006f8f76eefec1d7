"""Pictures of fits, drawn by matplotlib: PNG files, and SVG text that follows a page's colours."""

import io
import re
from importlib.util import find_spec
from typing import Any

import numpy as np

ADVICE = 'The pictures need matplotlib: pip install "autodiff-numpy[show]" brings it.'

# Each role has a colour of its own, so that a page can replace it by a variable of that name.
COLORS = {
    "ink": "#0b0b0b",
    "soft": "#52514e",
    "rule": "#e1e0d9",
    "surface": "#fcfcfb",
    "zero": "#2a78d6",
    "one": "#eb6834",
    "first": "#4a3aa7",
    "second": "#1baf7a",
    "third": "#eda100",
}
SETTINGS: dict[Any, Any] = {
    "font.size": 11,
    "svg.fonttype": "none",
    "text.color": COLORS["ink"],
    "axes.edgecolor": COLORS["soft"],
    "axes.labelcolor": COLORS["soft"],
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": COLORS["rule"],
    "xtick.color": COLORS["soft"],
    "ytick.color": COLORS["soft"],
    "legend.frameon": False,
}
WIDE, SQUARE = (4.8, 3.4), (4.2, 4.5)  # [in]; small: letters stay legible on a telephone
STROKES = (("first", 7.0), ("second", 3.5), ("third", 1.5))
FEW = 10  # rounds that are shown one by one


def available():
    """Whether matplotlib is installed."""
    return find_spec("matplotlib") is not None


def loss_curves(losses):
    """SVG of the loss of each round, one curve per style; the later ones lie inside the earlier.

    losses: {style: array of shape (rounds,)}.
    """

    def draw(figure):
        axes = figure.add_subplot()
        rounds = np.arange(1, len(next(iter(losses.values()))) + 1)
        marker = "o" if len(rounds) <= FEW else None  # one round alone would show no line
        for (style, loss), (color, width) in zip(losses.items(), STROKES, strict=True):
            stroke = {"color": COLORS[color], "linewidth": width, "markersize": width + 2}
            axes.plot(rounds, loss, marker=marker, label=style, **stroke)
        if len(rounds) > FEW:
            axes.set_xscale("log")
            axes.xaxis.set_major_formatter("{x:g}")
            axes.tick_params(axis="x", which="minor", labelbottom=False)
        else:
            axes.set_xticks(rounds)
        axes.set_xlabel("round")
        axes.set_ylabel("loss per row")
        axes.set_ylim(bottom=0)
        axes.grid(True, axis="y")
        figure.legend(loc="outside lower center", ncols=3, handlelength=1.2, columnspacing=1.0)

    return svg(draw, "loss", WIDE)


def boundary(points, labels, weights, name):
    """SVG of the points of the unit square and the line where the score is zero."""

    def draw(figure):
        draw_boundary(figure.add_subplot(), points, labels, weights)
        figure.legend(loc="outside lower center", ncols=3, handletextpad=0.3, columnspacing=1.0)

    return svg(draw, name, SQUARE)


def save_boundaries(path, points, labels, before, after):
    """Write the points with the line before and after the fit, side by side, to a picture file."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    size = (2 * SQUARE[0], SQUARE[1])
    with rc_context(SETTINGS):
        figure = Figure(size, layout="constrained", facecolor=COLORS["surface"])
        left, right = figure.subplots(1, 2)
        for axes, weights, title in ((left, before, "before"), (right, after, "after")):
            draw_boundary(axes, points, labels, weights)
            axes.set_title(title)
        handles, names = left.get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=3)
        figure.savefig(path, dpi=150)


def draw_boundary(axes, points, labels, weights):
    """Points, the line, and a tint of the predicted class on either side of it."""
    x1, x2 = np.meshgrid((0.0, 1.0), (0.0, 1.0))  # the score is linear: the corners tell all
    score = weights[0] + weights[1] * x1 + weights[2] * x2
    tints = (COLORS["zero"], COLORS["one"])
    axes.contourf(x1, x2, score, [-np.inf, 0, np.inf], colors=tints, alpha=0.12)
    if np.min(score) < 0 < np.max(score):
        axes.contour(x1, x2, score, [0], colors=COLORS["ink"], linewidths=1.8)
    for label, role, marker in ((0, "zero", "o"), (1, "one", "s")):
        chosen = points[labels == label]
        style = {"s": 26, "color": COLORS[role], "marker": marker, "clip_on": False, "zorder": 3}
        axes.scatter(chosen[:, 1], chosen[:, 2], label=f"class {label}", **style)
    axes.plot([], [], color=COLORS["ink"], linewidth=1.8, label="boundary")
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="x1", ylabel="x2", aspect="equal")


def svg(draw, name, size):
    """SVG text of what `draw` puts on a figure, its colours replaced by the page's variables."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    page = io.StringIO()
    with rc_context({**SETTINGS, "svg.hashsalt": name}):
        figure = Figure(size, layout="constrained")
        draw(figure)
        figure.savefig(page, format="svg", transparent=True, metadata={"Date": None})
    return inline(page.getvalue())


def inline(text):
    """An SVG document as part of a page: no prolog, style sheet, metadata, size or group names."""
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", text, flags=re.DOTALL)
    text = re.sub(r'<g id="[^"]*"', "<g", text)
    text = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", text, count=1)
    text = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", text, count=1)
    for role, color in COLORS.items():
        text = text.replace(color, f"var(--{role})")
    return text
