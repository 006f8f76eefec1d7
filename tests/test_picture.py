"""Pictures of runs: the layout, SVG text, PNG files."""

import builtins
import io
import random
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

import autodiff as ad
from autodiff.core.errors import ArgumentError
from autodiff.show import picture_paint
from autodiff.show.explain import explain
from autodiff.show.layout import GAP, layout
from autodiff.show.layout_clusters import MOST, Cluster, clusters, reduced
from autodiff.show.picture import png, svg
from autodiff.show.picture_shapes import formula, plain, width_of

SPACE = {"svg": "http://www.w3.org/2000/svg"}


def textbook(a, b):
    c = a + b
    d = b + 1
    e = c * d
    return e


# ---------------------------------------------------------------- layout


def graph(seed, boxes=24):
    """A random graph without circles: boxes and labelled edges of many sizes."""
    rng = random.Random(seed)
    sizes = {i: (rng.uniform(20, 140), rng.uniform(20, 70)) for i in range(boxes)}
    edges = [
        (source, target, (rng.uniform(0, 90), 17.0) if rng.random() < 0.8 else (0.0, 0.0))
        for target in range(1, boxes)
        for source in rng.sample(range(target), min(target, rng.randint(1, 2)))
    ]
    return sizes, edges


def meet(a, b):
    """Whether two rectangles (x, y, width, height) overlap."""
    return (
        abs(a[0] - b[0]) < (a[2] + b[2]) / 2 - 1e-6 and abs(a[1] - b[1]) < (a[3] + b[3]) / 2 - 1e-6
    )


@pytest.mark.parametrize("seed", range(8))
def test_no_box_label_or_edge_meets_another(seed):
    sizes, edges = graph(seed)
    placed = layout(sizes, edges)
    boxes = [(*placed.boxes[i], *sizes[i]) for i in sizes]
    labels = [(*c, *e[2]) for c, e in zip(placed.labels, edges) if c is not None]
    things = boxes + labels
    assert not any(meet(a, b) for i, a in enumerate(things) for b in things[:i])
    for (source, target, _), points in zip(edges, placed.routes):
        for (x, y), (u, v) in zip(points[0::2], points[1::2]):
            assert x == u
            stretch = (x, (y + v) / 2, 0.0, abs(v - y))
            others = [(*placed.boxes[i], *sizes[i]) for i in sizes if i not in (source, target)]
            assert not any(meet(stretch, thing) for thing in others + labels)


@pytest.mark.parametrize("seed", range(4))
def test_edges_bend_only_between_layers(seed):
    sizes, edges = graph(seed)
    placed = layout(sizes, edges)
    bands = [
        (placed.boxes[i][1] - sizes[i][1] / 2, placed.boxes[i][1] + sizes[i][1] / 2) for i in sizes
    ]
    for points in placed.routes:
        for (_, y), (_, v) in zip(points[1::2], points[2::2]):
            assert v >= y
            assert not any(low < v - 1e-6 and y + 1e-6 < high for low, high in bands)


def test_edges_point_upward_and_start_at_their_boxes():
    sizes, edges = graph(3)
    placed = layout(sizes, edges)
    for (source, target, _), points in zip(edges, placed.routes):
        for name, (x, y), side in ((source, points[0], 1), (target, points[-1], -1)):
            across, along = placed.boxes[name]
            assert abs(x - across) <= sizes[name][0] / 2
            assert y == pytest.approx(along + side * sizes[name][1] / 2)


def test_a_diamond_is_symmetrical_and_a_chain_straight():
    sizes = dict.fromkeys("abcd", (40.0, 20.0))
    label = (20.0, 10.0)
    diamond = [("a", "b", label), ("a", "c", label), ("b", "d", label), ("c", "d", label)]
    at = layout(sizes, diamond).boxes
    assert at["a"][0] == pytest.approx(at["d"][0], abs=0.5)
    assert at["d"][0] - at["b"][0] == pytest.approx(at["c"][0] - at["d"][0], abs=0.5)
    chain = layout(sizes, [("a", "b", label), ("b", "c", label), ("c", "d", label)])
    assert np.ptp([x for x, _ in chain.boxes.values()]) < 0.5


def test_crossings_that_can_be_avoided_are():
    sizes = dict.fromkeys(["p", "q", "r", "x", "y", "z"], (30.0, 20.0))
    none = (0.0, 0.0)
    edges = [("p", "z", none), ("q", "y", none), ("r", "x", none), ("p", "y", none)]
    at = layout(sizes, edges).boxes
    upper = sorted("xyz", key=lambda name: at[name][0])
    lower = sorted("pqr", key=lambda name: at[name][0])
    order = {name: i for i, name in enumerate(upper)}
    ends = [(lower.index(a), order[b]) for a, b, _ in edges]
    assert not any(a < c and b > d for a, b in ends for c, d in ends)


def test_nothing_and_one_box_have_a_layout():
    assert layout({}, []).boxes == {}
    one = layout({"a": (30.0, 20.0)}, [])
    assert one.boxes == {"a": (15.0, 10.0)} and (one.across, one.along) == (30.0, 20.0)
    pair = layout({"a": (30.0, 20.0), "b": (30.0, 20.0)}, []).boxes
    assert abs(pair["a"][0] - pair["b"][0]) >= 30 + GAP - 1e-9


# ---------------------------------------------------------------- clusters


def members_of(found):
    """Every list of members, at all depths."""
    yield found
    for member in found:
        if isinstance(member, Cluster):
            yield from members_of(member.members)


def test_a_loop_is_one_cluster_of_its_passes():
    def loop(x):
        for _ in range(100):
            x = ad.sin(x)
            x = x * 1.5
        return x

    run = explain(loop, 0.5).run
    found = clusters(run)
    (cluster,) = [m for m in found if isinstance(m, Cluster)]
    assert (cluster.kind, cluster.count) == ("loop", 100)
    assert cluster.vertices() == list(range(1, 201))


@pytest.mark.parametrize("count", [30, 700, 3000])
def test_few_boxes_are_seen_at_a_time(count):
    def long(x, y):
        values = [x, y]
        for i in range(count):
            values.append(values[-1] * values[-1 - i % 2])
        return values[-1]

    run = explain(long, 1.0, 1.0).run
    run.groups = []
    found = clusters(run)
    assert all(len(members) <= MOST + 2 for members in members_of(found))
    inside = [v for m in found for v in ([m] if isinstance(m, int) else m.vertices())]
    assert inside == list(range(len(run)))


def test_edges_that_others_imply_are_left_out():
    edges = dict.fromkeys([(0, 1), (1, 2), (0, 2), (2, 3), (0, 3)])
    assert sorted(reduced(range(4), edges)) == [(0, 1), (1, 2), (2, 3)]


# ---------------------------------------------------------------- SVG and PNG


def texts(picture):
    """The texts of an SVG, letters alone."""
    root = ElementTree.fromstring(picture)
    return ["".join(e.itertext()) for e in root.iterfind(".//svg:text", SPACE)]


def test_the_textbook_example_in_reverse():
    found = texts(svg(explain(textbook, 2.0, 1.0).run, mode="reverse"))
    expected = {"e = c · d", "e = 6", "∂e/∂e = 1", "∂e/∂b = 3 + 2 = 5", "∂e/∂a = 2", "b = 1"}
    assert expected <= set(found)
    assert {"∂c/∂a = 1", "∂d/∂b = 1", "∂e/∂c = d = 2", "∂e/∂d = c = 3"} <= set(found)


def test_the_textbook_example_forward():
    run = explain(textbook, 2.0, 1.0, wrt="b").run
    found = texts(svg(run, mode="forward"))
    assert {"∂c/∂b = 1", "∂d/∂b = 1", "∂e/∂b = 5", "∂a/∂b = 0"} <= set(found)


def test_both_modes_stand_in_the_boxes():
    found = texts(svg(explain(textbook, 2.0, 1.0, mode="both").run))
    assert {"∂e/∂b = 3 + 2 = 5", "∂e/∂a = 2", "∂a/∂a = 1"} <= set(found)


def test_the_extended_graph_names_both_halves():
    run = explain(textbook, 2.0, 1.0).run
    found = texts(svg(run, "extended"))
    assert {"forward", "backward", "saved for the way back", "1 · 3 = 3"} <= set(found)
    run = explain(textbook, 2.0, 1.0, lang="zh").run
    assert {"前向", "反向", "为反向保存的值"} <= set(texts(svg(run, "extended")))


def test_the_width_can_be_chosen():
    root = ElementTree.fromstring(svg(explain(textbook, 2.0, 1.0).run, width=400))
    assert root.get("width") == "400"
    ratio = float(root.get("height")) / 400
    box = [float(x) for x in root.get("viewBox").split()]
    assert ratio == pytest.approx(box[3] / box[2], rel=1e-2)


def test_arrays_have_shape_dtype_and_histogram():
    run = explain(lambda w: ad.sum(w * w), np.arange(24.0).reshape(4, 6)).run
    picture = svg(run)
    assert "float64 4×6" in texts(picture)
    assert picture.count('class="bar"') == 24


def test_names_are_text():
    run = explain(textbook, 2.0, 1.0, title='<script>&"').run
    run.vertices[0].label = "<b>"
    ElementTree.fromstring(svg(run))
    assert "<script>" not in svg(run)


@pytest.mark.parametrize("kind", ["graph", "extended"])
def test_a_png_has_the_shape_of_the_picture(kind, tmp_path):
    from PIL import Image

    run = explain(textbook, 2.0, 1.0).run
    png(run, tmp_path / "picture.png", kind)
    drawn = Image.open(tmp_path / "picture.png")
    box = [float(x) for x in ElementTree.fromstring(svg(run, kind)).get("viewBox").split()]
    assert drawn.width / drawn.height == pytest.approx(box[2] / box[3], rel=0.01)
    assert len(drawn.convert("RGB").getcolors(1 << 24)) > 50


def test_a_png_can_go_to_a_file_object():
    buffer = io.BytesIO()
    png(explain(textbook, 2.0, 1.0).run, buffer)
    assert buffer.getvalue().startswith(b"\x89PNG")


def in_chinese(甲, 乙):
    丙 = 甲 * 乙
    return ad.sin(丙)


def test_a_png_without_a_chinese_font_is_in_english_and_says_so(monkeypatch, recwarn):
    found = explain(in_chinese, 1.0, 2.0, lang="zh")
    monkeypatch.setattr(picture_paint, "chinese_font", lambda: None)
    buffer = io.BytesIO()
    for _ in range(2):
        found.png(buffer)
    assert buffer.getvalue().startswith(b"\x89PNG")
    assert [note for note in found.run.notes if "no font" in note] == found.run.notes[-1:]
    assert [v.label for v in found.run.vertices[:3]] == ["甲", "乙", "丙"]


def test_a_png_has_chinese_letters_where_there_is_a_font(caplog, recwarn):
    if picture_paint.chinese_font() is None:
        return
    found = explain(in_chinese, 1.0, 2.0, lang="zh")
    found.png(io.BytesIO(), "extended")
    assert caplog.text == "" and found.run.notes == []


def test_without_matplotlib_a_png_says_what_is_missing(monkeypatch, tmp_path):
    run, real = explain(textbook, 2.0, 1.0).run, builtins.__import__

    def absent(name, *rest):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(ImportError, match=r"autodiff-numpy\[show\]"):
        png(run, tmp_path / "picture.png")


def test_what_cannot_be_drawn_is_one_sentence():
    run = explain(textbook, 2.0, 1.0, mode="forward").run
    with pytest.raises(ArgumentError, match="kind='tree'; give one of graph, extended"):
        svg(run, "tree")
    with pytest.raises(ArgumentError, match="mode='reverse' of a run in mode 'forward'"):
        svg(run, mode="reverse")


# ---------------------------------------------------------------- texts


@pytest.mark.parametrize(
    ("text", "styles"),
    [
        ("v-1 * v10", [("v", "var"), ("−1", "sub"), (" · ", ""), ("v", "var"), ("10", "sub")]),
        ("x**2 - 1", [("x", "var"), ("2", "sup"), (" − 1", "")]),
        ("sin(v̇3)", [("sin(", ""), ("v̇", "var"), ("3", "sub"), (")", "")]),
        ("x[0]", [("x", "var"), ("[0]", "")]),
        ("loss", [("loss", "")]),
    ],
)
def test_formulas_are_set_as_in_print(text, styles):
    assert [(p.text, p.style) for p in formula(text)] == styles


def test_longer_texts_are_wider():
    assert width_of(formula("v1 + v2")) < width_of(formula("v1 + v2 + v3"))
    assert width_of(formula("中文")) > width_of(formula("ab"))
    assert plain(formula("a*b")) == "a · b"
