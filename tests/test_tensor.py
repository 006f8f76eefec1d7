"""Eager tensors in PyTorch's words: making them, looking at them, and `.grad`."""

import copy
import math
import pickle

import numpy as np
import pytest

import autodiff as ad

# ---------------------------------------------------------------- making tensors


@pytest.mark.parametrize(
    ("data", "dtype"),
    [
        (3, "int64"),
        (3.0, "float64"),
        (1 + 2j, "complex128"),
        (True, "bool"),
        ([1, 2], "int64"),
        ([1.5, 2], "float64"),
        ([1, 2.0, 3j], "complex128"),
        ([True, False], "bool"),
        ([], "float64"),
        ([[1.0], [2.0]], "float64"),
    ],
)
def test_the_dtype_of_a_tensor_follows_its_data(data, dtype):
    assert ad.tensor(data).dtype == getattr(ad, dtype)


def test_dtype_can_be_asked_for():
    assert ad.tensor([1, 2], dtype=ad.float32).dtype == ad.float32
    assert ad.zeros(2, dtype=ad.int64).tolist() == [0, 0]


def test_a_tensor_of_a_float32_array_keeps_its_dtype():
    assert ad.tensor(np.ones(2, np.float32)).dtype == ad.float32


def test_tensor_copies_the_array_it_is_given():
    array = np.array([1.0, 2.0])
    x = ad.tensor(array)
    array[0] = 5.0
    assert x.tolist() == [1.0, 2.0]


def test_from_numpy_and_as_tensor_share_memory():
    array = np.array([1.0, 2.0])
    first, second = ad.from_numpy(array), ad.as_tensor(array)
    array[0] = 5.0
    assert first.tolist() == second.tolist() == [5.0, 2.0]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (lambda: ad.arange(4), [0, 1, 2, 3]),
        (lambda: ad.arange(4.0), [0.0, 1.0, 2.0, 3.0]),
        (lambda: ad.arange(2, 10, 3), [2, 5, 8]),
        (lambda: ad.arange(0.0, 1.0, 0.25), [0.0, 0.25, 0.5, 0.75]),
        (lambda: ad.zeros(2, 3), [[0.0] * 3] * 2),
        (lambda: ad.zeros((2, 3)), [[0.0] * 3] * 2),
        (lambda: ad.zeros(()), 0.0),
        (lambda: ad.ones(2), [1.0, 1.0]),
        (lambda: ad.ones(1, 2), [[1.0, 1.0]]),
        (lambda: ad.full((2,), 7.0), [7.0, 7.0]),
        (lambda: ad.full((2,), 7), [7, 7]),
        (lambda: ad.eye(2), [[1.0, 0.0], [0.0, 1.0]]),
        (lambda: ad.eye(2, 3), [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]),
        (lambda: ad.linspace(0, 1, 5), [0.0, 0.25, 0.5, 0.75, 1.0]),
        (lambda: ad.linspace(0, 1, steps=3), [0.0, 0.5, 1.0]),
        (lambda: ad.ones_like(ad.zeros(2)), [1.0, 1.0]),
        (lambda: ad.zeros_like(ad.ones(2, 1)), [[0.0], [0.0]]),
    ],
)
def test_creation_functions_give_what_torch_gives(made, expected):
    x = made()
    assert x.tolist() == expected
    assert not x.requires_grad


def test_random_tensors_have_the_asked_shape_and_dtype():
    made = [ad.randn(2, 3), ad.randn((2, 3)), ad.randn(size=(2, 3)), ad.rand(2, 3)]
    assert [tuple(x.shape) for x in made] == [(2, 3)] * 4
    assert {x.dtype for x in made} == {made[0].dtype}
    assert made[0].dtype == ad.float64


def test_rand_lies_in_the_unit_interval():
    ad.manual_seed(3)
    values = np.array(ad.rand(1000).tolist())
    assert values.min() >= 0 and values.max() < 1 and abs(values.mean() - 0.5) < 0.05


def test_manual_seed_repeats_the_numbers():
    ad.manual_seed(0)
    first = ad.randn(3).tolist()
    ad.manual_seed(0)
    assert ad.randn(3).tolist() == first


@pytest.mark.parametrize(
    "made",
    [
        lambda: ad.tensor([1.0], requires_grad=True),
        lambda: ad.arange(4.0, requires_grad=True),
        lambda: ad.zeros(2, 3, requires_grad=True),
        lambda: ad.ones(2, requires_grad=True),
        lambda: ad.full((2,), 7.0, requires_grad=True),
        lambda: ad.linspace(0, 1, 3, requires_grad=True),
        lambda: ad.eye(2, requires_grad=True),
        lambda: ad.randn(2, requires_grad=True),
        lambda: ad.rand(2, requires_grad=True),
    ],
)
def test_creation_functions_take_requires_grad(made):
    x = made()
    assert x.requires_grad and x.is_leaf and x.grad is None and x.grad_fn is None


# ------------------------------------------------------------ requires_grad


@pytest.mark.parametrize(
    "made",
    [
        lambda: ad.tensor([1, 2], requires_grad=True),
        lambda: ad.tensor([True], requires_grad=True),
        lambda: ad.arange(4, requires_grad=True),
        lambda: ad.ones(2, dtype=ad.int64, requires_grad=True),
        lambda: ad.tensor([1, 2]).requires_grad_(),
        lambda: setattr(ad.tensor([1, 2]), "requires_grad", True),
    ],
)
def test_integers_cannot_require_gradients(made):
    with pytest.raises(RuntimeError, match="floating point"):
        made()


def test_complex_tensors_can_require_gradients():
    assert ad.tensor([1 + 2j], requires_grad=True).requires_grad


def test_requires_grad_can_be_assigned():
    x = ad.tensor([1.0, 2.0])
    x.requires_grad = True
    assert (x * 2).requires_grad
    x.requires_grad = False
    assert not (x * 2).requires_grad


def test_a_computed_tensor_cannot_stop_requiring_gradients():
    y = ad.tensor([1.0, 2.0], requires_grad=True) * 2
    with pytest.raises(RuntimeError, match="leaf"):
        y.requires_grad_(False)
    with pytest.raises(RuntimeError, match="leaf"):
        y.requires_grad = False


def test_a_computed_tensor_may_be_told_to_require_gradients_again():
    y = ad.tensor([1.0, 2.0], requires_grad=True) * 2
    assert y.requires_grad_() is y
    assert y.grad_fn is not None


def test_leaves_and_computed_tensors_are_told_apart():
    x = ad.tensor([1.0, 2.0], requires_grad=True)
    constant = ad.tensor([1.0])
    assert x.is_leaf and constant.is_leaf and (constant * 2).is_leaf
    assert not (x * 2).is_leaf
    assert x.grad_fn is None and (constant * 2).grad_fn is None
    assert (x * 2).grad_fn is not None


def test_results_of_integer_functions_require_no_gradient():
    x = ad.tensor([1.0, 2.0], requires_grad=True)
    assert not (x > 1).requires_grad
    assert not x.argmax().requires_grad


# ------------------------------------------------------------- looking at tensors


def test_item_and_tolist_give_python_numbers():
    x = ad.tensor([3.0, 4.0], requires_grad=True)
    assert x.tolist() == [3.0, 4.0]
    assert type(x.sum().item()) is float and x.sum().item() == 7.0
    assert x.sum().tolist() == 7.0
    assert type(ad.tensor(3).item()) is int
    assert type(ad.tensor(True).item()) is bool
    assert ad.tensor([[1.0]]).item() == 1.0


def test_item_of_several_elements_raises():
    with pytest.raises(RuntimeError, match="2"):
        ad.tensor([1.0, 2.0]).item()


def test_python_numbers_can_be_made_of_one_element():
    x = ad.tensor(2.5, requires_grad=True)
    assert (float(x), int(x), complex(x)) == (2.5, 2, 2.5 + 0j)
    assert float(ad.tensor([2.5])) == 2.5
    assert math.floor(ad.tensor(2.5).item()) == 2


def test_a_float_of_several_elements_raises():
    with pytest.raises((ValueError, TypeError, RuntimeError)):
        float(ad.tensor([2.5, 1.0]))


def test_the_truth_of_one_element_is_that_of_its_value():
    assert not ad.tensor([0.0]) and ad.tensor(3) and ad.tensor(0.5, requires_grad=True)


@pytest.mark.parametrize("data", [[2.5, 1.0], []])
def test_the_truth_of_none_or_several_elements_raises(data):
    with pytest.raises(RuntimeError):
        bool(ad.tensor(data))


def test_len_is_the_first_size():
    assert len(ad.zeros(4, 2)) == 4
    with pytest.raises(TypeError):
        len(ad.tensor(1.0))


def test_iteration_gives_tensors_on_the_tape():
    x = ad.tensor([1.0, 2.0], requires_grad=True)
    first, second = x
    (first * second).backward()
    assert x.grad.tolist() == [2.0, 1.0]
    with pytest.raises(TypeError):
        list(ad.tensor(1.0))


def test_an_integer_tensor_indexes_a_list():
    assert [10, 20, 30][ad.tensor(1)] == 20
    with pytest.raises(TypeError):
        [10, 20, 30][ad.tensor(1.0)]


def test_membership_looks_at_values():
    assert 2.0 in ad.tensor([2.0, 3.0])
    assert 4.0 not in ad.tensor([2.0, 3.0])


def test_tensors_are_dictionary_keys_by_identity():
    x, y = ad.tensor(1.0), ad.tensor(1.0)
    assert {x: "x", y: "y"}[x] == "x"
    assert x not in {y}


def test_comparisons_are_elementwise():
    x = ad.tensor([1.0, 2.0])
    assert (x == ad.tensor([1.0, 3.0])).tolist() == [True, False]
    assert (x != 1).tolist() == [False, True]
    assert (x > 1).tolist() == [False, True]
    assert (x <= 1).tolist() == [True, False]
    assert (~(x > 1)).tolist() == [True, False]
    assert (x == x).dtype == ad.bool


def test_sizes_are_spelled_both_ways():
    x = ad.zeros(2, 3)
    assert tuple(x.shape) == tuple(x.size()) == (2, 3)
    assert x.size(0) == 2 and x.size(-1) == 3
    assert x.numel() == 6 and x.dim() == x.ndim == 2


def test_size_is_also_numpys_number_of_elements():
    x = ad.zeros(2, 3)
    assert x.size == 6 and isinstance(x.size, int)


def test_numpy_shares_memory():
    x = ad.tensor([3.0, 4.0])
    x.numpy()[0] = 7.0
    assert x.tolist() == [7.0, 4.0]


def test_numpy_of_a_tensor_on_the_tape_raises_and_names_detach():
    x = ad.tensor([3.0, 4.0], requires_grad=True)
    for tracked in (x, x * 2):
        with pytest.raises(RuntimeError, match="detach"):
            tracked.numpy()


def test_asarray_of_a_constant_tensor_is_its_array():
    assert np.asarray(ad.tensor([3.0, 4.0])).tolist() == [3.0, 4.0]
    assert np.array(ad.tensor([1, 2])).dtype == np.int64


def test_detach_shares_memory_and_leaves_the_tape():
    x = ad.tensor([3.0, 4.0], requires_grad=True)
    d = x.detach()
    assert not d.requires_grad and d.is_leaf
    d[0] = 9.0
    assert x.tolist() == [9.0, 4.0]
    assert x.detach().numpy().tolist() == [9.0, 4.0]


def test_clone_is_a_copy_on_the_tape():
    x = ad.tensor([1.0, 2.0], requires_grad=True)
    y = x.clone()
    y += 1
    (y * y).sum().backward()
    assert x.tolist() == [1.0, 2.0] and y.tolist() == [2.0, 3.0]
    assert x.grad.tolist() == [4.0, 6.0]


def test_detach_in_place_makes_a_leaf():
    y = (ad.tensor([1.0, 2.0], requires_grad=True) * 2).detach_()
    assert y.is_leaf and y.grad_fn is None and not y.requires_grad


@pytest.mark.parametrize("reader", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_leaves_copy_and_pickle(reader):
    x = ad.tensor([1.0, 2.0], requires_grad=True)
    y = reader(x)
    (y * y).sum().backward()
    assert y is not x and y.tolist() == [1.0, 2.0] and y.grad.tolist() == [2.0, 4.0]
    assert x.grad is None


def test_an_unknown_method_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nonexistent"):
        ad.tensor(1.0).nonexistent()


def test_is_tensor_tells_tensors_from_arrays():
    assert ad.is_tensor(ad.tensor(1.0))
    assert not ad.is_tensor(np.ones(2)) and isinstance(ad.ones(1), ad.Tensor)
