"""A value that a rule still needs, changed in place: an error that names both lines.

What no rule will look at may be changed.
"""

import re

import pytest

import autodiff as ad


def leaf(data):
    return ad.tensor(data, requires_grad=True)


def lines_marked(function, *marks):
    """The line numbers of `function` that end in each mark."""
    code = function.__code__
    with open(code.co_filename, encoding="utf-8") as file:
        numbered = list(enumerate(file, start=1))[code.co_firstlineno - 1 :]
    return [next(n for n, text in numbered if text.rstrip().endswith(mark)) for mark in marks]


# ------------------------------------------------------------ what raises


def square_then_element():
    x = leaf([1.0, 2.0])
    y = x * 2
    z = y * y  # kept
    y[0] = 1.0  # changed
    z.sum().backward()


def exponential_then_add():
    x = leaf([1.0, 2.0])
    z = (x * 2).exp()  # kept
    z.add_(1)  # changed
    z.sum().backward()


def constant_factor_then_add():
    x, w = leaf([1.0, 2.0]), ad.tensor([3.0, 4.0])
    z = x * w  # kept
    w += 1  # changed
    z.sum().backward()


def leaf_under_no_grad():
    x = leaf([1.0, 2.0])
    z = x * x  # kept
    with ad.no_grad():
        x.add_(1)  # changed
    z.sum().backward()


def through_a_detached_twin():
    x = leaf([1.0, 2.0])
    z = x * x  # kept
    x.detach().add_(1)  # changed
    z.sum().backward()


def function_of_several():
    x = leaf([1.0, 2.0])
    y = x * 2
    z = y.prod() + y.norm()  # kept
    y.add_(1)  # changed
    z.backward()


def choice_by_its_own_value():
    x = leaf([1.0, 2.0])
    condition = x > 1.5
    z = ad.where(condition, x * 2, x)  # kept
    condition.fill_(True)  # changed
    z.sum().backward()


def matrix_product():
    x, w = leaf([1.0, 2.0]), ad.eye(2)
    z = w @ x  # kept
    w[0] = 5.0  # changed
    z.sum().backward()


NEEDED = [
    square_then_element,
    exponential_then_add,
    constant_factor_then_add,
    leaf_under_no_grad,
    through_a_detached_twin,
    function_of_several,
    choice_by_its_own_value,
    matrix_product,
]


@pytest.mark.parametrize("program", NEEDED)
def test_changing_a_value_that_a_rule_still_needs_raises_and_names_both_lines(program):
    with pytest.raises(RuntimeError) as caught:
        program()
    for line in lines_marked(program, "# kept", "# changed"):
        assert re.search(rf"\b{line}\b", str(caught.value)), str(caught.value)


def test_an_argument_that_was_overwritten_raises():
    x = leaf([1.0, 2.0])
    y = x * 2
    z = y.sin().sum()
    y.zero_()
    with pytest.raises(RuntimeError, match="place"):
        z.backward()


# ------------------------------------------------------------ what is allowed


@pytest.mark.parametrize(
    ("use", "slope"),
    [
        (lambda y: y + 3, [1.0, 1.0]),
        (lambda y: y * 3, [3.0, 3.0]),
        (lambda y: 3 * y, [3.0, 3.0]),
        (lambda y: y / 4, [0.25, 0.25]),
        (lambda y: y.exp(), [2.718281828459045, 7.38905609893065]),
        (lambda y: y.sqrt(), [0.5, 0.5**1.5]),
        (lambda y: y.sum() * 2, [2.0, 2.0]),
        (lambda y: y[0:1] * 2, [2.0, 0.0]),
        (lambda y: ad.cat([y, y]), [2.0, 2.0]),
        (lambda y: ad.where(ad.tensor([True, False]), y, 0.0), [1.0, 0.0]),
        (lambda y: y @ ad.tensor([5.0, 7.0]), [5.0, 7.0]),
    ],
)
def test_an_argument_that_no_rule_reads_may_change(use, slope):
    x = leaf([1.0, 2.0])
    y = x * 1
    z = use(y)
    y.mul_(10)
    z.sum().backward()
    assert x.grad.tolist() == pytest.approx(slope, rel=1e-15)


def test_a_change_before_the_use_is_no_change():
    x, w = leaf([1.0, 2.0]), ad.tensor([3.0, 4.0])
    w += 1
    z = x * w
    z.sum().backward()
    assert x.grad.tolist() == [4.0, 5.0]


def test_a_change_after_the_pass_is_no_matter():
    x, w = leaf([1.0, 2.0]), ad.tensor([3.0, 4.0])
    (x * w).sum().backward()
    w += 1
    (x * w).sum().backward()
    assert x.grad.tolist() == [7.0, 9.0]


def test_a_change_of_other_elements_of_the_same_memory_may_raise_but_not_mislead():
    memory, x = ad.tensor([1.0, 2.0, 3.0, 4.0]), leaf([1.0, 1.0])
    z = (x * memory[:2]).sum()
    memory[3] = 50.0
    try:
        z.backward()
    except RuntimeError:
        return
    assert x.grad.tolist() == [1.0, 2.0]
