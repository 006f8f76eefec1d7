"""`vmap`: a function of one example becomes a function of a stack of examples."""

from dataclasses import dataclass

import numpy as np
import pytest

import autodiff as ad

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(4, 3))
MATRICES = RNG.normal(size=(4, 3, 3))


@dataclass
class Pair:
    left: np.ndarray
    right: np.ndarray


def close(found, expected):
    np.testing.assert_allclose(np.asarray(found), np.asarray(expected), rtol=1e-12, atol=1e-13)


def loop(f, *stacks):
    return np.stack([np.asarray(f(*examples)) for examples in zip(*stacks)])


@pytest.mark.parametrize(
    "f",
    [
        lambda x: ad.sin(x) * 2,
        lambda x: ad.sum(x),
        lambda x: ad.sum(x, axis=0, keepdims=True),
        lambda x: ad.max(x),
        lambda x: ad.prod(x),
        lambda x: ad.cumsum(x, axis=0),
        lambda x: ad.reshape(x, (3, 1)),
        lambda x: x.reshape(1, 3),
        lambda x: ad.transpose(ad.reshape(x, (3, 1))),
        lambda x: x[0],
        lambda x: x[::-1],
        lambda x: x[np.array([2, 0])],
        lambda x: x[None, ..., 1:],
        lambda x: ad.stack([x, 2 * x]),
        lambda x: ad.concatenate([x, x[:1]]),
        lambda x: ad.expand_dims(x, 0) * np.ones((2, 1)),
        lambda x: ad.where(x > 0, x, 0.0),
        lambda x: ad.dot(x, x),
        lambda x: ad.outer(x, x),
        lambda x: MATRICES[0] @ x,
        lambda x: x @ MATRICES[0],
        lambda x: ad.einsum("i,ij->j", x, MATRICES[0]),
        lambda x: ad.flip(x, axis=0),
        lambda x: ad.broadcast_to(x, (2, 3)),
        lambda x: ad.squeeze(ad.reshape(x, (1, 3, 1))),
        lambda x: ad.norm(x),
    ],
)
def test_vmap_is_a_loop_over_examples(f):
    close(ad.vmap(f)(ROWS), loop(f, ROWS))


@pytest.mark.parametrize(
    "f",
    [
        lambda a, x: a @ x,
        lambda a, x: x @ a,
        lambda a, x: a * x,
        lambda a, x: x + ad.sum(a, axis=1),
        lambda a, x: ad.where(x > 0, a, x),
        lambda a, x: ad.concatenate([a, ad.expand_dims(x, 0)]),
        lambda a, x: a[0] * x[1],
    ],
)
def test_two_mapped_arguments(f):
    close(ad.vmap(f)(MATRICES, ROWS), loop(f, MATRICES, ROWS))


@pytest.mark.parametrize(
    "f",
    [
        lambda a, x: a @ x,
        lambda a, x: a * x,
        lambda a, x: ad.concatenate([a[0], x]),
        lambda a, x: ad.stack([x, a[1]]),
        lambda a, x: ad.where(x > 0, a, x),
    ],
)
def test_an_argument_that_is_not_mapped_is_shared(f):
    mapped = ad.vmap(f, in_axes=(None, 0))(MATRICES[0], ROWS)
    close(mapped, loop(lambda x: f(MATRICES[0], x), ROWS))
    turned = ad.vmap(lambda x, a: f(a, x), in_axes=(0, None))(ROWS, MATRICES[0])
    close(turned, mapped)


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3])
def test_in_axes_and_out_axes_name_any_axis(axis):
    stack = np.moveaxis(MATRICES, 0, axis)
    close(ad.vmap(lambda a: a * 2, in_axes=axis)(stack), 2 * MATRICES)
    close(ad.vmap(lambda a: a * 2, out_axes=axis)(MATRICES), 2 * stack)


def test_in_axes_for_each_argument():
    mapped = ad.vmap(lambda x, y: x + y, in_axes=(0, 1))(ROWS, ROWS.T)
    close(mapped, 2 * ROWS)


def test_in_axes_for_a_container():
    f = ad.vmap(lambda m: m["a"] @ m["x"], in_axes=({"a": None, "x": 0},))
    close(f({"a": MATRICES[0], "x": ROWS}), ROWS @ MATRICES[0].T)


def test_outputs_may_be_containers():
    out = ad.vmap(lambda x: {"double": 2 * x, "rest": [ad.sum(x), None]})(ROWS)
    close(out["double"], 2 * ROWS)
    close(out["rest"][0], ROWS.sum(axis=1))
    assert out["rest"][1] is None


def test_out_axes_for_each_output():
    first, second = ad.vmap(lambda x: (x, 2 * x), out_axes=(0, 1))(ROWS)
    close(first, ROWS)
    close(second, 2 * ROWS.T)


def test_dataclasses_and_tuples_are_mapped_leaf_by_leaf():
    out = ad.vmap(lambda p: Pair(p.right, p.left * 2))(Pair(ROWS, MATRICES))
    assert isinstance(out, Pair)
    close(out.left, MATRICES)
    close(out.right, 2 * ROWS)


def test_an_output_that_was_not_mapped_is_repeated():
    close(ad.vmap(lambda x: np.arange(2.0))(ROWS), np.tile(np.arange(2.0), (4, 1)))
    assert ad.vmap(lambda x: 7.0)(ROWS).tolist() == [7.0] * 4


def test_out_axes_none_gives_what_was_not_mapped():
    assert ad.vmap(lambda x: 7.0, out_axes=None)(ROWS) == 7.0


def test_keywords_are_mapped_over_their_first_axis():
    close(ad.vmap(lambda x, *, y: x * y)(ROWS, y=np.arange(4.0)), ROWS * np.arange(4.0)[:, None])


def test_vmap_of_vmap():
    table = ad.vmap(lambda x: ad.vmap(lambda y: ad.dot(x, y))(ROWS))(ROWS)
    close(table, ROWS @ ROWS.T)


def test_an_empty_stack_gives_an_empty_stack():
    assert ad.vmap(lambda x: ad.sum(x * 2))(np.zeros((0, 3))).shape == (0,)


def test_the_rank_inside_is_that_of_one_example():
    shapes = []
    ad.vmap(lambda x: shapes.append((x.shape, x.ndim, len(x))) or x)(MATRICES)
    assert shapes == [((3, 3), 2, 3)]


def test_per_example_gradients():
    def loss(w, x, y):
        return (ad.dot(w, x) - y) ** 2

    w, y = np.ones(3), np.arange(4.0)
    slopes = ad.vmap(ad.grad(loss), in_axes=(None, 0, 0))(w, ROWS, y)
    close(slopes, 2 * (ROWS @ w - y)[:, None] * ROWS)


def test_the_gradient_of_a_mapped_function():
    def loss(w):
        return ad.sum(ad.vmap(lambda x: ad.sin(ad.dot(w, x)))(ROWS))

    w = np.array([0.5, -1.0, 0.25])
    close(ad.grad(loss)(w), np.cos(ROWS @ w) @ ROWS)
    close(ad.jvp(loss, (w,), (w,))[1], np.cos(ROWS @ w) @ (ROWS @ w))


def test_two_stacks_of_different_length_raise_and_name_both():
    with pytest.raises(ValueError, match=r"(?s)(?=.*4)(?=.*5)"):
        ad.vmap(lambda x, y: x * y)(ROWS, np.ones((5, 3)))


def test_nothing_to_map_raises():
    with pytest.raises((ValueError, TypeError)):
        ad.vmap(lambda x: x)(3.0)
    with pytest.raises((ValueError, TypeError)):
        ad.vmap(lambda x: x, in_axes=None)(ROWS)


def test_an_axis_that_is_not_there_raises():
    with pytest.raises((ValueError, IndexError)):
        ad.vmap(lambda x: x, in_axes=5)(ROWS)


def test_the_truth_of_a_stack_raises_and_names_where():
    with pytest.raises(TypeError, match="where"):
        ad.vmap(lambda x: x if ad.sum(x) > 0 else -x)(ROWS)


def test_a_stack_that_escaped_raises_when_read():
    kept = []
    ad.vmap(lambda x: kept.append(x) or x)(ROWS)
    with pytest.raises(TypeError):
        np.asarray(kept[0])


def test_membership_batches():
    x = np.arange(6.0).reshape(2, 3)
    others = np.array([[1.0, 9.0], [3.0, 4.0]])
    found = ad.vmap(lambda x, t: np.isin(x, t))(x, others)
    np.testing.assert_array_equal(found, [np.isin(a, b) for a, b in zip(x, others)])
    without = ad.vmap(lambda x: np.isin(x, [1.0, 5.0], invert=True))(x)
    np.testing.assert_array_equal(without, np.isin(x, [1.0, 5.0], invert=True))


def test_elements_repeat_by_counts_that_are_the_same_for_all():
    x, counts = np.arange(6.0).reshape(2, 3), np.array([1, 2, 0])
    np.testing.assert_array_equal(
        ad.vmap(lambda x: np.repeat(x, counts))(x), np.repeat(x, counts, 1)
    )
    with pytest.raises(TypeError, match="shape that depends on numbers"):
        ad.vmap(np.repeat)(x, np.array([counts, counts]))
