"""One table of every way to a derivative."""

import sys

import mpmath
import numpy as np
import pytest

import autodiff as ad
from autodiff.show.compare import compare, value_text
from autodiff.transform.cost import cost


def survey(x1, x2):
    """The example of Baydin et al. 2018."""
    return ad.log(x1) + x1 * x2 - ad.sin(x2)


def survey_by_hand(x1, x2):
    return 1 / x1 + x2, x1 - ad.cos(x2)


def logistic(x):
    for _ in range(3):
        x = 4 * x * (1 - x)
    return x


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


@pytest.fixture(scope="module")
def found():
    return compare(survey, (2.0, 5.0), by_hand=survey_by_hand)


def test_every_way_is_in_the_table(found):
    names = ["by hand", "numerical", "symbolic", "forward", "reverse"]
    assert [way.name for way in found.ways] == names
    assert [way.name for way in compare(ad.sin, 1.0).ways] == names[1:]


def test_every_way_gives_the_published_derivatives(found):
    """Baydin et al. 2018: 5.5 and 1.716."""
    for way in found.ways:
        assert [round(float(v), 3) for v in way.value] == [5.5, 1.716], way.name


def test_errors_are_distances_from_fifty_digits(found):
    with mpmath.workdps(50):
        assert abs(found.exact[1] - (2 - mpmath.cos(5))) < mpmath.mpf(10) ** -48
    for name in ("by hand", "symbolic", "forward", "reverse"):
        assert 0 < found[name].error < 1e-15, name
    assert 1e-16 < found["numerical"].error < 1e-11


def test_a_wrong_derivative_by_hand_is_seen():
    wrong = compare(ad.sin, 1.0, by_hand=ad.sin)["by hand"]
    assert wrong.error == pytest.approx((np.sin(1) - np.cos(1)) / np.cos(1))


def test_operations_are_those_that_cost_counts(found):
    counted = cost(survey, 2.0, 5.0)
    assert found["reverse"].operations == counted.reverse.operations == 12
    evaluations = int(found["numerical"].remark.split()[0])
    assert found["numerical"].operations == 5 * evaluations
    assert found["by hand"].operations == 4


def test_the_formula_swells_and_the_sweeps_do_not():
    ways = compare(logistic, 0.3)
    assert ways["symbolic"].operations > 3 * ways["reverse"].operations


def test_times_are_measured(found):
    assert all(0 < way.seconds < 5 for way in found.ways)
    assert found["by hand"].seconds < found["numerical"].seconds


def test_the_gradient_of_a_vector_has_all_its_elements():
    x = np.linspace(-1, 2, 6)
    ways = compare(rosenbrock, x)
    for way in ways.ways:
        assert np.allclose(way.value, ad.grad(rosenbrock)(x), rtol=1e-9), way.name


def test_the_derivative_of_an_array_is_its_jacobian_row_by_row():
    x = np.array([1.0, 2.0])
    ways = compare(lambda x: ad.stack([x[0] * x[1], ad.exp(x[0])]), x)
    for way in ways.ways:
        assert np.allclose(way.value, [2.0, 1.0, np.e, 0.0], atol=1e-9), way.name


def test_several_arguments_of_several_shapes():
    args = (np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([1.0, -1.0]))
    ways = compare(lambda A, x: x @ ad.inv(A) @ x, args)
    expected = np.concatenate(
        [g.ravel() for g in ad.grad(lambda A, x: x @ ad.inv(A) @ x, (0, 1))(*args)]
    )
    for way in ways.ways:
        assert np.allclose(way.value, expected, rtol=1e-9), way.name
        assert way.error < 1e-11


def test_python_branches_leave_the_symbolic_way_out_with_a_reason():
    ways = compare(lambda x: x * x if x > 0 else -x, 3.0)
    assert ways["symbolic"].value is None
    assert "use where(condition, x, y)" in ways["symbolic"].remark
    assert float(ways["reverse"].value) == 6.0
    assert ways.exact is None
    assert ways["reverse"].error is None
    assert "error: not known to 50 digits" in str(ways)


def test_a_formula_that_swells_too_much_is_left_out_with_its_size():
    def long(x):
        for _ in range(15):
            x = 4 * x * (1 - x)
        return x

    ways = compare(long, 0.3)
    assert "operators when it is written out, too many" in ways["symbolic"].remark
    assert ways["reverse"].error < 1e-6


def test_a_mistake_by_hand_is_a_remark():
    way = compare(ad.sin, 1.0, by_hand=lambda x, y: x)["by hand"]
    assert way.value is None
    assert "missing 1 required positional argument" in way.remark


def test_a_hand_written_derivative_in_plain_numpy_is_timed_though_not_counted():
    way = compare(ad.sin, 1.0, by_hand=lambda x: np.asarray([x]).astype(float)[0])["by hand"]
    assert way.operations is None
    assert way.seconds > 0


@pytest.mark.parametrize("module", ["sympy", "mpmath"])
def test_without_the_extra_the_rest_is_shown_with_a_reason(module, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    assert "install the extra [symbolic]" in str(compare(ad.sin, 1.0))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: compare(lambda x: (x, x), 1.0), r"returns 2 arrays; it needs one"),
        (lambda: compare(ad.sum, np.arange(3)), r"an argument has dtype int64; give real"),
        (lambda: compare(abs, 1j), r"an argument has dtype complex128; give real"),
    ],
)
def test_what_cannot_be_compared_is_refused(call, message):
    with pytest.raises(ad.ArgumentError, match=message):
        call()


def test_a_way_that_is_not_there_is_named(found):
    with pytest.raises(KeyError, match="'backward' is none of by hand, numerical"):
        found["backward"]


def test_the_text_has_a_line_for_each_way_and_remarks_below(found):
    lines = str(found).splitlines()
    assert lines[0].split() == ["method", "value", "error", "time", "[s]", "operations"]
    assert lines[1].startswith("by hand    [5.5, 1.71633781]")
    assert lines[6] == "error: from 50 digits, relative to the largest element."
    assert lines[7].startswith("numerical: ")


def test_the_html_is_a_table_with_the_same_cells(found):
    html = found._repr_html_()
    assert html.count("<tr>") == 6
    assert html.count("<td") == 25
    assert "[5.5, 1.71633781]" in html


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.float64(0.1), "0.1"),
        (np.array([1.0, 0.25]), "[1, 0.25]"),
        (np.arange(4.0), "[0, 1, 2, 3]"),
        (np.arange(9.0), "[0, 1, 2, … (9)]"),
    ],
)
def test_values_are_shown_in_one_line(value, text):
    assert value_text(value) == text
