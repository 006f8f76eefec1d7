"""Recomputation: the same derivatives, from less memory."""

import tracemalloc

import numpy as np
import pytest

import autodiff as ad
from autodiff.transform.checkpoint import kept_numbers, split


def layers(x, w):
    for _ in range(4):
        x = ad.tanh(w * x)
    return x


@pytest.mark.parametrize("transform", [ad.grad, ad.jacfwd, ad.hessian])
def test_a_checkpoint_changes_no_derivative(transform):
    x = np.linspace(0, 1, 5)
    for argnum in (0, 1):
        expected = transform(lambda x, w: layers(x, w).sum(), argnum)(x, 0.7)
        found = transform(lambda x, w: ad.checkpoint(layers)(x, w).sum(), argnum)(x, 0.7)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-15)


def test_what_the_function_closes_over_is_differentiated():
    def f(w):
        return ad.checkpoint(lambda x: ad.sin(w * x))(2.0)

    assert float(ad.grad(f)(0.3)) == pytest.approx(2 * np.cos(0.6))
    assert float(ad.grad(ad.grad(f))(0.3)) == pytest.approx(-4 * np.sin(0.6))


def test_containers_and_several_outputs():
    @ad.checkpoint
    def f(d):
        return {"sum": d["a"] + d["b"], "product": d["a"] * d["b"]}

    def total(d):
        out = f(d)
        return out["sum"] + 3 * out["product"]

    slopes = ad.grad(total)({"a": 2.0, "b": 5.0})
    assert {k: float(v) for k, v in slopes.items()} == {"a": 16.0, "b": 7.0}


def test_tensors_and_recorded_gradients():
    x = ad.tensor([0.2, 0.4], requires_grad=True)
    w = ad.tensor(0.7, requires_grad=True)
    y = ad.checkpoint(layers)(x, w).sum()
    (slope,) = ad.autograd.grad(y, w, create_graph=True)
    (bend,) = ad.autograd.grad(slope, w)
    expected = ad.grad(ad.grad(lambda w: layers(np.array([0.2, 0.4]), w).sum()))(0.7)
    assert bend.item() == pytest.approx(float(expected), rel=1e-12)


def test_backward_through_what_is_computed_again():
    def loop(x, w):
        return ad.fori_loop(0, 4, lambda i, s: ad.tanh(w * s), x, checkpoints=2)

    start = np.array([0.2, 0.4])
    expected = ad.grad(lambda x, w: layers(x, w).sum(), (0, 1))(start, 0.7)
    for f in (ad.checkpoint(layers), loop):
        x, w = ad.tensor(start, requires_grad=True), ad.tensor(0.7, requires_grad=True)
        f(x, w).sum().backward()
        np.testing.assert_allclose(x.grad.numpy(), expected[0], rtol=1e-12)
        np.testing.assert_allclose(w.grad.numpy(), expected[1], rtol=1e-12)


def peak(f, x):
    tracemalloc.start()
    ad.grad(f)(x)
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return used


def test_a_kept_loop_needs_less_memory():
    def loop(**kept):
        return lambda x: ad.fori_loop(0, 300, lambda i, y: y + 0.01 * ad.sin(y), x, **kept).sum()

    x = np.ones(2000)
    assert peak(loop(checkpoints=5), x) < peak(loop(), x) / 10


@pytest.mark.parametrize(("length", "room"), [(1, 1), (2, 1), (10, 3), (1000, 10), (10**5, 40)])
def test_the_first_state_and_no_more_than_the_places_are_kept(length, room):
    kept = kept_numbers(length, room)
    assert 0 in kept
    assert len(kept) <= room
    assert all(0 <= k < length for k in kept)


@pytest.mark.parametrize("length", [2, 5, 100])
def test_a_step_ahead_is_possible(length):
    assert all(0 < split(length, room) < length for room in (1, 2, 10))
