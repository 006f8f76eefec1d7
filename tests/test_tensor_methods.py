"""PyTorch's spelling of the functions of the table, beside NumPy's: values, shapes, gradients."""

import math

import numpy as np
import pytest

import autodiff as ad


def leaf(data):
    return ad.tensor(data, requires_grad=True)


SQUARE = [[1.0, 5.0], [7.0, 3.0]]


# -------------------------------------------------------------- elementwise


@pytest.mark.parametrize(
    ("name", "value", "slope"),
    [
        ("exp", math.exp(0.5), math.exp(0.5)),
        ("exp2", 2**0.5, math.log(2) * 2**0.5),
        ("expm1", math.expm1(0.5), math.exp(0.5)),
        ("log", math.log(0.5), 2.0),
        ("log2", -1.0, 2 / math.log(2)),
        ("log10", math.log10(0.5), 2 / math.log(10)),
        ("log1p", math.log1p(0.5), 1 / 1.5),
        ("sqrt", 0.5**0.5, 0.5**0.5),
        ("square", 0.25, 1.0),
        ("reciprocal", 2.0, -4.0),
        ("sin", math.sin(0.5), math.cos(0.5)),
        ("cos", math.cos(0.5), -math.sin(0.5)),
        ("tan", math.tan(0.5), 1 / math.cos(0.5) ** 2),
        ("asin", math.asin(0.5), 1 / 0.75**0.5),
        ("acos", math.acos(0.5), -1 / 0.75**0.5),
        ("atan", math.atan(0.5), 0.8),
        ("sinh", math.sinh(0.5), math.cosh(0.5)),
        ("cosh", math.cosh(0.5), math.sinh(0.5)),
        ("tanh", math.tanh(0.5), 1 / math.cosh(0.5) ** 2),
        ("asinh", math.asinh(0.5), 1 / 1.25**0.5),
        ("atanh", math.atanh(0.5), 1 / 0.75),
        ("sigmoid", 1 / (1 + math.exp(-0.5)), math.exp(-0.5) / (1 + math.exp(-0.5)) ** 2),
        ("relu", 0.5, 1.0),
        ("abs", 0.5, 1.0),
        ("neg", -0.5, -1.0),
        ("sign", 1.0, 0.0),
        ("floor", 0.0, 0.0),
        ("ceil", 1.0, 0.0),
        ("round", 0.0, 0.0),
    ],
)
def test_elementwise_functions_are_methods_too(name, value, slope):
    for call in (lambda x: getattr(x, name)(), getattr(ad, name, None)):
        if call is None:
            pytest.fail(f"ad.{name} is missing")
        x = leaf(0.5)
        y = call(x)
        y.backward()
        assert y.item() == pytest.approx(value, rel=1e-14)
        assert x.grad.item() == pytest.approx(slope, rel=1e-14)


def test_acosh_is_defined_above_one():
    x = leaf(1.25)
    x.acosh().backward()
    assert x.grad.item() == pytest.approx(1 / 0.75, rel=1e-14)


@pytest.mark.parametrize(
    ("call", "value"),
    [
        (lambda x: x.add(1), [2.0, -1.0]),
        (lambda x: x.add(x, alpha=2), [3.0, -6.0]),
        (lambda x: x.sub(1), [0.0, -3.0]),
        (lambda x: x.mul(2), [2.0, -4.0]),
        (lambda x: x.div(2), [0.5, -1.0]),
        (lambda x: x.pow(2), [1.0, 4.0]),
        (lambda x: 2**x, [2.0, 0.25]),
        (lambda x: 2 / x, [2.0, -1.0]),
        (lambda x: 1 - x, [0.0, 3.0]),
        (lambda x: x // 2, [0.0, -1.0]),
        (lambda x: x % 3, [1.0, 1.0]),
        (lambda x: +x, [1.0, -2.0]),
        (lambda x: abs(x), [1.0, 2.0]),
        (lambda x: x.clamp(min=0), [1.0, 0.0]),
        (lambda x: x.clamp(max=0), [0.0, -2.0]),
        (lambda x: x.clamp(-1, 0.5), [0.5, -1.0]),
        (lambda x: x.clip(min=-1, max=0.5), [0.5, -1.0]),
        (lambda x: ad.clamp(x, -1, 0.5), [0.5, -1.0]),
        (lambda x: ad.maximum(x, ad.zeros(2)), [1.0, 0.0]),
        (lambda x: ad.minimum(x, ad.zeros(2)), [0.0, -2.0]),
        (lambda x: ad.where(x > 0, x, 10 * x), [1.0, -20.0]),
        (lambda x: ad.where(x > 0, x, 0.0), [1.0, 0.0]),
        (lambda x: ad.atan2(x, ad.ones(2)), [math.atan(1), math.atan(-2)]),
        (lambda x: ad.logaddexp(x, x), [1 + math.log(2), -2 + math.log(2)]),
    ],
)
def test_arithmetic_and_choice(call, value):
    assert call(ad.tensor([1.0, -2.0])).tolist() == pytest.approx(value, rel=1e-14)
    assert call(leaf([1.0, -2.0])).requires_grad


def test_the_slope_of_clamp_at_its_bounds_is_one():
    x = leaf([-2.0, -1.0, 0.0, 1.0, 2.0])
    x.clamp(-1, 1).sum().backward()
    assert x.grad.tolist() == [0.0, 1.0, 1.0, 1.0, 0.0]


def test_ties_of_max_and_maximum_are_shared_equally():
    x, a, b = leaf([1.0, 1.0, 0.0]), leaf([1.0, 2.0]), leaf([1.0, 1.0])
    x.max().backward()
    ad.maximum(a, b).sum().backward()
    assert x.grad.tolist() == [0.5, 0.5, 0.0]
    assert (a.grad.tolist(), b.grad.tolist()) == ([0.5, 1.0], [0.5, 0.0])


def test_the_slopes_of_abs_relu_and_sqrt_at_zero():
    slopes = []
    for function in (ad.abs, ad.relu, ad.sign, ad.sqrt, ad.square, lambda x: x.norm()):
        x = leaf(0.0)
        function(x).backward()
        slopes.append(x.grad.item())
    assert slopes == [0.0, 0.0, 0.0, math.inf, 0.0, 0.0]


# --------------------------------------------------------------- reductions


@pytest.mark.parametrize(
    ("call", "value"),
    [
        (lambda x: x.sum(), 16.0),
        (lambda x: x.sum(0), [8.0, 8.0]),
        (lambda x: x.sum(dim=1), [6.0, 10.0]),
        (lambda x: x.sum(axis=1), [6.0, 10.0]),
        (lambda x: x.sum(dim=(0, 1)), 16.0),
        (lambda x: x.sum(dim=-1, keepdim=True), [[6.0], [10.0]]),
        (lambda x: x.sum(axis=-1, keepdims=True), [[6.0], [10.0]]),
        (lambda x: ad.sum(x, dim=0), [8.0, 8.0]),
        (lambda x: ad.sum(x, 0), [8.0, 8.0]),
        (lambda x: x.mean(), 4.0),
        (lambda x: x.mean(dim=0), [4.0, 4.0]),
        (lambda x: x.mean(axis=1, keepdims=True), [[3.0], [5.0]]),
        (lambda x: x.prod(), 105.0),
        (lambda x: x.prod(dim=1), [5.0, 21.0]),
        (lambda x: x.cumsum(dim=0), [[1.0, 5.0], [8.0, 8.0]]),
        (lambda x: x.cumsum(axis=1), [[1.0, 6.0], [7.0, 10.0]]),
        (lambda x: x.max(), 7.0),
        (lambda x: x.min(), 1.0),
        (lambda x: x.max(axis=0), [7.0, 5.0]),
        (lambda x: x.min(axis=1, keepdims=True), [[1.0], [3.0]]),
        (lambda x: x.amax(dim=0), [7.0, 5.0]),
        (lambda x: x.amin(dim=1), [1.0, 3.0]),
        (lambda x: x.var(), 5.0),
        (lambda x: x.var(dim=0), [18.0, 2.0]),
        (lambda x: x.var(dim=0, correction=0), [9.0, 1.0]),
        (lambda x: x.var(dim=0, unbiased=False), [9.0, 1.0]),
        (lambda x: x.var(axis=0), [9.0, 1.0]),
        (lambda x: x.var(axis=0, ddof=1), [18.0, 2.0]),
        (lambda x: x.std(dim=0, keepdim=True), [[18**0.5, 2**0.5]]),
        (lambda x: x.std(axis=0), [3.0, 1.0]),
        (lambda x: x.std(), 5**0.5),
        (lambda x: x.norm(), 84**0.5),
        (lambda x: x.norm(dim=1), [26**0.5, 58**0.5]),
        (lambda x: x.norm(p=1), 16.0),
        (lambda x: x.norm(2, 0), [50**0.5, 34**0.5]),
        (lambda x: x.logsumexp(dim=1) - math.log1p(math.exp(-4)), [5.0, 7.0]),
        (lambda x: ad.logsumexp(x, dim=0)[1], 5 + math.log1p(math.exp(-2))),
    ],
)
def test_reductions_take_dim_and_axis(call, value):
    y = call(leaf(SQUARE))
    assert np.array(y.tolist()) == pytest.approx(np.array(value), rel=1e-14)
    assert y.requires_grad


def test_max_along_a_dim_gives_values_and_indices():
    x = leaf(SQUARE)
    result = x.max(dim=1)
    values, indices = result
    assert values.tolist() == result.values.tolist() == [5.0, 7.0]
    assert indices.tolist() == result.indices.tolist() == [1, 0]
    assert not indices.requires_grad
    values.sum().backward()
    assert x.grad.tolist() == [[0.0, 1.0], [1.0, 0.0]]


def test_min_along_a_dim_can_keep_it():
    values, indices = ad.tensor(SQUARE).min(dim=0, keepdim=True)
    assert values.tolist() == [[1.0, 3.0]]
    assert indices.tolist() == [[0, 1]]


def test_argmax_and_argmin_are_integers():
    x = ad.tensor(SQUARE)
    assert (x.argmax().item(), x.argmin().item()) == (2, 0)
    assert x.argmax(dim=0).tolist() == [1, 0]
    assert x.argmin(axis=1).tolist() == [0, 1]


def test_any_and_all():
    x = ad.tensor(SQUARE)
    assert (x > 6).any() and not (x > 6).all()
    assert (x > 2).all(dim=1).tolist() == [False, True]


@pytest.mark.parametrize(
    ("call", "slope"),
    [
        (lambda x: x.mean(), [0.5, 0.5]),
        (lambda x: x.prod(), [4.0, 2.0]),
        (lambda x: x.norm(), [2 / 20**0.5, 4 / 20**0.5]),
        (lambda x: x.var(), [-1.0, 1.0]),
        (lambda x: x.var(dim=0), [-2.0, 2.0]),
        (lambda x: x.std(dim=0), [-(2**-0.5), 2**-0.5]),
        (lambda x: x.cumsum(dim=0).sum(), [2.0, 1.0]),
        (lambda x: x.logsumexp(dim=0), [1 / (1 + math.exp(2)), 1 / (1 + math.exp(-2))]),
        (lambda x: x.dot(x), [4.0, 8.0]),
    ],
)
def test_slopes_of_reductions(call, slope):
    x = leaf([2.0, 4.0])
    call(x).backward()
    assert x.grad.tolist() == pytest.approx(slope, rel=1e-13)


# ------------------------------------------------------------------- shapes


@pytest.mark.parametrize(
    ("call", "shape"),
    [
        (lambda x: x.view(6, 4), (6, 4)),
        (lambda x: x.view(-1), (24,)),
        (lambda x: x.view((2, 12)), (2, 12)),
        (lambda x: x.reshape(4, -1), (4, 6)),
        (lambda x: x.reshape((4, 6)), (4, 6)),
        (lambda x: x.view_as(ad.zeros(4, 6)), (4, 6)),
        (lambda x: x.flatten(), (24,)),
        (lambda x: x.flatten(1), (2, 12)),
        (lambda x: x.flatten(start_dim=0, end_dim=1), (6, 4)),
        (lambda x: x.ravel(), (24,)),
        (lambda x: x.unsqueeze(0), (1, 2, 3, 4)),
        (lambda x: x.unsqueeze(-1), (2, 3, 4, 1)),
        (lambda x: x.unsqueeze(1).squeeze(1), (2, 3, 4)),
        (lambda x: x.unsqueeze(1).squeeze(), (2, 3, 4)),
        (lambda x: x.squeeze(dim=0), (2, 3, 4)),
        (lambda x: x.transpose(0, 1), (3, 2, 4)),
        (lambda x: x.transpose(-1, 0), (4, 3, 2)),
        (lambda x: x.swapaxes(0, 2), (4, 3, 2)),
        (lambda x: x.permute(2, 0, 1), (4, 2, 3)),
        (lambda x: x.permute((2, 0, 1)), (4, 2, 3)),
        (lambda x: x.transpose((2, 0, 1)), (4, 2, 3)),
        (lambda x: x[0].T, (4, 3)),
        (lambda x: x[0].t(), (4, 3)),
        (lambda x: x.mT, (2, 4, 3)),
        (lambda x: x.expand(5, 2, 3, 4), (5, 2, 3, 4)),
        (lambda x: x[:, :1].expand(-1, 7, -1), (2, 7, 4)),
        (lambda x: ad.broadcast_to(x, (2, 2, 3, 4)), (2, 2, 3, 4)),
        (lambda x: x.flip(0), (2, 3, 4)),
        (lambda x: x[..., None, 0], (2, 3, 1)),
        (lambda x: x[:, 1:, ::2], (2, 2, 2)),
        (lambda x: ad.cat([x, x]), (4, 3, 4)),
        (lambda x: ad.cat([x, x], dim=1), (2, 6, 4)),
        (lambda x: ad.cat((x, x), -1), (2, 3, 8)),
        (lambda x: ad.concatenate([x, x], axis=2), (2, 3, 8)),
        (lambda x: ad.stack([x, x]), (2, 2, 3, 4)),
        (lambda x: ad.stack([x, x], dim=1), (2, 2, 3, 4)),
        (lambda x: ad.stack([x, x], axis=-1), (2, 3, 4, 2)),
    ],
)
def test_movements_have_torchs_shapes_and_pass_gradients_back(call, shape):
    x = leaf(np.arange(24.0).reshape(2, 3, 4))
    y = call(x)
    assert tuple(y.shape) == shape
    (y * y).sum().backward()
    counts = ad.tensor(np.zeros((2, 3, 4)), requires_grad=True)
    call(counts).sum().backward()
    assert x.grad.tolist() == (2 * x.detach() * counts.grad).tolist()


def test_movements_keep_torchs_order():
    x = ad.tensor([[1.0, 2.0], [3.0, 4.0]])
    assert x.t().reshape(-1).tolist() == [1.0, 3.0, 2.0, 4.0]
    assert x.flip(1).tolist() == [[2.0, 1.0], [4.0, 3.0]]
    assert ad.cat([x, x], dim=1)[0].tolist() == [1.0, 2.0, 1.0, 2.0]
    assert ad.stack([x[0], x[1]], dim=1).tolist() == [[1.0, 3.0], [2.0, 4.0]]


# ------------------------------------------------------------------ products


def test_products_of_vectors_and_matrices():
    a, v = ad.tensor(SQUARE), ad.tensor([1.0, 2.0])
    assert ad.dot(v, v).item() == v.dot(v).item() == v.matmul(v).item() == (v @ v).item() == 5.0
    assert (a @ v).tolist() == ad.mv(a, v).tolist() == [11.0, 13.0]
    assert (v @ a).tolist() == [15.0, 11.0]
    square = [[36.0, 20.0], [28.0, 44.0]]
    assert (a @ a).tolist() == a.mm(a).tolist() == ad.mm(a, a).tolist() == square
    assert v.outer(v).tolist() == ad.outer(v, v).tolist() == [[1.0, 2.0], [2.0, 4.0]]
    assert ad.einsum("ij,j->i", a, v).tolist() == [11.0, 13.0]
    assert ad.matmul(ad.ones(3, 2, 2), a)[2].tolist() == [[8.0, 8.0], [8.0, 8.0]]


def test_slopes_of_a_matrix_product():
    a, b = leaf(SQUARE), leaf([[1.0, 0.0], [2.0, 1.0]])
    (a @ b).sum().backward()
    assert a.grad.tolist() == [[1.0, 3.0], [1.0, 3.0]]
    assert b.grad.tolist() == [[8.0, 8.0], [8.0, 8.0]]


def test_bitwise_operators_of_integers_and_truths():
    whole, truth = ad.tensor([5, 3]), ad.tensor([True, False])
    assert (whole & 1).tolist() == [1, 1]
    assert (whole | 8).tolist() == [13, 11]
    assert (whole ^ 1).tolist() == [4, 2]
    assert (~whole).tolist() == [-6, -4]
    assert (truth & ~truth).tolist() == [False, False]
    assert (truth | True).tolist() == [True, True]


# -------------------------------------------------------------------- dtypes


def test_dtypes_promote_as_arrays_and_python_numbers_are_weak():
    single = ad.tensor([1.0, 2.0], dtype=ad.float32)
    assert (single * 2).dtype == (single * 2.5).dtype == ad.float32
    assert (single * ad.tensor([1.0, 2.0])).dtype == ad.float64
    assert (ad.tensor([1, 2]) / 2).dtype == (ad.tensor([1, 2]) * 1.5).dtype == ad.float64
    assert (single * 1j).dtype == ad.complex64


def test_dtypes_are_changed_by_name():
    x = ad.tensor([1.0, 2.0])
    assert x.float().dtype == x.to(ad.float32).dtype == x.type(ad.float32).dtype == ad.float32
    assert x.float().double().dtype == ad.float64
    assert (x.long().dtype, x.int().dtype, x.bool().dtype) == (ad.int64, ad.int32, ad.bool)
    assert x.long().tolist() == [1, 2]


# -------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    "call",
    [
        lambda: ad.zeros(2, 3) @ ad.zeros(2, 3),
        lambda: ad.zeros(2, 3) + ad.zeros(4),
        lambda: ad.zeros(2, 3).reshape(4),
        lambda: ad.zeros(2, 3).view(4),
        lambda: ad.dot(ad.zeros(2), ad.zeros(3)),
        lambda: ad.cat([ad.zeros(2, 2), ad.zeros(3, 3)]),
        lambda: ad.stack([ad.zeros(2), ad.zeros(3)]),
        lambda: ad.zeros(2, 3).expand(3, 3),
    ],
)
def test_shapes_that_do_not_fit_raise(call):
    with pytest.raises(RuntimeError):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda x: x[5],
        lambda x: x[0, 0, 0],
        lambda x: x.sum(dim=5),
        lambda x: x.unsqueeze(7),
        lambda x: x.transpose(0, 4),
    ],
)
def test_an_axis_or_index_out_of_range_is_an_index_error(call):
    with pytest.raises(IndexError):
        call(ad.zeros(2, 3))


def test_a_shape_error_names_operator_and_shapes():
    with pytest.raises(RuntimeError, match=r"(?s)(?=.*matmul)(?=.*\(2, 3\))(?=.*\(4, 5\))"):
        leaf(np.ones((2, 3))) @ leaf(np.ones((4, 5)))
    with pytest.raises(RuntimeError, match=r"(?s)(?=.*add)(?=.*\(2, 3\))(?=.*\(4,\))"):
        leaf(np.ones((2, 3))) + leaf(np.ones(4))
