"""The race as an animated GIF: maps side by side, drawn by Matplotlib, put together by Pillow."""

import io

import numpy as np

from ..optimize.bar import Bar
from .fonts import chinese_font
from .race_ground import shade, shown_steps
from .race_words import COLOURS, label, title_of, word

FRAMES = 72
HOLD = 2.0  # [s] that the last frame stays
COLOURS_OF_GIF = 150  # of the ground and the letters; those of the methods come beside
GROUND = ("#f3f6fa", "#dfe7f1", "#c5d3e4", "#a9bdd6", "#8ea8c8")
SHARES = (0.0, 0.12, 0.25, 0.4, 0.55, 0.7)  # of the ground in the colours of a method's edge
INK, SOFT = "#17202b", "#5b6673"


def plotting():
    """Matplotlib and Pillow, or a sentence that says how to get them."""
    try:
        import matplotlib
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.colors import LinearSegmentedColormap
        from matplotlib.figure import Figure
        from PIL import Image
    except ImportError:
        raise ImportError(
            "race: the animated picture needs Matplotlib and Pillow; "
            "pip install autodiff-numpy[show], or write the page with html="
        ) from None
    return matplotlib, Figure, FigureCanvasAgg, LinearSegmentedColormap, Image


def animation(contests, path, lang, seconds):
    """Write the animated picture of all contests."""
    matplotlib, figure_class, canvas_class, colormap, image = plotting()
    lang = lang if lang == "en" or chinese_font() else "en"
    fonts = [f for f in (chinese_font() if lang == "zh" else None, "DejaVu Sans") if f]
    with matplotlib.rc_context({"font.family": fonts, "axes.unicode_minus": True}):
        stage = Stage(contests, lang, figure_class, canvas_class, colormap)
        frames = []
        with Bar("animated picture", FRAMES, True) as bar:
            for pixels in stage.frames():
                frames.append(image.fromarray(pixels))
                bar.tick("drawing")
    palette = palette_of(frames, image)
    frames = [f.quantize(palette=palette, dither=image.Dither.NONE) for f in frames]
    pause = round(1000 * seconds / max(len(frames), 1))
    pauses = [pause] * (len(frames) - 1) + [round(1000 * HOLD)]
    buffer = io.BytesIO()
    frames[0].save(
        buffer, "GIF", save_all=True, append_images=frames[1:], duration=pauses, loop=0,
        optimize=True, disposal=1,
    )  # fmt: skip
    with open(path, "wb") as file:
        file.write(buffer.getvalue())


def palette_of(frames, image):
    """An image whose palette has the colours of the ground and of the methods, mixed with it.

    Left to itself the quantiser would give all thin lines one colour.
    """
    ground = frames[0].quantize(COLOURS_OF_GIF, dither=image.Dither.NONE).getpalette()
    listed = np.reshape(ground[: 3 * COLOURS_OF_GIF], (-1, 3)).tolist()
    pale = np.array([212, 222, 234])
    for colour, _ in COLOURS.values():
        pure = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
        listed += [(pure + share * (pale - pure)).astype(int).tolist() for share in SHARES]
    palette = image.new("P", (1, 1))
    palette.putpalette(np.ravel(listed).tolist())
    return palette


class Stage:
    """The picture whose ground is drawn once and whose paths are drawn anew for each frame."""

    def __init__(self, contests, lang, figure_class, canvas_class, colormap):
        self.contests, count = contests, len(contests)
        width = 4.3 * count if count > 1 else 5.4
        height = 5.15 if count > 1 else 6.5
        self.figure = figure_class(figsize=(width, height), dpi=80, facecolor="white")
        self.canvas = canvas_class(self.figure)
        paint = colormap.from_list("ground", GROUND[::-1])
        axes = np.ravel(self.figure.subplots(1, count, squeeze=False))
        self.lines, self.dots, self.counters = [], [], []
        for ax, contest in zip(axes, contests):
            self.draw_ground(ax, contest, lang, paint)
            self.draw_runs(ax, contest)
        names = list(dict.fromkeys(r.method for c in contests for r in c.runs))
        handles = [
            self.figure.add_artist(type(self.lines[0][0])([], [], color=COLOURS[n][0], lw=2.6))
            for n in names
        ]
        across = 10 if count > 2 else 5 if count > 1 else 4
        self.figure.legend(
            handles, [label(n, lang) for n in names], loc="lower center", ncols=across,
            frameon=False, fontsize=8.5, handlelength=1.3, columnspacing=1.2,
        )  # fmt: skip
        self.figure.tight_layout(rect=(0, 0.1 if count == 1 else 0.075, 1, 1))

    def draw_ground(self, ax, contest, lang, paint):
        """The map, the start and the minima."""
        course = contest.course
        left, right, bottom, top = course.frame
        t = shade(course.heights(161))
        x, y = np.linspace(left, right, 161), np.linspace(bottom, top, 161)
        ax.contourf(x, y, t, levels=np.linspace(0, 1.0001, 16), cmap=paint)
        ax.contour(x, y, t, levels=np.linspace(0, 1.0001, 16), colors="white", linewidths=0.6)
        for place in course.minima:
            ax.plot(*place, marker="*", ms=19, mfc="#ffd43b", mec=INK, mew=0.8, ls="", clip_on=True)
        ax.plot(*course.start, marker="o", ms=9, mfc="none", mec=INK, mew=1.6, ls="")
        ax.set_xlim(left, right)
        ax.set_ylim(bottom, top)
        ax.tick_params(colors=SOFT, labelsize=8, length=3)
        for spine in ax.spines.values():
            spine.set_color("#c2cad4")
        name = title_of(course, lang)
        weight = "bold" if lang == "en" else "normal"  # Chinese fonts often lack the other
        ax.set_title(name, fontsize=12, color=INK, fontweight=weight, pad=22)
        if course.formula != name:
            ax.text(
                0.5, 1.025, course.formula, transform=ax.transAxes, ha="center", color=SOFT,
                fontsize=8,
            )  # fmt: skip
        box = {"boxstyle": "round,pad=.3", "fc": "white", "ec": "none", "alpha": 0.85}
        counter = ax.text(
            0.97, 0.035, "", transform=ax.transAxes, ha="right", fontsize=8.5, color=INK, bbox=box,
            animated=True, zorder=9,
        )  # fmt: skip
        self.counters.append((counter, word("step", lang)))

    def draw_runs(self, ax, contest):
        """A line and a dot for each method, empty."""
        lines, dots = [], []
        for run in contest.runs:
            colour = COLOURS[run.method][0]
            (line,) = ax.plot([], [], color=colour, lw=1.9, alpha=0.95, animated=True, zorder=5)
            (dot,) = ax.plot(
                [], [], marker="o", ms=7.5, mfc=colour, mec="white", mew=1.1, animated=True,
                zorder=7,
            )  # fmt: skip
            lines.append(line)
            dots.append(dot)
        self.lines.append(lines)
        self.dots.append(dots)

    def frames(self):
        """The pixels of each frame."""
        self.canvas.draw()
        empty = self.canvas.copy_from_bbox(self.figure.bbox)
        plans = [shown_steps(max(len(r.losses) for r in c.runs) - 1, FRAMES) for c in self.contests]
        for number in range(max(map(len, plans))):
            self.canvas.restore_region(empty)
            for i, contest in enumerate(self.contests):
                step = plans[i][min(number, len(plans[i]) - 1)]
                self.place(i, contest, step)
            yield np.array(self.canvas.buffer_rgba())[:, :, :3]

    def place(self, i, contest, step):
        """Draw the paths of one contest up to a step."""
        for run, line, dot in zip(contest.runs, self.lines[i], self.dots[i]):
            path = run.places[: step + 1]
            line.set_data(path[:, 0], path[:, 1])
            dot.set_data(path[-1:, 0], path[-1:, 1])
        for artist in (*self.lines[i], *self.dots[i]):
            artist.axes.draw_artist(artist)
        counter, name = self.counters[i]
        counter.set_text(f"{name} {step}")
        counter.axes.draw_artist(counter)
