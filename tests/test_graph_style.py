"""Symbolic graphs, define then run: variables, gradients as nodes, and an executor."""

import pickle
import tracemalloc

import numpy as np
import pytest

import autodiff as ad

ONES, TWOS, THREES = np.ones(3), np.full(3, 2.0), np.full(3, 3.0)


def variables(names):
    return [ad.Variable(name=name) for name in names.split()]


def run(nodes, feed):
    return ad.Executor(nodes).run(feed_dict=feed)


# ------------------------------------------------------- first-year derivatives


@pytest.mark.parametrize(
    ("build", "value", "slopes"),
    [
        (lambda x, y, z: x, ONES, [1, 0, 0]),
        (lambda x, y, z: x + 5, ONES + 5, [1, 0, 0]),
        (lambda x, y, z: 5 + x, ONES + 5, [1, 0, 0]),
        (lambda x, y, z: x * 5, 5 * ONES, [5, 0, 0]),
        (lambda x, y, z: 5 * x, 5 * ONES, [5, 0, 0]),
        (lambda x, y, z: x - 5, ONES - 5, [1, 0, 0]),
        (lambda x, y, z: 5 - y, 5 - TWOS, [0, -1, 0]),
        (lambda x, y, z: 6 / y, 6 / TWOS, [0, -1.5, 0]),
        (lambda x, y, z: y / 4, TWOS / 4, [0, 0.25, 0]),
        (lambda x, y, z: -y, -TWOS, [0, -1, 0]),
        (lambda x, y, z: z**2, THREES**2, [0, 0, 6]),
        (lambda x, y, z: y**z, TWOS**3, [0, 12, 8 * np.log(2)]),
        (lambda x, y, z: y + z, TWOS + THREES, [0, 1, 1]),
        (lambda x, y, z: y - z, TWOS - THREES, [0, 1, -1]),
        (lambda x, y, z: y * z, TWOS * THREES, [0, 3, 2]),
        (lambda x, y, z: y / z, TWOS / THREES, [0, 1 / 3, -2 / 9]),
        (lambda x, y, z: y * y, TWOS**2, [0, 4, 0]),
        (lambda x, y, z: x + y * z * x, ONES + 6, [7, 3, 2]),
        (lambda x, y, z: (y * y + z + 3) * (y * y + z + 3) + z, ONES * 103, [0, 80, 21]),
        (lambda x, y, z: ad.exp(y) * ad.log(z), np.exp(2) * np.log(3) * ONES, None),
    ],
)
def test_values_and_gradients_of_arithmetic(build, value, slopes):
    x, y, z = variables("x y z")
    out = build(x, y, z)
    gradients = ad.gradients(out, [x, y, z])
    got, *found = run([out, *gradients], {x: ONES, y: TWOS, z: THREES})
    if slopes is None:
        slopes = [0, np.exp(2) * np.log(3), np.exp(2) / 3]
    np.testing.assert_allclose(got, value, rtol=1e-15)
    for slope, expected in zip(found, slopes):
        np.testing.assert_allclose(slope, expected * ONES, rtol=1e-14)


@pytest.mark.parametrize(
    ("function", "slope"),
    [
        (ad.exp, np.exp),
        (ad.log, lambda v: 1 / v),
        (ad.sin, np.cos),
        (ad.cos, lambda v: -np.sin(v)),
        (ad.tanh, lambda v: 1 - np.tanh(v) ** 2),
        (ad.sqrt, lambda v: 0.5 / np.sqrt(v)),
        (ad.square, lambda v: 2 * v),
        (ad.relu, lambda v: np.ones_like(v)),
        (ad.sigmoid, lambda v: np.exp(-v) / (1 + np.exp(-v)) ** 2),
        (lambda x: ad.where(x > 1, x * x, x), lambda v: np.where(v > 1, 2 * v, 1)),
        (lambda x: ad.maximum(x, 1.0), lambda v: np.where(v > 1, 1.0, 0.0)),
        (lambda x: ad.reduce_sum(x * x), lambda v: 2 * v),
        (lambda x: ad.sum(x * x), lambda v: 2 * v),
        (lambda x: ad.mean(x * x), lambda v: 2 * v / v.size),
    ],
)
def test_functions_of_the_table_take_nodes(function, slope):
    (x,) = variables("x")
    value = np.array([0.5, 1.5, 2.5])
    (gradient,) = ad.gradients(function(x), [x])
    np.testing.assert_allclose(run([gradient], {x: value})[0], slope(value), rtol=1e-14)


def test_nodes_are_nodes():
    (x,) = variables("x")
    (gradient,) = ad.gradients(x * x, [x])
    assert isinstance(x, ad.Node)
    assert isinstance(x * x + 1, ad.Node)
    assert isinstance(gradient, ad.Node)


def test_gradients_of_gradients_are_graphs_too():
    x, y = variables("x y")
    out = x * x + x * y
    gx, gy = ad.gradients(out, [x, y])
    gxx, gxy = ad.gradients(gx, [x, y])
    got = run([gx, gy, gxx, gxy], {x: TWOS, y: THREES})
    for found, expected in zip(got, [7, 2, 2, 1]):
        np.testing.assert_array_equal(found, expected * ONES)


def test_a_third_derivative():
    (x,) = variables("x")
    out = ad.sin(2 * x)
    for _ in range(3):
        (out,) = ad.gradients(out, [x])
    np.testing.assert_allclose(run([out], {x: ONES})[0], -8 * np.cos(2 * ONES), rtol=1e-14)


def test_the_gradient_of_an_array_is_that_of_its_sum():
    (x,) = variables("x")
    (gradient,) = ad.gradients(x * x, [x])
    assert run([gradient], {x: np.array([[1.0, 2.0], [3.0, 4.0]])})[0].tolist() == [[2, 4], [6, 8]]


def test_an_input_that_was_not_used_has_zeros_of_its_own_shape():
    x, y = variables("x y")
    used, unused = ad.gradients(x * x, [x, y])
    found = run([used, unused], {x: ONES, y: np.ones((2, 2))})
    assert found[0].tolist() == [2.0, 2.0, 2.0]
    assert found[1].tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_gradients_at_intermediate_nodes():
    (x,) = variables("x")
    inner = x * x
    (gradient,) = ad.gradients(inner * inner, [inner])
    np.testing.assert_array_equal(run([gradient], {x: TWOS})[0], 8 * ONES)


# -------------------------------------------------------------------- matmul


@pytest.mark.parametrize("trans_a", [False, True])
@pytest.mark.parametrize("trans_b", [False, True])
def test_matmul_and_its_gradients(trans_a, trans_b):
    a, b = variables("a b")
    left, right = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    out = ad.matmul(a, b, trans_A=trans_a, trans_B=trans_b)
    feed = {a: left.T if trans_a else left, b: right.T if trans_b else right}
    value, ga, gb = run([out, *ad.gradients(out, [a, b])], feed)
    seed = np.ones((2, 4))
    np.testing.assert_array_equal(value, left @ right)
    np.testing.assert_array_equal(ga.T if trans_a else ga, seed @ right.T)
    np.testing.assert_array_equal(gb.T if trans_b else gb, left.T @ seed)


def test_matmul_op_is_matmul():
    a, b = variables("a b")
    left, right = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    plain, turned = ad.matmul_op(a, b), ad.matmul_op(b, a, trans_A=True, trans_B=True)
    got = run([plain, turned], {a: left, b: right})
    np.testing.assert_array_equal(got[0], left @ right)
    np.testing.assert_array_equal(got[1], (left @ right).T)


def test_gradients_of_a_matmul_gradient():
    a, b = variables("a b")
    (ga,) = ad.gradients(ad.reduce_sum(ad.matmul(a, b) * ad.matmul(a, b)), [a])
    (gab,) = ad.gradients(ad.reduce_sum(ga), [b])
    left, right = np.arange(4.0).reshape(2, 2), np.array([[1.0, 2.0], [0.0, 3.0]])
    got_ga, got_gab = run([ga, gab], {a: left, b: right})
    seed = np.ones((2, 2))
    np.testing.assert_allclose(got_ga, 2 * left @ right @ right.T)
    np.testing.assert_allclose(got_gab, 2 * (left.T @ seed @ right + seed.T @ left @ right))


# ------------------------------------------------------------- shapes and dtypes


def test_one_executor_runs_at_many_shapes():
    x, w = variables("x w")
    loss = ad.reduce_sum(w * x)
    executor = ad.Executor([loss, *ad.gradients(loss, [w])])
    for shape in [(3,), (2, 3), ()]:
        value, gradient = executor.run(feed_dict={w: np.ones(shape), x: np.full(shape, 2.0)})
        assert value == 2.0 * np.ones(shape).size
        np.testing.assert_array_equal(gradient, np.full(shape, 2.0))


@pytest.mark.parametrize(
    ("shape", "gradient"),
    [((), 6.0), ((3,), [2.0, 2.0, 2.0]), ((2, 1), [[3.0], [3.0]]), ((1, 3), [[2.0] * 3])],
)
def test_broadcasting_is_decided_when_numbers_arrive(shape, gradient):
    x, b = variables("x b")
    (gb,) = ad.gradients(x + b, [b])
    assert run([gb], {x: np.ones((2, 3)), b: np.zeros(shape)})[0].tolist() == gradient


def test_numbers_and_lists_can_be_fed():
    x, y = variables("x y")
    gradients = ad.gradients(x * y, [x, y])
    assert [float(g) for g in run(gradients, {x: 3.0, y: 4.0})] == [4.0, 3.0]
    assert run([x + y], {x: [1.0, 2.0], y: 1.0})[0].tolist() == [2.0, 3.0]


def test_float32_stays_float32():
    (x,) = variables("x")
    out = 2.5 * x + 1
    got = run([out, *ad.gradients(out * out, [x])], {x: np.ones(3, np.float32)})
    assert [a.dtype for a in got] == [np.float32, np.float32]


def test_a_variable_may_state_its_shape_and_dtype():
    x = ad.Variable(name="x", shape=(2, 3), dtype=np.float32)
    assert x.shape == (2, 3)
    assert x.dtype == np.float32
    assert ad.reduce_sum(x).shape == ()


def test_the_shape_of_an_unfed_variable_is_unknown_and_says_so():
    with pytest.raises(TypeError, match="x"):
        _ = ad.Variable(name="x").shape


# -------------------------------------------------------- what nodes show


def test_inputs_operator_and_name_can_be_looked_at():
    x, y = variables("x y")
    product = x * y
    assert product.op is ad.mul_op
    assert (x + y).op is ad.add_op
    assert x.op is ad.placeholder_op
    assert [a is b for a, b in zip(product.inputs, [x, y])] == [True, True]
    assert len(x.inputs) == 0
    assert (x.name, y.name) == ("x", "y")


@pytest.mark.parametrize("build", [lambda x: x + 5, lambda x: 5 * x, lambda x: 5 + x])
def test_const_attr_is_the_constant_of_an_operation(build):
    x = ad.Variable(name="x")
    node = build(x)
    assert node.const_attr == 5
    assert [i is x for i in node.inputs] == [True]


def test_rows_can_be_called_by_their_op_names():
    x, y = variables("x y")
    nodes = [ad.add_op(x, y), ad.mul_op(x, y), ad.oneslike_op(x), ad.zeroslike_op(y)]
    got = [a.tolist() for a in run(nodes, {x: TWOS, y: THREES})]
    assert got == [[5.0] * 3, [6.0] * 3, [1.0] * 3, [0.0] * 3]


def test_a_node_prints_its_operator_and_inputs():
    x, weight = variables("x weight")
    assert "x" in repr(x)
    shown = repr(weight * x)
    assert "weight" in shown
    assert "x" in shown


def test_a_long_graph_prints():
    x = ad.Variable(name="x")
    y = x
    for _ in range(20_000):
        y = y + x
    assert len(repr(y)) > 0


def test_a_graph_and_its_executor_pickle():
    x, y = variables("x y")
    out = ad.reduce_sum(ad.exp(x) * y + 2)
    x2, y2, out2, executor = pickle.loads(pickle.dumps((x, y, out, ad.Executor([out]))))
    expected = run([out], {x: ONES, y: TWOS})[0]
    assert run([out2], {x2: ONES, y2: TWOS})[0] == expected
    assert executor.run(feed_dict={x2: ONES, y2: TWOS})[0] == expected
    assert (x2.name, y2.name) == ("x", "y")


# --------------------------------------------------------------- the executor


def test_results_come_in_the_asked_order_as_arrays():
    x, y = variables("x y")
    got = run([x * y, y, x + y, x * y], {x: TWOS, y: THREES})
    assert isinstance(got, list)
    assert [type(a) for a in got] == [np.ndarray] * 4
    assert [a[0] for a in got] == [6.0, 3.0, 5.0, 6.0]


def test_shared_nodes_are_computed_once():
    (x,) = variables("x")
    y = x
    for _ in range(200):
        y = y + y
    value, gradient = run([y, *ad.gradients(y, [x])], {x: ONES})
    assert value[0] == gradient[0] == 2.0**200


def test_a_long_chain_runs_and_differentiates_without_recursion():
    (x,) = variables("x")
    y = x
    for _ in range(20_000):
        y = y + 1.0
    (gradient,) = ad.gradients(y, [x])
    value, slope = run([y, gradient], {x: 0.0})
    assert (float(value), float(slope)) == (20_000.0, 1.0)


def test_values_are_let_go_when_no_node_needs_them():
    (x,) = variables("x")
    y = x
    for _ in range(50):
        y = ad.sin(y)
    executor, array = ad.Executor([y]), np.ones(100_000)
    executor.run(feed_dict={x: array})
    tracemalloc.start()
    executor.run(feed_dict={x: array})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 * array.nbytes


def test_what_was_fed_is_not_changed():
    x, array = ad.Variable(name="x"), np.ones(3)
    out = (x + 1) * x
    run([out, *ad.gradients(out, [x])], {x: array})
    assert array.tolist() == [1.0, 1.0, 1.0]


# -------------------------------------------------------------------- errors


def test_a_missing_feed_names_the_node():
    weight, bias = variables("weight bias")
    with pytest.raises(ValueError, match="bias"):
        run([weight + bias], {weight: ONES})


def test_an_unknown_node_in_the_feed_names_the_node():
    x, stranger = variables("x stranger")
    with pytest.raises(ValueError, match="stranger"):
        run([x * 2], {x: ONES, stranger: ONES})


def test_a_key_of_the_feed_that_is_no_node_is_named():
    (x,) = variables("x")
    with pytest.raises((ValueError, TypeError), match="text"):
        run([x * 2], {x: ONES, "text": ONES})


def test_a_shape_that_does_not_fit_names_the_node_and_both_shapes():
    x = ad.Variable(name="features", shape=(3,))
    with pytest.raises(ValueError, match=r"(?s)(?=.*features)(?=.*\(3,\))(?=.*\(4,\))"):
        run([x * 2], {x: np.ones(4)})


def test_shapes_that_cannot_be_combined_name_the_operator():
    x, y = variables("x y")
    with pytest.raises(ValueError, match="matmul"):
        run([ad.matmul(x, y)], {x: np.ones((2, 3)), y: np.ones((2, 3))})


def test_the_truth_of_an_unfed_variable_raises_and_names_where():
    with pytest.raises(TypeError, match="where"):
        bool(ad.Variable(name="x") > 0)


# ----------------------------------------------------------- a whole program


def test_logistic_regression_by_the_executor():
    rng = np.random.default_rng(0)
    points = rng.random((100, 2))
    data = np.column_stack([np.ones(100), points])
    labels = (points.sum(axis=1) >= 1).astype(float)
    x, w, y = variables("x w y")
    h = 1 / (1 + ad.exp(-ad.reduce_sum(w * x)))
    L = y * ad.log(h) + (1 - y) * ad.log(1 - h)
    (w_grad,) = ad.gradients(L, [w])
    executor = ad.Executor([L, w_grad])

    w_val = np.zeros(3)
    likelihood = []
    for _ in range(20):
        total = 0.0
        for x_val, y_val in zip(data, labels):
            L_val, w_grad_val = executor.run(feed_dict={w: w_val, x: x_val, y: y_val})
            sigmoid = 1 / (1 + np.exp(-w_val @ x_val))
            np.testing.assert_allclose(w_grad_val, (y_val - sigmoid) * x_val, rtol=1e-9)
            w_val += 0.1 * w_grad_val
            total += float(L_val)
        likelihood.append(total)
    assert likelihood[-1] > likelihood[0] / 2
    assert np.mean((data @ w_val > 0) == labels) > 0.9
