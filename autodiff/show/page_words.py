"""The words of pages and pictures, and the other files that a page is made of."""

import json
from functools import cache
from pathlib import Path

ASSETS = Path(__file__).parent / "assets"


@cache
def asset(name):
    """The text of a file that the page is made of."""
    return (ASSETS / name).read_text("utf-8")


@cache
def wording():
    """{key: (English, Chinese)}, the words of the page."""
    return json.loads(asset("words.json"))


@cache
def words_of(lang):
    """{key: text} in one language.

    >>> words_of("zh")["loop"], words_of("en")["loop"]
    ('循环', 'loop')
    """
    return {key: both[lang == "zh"] for key, both in wording().items()}
