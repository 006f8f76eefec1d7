"""Draws the pictures of numeric.md and symbolic.md, light and dark: `python docs/curves.py`.

What they show is computed here, by the functions that the pages describe.
"""

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator
from picture import DARK, FOLDER

import autodiff as ad
from autodiff.examples import pictures

SIZE = (7.2, 3.6)  # [in]
STEPS = 10.0 ** -np.arange(1, 16.01, 0.25)
EXACT = 1e-17  # where errors of zero are drawn
LARGEST = 12  # iterations of the logistic map


def main():
    """Write both pictures for light and for dark pages."""
    settings = {**pictures.SETTINGS, "svg.fonttype": "path", "svg.hashsalt": "autodiff"}
    with rc_context(settings):
        for name, draw in (("error-curve", draw_errors), ("swell", draw_swell)):
            figure = Figure(SIZE, layout="constrained")
            draw(figure.add_subplot())
            save(figure, name)


def save(figure, name):
    """One file for each kind of page."""
    light = FOLDER / f"{name}-light.svg"
    figure.savefig(light, transparent=True, metadata={"Date": None})
    text = light.read_text("utf-8")
    for role, color in DARK.items():
        text = text.replace(pictures.COLORS[role], color)
    (FOLDER / f"{name}-dark.svg").write_text(text, "utf-8")


def draw_errors(axes):
    """The V of the derivative of sin at 1, by three kinds of difference."""
    curve = ad.numeric.error_curve(np.sin, 1.0, steps=STEPS)
    colors = {"forward": "one", "central": "zero", "complex": "second"}
    for method, errors in curve.errors.items():
        color = pictures.COLORS[colors[method]]
        axes.plot(curve.steps, np.maximum(errors, EXACT), color=color, linewidth=2)
    for method, x, y, text in (
        ("forward", 2e-4, 5e-3, "forward: error ~ h"),
        ("central", 1e-7, 4e-12, "central: ~ h², then round-off"),
        ("complex", 1e-9, 8e-17, "complex step: ~ h², no round-off"),
    ):
        axes.text(x, y, text, color=pictures.COLORS[colors[method]])
    axes.text(3e-14, 1e-6, "round-off\n~ ε / h", color=pictures.COLORS["soft"])
    axes.set(
        xscale="log", yscale="log", xlim=(0.2, 5e-16), ylim=(5e-18, 1),
        xlabel="step h, shorter to the right", ylabel="relative error", title="d sin / dx at 1",
    )  # fmt: skip
    tidy(axes)


def draw_swell(axes):
    """The derivative of the iterated logistic map: the formula against the graph."""
    rows = ad.symbolic.swell(lambda x: 4 * x * (1 - x), range(2, LARGEST + 1))
    n = [r.order for r in rows]
    marks = {"linewidth": 2, "marker": "o", "markersize": 5}
    axes.plot(n, [r.written_out for r in rows], color=pictures.COLORS["one"], **marks)
    axes.plot(n, [r.nodes for r in rows], color=pictures.COLORS["zero"], **marks)
    axes.text(7.7, 2e5, "operators written out", color=pictures.COLORS["one"], ha="right")
    axes.text(9, 200, "nodes of our graph", color=pictures.COLORS["zero"])
    axes.set(
        yscale="log", xlabel="n", ylabel="size of the derivative", xticks=range(2, LARGEST + 1),
        title="derivative of l(n + 1) = 4 l(n) (1 - l(n))",
    )  # fmt: skip
    tidy(axes)


def tidy(axes):
    """A quiet grid, with few powers of ten."""
    axes.yaxis.set_major_locator(LogLocator(numticks=7))
    axes.minorticks_off()
    axes.grid(True, axis="y")
    axes.tick_params(length=0)


if __name__ == "__main__":
    main()
