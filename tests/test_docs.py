"""Every Python block of the README and of the pages under docs/ runs as a reader would run it,
and so does every example in the description of an operator.

The blocks of a page share one namespace, in order, in an empty folder. A block in `>>>` form must
print what it shows. A block that cannot run stands directly below `<!-- not run: reason -->`.
"""

import doctest
import re
import sys
from pathlib import Path
from traceback import extract_tb
from types import ModuleType
from typing import NamedTuple

import pytest
from markdown_it import MarkdownIt

from autodiff.core.op import Op

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LANGUAGES = {"python", "py", "python3", "pycon"}
DIRECTIVES = {"code", "code-block", "sourcecode"}
MARK = re.compile(r"\s*<!--\s*not run\b:?\s*(?P<reason>.*?)\s*-->\s*")


class Block(NamedTuple):
    """A Python block and the number of its first line of code, from 1."""

    line: int
    language: str
    source: str


def blocks(text, above=0):
    """The Python blocks of a page, those inside other directives too."""
    for token in MarkdownIt().parse(text):
        if token.type != "fence":
            continue
        line = above + token.map[0] + 2
        words = [*token.info.split(), ""]
        directive = re.fullmatch(r"\{([\w-]+)\}", words[0])
        language = words[1] if directive and directive[1] in DIRECTIVES else words[0]
        if language in LANGUAGES:
            yield Block(line, language, token.content)
        elif directive:
            yield from blocks(token.content, line - 1)


def marks(text):
    """{line below a mark: its reason}, lines from 1."""
    found = enumerate(map(MARK.fullmatch, text.splitlines()), start=2)
    return {line: match["reason"] for line, match in found if match}


def run_statements(block, page, namespace):
    # Empty lines above make the line numbers of tracebacks those of the page.
    code = compile("\n" * (block.line - 1) + block.source, str(page), "exec")
    exec(code, namespace)


def run_session(source, name, file, line, namespace):
    """Run examples in `>>>` form that start on a line of a file; raise what doctest has to say."""
    test = doctest.DocTestParser().get_doctest(source, namespace, name, str(file), line - 1)
    test.globs = namespace
    said = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(test, out=said.append, clear_globs=False)
    if said:
        raise AssertionError("".join(said))


def run_page(page, module):
    """Run the blocks of one page in the namespace of `module`; stop at the first fault."""
    text = page.read_text("utf-8")
    unused = marks(text)
    for block in blocks(text):
        place = f"{page.name}:{block.line}"
        # The mark is above the fence, which is above the first line of code.
        reason = unused.pop(block.line - 1, None)
        if reason == "":
            pytest.fail(f"{place}: a block that is not run needs a reason", pytrace=False)
        if reason is not None:
            continue
        session = block.language == "pycon" or block.source.lstrip().startswith(">>>")
        try:
            if session:
                run_session(block.source, page.name, page, block.line, vars(module))
            else:
                run_statements(block, page, vars(module))
        except Exception as fault:
            here = [f.lineno for f in extract_tb(fault.__traceback__) if f.filename == str(page)]
            at = f"line {here[-1]}, " if here else ""
            raise AssertionError(f"{place}: {at}{type(fault).__name__}: {fault}") from fault
    for line in unused:
        pytest.fail(f"{page.name}:{line - 1}: no Python block below this mark", pytrace=False)


@pytest.fixture
def module(monkeypatch, tmp_path):
    """A module to be the namespace of a page: what a page defines can be pickled."""
    page = ModuleType("page")
    monkeypatch.setitem(sys.modules, "page", page)
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    return page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_runs(page, module):
    run_page(page, module)


@pytest.mark.parametrize("name", sorted(n for n, row in Op.table.items() if ">>>" in row.__doc__))
def test_the_examples_of_an_operator_run(name, names_of_examples):
    run_session(Op.table[name].__doc__, name, name, 1, Op.table | names_of_examples)


def test_a_planted_wrong_example_of_an_operator_is_seen():
    with pytest.raises(AssertionError, match=r"Expected:\n *3"):
        run_session("Sine.\n\n    >>> 1 + 1\n    3\n", "sin", "sin", 1, {})


@pytest.fixture
def page(tmp_path):
    return tmp_path / "page.md"


def test_blocks_share_a_namespace_in_order(page, module):
    page.write_text("```python\nx = 2\n```\n\n```pycon\n>>> x + 1\n3\n```\n\n```py\nx += 5\n```\n")
    run_page(page, module)
    assert module.x == 7


def test_blocks_in_lists_and_directives_are_found():
    text = (
        "1. one\n\n   ```python\n   a\n   ```\n\n````{note}\nb\n```python\nb\n```\n````\n\n"
        "```{code-block} python\nc\n```\n\n```text\nd\n```\n"
    )
    assert [(block.line, block.source.strip()) for block in blocks(text)] == [
        (4, "a"),
        (10, "b"),
        (15, "c"),
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("one\n\n```python\nx = 1\n1 / 0\n```\n", r"page.md:4: line 5, ZeroDivisionError"),
        ("one\n\n```python\nx = \n```\n", r"page.md:4: SyntaxError"),
        ("```pycon\n>>> 1 + 1\n3\n```\n", r'page.md:2: (?s:.*)page.md", line 2'),
        ("```python\n>>> 1 + 1\n3\n```\n", r"page.md:2: (?s:.*)Expected"),
        ("```python\nimport warnings\nwarnings.warn('old')\n```\n", r"page.md:2: .*Warning: old"),
        ("<!-- not run: -->\n```python\n1 / 0\n```\n", r"page.md:3: .*needs a reason"),
        ("<!-- not run -->\n```python\n1 / 0\n```\n", r"page.md:3: .*needs a reason"),
        ("<!-- not run: slow -->\n\n```python\n1 / 0\n```\n", r"page.md:4: .*ZeroDivisionError"),
        ("<!-- not run: slow -->\n```text\n1\n```\n", r"page.md:1: no Python block"),
    ],
)
def test_a_planted_fault_is_seen(text, fault, page, module):
    page.write_text(text)
    with pytest.raises((AssertionError, pytest.fail.Exception), match=fault):
        run_page(page, module)


def test_a_marked_block_is_not_run(page, module):
    page.write_text("<!-- not run: needs a cluster -->\n```python\n1 / 0\n```\n")
    run_page(page, module)
