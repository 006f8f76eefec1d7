"""Transforms of functions: what each returns, over which containers, and how it refuses."""

import pickle
from collections import namedtuple
from dataclasses import dataclass
from itertools import product

import numpy as np
import pytest

import autodiff as ad

A = np.array([[2.0, 1.0, 0.0], [1.0, 3.0, -1.0], [0.0, -1.0, 4.0]])
X = np.array([0.5, -1.0, 2.0])
Point = namedtuple("Point", "x y")


@dataclass
class Line:
    slope: np.ndarray
    offset: float


def close(found, expected):
    np.testing.assert_allclose(np.asarray(found), np.asarray(expected), rtol=1e-12, atol=1e-14)


def quadratic(x):
    return 0.5 * ad.dot(x, A @ x)


def cubic(x):
    return ad.sum(x**3)


def wave(x):
    return ad.sin(x) * x[0]


# ------------------------------------------------------------------- grad


def test_grad_of_a_scalar_function():
    close(ad.grad(lambda x: ad.sin(x) * x)(0.5), np.cos(0.5) * 0.5 + np.sin(0.5))


def test_grad_of_a_quadratic_form():
    close(ad.grad(quadratic)(X), A @ X)


def test_results_are_arrays_that_convert():
    slope = ad.grad(lambda x: x * x)(3.0)
    assert float(slope) == 6.0
    assert np.asarray(slope).shape == ()
    assert type(ad.grad(cubic)(X)) is np.ndarray


def test_value_and_grad_gives_both():
    value, slope = ad.value_and_grad(quadratic)(X)
    close(value, 0.5 * X @ A @ X)
    close(slope, A @ X)


def test_the_gradient_has_the_dtype_of_its_argument():
    assert ad.grad(cubic)(X.astype(np.float32)).dtype == np.float32
    assert ad.grad(lambda x: ad.sum(x * X))(X.astype(np.float32)).dtype == np.float32


def test_argnums_picks_arguments():
    def f(x, y, z):
        return x * x * y + z

    assert float(ad.grad(f)(3.0, 5.0, 7.0)) == 30.0
    assert float(ad.grad(f, argnums=1)(3.0, 5.0, 7.0)) == 9.0
    assert float(ad.grad(f, argnums=-1)(3.0, 5.0, 7.0)) == 1.0
    slopes = ad.grad(f, argnums=(0, 2))(3.0, 5.0, 7.0)
    assert isinstance(slopes, tuple)
    assert [float(s) for s in slopes] == [30.0, 1.0]


def test_a_tuple_of_one_argnum_gives_a_tuple():
    (slope,) = ad.grad(lambda x, y: x * y, argnums=(1,))(3.0, 5.0)
    assert float(slope) == 3.0


def test_other_arguments_and_keywords_pass_through():
    def f(x, word, *, scale):
        assert word == "text"
        return scale * x * x

    assert float(ad.grad(f)(3.0, "text", scale=2.0)) == 12.0


def test_has_aux_carries_something_along():
    def f(x):
        return x * x, {"twice": 2 * x, "word": "text"}

    slope, aux = ad.grad(f, has_aux=True)(3.0)
    (value, more), again = ad.value_and_grad(f, has_aux=True)(3.0)
    assert (float(slope), float(again), float(value)) == (6.0, 6.0, 9.0)
    assert float(aux["twice"]) == float(more["twice"]) == 6.0
    assert aux["word"] == more["word"] == "text"


def test_a_function_that_ignores_its_argument_has_gradient_zero():
    assert ad.grad(lambda x: 3.0)(X).tolist() == [0.0, 0.0, 0.0]
    slopes = ad.grad(lambda x, y: x * 2, argnums=(0, 1))(1.0, X)
    assert slopes[1].tolist() == [0.0, 0.0, 0.0]


def test_python_control_flow_is_followed():
    def f(x):
        y = x
        while y < 100:
            y = y * x if y > 3 else y + x
        return y

    # 2 + 2 = 4, then five doublings: y = 2 x * x**5.
    assert float(ad.grad(f)(2.0)) == 12 * 2.0**5


# -------------------------------------------------------------- containers


def test_grad_over_a_dictionary_of_lists():
    model = {"w": [np.array([1.0, 2.0]), np.array([3.0])], "b": 4.0}
    slopes = ad.grad(lambda m: ad.sum(m["w"][0] ** 2) * m["b"] + ad.sum(m["w"][1]))(model)
    assert set(slopes) == {"w", "b"}
    assert isinstance(slopes["w"], list)
    assert slopes["w"][0].tolist() == [8.0, 16.0]
    assert slopes["w"][1].tolist() == [1.0]
    assert float(slopes["b"]) == 5.0


def test_grad_keeps_tuples_named_tuples_and_none():
    slopes = ad.grad(lambda p: p[0].x * p[0].y)((Point(2.0, 3.0), None, ()))
    assert isinstance(slopes, tuple)
    assert isinstance(slopes[0], Point)
    assert [float(s) for s in slopes[0]] == [3.0, 2.0]
    assert slopes[1:] == (None, ())


def test_grad_over_a_dataclass_gives_a_dataclass():
    line = Line(slope=np.array([1.0, 2.0]), offset=3.0)
    slopes = ad.grad(lambda m: ad.sum(m.slope * X[:2]) * m.offset)(line)
    assert isinstance(slopes, Line)
    close(slopes.slope, 3 * X[:2])
    close(slopes.offset, X[0] + 2 * X[1])


def test_jvp_and_vjp_over_containers():
    def f(m, x):
        return {"sum": m["a"] * x, "none": None}, [x * x]

    primals, tangents = ({"a": 2.0}, 3.0), ({"a": 1.0}, 10.0)
    out, moved = ad.jvp(f, primals, tangents)
    assert (float(out[0]["sum"]), float(out[1][0])) == (6.0, 9.0)
    assert (float(moved[0]["sum"]), float(moved[1][0])) == (23.0, 60.0)
    assert out[0]["none"] is None
    out, pullback = ad.vjp(f, *primals)
    slopes = pullback(({"sum": 1.0, "none": None}, [100.0]))
    assert (float(slopes[0]["a"]), float(slopes[1])) == (3.0, 602.0)


def test_jacobian_nests_output_over_input():
    def f(m):
        return {"p": m["x"] * m["y"], "q": m["x"]}

    point = {"x": np.array([1.0, 2.0]), "y": np.array([3.0, 4.0])}
    for transform in (ad.jacfwd, ad.jacrev, ad.jacobian):
        table = transform(f)(point)
        close(table["p"]["x"], np.diag([3.0, 4.0]))
        close(table["p"]["y"], np.diag([1.0, 2.0]))
        close(table["q"]["x"], np.eye(2))
        close(table["q"]["y"], np.zeros((2, 2)))


def test_hessian_nests_input_over_input():
    table = ad.hessian(lambda m: m["x"] ** 2 * m["y"])({"x": 3.0, "y": 5.0})
    found = [[float(table[i][j]) for j in "xy"] for i in "xy"]
    assert found == [[10.0, 6.0], [6.0, 0.0]]


# -------------------------------------------------------------- jvp and vjp


def test_jvp_gives_value_and_directional_derivative():
    out, moved = ad.jvp(quadratic, (X,), (np.ones(3),))
    close(out, 0.5 * X @ A @ X)
    close(moved, (A @ X).sum())


def test_jvp_of_two_arguments_adds_their_parts():
    _, moved = ad.jvp(lambda x, y: x * y, (3.0, 5.0), (1.0, 10.0))
    assert float(moved) == 35.0


def test_vjp_gives_value_and_pullback():
    out, pullback = ad.vjp(lambda x, y: A @ x * y, X, 2.0)
    close(out, 2 * A @ X)
    slopes = pullback(np.array([1.0, 0.0, 0.0]))
    assert isinstance(slopes, tuple)
    close(slopes[0], 2 * A[0])
    close(slopes[1], A[0] @ X)


def test_a_pullback_can_be_called_again():
    _, pullback = ad.vjp(lambda x: x * x, X)
    for seed in np.eye(3):
        close(pullback(seed)[0], 2 * X * seed)


def test_has_aux_of_jvp_and_vjp():
    def f(x):
        return x * x, "aux"

    out, moved, aux = ad.jvp(f, (3.0,), (1.0,), has_aux=True)
    assert (float(out), float(moved), aux) == (9.0, 6.0, "aux")
    out, pullback, aux = ad.vjp(f, 3.0, has_aux=True)
    assert (float(out), float(pullback(1.0)[0]), aux) == (9.0, 6.0, "aux")


def test_jvp_of_a_constant_function_is_zero():
    out, moved = ad.jvp(lambda x: np.ones(2), (X,), (X,))
    assert out.tolist() == [1.0, 1.0]
    assert moved.tolist() == [0.0, 0.0]


# ---------------------------------------------- Jacobians, Hessians and products


@pytest.mark.parametrize("transform", [ad.jacfwd, ad.jacrev, ad.jacobian])
def test_jacobians_agree_with_the_closed_form(transform):
    expected = np.diag(np.cos(X) * X[0])
    expected[:, 0] += np.sin(X)
    close(transform(wave)(X), expected)


@pytest.mark.parametrize("transform", [ad.jacfwd, ad.jacrev, ad.jacobian])
def test_a_jacobian_has_the_axes_of_the_output_first(transform):
    def f(x):
        return ad.stack([x, 2 * x])[:, :, 0]

    table = transform(f)(np.ones((2, 3)))
    assert table.shape == (2, 2, 2, 3)
    assert table[1, 1].tolist() == [[0.0, 0.0, 0.0], [2.0, 0.0, 0.0]]
    assert transform(lambda x: x * 2)(3.0).shape == ()


@pytest.mark.parametrize("transform", [ad.jacfwd, ad.jacrev, ad.jacobian])
def test_jacobians_take_argnums_and_has_aux(transform):
    def f(x, y):
        return x * y, "aux"

    (jx, jy), aux = transform(f, argnums=(0, 1), has_aux=True)(X, 2 * X)
    close(jx, np.diag(2 * X))
    close(jy, np.diag(X))
    assert aux == "aux"


def test_hessian_of_a_quadratic_form_is_its_matrix():
    close(ad.hessian(quadratic)(X), A)


def test_hessian_of_two_arguments():
    table = ad.hessian(lambda x, y: ad.sum(x * x) * y, argnums=(0, 1))(X, 3.0)
    close(table[0][0], 6 * np.eye(3))
    close(table[0][1], 2 * X)
    close(table[1][0], 2 * X)
    close(table[1][1], 0.0)


def test_hessian_of_an_array_has_the_axes_of_the_output_first():
    table = ad.hessian(lambda x: x**3)(X)
    expected = np.zeros((3, 3, 3))
    expected[range(3), range(3), range(3)] = 6 * X
    close(table, expected)


def test_hvp_is_the_hessian_times_a_vector():
    close(ad.hvp(cubic, (X,), (np.ones(3),)), 6 * X)
    close(ad.hvp(quadratic, (X,), (X,)), A @ X)


def test_stop_gradient_is_a_constant():
    assert float(ad.grad(lambda x: ad.stop_gradient(x) * x)(3.0)) == 3.0
    assert float(ad.jvp(lambda x: ad.stop_gradient(x * x) * x, (3.0,), (1.0,))[1]) == 9.0
    slope = ad.grad(lambda x: ad.grad(lambda y: ad.stop_gradient(x) * y * y)(x))(3.0)
    assert float(slope) == 6.0


# ------------------------------------------------------------------ complex


def test_a_real_function_of_a_complex_argument_has_pytorchs_gradient():
    z = 1.0 + 2.0j
    close(ad.grad(lambda z: (z * ad.conj(z)).real)(z), 2 * z)
    close(ad.grad(lambda z: (z * z).real)(z), np.conj(2 * z))
    close(ad.grad(lambda z: (z * z).imag)(z), np.conj(-2j * z))


def test_holomorphic_gives_the_complex_derivative():
    z = 0.5 + 0.25j
    close(ad.grad(ad.sin, holomorphic=True)(z), np.cos(z))
    close(ad.grad(lambda z: z**3, holomorphic=True)(z), 3 * z**2)
    close(ad.grad(ad.grad(ad.sin, holomorphic=True), holomorphic=True)(z), -np.sin(z))


@pytest.mark.parametrize("transform", [ad.jacfwd, ad.jacrev])
def test_a_holomorphic_jacobian(transform):
    z = np.array([1 + 1j, 2 - 1j])
    close(transform(lambda z: z * z, holomorphic=True)(z), np.diag(2 * z))


def test_a_complex_output_without_holomorphic_raises_and_names_it():
    with pytest.raises((TypeError, RuntimeError), match="holomorphic"):
        ad.grad(lambda z: z * z)(1.0 + 2.0j)


# ----------------------------------------------------------------- pickling


@pytest.mark.parametrize("transform", [ad.grad, ad.jacfwd, ad.jacrev, ad.jacobian, ad.hessian])
def test_transformed_functions_pickle(transform):
    transformed = transform(cubic)
    close(pickle.loads(pickle.dumps(transformed))(X), transformed(X))


def test_nested_transforms_pickle():
    nested = ad.vmap(ad.grad(cubic))
    close(pickle.loads(pickle.dumps(nested))(A), 3 * A**2)


def test_transformed_functions_say_what_they_were_made_of():
    def area(r):
        """Area of a disk."""
        return np.pi * r * r

    assert "area" in ad.grad(area).__name__
    assert ad.grad(area).__doc__


# ------------------------------------------------------------------- errors


@pytest.mark.parametrize("transform", [ad.grad, ad.value_and_grad])
def test_an_output_that_is_no_scalar_raises_and_names_its_shape(transform):
    with pytest.raises((TypeError, RuntimeError, ValueError), match=r"\(3,\)"):
        transform(lambda x: x * x)(X)


@pytest.mark.parametrize("transform", [ad.grad, ad.jacrev, ad.jacfwd, ad.hessian])
def test_an_integer_argument_raises_and_names_its_dtype(transform):
    with pytest.raises((TypeError, RuntimeError), match="int"):
        transform(lambda x: ad.sum(x * x))(np.array([1, 2]))


def test_an_output_that_is_no_array_raises():
    with pytest.raises((TypeError, RuntimeError, ValueError)):
        ad.grad(lambda x: "text")(X)
    with pytest.raises((TypeError, RuntimeError, ValueError)):
        ad.grad(lambda x: (x, x))(1.0)


def test_an_argnum_out_of_range_raises():
    with pytest.raises((TypeError, ValueError, IndexError), match="2"):
        ad.grad(lambda x: x, argnums=2)(1.0)


def test_a_seed_of_the_wrong_shape_or_structure_raises():
    _, pullback = ad.vjp(lambda x: x * x, X)
    with pytest.raises((TypeError, ValueError, RuntimeError), match=r"\(2,\)"):
        pullback(np.ones(2))
    with pytest.raises((TypeError, ValueError, RuntimeError)):
        pullback([np.ones(3), np.ones(3)])


def test_tangents_must_match_the_primals():
    with pytest.raises((TypeError, ValueError, RuntimeError), match=r"\(2,\)"):
        ad.jvp(cubic, (X,), (np.ones(2),))
    with pytest.raises((TypeError, ValueError, RuntimeError)):
        ad.jvp(cubic, (X,), (X, X))
    with pytest.raises((TypeError, ValueError, RuntimeError)):
        ad.jvp(lambda m: m["a"], ({"a": 1.0},), ({"b": 1.0},))


def test_a_value_that_escaped_its_transform_raises_when_read():
    kept = []
    ad.grad(lambda x: kept.append(x) or x * x)(3.0)
    ad.jvp(lambda x: kept.append(x) or x * x, (3.0,), (1.0,))
    for value, read in product(kept, (float, np.asarray)):
        with pytest.raises(TypeError):
            read(value)


@pytest.mark.parametrize("number", [float, int, complex])
def test_asking_a_traced_value_for_a_number_says_what_would_be_lost(number):
    for transformed in (ad.grad, lambda f: lambda x: ad.jvp(f, (x,), (1.0,))):
        with pytest.raises(TypeError, match="derivative"):
            transformed(lambda x: number(x) * x)(3.0)
