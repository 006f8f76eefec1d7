"""Draws the pictures of the README, for light and for dark pages: `python docs/picture.py`."""

from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from autodiff import explain
from autodiff.examples import pictures
from autodiff.examples.fits import STYLES, fit
from autodiff.examples.logistic_regression import ROUNDS, START, learn, unit_square
from autodiff.examples.sample import split
from autodiff.examples.table import breast_cancer

FOLDER = Path(__file__).parent / "_static"
SIZE = (10.8, 3.6)  # [in]
DARK = {
    "ink": "#f5f4f0",
    "soft": "#c3c2b7",
    "rule": "#45453f",
    "zero": "#3987e5",
    "one": "#e0672f",
    "first": "#9085e9",
    "second": "#199e70",
    "third": "#d9a016",
}


def main():
    """Fit both examples and write one picture for each kind of page."""
    points, labels = unit_square()
    after, _ = learn(points, labels, START, range(ROUNDS))
    train = split(breast_cancer()).train
    losses = {style: fit(style, *train, range(300)).losses for style in STYLES}
    with rc_context({**pictures.SETTINGS, "svg.fonttype": "path", "svg.hashsalt": "autodiff"}):
        figure = Figure(SIZE, layout="constrained")
        axes = figure.subplots(1, 3, width_ratios=(1, 1, 1.35))
        draw(axes, points, labels, after, losses)
        light = FOLDER / "demo-light.svg"
        figure.savefig(light, transparent=True, metadata={"Date": None})
    text = light.read_text("utf-8")
    for role, color in DARK.items():
        text = text.replace(pictures.COLORS[role], color)
    (FOLDER / "demo-dark.svg").write_text(text, "utf-8")
    graph = explain("(a+b)*(b+1)", 2.0, 1.0).svg()  # one picture, which follows the page's colours
    (FOLDER / "graph.svg").write_text(graph, "utf-8")


def draw(axes, points, labels, after, losses):
    """The line before and after, and the loss of the three styles."""
    left, middle, right = axes
    for panel, weights, title in (
        (left, np.array(START), "a line, before"),
        (middle, after, f"after {ROUNDS} rounds"),
    ):
        pictures.draw_boundary(panel, points, labels, weights)
        panel.set(title=title, xticks=(0, 0.5, 1), yticks=(0, 0.5, 1))
    for (style, loss), (role, width) in zip(losses.items(), pictures.STROKES, strict=True):
        rounds = np.arange(1, len(loss) + 1)
        right.plot(rounds, loss, color=pictures.COLORS[role], linewidth=width, label=style)
    right.set(
        title="a real table, three styles", xlabel="round", ylabel="loss per row", xscale="log"
    )
    right.xaxis.set_major_formatter("{x:g}")
    right.set_box_aspect(1 / 1.35)
    right.set_ylim(bottom=0)
    right.grid(True, axis="y")
    right.legend()


if __name__ == "__main__":
    main()
