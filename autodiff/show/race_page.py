"""The race as one page of HTML that needs nothing else."""

import json
from html import escape
from pathlib import Path
from string import Template

import numpy as np

from .race_ground import shade
from .race_words import COLOURS, WORDS, label, title_of, word

TEMPLATE = Path(__file__).with_name("race_page.html")
SCRIPT = Path(__file__).with_name("race_page.js")
CELLS = 97  # of the map, along each side
FINEST = 999  # the highest level of a map


def page(contests, lang):
    """The text of the page."""
    words = {name: word(name, lang) for name in WORDS if name}
    data = {"words": words, "contests": [facts(contest, lang) for contest in contests]}
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        lang="zh-Hans" if lang == "zh" else "en",
        data=text.replace("<", "\\u003c"),
        script=SCRIPT.read_text(encoding="utf-8"),
        **{name: escape(text) for name, text in words.items() if name.isidentifier()},
    )


def facts(contest, lang):
    """What the page has to know of a contest."""
    course = contest.course
    levels = shade(course.heights(CELLS))
    whole = np.where(np.isnan(levels), -1, np.round(np.nan_to_num(levels) * FINEST)).astype(int)
    lowest = min(float(np.min(run.losses)) for run in contest.runs)
    known = [float(course.function(*place)) for place in course.minima]
    return {
        "name": course.name,
        "title": title_of(course, lang),
        "formula": course.formula,
        "note": word(course.note, lang) if course.note else "",
        "variables": list(course.variables),
        "frame": course.frame,
        "start": course.start,
        "minima": course.minima,
        "lowest": min([lowest, *known]),
        "cells": CELLS,
        "map": whole.ravel().tolist(),
        "runs": [run_facts(run, lang) for run in contest.runs],
    }


def run_facts(run, lang):
    """What the page has to know of a run: places and losses to seven digits."""
    return {
        "method": run.method,
        "label": label(run.method, lang),
        "rate": f"{run.rate:.2g}",
        "colours": COLOURS[run.method],
        "x": short(run.places[:, 0]),
        "y": short(run.places[:, 1]),
        "f": short(run.losses),
        "end": run.end,
    }


def short(values):
    """Numbers with seven significant digits."""
    return [float(f"{v:.7g}") for v in values]
