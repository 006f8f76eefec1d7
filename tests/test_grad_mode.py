"""`no_grad`, `enable_grad`, `set_grad_enabled` and `detect_anomaly`: when the tape records."""

import threading

import pytest

import autodiff as ad


def leaf(data):
    return ad.tensor(data, requires_grad=True)


@pytest.fixture(autouse=True)
def recording():
    assert ad.is_grad_enabled()
    yield
    ad.set_grad_enabled(True)


def test_nothing_is_recorded_under_no_grad():
    x = leaf([1.0, 2.0])
    with ad.no_grad():
        y = x * 2
        assert not ad.is_grad_enabled()
    assert ad.is_grad_enabled()
    assert not y.requires_grad
    assert y.is_leaf
    assert y.grad_fn is None


def test_tensors_made_under_no_grad_may_require_gradients():
    with ad.no_grad():
        x = ad.ones(2, requires_grad=True)
        y = ad.tensor([3.0]).clone().requires_grad_()
    assert x.requires_grad
    (x * y).sum().backward()
    assert x.grad.tolist() == [3.0, 3.0]
    assert y.grad.tolist() == [2.0]


def test_enable_grad_inside_no_grad_records():
    x = leaf(2.0)
    with ad.no_grad():
        with ad.enable_grad():
            y = x * 2
        z = x * 2
    assert y.requires_grad
    assert not z.requires_grad


def test_a_value_made_under_no_grad_is_a_constant_later():
    x = leaf(3.0)
    with ad.no_grad():
        square = x * x
    (square * x).backward()
    assert x.grad.item() == 9.0


def test_backward_of_what_was_not_recorded_raises():
    x = leaf(3.0)
    with ad.no_grad():
        y = x * x
    with pytest.raises(RuntimeError, match="require"):
        y.backward()


def test_backward_works_under_no_grad():
    x = leaf(3.0)
    y = x * x
    with ad.no_grad():
        y.backward()
    assert x.grad.item() == 6.0


@pytest.mark.parametrize("decorate", [ad.no_grad(), ad.no_grad])
def test_no_grad_decorates_functions(decorate):
    ad.set_grad_enabled(True)

    @decorate
    def double(v):
        """Twice `v`."""
        return v * 2

    assert not double(leaf(2.0)).requires_grad
    assert ad.is_grad_enabled()
    assert (double.__name__, double.__doc__) == ("double", "Twice `v`.")


@pytest.mark.parametrize("decorate", [ad.enable_grad(), ad.enable_grad])
def test_enable_grad_decorates_functions(decorate):
    @decorate
    def double(v):
        return v * 2

    with ad.no_grad():
        assert double(leaf(2.0)).requires_grad
        assert not ad.is_grad_enabled()


def test_a_decorated_function_may_call_itself():
    @ad.no_grad()
    def modes(n):
        deeper = modes(n - 1) if n else []
        return [ad.is_grad_enabled(), *deeper]

    assert modes(3) == [False] * 4
    assert ad.is_grad_enabled()


def test_a_decorated_function_may_be_a_method():
    class Holder:
        @ad.no_grad()
        def mode(self):
            return ad.is_grad_enabled()

    assert Holder().mode() is False


def test_one_context_object_may_be_entered_twice():
    quiet = ad.no_grad()
    with quiet:
        with quiet:
            pass
        assert not ad.is_grad_enabled()
    assert ad.is_grad_enabled()


def test_an_exception_restores_the_mode():
    def fail():
        with ad.no_grad():
            raise ValueError("inside")

    with pytest.raises(ValueError, match="inside"):
        fail()
    assert ad.is_grad_enabled()


def test_an_exception_in_a_decorated_function_restores_the_mode():
    @ad.no_grad()
    def fail():
        raise ValueError("inside")

    with pytest.raises(ValueError, match="inside"):
        fail()
    assert ad.is_grad_enabled()


def test_a_decorated_generator_has_its_mode_only_while_it_runs():
    @ad.no_grad()
    def modes():
        for _ in range(2):
            yield ad.is_grad_enabled()

    steps = modes()
    seen = []
    for inside in steps:
        seen.append((inside, ad.is_grad_enabled()))
    assert seen == [(False, True), (False, True)]


def test_a_decorated_generator_can_be_sent_values_and_closed():
    @ad.no_grad()
    def echo():
        received = None
        while True:
            received = yield (received, ad.is_grad_enabled())

    steps = echo()
    next(steps)
    assert steps.send("word") == ("word", False)
    steps.close()
    assert ad.is_grad_enabled()


def test_set_grad_enabled_acts_at_once():
    ad.set_grad_enabled(False)
    assert not ad.is_grad_enabled()
    ad.set_grad_enabled(True)
    assert ad.is_grad_enabled()


@pytest.mark.parametrize("mode", [True, False])
def test_set_grad_enabled_is_a_context_manager(mode):
    with ad.set_grad_enabled(mode):
        assert ad.is_grad_enabled() is mode
        assert (leaf(2.0) * 2).requires_grad is mode
    assert ad.is_grad_enabled()


def test_set_grad_enabled_takes_its_mode_by_name():
    with ad.set_grad_enabled(mode=False):
        assert not ad.is_grad_enabled()


def test_modes_nest_three_deep():
    seen = []
    with ad.no_grad():
        seen.append(ad.is_grad_enabled())
        with ad.set_grad_enabled(True):
            seen.append(ad.is_grad_enabled())
            with ad.no_grad():
                seen.append(ad.is_grad_enabled())
            seen.append(ad.is_grad_enabled())
        seen.append(ad.is_grad_enabled())
    assert seen == [False, True, False, True, False]


def test_a_thread_starts_with_recording_on():
    seen = []
    with ad.no_grad():
        thread = threading.Thread(target=lambda: seen.append(ad.is_grad_enabled()))
        thread.start()
        thread.join()
    assert seen == [True]


def test_a_thread_does_not_change_the_mode_of_another():
    entered, leave = threading.Event(), threading.Event()

    def quiet():
        with ad.no_grad():
            entered.set()
            leave.wait(5)

    thread = threading.Thread(target=quiet)
    thread.start()
    entered.wait(5)
    y = leaf(2.0) * 2
    leave.set()
    thread.join()
    assert y.requires_grad


def test_the_modes_are_also_found_under_autograd():
    assert ad.autograd.no_grad is ad.no_grad
    assert ad.autograd.enable_grad is ad.enable_grad
    assert ad.autograd.set_grad_enabled is ad.set_grad_enabled


def test_detect_anomaly_raises_at_the_first_nan_and_names_the_function():
    def program():
        x = leaf(0.0)
        (ad.sqrt(x) * 0).backward()

    with pytest.raises(RuntimeError, match=r"(?i)sqrt"), ad.autograd.detect_anomaly():
        program()


def test_detect_anomaly_is_silent_about_finite_and_infinite_values():
    with ad.autograd.detect_anomaly():
        x, zero = leaf(1.0), leaf(0.0)
        (ad.sqrt(x) * 2).backward()
        ad.sqrt(zero).backward()
    assert x.grad.item() == 1.0
    assert zero.grad.item() == float("inf")


def test_detect_anomaly_ends_with_its_block():
    x = leaf(0.0)
    with ad.autograd.detect_anomaly():
        pass
    (ad.sqrt(x) * 0).backward()
    assert x.grad.item() != x.grad.item()
