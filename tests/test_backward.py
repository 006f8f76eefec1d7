"""`.backward()`, `.grad` and `ad.autograd.grad`, with PyTorch's manners."""

import tracemalloc

import pytest

import autodiff as ad


def leaf(data):
    return ad.tensor(data, requires_grad=True)


# ------------------------------------------------------------------- .grad


def test_gradients_accumulate_until_zeroed():
    x = leaf([1.0, 2.0])
    (x * x).sum().backward()
    (x * 3).sum().backward()
    assert x.grad.tolist() == [5.0, 7.0]
    x.grad.zero_()
    assert x.grad.tolist() == [0.0, 0.0]
    x.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0]


def test_accumulation_keeps_the_same_grad_object():
    x = leaf([1.0, 2.0])
    x.sum().backward()
    kept = x.grad
    x.sum().backward()
    assert x.grad is kept and kept.tolist() == [2.0, 2.0]


def test_grad_can_be_set_to_none():
    x = leaf([1.0, 2.0])
    x.sum().backward()
    x.grad = None
    (x * 2).sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]


def test_a_grad_that_was_assigned_is_added_to():
    x = leaf([1.0, 2.0])
    x.grad = ad.tensor([10.0, 20.0])
    (x * 2).sum().backward()
    assert x.grad.tolist() == [12.0, 22.0]


def test_a_grad_of_the_wrong_shape_cannot_be_assigned():
    with pytest.raises(RuntimeError):
        leaf([1.0, 2.0]).grad = ad.tensor([1.0, 2.0, 3.0])
    with pytest.raises((TypeError, RuntimeError)):
        leaf([1.0, 2.0]).grad = 3


def test_grad_is_a_leaf_without_history():
    x = leaf([1.0, 2.0])
    (x * x).sum().backward()
    assert not x.grad.requires_grad and x.grad.is_leaf and x.grad.grad_fn is None


def test_grads_of_two_leaves_do_not_share_memory():
    x, z = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    (x + z).sum().backward()
    x.grad.zero_()
    assert z.grad.tolist() == [1.0, 1.0]


def test_the_seed_is_not_changed_by_accumulation():
    x, seed = leaf([1.0, 2.0]), ad.tensor([1.0, 10.0])
    for _ in range(2):
        (x + 0).backward(seed)
    assert seed.tolist() == [1.0, 10.0] and x.grad.tolist() == [2.0, 20.0]


def test_grad_has_the_shape_and_dtype_of_its_tensor():
    x = ad.tensor([[1.0], [2.0]], dtype=ad.float32, requires_grad=True)
    (x * ad.ones(2, 3)).sum().backward()
    assert tuple(x.grad.shape) == (2, 1) and x.grad.dtype == ad.float32
    assert x.grad.tolist() == [[3.0], [3.0]]


def test_a_constant_gets_no_grad():
    x, w = leaf([1.0, 2.0]), ad.tensor([3.0, 4.0])
    (x * w).sum().backward()
    assert w.grad is None


def test_the_grad_of_a_leaf_itself_is_its_seed():
    x = leaf(3.0)
    x.backward()
    assert x.grad.item() == 1.0


def test_a_value_used_many_times_receives_the_sum():
    x = leaf(2.0)
    y = x * x
    (y * y + y + x * y).backward()
    assert x.grad.item() == 4 * 8 + 4 + 12


def test_broadcast_operands_get_gradients_of_their_own_shape():
    row, column, scalar = leaf([[1.0, 2.0]]), leaf([[1.0], [2.0], [3.0]]), leaf(2.0)
    (row * column * scalar).sum().backward()
    assert row.grad.tolist() == [[12.0, 12.0]]
    assert column.grad.tolist() == [[6.0], [6.0], [6.0]]
    assert scalar.grad.item() == 18.0


# -------------------------------------------------------------- backward()


def test_a_single_element_of_any_rank_needs_no_seed():
    x = leaf([[3.0]])
    (x * x).backward()
    assert x.grad.tolist() == [[6.0]]


def test_backward_of_an_array_needs_a_seed():
    x = leaf([[1.0, 2.0, 3.0]])
    with pytest.raises(RuntimeError, match=r"(?s)(?=.*\(1, 3\))(?=.*gradient=)"):
        (x * 2).backward()
    assert x.grad is None


def test_the_seed_weighs_the_outputs():
    x = leaf([1.0, 2.0])
    (x * x).backward(gradient=ad.tensor([1.0, 10.0]))
    assert x.grad.tolist() == [2.0, 40.0]


def test_a_seed_of_the_wrong_shape_raises_and_names_both_shapes():
    x = leaf([1.0, 2.0])
    with pytest.raises(RuntimeError, match=r"(?s)(?=.*\(3,\))(?=.*\(2,\))"):
        (x * 2).backward(gradient=ad.ones(3))


def test_backward_without_anything_that_requires_a_gradient_raises():
    with pytest.raises(RuntimeError, match="require"):
        ad.tensor([1.0, 2.0]).sum().backward()


def test_a_second_backward_through_a_released_graph_raises_and_names_retain_graph():
    x = leaf(3.0)
    y = x * x
    y.backward()
    with pytest.raises(RuntimeError, match="retain_graph"):
        y.backward()
    assert x.grad.item() == 6.0


def test_a_released_part_of_a_larger_graph_raises_too():
    x = leaf(3.0)
    shared = x.exp()
    (shared * 2).backward()
    with pytest.raises(RuntimeError, match="retain_graph"):
        (shared * 3).backward()


def test_retain_graph_allows_another_pass():
    x = leaf(3.0)
    y = x * x
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.item() == 12.0


def test_a_pass_releases_the_values_that_were_kept_for_it():
    tracemalloc.start()
    x = ad.ones(100_000, requires_grad=True)
    y = x.exp().exp().exp().sum()
    kept = tracemalloc.get_traced_memory()[0]
    ad.autograd.grad(y, x)
    released = kept - tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert released > 2 * 800_000


def test_create_graph_puts_the_gradient_on_the_tape():
    x = leaf(3.0)
    (x * x * x).backward(create_graph=True)
    g = x.grad
    assert g.item() == 27.0 and g.requires_grad
    x.grad = None
    g.backward()
    assert x.grad.item() == 18.0


def test_a_complex_scalar_needs_a_seed():
    z = leaf(1 + 2j)
    with pytest.raises(RuntimeError, match="complex"):
        (z * z).backward()
    (z * z).backward(ad.tensor(1 + 0j))
    assert z.grad.item() == 2 - 4j


def test_inputs_limits_which_leaves_receive():
    x, z = leaf([3.0, 4.0]), leaf([1.0, 2.0])
    (x * z).sum().backward(inputs=[x])
    assert x.grad.tolist() == [1.0, 2.0] and z.grad is None


def test_autograd_backward_takes_several_roots():
    x = leaf([3.0, 4.0])
    ad.autograd.backward([x * x, x.sum()], grad_tensors=[ad.ones(2), None])
    assert x.grad.tolist() == [7.0, 9.0]


def test_detached_values_are_constants():
    x = leaf([1.0, 2.0])
    ((x * x).detach() * x).sum().backward()
    assert x.grad.tolist() == [1.0, 4.0]


def test_changing_the_dtype_stays_on_the_tape():
    x = leaf([1.0, 2.0])
    (x.float() * 3).sum().backward()
    assert x.grad.dtype == ad.float64 and x.grad.tolist() == [3.0, 3.0]


# ------------------------------------------------------------- retain_grad


def test_a_computed_value_keeps_its_grad_only_when_asked():
    x = leaf([1.0, 2.0])
    y, z = x * 2, x * 3
    y.retain_grad()
    (y * y + z).sum().backward()
    assert y.grad.tolist() == [4.0, 8.0]
    assert y.retains_grad
    assert not z.retains_grad


def test_the_grad_of_a_computed_tensor_says_retain_grad_when_read():
    y = leaf([1.0, 2.0]) * 2
    with pytest.warns(UserWarning, match="retain_grad"):
        assert y.grad is None


def test_retained_gradients_accumulate():
    x = leaf(1.0)
    y = x * 2
    y.retain_grad()
    for _ in range(2):
        (y * 3).backward(retain_graph=True)
    assert y.grad.item() == 6.0 and x.grad.item() == 12.0


def test_retain_grad_of_a_leaf_changes_nothing():
    x = leaf([1.0, 2.0])
    x.retain_grad()
    x.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0]


def test_retain_grad_of_a_constant_raises():
    with pytest.raises(RuntimeError):
        ad.tensor([1.0]).retain_grad()


# ------------------------------------------------------------ autograd.grad


def test_autograd_grad_returns_a_tuple_and_leaves_grad_alone():
    x = leaf([3.0, 4.0])
    gradients = ad.autograd.grad((x * x).sum(), x)
    assert isinstance(gradients, tuple) and gradients[0].tolist() == [6.0, 8.0]
    assert x.grad is None


def test_autograd_grad_takes_several_inputs_in_order():
    x, z = leaf(3.0), leaf(5.0)
    gradients = ad.autograd.grad(x * x * z, [z, x])
    assert [g.item() for g in gradients] == [9.0, 30.0]


def test_autograd_grad_works_for_computed_values():
    x = leaf([3.0, 4.0])
    y = x * 2
    (g,) = ad.autograd.grad((y * y).sum(), y)
    assert g.tolist() == [12.0, 16.0]


def test_an_unused_input_raises_and_names_allow_unused():
    x, z = leaf(3.0), leaf(3.0)
    with pytest.raises(RuntimeError, match="allow_unused"):
        ad.autograd.grad(x * x, [x, z])


def test_allow_unused_gives_none():
    x, z = leaf(3.0), leaf(3.0)
    used, unused = ad.autograd.grad(x * x, [x, z], allow_unused=True)
    assert used.item() == 6.0 and unused is None


def test_materialize_grads_gives_zeros():
    x, z = leaf([3.0, 4.0]), leaf([1.0, 2.0])
    _, unused = ad.autograd.grad((x * x).sum(), [x, z], materialize_grads=True)
    assert unused.tolist() == [0.0, 0.0]


def test_an_input_that_requires_no_gradient_raises():
    x = leaf(3.0)
    with pytest.raises(RuntimeError, match="require"):
        ad.autograd.grad(x * x, [x, ad.tensor(3.0)])


def test_autograd_grad_of_an_array_needs_grad_outputs():
    x = leaf([3.0, 4.0])
    with pytest.raises(RuntimeError, match=r"(?s)(?=.*\(2,\))(?=.*grad_outputs)"):
        ad.autograd.grad(x * x, x)
    with pytest.raises(RuntimeError):
        ad.autograd.grad(x * x, x, grad_outputs=ad.ones(3))


def test_grad_outputs_weigh_several_roots():
    x = leaf([3.0, 4.0])
    seeds = [ad.ones(2), ad.tensor(2.0)]
    (g,) = ad.autograd.grad([x * x, x.sum()], x, grad_outputs=seeds)
    assert g.tolist() == [8.0, 10.0]


def test_autograd_grad_releases_the_graph_as_backward_does():
    x = leaf(3.0)
    y = x * x
    ad.autograd.grad(y, x)
    with pytest.raises(RuntimeError, match="retain_graph"):
        y.backward()


def test_gradients_of_gradients():
    x = leaf(3.0)
    (first,) = ad.autograd.grad(x**4, x, create_graph=True)
    (second,) = ad.autograd.grad(first, x, create_graph=True)
    (third,) = ad.autograd.grad(second, x)
    assert [first.item(), second.item(), third.item()] == [108.0, 108.0, 72.0]
    assert not third.requires_grad


def test_a_gradient_penalty_reaches_every_leaf():
    x, w = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    (g,) = ad.autograd.grad((w * x * x).sum(), x, create_graph=True)
    (g * g).sum().backward()
    assert w.grad.tolist() == [24.0, 128.0]
    assert x.grad.tolist() == [72.0, 256.0]


def test_gradients_of_eager_tensors_with_the_graph_function():
    x, z = leaf(3.0), leaf(5.0)
    gx, gz = ad.gradients(x * x * z, [x, z])
    assert (float(gx), float(gz)) == (30.0, 9.0)
    assert x.grad is None
