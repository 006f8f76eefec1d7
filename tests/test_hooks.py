"""`register_hook` of eager tensors: in order, on every pass, and able to replace the gradient."""

import pytest

import autodiff as ad


def leaf(data):
    return ad.tensor(data, requires_grad=True)


def test_a_hook_sees_the_gradient_of_every_pass():
    x, seen = leaf([1.0, 2.0]), []
    x.register_hook(lambda g: seen.append(g.tolist()))
    (x * 2).sum().backward()
    (x * 3).sum().backward()
    assert seen == [[2.0, 2.0], [3.0, 3.0]]
    assert x.grad.tolist() == [5.0, 5.0]


def test_a_hook_is_called_on_every_pass_through_a_retained_graph():
    x, seen = leaf(1.0), []
    y = x * 2
    y.register_hook(lambda g: seen.append(g.item()))
    z = y * y
    z.backward(retain_graph=True)
    z.backward()
    assert seen == [4.0, 4.0]


def test_what_a_hook_returns_replaces_the_gradient():
    x = leaf([1.0, 2.0])
    x.register_hook(lambda g: g * 10)
    (x * 2).sum().backward()
    assert x.grad.tolist() == [20.0, 20.0]


def test_a_hook_that_returns_nothing_changes_nothing():
    x = leaf([1.0, 2.0])
    x.register_hook(lambda g: None)
    (x * 2).sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]


def test_hooks_run_in_the_order_they_were_registered():
    x, order = leaf(1.0), []

    def note(name, change):
        def hook(g):
            order.append((name, g.item()))
            return change(g)

        return hook

    x.register_hook(note("first", lambda g: g * 10))
    x.register_hook(note("second", lambda g: g + 1))
    x.register_hook(note("third", lambda g: None))
    (x * 2).backward()
    assert order == [("first", 2.0), ("second", 20.0), ("third", 21.0)]
    assert x.grad.item() == 21.0


def test_hooks_of_a_chain_run_from_the_output_to_the_input():
    x, order = leaf([1.0, 2.0]), []
    y = x * 2
    z = y.sum()
    for name, tensor in (("x", x), ("y", y), ("z", z)):
        tensor.register_hook(lambda g, name=name: order.append(name))
    z.backward()
    assert order == ["z", "y", "x"]


def test_a_removed_hook_is_silent():
    x = leaf([1.0, 2.0])
    handle = x.register_hook(lambda g: g * 10)
    x.register_hook(lambda g: g + 1)
    (x * 2).sum().backward()
    handle.remove()
    handle.remove()
    x.grad = None
    (x * 2).sum().backward()
    assert x.grad.tolist() == [3.0, 3.0]


def test_a_handle_is_a_context_manager():
    x = leaf(2.0)
    with x.register_hook(lambda g: g * 5):
        (x * 1).backward()
    (x * 1).backward()
    assert x.grad.item() == 6.0


def test_the_same_function_may_be_registered_twice():
    x = leaf(1.0)

    def double(g):
        return g * 2

    first = x.register_hook(double)
    x.register_hook(double)
    x.sum().backward()
    first.remove()
    x.sum().backward()
    assert x.grad.item() == 6.0


def test_a_hook_of_a_computed_value_changes_what_flows_on():
    x = leaf([1.0, 2.0])
    y = x * 2
    y.register_hook(lambda g: g * 100)
    y.sum().backward()
    assert x.grad.tolist() == [200.0, 200.0]


def test_a_hook_sees_the_sum_of_all_contributions_once():
    x, seen = leaf([1.0, 2.0]), []
    y = x * 1
    y.register_hook(lambda g: seen.append(g.tolist()))
    (y * 2 + y * 3).sum().backward()
    assert seen == [[5.0, 5.0]]


@pytest.mark.parametrize("hook_first", [True, False])
def test_a_retained_gradient_is_the_one_the_hooks_made(hook_first):
    x = leaf([1.0, 2.0])
    y = x * 2
    if hook_first:
        y.register_hook(lambda g: g * 100)
    y.retain_grad()
    if not hook_first:
        y.register_hook(lambda g: g * 100)
    y.sum().backward()
    assert y.grad.tolist() == [100.0, 100.0]
    assert x.grad.tolist() == [200.0, 200.0]


def test_autograd_grad_runs_hooks_too():
    x = leaf([1.0, 2.0])
    y = x * 2
    y.register_hook(lambda g: g * 7)
    x.register_hook(lambda g: g * 10)
    (g,) = ad.autograd.grad(y.sum(), x)
    assert g.tolist() == [140.0, 140.0]


def test_autograd_grad_of_a_hooked_value_gives_what_the_hook_made():
    x = leaf(2.0)
    y = x * x
    y.register_hook(lambda g: g * 10)
    (g,) = ad.autograd.grad(y * 3, y)
    assert g.item() == 30.0


def test_what_a_hook_returned_is_not_changed_by_accumulation():
    x, constant = leaf([1.0, 2.0]), ad.ones(2)
    x.register_hook(lambda g: constant)
    for _ in range(2):
        x.sum().backward()
    assert constant.tolist() == [1.0, 1.0]
    assert x.grad.tolist() == [2.0, 2.0]


def test_a_hooked_value_stays_on_the_tape_for_second_derivatives():
    x = leaf(0.5)
    y = x.exp()
    y.register_hook(lambda g: g * 10)
    (first,) = ad.autograd.grad(y * y, x, create_graph=True)
    (second,) = ad.autograd.grad(first, x)
    # first = 2 y * 10 * y; the hook also scales what reaches y from the second pass.
    assert first.item() == pytest.approx(20 * 2.718281828459045, rel=1e-15)
    assert second.item() == pytest.approx(400 * 2.718281828459045, rel=1e-15)


def test_a_hooked_value_can_be_an_input_of_a_second_pass():
    x = leaf(0.5)
    y = x.exp()
    y.register_hook(lambda g: None)
    (first,) = ad.autograd.grad(y * 1.0, x, create_graph=True)
    assert ad.autograd.grad(first, y)[0].item() == 1.0


def test_a_hook_stays_with_the_value_it_was_registered_on():
    x = leaf([1.0, 2.0])
    y = x * 2
    y.register_hook(lambda g: g * 7)
    y += 1
    y.sum().backward()
    assert x.grad.tolist() == [14.0, 14.0]


def test_what_a_hook_computes_is_on_the_tape_under_create_graph():
    x = leaf(2.0)
    x.register_hook(lambda g: g * g)
    (first,) = ad.autograd.grad(x**3, x, create_graph=True)
    assert first.item() == 144.0
    (second,) = ad.autograd.grad(first, x)
    # (9 x^4)' = 36 x^3 is 288, and the hook squares what arrives at x: 288^2.
    assert second.item() == 288.0**2


def test_a_hook_runs_without_grad_mode_in_an_ordinary_pass():
    x, modes = leaf(2.0), []
    x.register_hook(lambda g: modes.append((ad.is_grad_enabled(), g.requires_grad)))
    (x * x).backward()
    assert modes == [(False, False)]


def test_an_error_in_a_hook_reaches_the_caller_unchanged():
    x = leaf(2.0)

    def refuse(g):
        raise ValueError("from the hook")

    x.register_hook(refuse)
    with pytest.raises(ValueError, match="from the hook"):
        x.backward()


def test_a_hook_must_keep_the_shape():
    x = leaf([1.0, 2.0])
    x.register_hook(lambda g: ad.ones(3))
    with pytest.raises(RuntimeError):
        x.sum().backward()


def test_a_hook_must_return_a_tensor_or_nothing():
    x = leaf([1.0, 2.0])
    x.register_hook(lambda g: "text")
    with pytest.raises((TypeError, RuntimeError)):
        x.sum().backward()


def test_a_constant_takes_no_hook():
    with pytest.raises(RuntimeError):
        ad.tensor([1.0, 2.0]).register_hook(print)


def test_gradient_clipping_by_hook():
    x = leaf([1.0, -3.0])
    x.register_hook(lambda g: g.clamp(-4, 4))
    (x**3).sum().backward()
    assert x.grad.tolist() == [3.0, 4.0]
