"""docs/coverage.json and docs/coverage.md say what there is; `make coverage-table` writes them."""

import json

import coverage_table
import numpy as np
import pytest
import scipy.special
from coverage_marks import DERIVED, MODES, Call, marks

from autodiff.compile.driver import supported

COMMITTED = json.loads(coverage_table.DATA.read_text("utf-8"))
MODULES = {
    "numpy": np, "numpy.linalg": np.linalg, "numpy.fft": np.fft, "scipy.special": scipy.special,
}  # fmt: skip
# Other versions have other names, and say some things in other words.
LASTING = ("kind", *MODES[:4])


@pytest.fixture(scope="module")
def fresh():
    patch = pytest.MonkeyPatch()
    patch.setenv("AUTODIFF_CACHE", "")
    yield coverage_table.generated()
    patch.undo()


def lasting(names, others):
    return {
        name: [row.get(fact) for fact in LASTING] for name, row in names.items() if name in others
    }


def test_the_committed_table_is_fresh(fresh):
    same_versions = COMMITTED[coverage_table.MADE_WITH] == fresh[coverage_table.MADE_WITH]
    if same_versions and supported() is None:
        stale = "out of date; run make coverage-table"
        assert coverage_table.DATA.read_text("utf-8") == coverage_table.data_text(fresh), stale
        assert coverage_table.PAGE.read_text("utf-8") == coverage_table.page_text(fresh), stale
    for module in MODULES:
        names, others = COMMITTED[module], fresh[module]
        assert lasting(names, others) == lasting(others, names), module


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_has_its_line(module, fresh):
    assert set(fresh[module]) == set(MODULES[module].__all__)
    page = coverage_table.page_text(COMMITTED)
    section = page.partition(f"\n## {module}\n")[2].partition("\n## ")[0]
    assert [name for name in COMMITTED[module] if f"`{name}`" not in section] == []


@pytest.mark.parametrize("module", MODULES)
def test_what_is_differentiable_is_so_in_both_directions(module):
    rows = {name: row for name, row in COMMITTED[module].items() if row["kind"] == DERIVED}
    halves = {n: r for n, r in rows.items() if (r["forward"], r["reverse"]) != ("yes", "yes")}
    assert halves == {}


@pytest.mark.parametrize("module", MODULES)
def test_what_does_not_work_says_why(module):
    silent = {
        name: mode
        for name, row in COMMITTED[module].items()
        for mode in MODES[:4]
        if row.get(mode) in ("no", "some") and f"{mode}: " not in row.get("note", "")
    }
    assert silent == {}


def test_a_wrong_derivative_is_marked():
    def cut(x):
        return x * np.sum(getattr(x, "value", x))

    wrong, right = Call(cut, np.array([1.0, 2.0])), Call(np.sin, np.array([0.5]))
    assert [marks(DERIVED, [wrong])[mode] for mode in ("forward", "reverse")] == ["no", "no"]
    both = marks(DERIVED, [wrong, right])
    assert both["forward"] == "some" and "forward: gives other numbers" in both["note"]
    assert [marks(DERIVED, [right])[mode] for mode in MODES] == ["yes"] * 4 + ["native"]


def test_a_refusal_is_marked_with_its_sentence():
    row = marks(DERIVED, [Call(lambda x: np.packbits(x), np.array([1.0]))])
    assert row["kind"] == "refused" and row["note"].startswith("numpy.packbits has no derivative")
