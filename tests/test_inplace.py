"""Changing tensors in place: what is allowed, what is seen through views, what raises.

Where a view of a computed tensor is changed, a library may follow the view or refuse; it may not
give a third answer.
"""

import numpy as np
import pytest

import autodiff as ad


def leaf(data):
    return ad.tensor(data, requires_grad=True)


def refusal(program):
    """The message of the RuntimeError that `program` raises, or None."""
    try:
        program()
    except RuntimeError as error:
        return str(error)
    return None


def error_of(program):
    message = refusal(program)
    assert message is not None, "nothing was raised"
    return message


# -------------------------------------------------------------- constants


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda w: w.add_(1), [2.0, 5.0]),
        (lambda w: w.add_(ad.tensor([1.0, 2.0]), alpha=3), [4.0, 10.0]),
        (lambda w: w.sub_(1), [0.0, 3.0]),
        (lambda w: w.mul_(3), [3.0, 12.0]),
        (lambda w: w.div_(2), [0.5, 2.0]),
        (lambda w: w.copy_(ad.tensor([5.0, 6.0])), [5.0, 6.0]),
        (lambda w: w.copy_(ad.tensor(5.0)), [5.0, 5.0]),
        (lambda w: w.fill_(3), [3.0, 3.0]),
        (lambda w: w.zero_(), [0.0, 0.0]),
        (lambda w: w.add_(1).mul_(2).sub_(1).div_(3), [1.0, 3.0]),
    ],
)
def test_in_place_methods_return_the_tensor_itself(change, expected):
    w = ad.tensor([1.0, 4.0])
    assert change(w) is w
    assert w.tolist() == expected


def test_augmented_assignment_keeps_the_object():
    w = ad.tensor([1.0, 4.0])
    before = w
    w += 1
    w -= 0.5
    w *= 2
    w /= 3
    assert w is before
    assert w.tolist() == [1.0, 3.0]


def test_elements_and_slices_can_be_assigned():
    w = ad.zeros(2, 3)
    w[0, 0] = 5
    w[1] = ad.tensor([1.0, 2.0, 3.0])
    w[:, 2] += 1
    assert w.tolist() == [[5.0, 0.0, 1.0], [1.0, 2.0, 4.0]]


def test_masks_and_integer_arrays_can_be_assigned():
    w = ad.arange(4.0)
    w[w > 1.5] = 0
    w[[0, 3]] += 7
    assert w.tolist() == [7.0, 1.0, 0.0, 7.0]


@pytest.mark.parametrize(
    "view",
    [
        lambda w: w[1:3],
        lambda w: w.view(2, 2)[0],
        lambda w: w.reshape(2, 2)[1],
        lambda w: w.detach()[:2],
        lambda w: w.unsqueeze(0)[0, ::2],
        lambda w: w.view(2, 2).T[1],
    ],
)
def test_a_view_of_a_constant_writes_through(view):
    w, array = ad.arange(4.0), np.arange(4.0)
    view(w).add_(5)
    picked = np.array(view(ad.arange(4)).tolist())
    array[picked] += 5
    assert w.tolist() == array.tolist()


def test_a_view_sees_changes_of_its_base():
    w = ad.zeros(4)
    v = w.view(2, 2)
    w[0] = 5
    w += 1
    assert v.tolist() == [[6.0, 1.0], [1.0, 1.0]]


def test_indexing_with_integers_copies():
    w = ad.zeros(4)
    v = w[[0, 1]]
    v += 1
    assert w.tolist() == [0.0] * 4


def test_in_place_operations_do_not_change_shape():
    with pytest.raises(RuntimeError):
        ad.tensor([1.0, 2.0]).add_(ad.ones(2, 2))
    with pytest.raises(RuntimeError):
        ad.tensor([1.0, 2.0]).copy_(ad.ones(3))


def test_in_place_operations_do_not_change_dtype():
    whole = ad.tensor([1, 2])
    with pytest.raises(RuntimeError):
        whole += 1.5
    single = ad.tensor([1.0, 2.0], dtype=ad.float32)
    single *= ad.tensor([2.0, 2.0])
    assert single.dtype == ad.float32
    assert whole.tolist() == [1, 2]


# ------------------------------------------------------------------ leaves


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x.add_(1),
        lambda x: x.zero_(),
        lambda x: x.__iadd__(1),
        lambda x: x.__setitem__(0, 5.0),
        lambda x: x[0:1].add_(5),
        lambda x: x.view(2, 1).mul_(2),
    ],
)
def test_a_leaf_on_the_tape_cannot_be_changed_under_grad_mode(change):
    x = leaf([1.0, 2.0])
    message = error_of(lambda: change(x))
    assert "leaf" in message
    assert x.tolist() == [1.0, 2.0]


def test_a_leaf_may_be_changed_under_no_grad():
    x = leaf([1.0, 2.0])
    before = x
    with ad.no_grad():
        x += 1
        x[0] = 9
        x.mul_(2)
    assert x is before
    assert x.tolist() == [18.0, 6.0]
    assert x.requires_grad
    assert x.is_leaf


def test_a_step_of_gradient_descent_in_place():
    x = leaf([1.0, 2.0])
    for _ in range(3):
        (x * x).sum().backward()
        with ad.no_grad():
            x -= 0.25 * x.grad
        x.grad.zero_()
    assert x.tolist() == [0.125, 0.25]


def test_data_is_the_value_without_the_tape():
    x = leaf([1.0, 2.0])
    z = x + 3
    x.data -= 1
    z.sum().backward()
    assert x.tolist() == [0.0, 1.0]
    assert x.grad.tolist() == [1.0, 1.0]


# ---------------------------------------------------------------- the tape


def test_a_computed_tensor_may_be_changed():
    x = leaf([1.0, 2.0])
    y = x * 2
    y += 1
    y *= 3
    (y * y).sum().backward()
    assert y.tolist() == [9.0, 15.0]
    assert x.grad.tolist() == [108.0, 180.0]


def test_a_change_that_no_rule_looks_at_is_allowed():
    x = leaf([1.0, 2.0])
    y = x * 2
    z = y + 3
    y.mul_(5)
    z.sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]


def test_exp_reads_its_output_so_its_argument_may_change():
    x = leaf([0.0, 0.0])
    y = x * 1
    z = y.exp()
    y.add_(1)
    z.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0]


def test_adding_a_tracked_tensor_puts_a_constant_on_the_tape():
    x, w = leaf([1.0, 2.0]), ad.tensor([10.0, 20.0])
    w += x * x
    w.sum().backward()
    assert not w.is_leaf
    assert x.grad.tolist() == [2.0, 4.0]


def test_copy_is_differentiable():
    x, w = leaf([1.0, 2.0]), ad.zeros(2)
    w.copy_(x * 3)
    w.sum().backward()
    assert x.grad.tolist() == [3.0, 3.0]


@pytest.mark.parametrize("change", [lambda y: y.zero_(), lambda y: y.fill_(3)])
def test_what_is_overwritten_has_no_gradient(change):
    x = leaf([1.0, 2.0])
    y = x * 2
    change(y)
    y.sum().backward()
    assert x.grad.tolist() == [0.0, 0.0]


def test_a_loop_that_fills_an_array_differentiates():
    x = leaf([1.0, 2.0, 3.0])
    y = ad.zeros(3)
    for i in range(3):
        y[i] = x[i] ** 2
    y.sum().backward()
    assert x.grad.tolist() == [2.0, 4.0, 6.0]


def test_a_recurrence_in_one_array_is_right_or_raises():
    x, y = leaf(1.5), ad.zeros(5)

    def powers():
        y[0] = x
        for i in range(1, 5):
            y[i] = y[i - 1] * x
        y[4].backward()

    message = refusal(powers)
    assert "place" in message if message else x.grad.item() == 5 * 1.5**4


def test_an_element_that_was_overwritten_passes_nothing_back():
    x = leaf([1.0, 2.0, 3.0])
    y = x * 1
    y[0] = x[1] * 2
    (y**2).sum().backward()
    assert y.tolist() == [4.0, 2.0, 3.0]
    assert x.grad.tolist() == [0.0, 20.0, 6.0]


def test_a_slice_of_a_computed_tensor_can_be_added_to():
    x = leaf([1.0, 2.0, 3.0])
    y = x * 2
    y[0:2] += 1
    (y * y).sum().backward()
    assert y.tolist() == [3.0, 5.0, 6.0]
    assert x.grad.tolist() == [12.0, 20.0, 24.0]


@pytest.mark.parametrize("index", [[0, 2], np.array([True, False, True])])
def test_elements_picked_by_arrays_can_be_scaled(index):
    x = leaf([1.0, 2.0, 3.0])
    y = x * 2
    y[index] *= 3
    y.sum().backward()
    assert y.tolist() == [6.0, 4.0, 18.0]
    assert x.grad.tolist() == [6.0, 2.0, 6.0]


def test_a_mask_that_is_a_tensor_can_be_assigned():
    x = leaf([1.0, 2.0, 3.0])
    y = x * 2
    y[x > 1.5] = 0
    y.sum().backward()
    assert x.grad.tolist() == [2.0, 0.0, 0.0]


def test_a_view_that_is_changed_tells_its_base_or_raises():
    x = leaf([1.0, 2.0, 3.0])
    y = x * 2
    v = y[0:2]

    def change():
        v.mul_(10)
        (y * y).sum().backward()

    message = refusal(change)
    found = [v.tolist(), y.tolist(), None if x.grad is None else x.grad.tolist()]
    expected = [[20.0, 40.0], [20.0, 40.0, 6.0], [800.0, 1600.0, 24.0]]
    assert "view" in message if message else found == expected


def test_a_base_that_is_changed_tells_its_view_or_raises():
    x = leaf([1.0, 2.0, 3.0, 4.0])
    y = x * 2
    v = y.view(2, 2)

    def change():
        y.mul_(10)
        (v * v).sum().backward()

    message = refusal(change)
    found = [v.tolist(), None if x.grad is None else x.grad.tolist()]
    expected = [[[20.0, 40.0], [60.0, 80.0]], [800.0, 1600.0, 2400.0, 3200.0]]
    assert "view" in message if message else found == expected


def test_a_reshape_that_had_to_copy_is_no_view():
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    y = x * 1
    copied = y.T.reshape(-1)
    y *= 10
    (copied * copied).sum().backward()
    assert copied.tolist() == [1.0, 3.0, 2.0, 4.0]
    assert x.grad.tolist() == [[2.0, 4.0], [6.0, 8.0]]


def test_a_change_under_no_grad_keeps_the_history_of_a_computed_tensor():
    x = leaf([1.0, 2.0])
    y, z = x * 3, x * 3
    with ad.no_grad():
        y.mul_(2)
        z[0] = 100
    (y + x + z).sum().backward()
    assert y.tolist() == [6.0, 12.0]
    assert z.tolist() == [100.0, 6.0]
    assert x.grad.tolist() == [7.0, 7.0]


def test_a_copy_of_a_leaf_is_no_leaf():
    x = leaf([1.0, 2.0])
    w, y = ad.zeros(2), ad.zeros(2)
    w.copy_(x)
    y[:] = x
    w += 1
    y += 1
    (w * y).sum().backward()
    assert not w.is_leaf
    assert not y.is_leaf
    assert x.tolist() == [1.0, 2.0]
    assert x.grad.tolist() == [4.0, 6.0]
