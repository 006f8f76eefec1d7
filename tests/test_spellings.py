"""PyTorch's functions and methods: values, gradients and errors are those of torch."""

from types import ModuleType

import numpy as np
import pytest

import autodiff as ad
from autodiff.ops import softmax, torch_names, torch_pieces

torch = pytest.importorskip("torch")

SQUARE = np.array([[2.0, 0.3, -0.5], [0.3, 1.5, 0.2], [-0.5, 0.2, 3.0]])
WIDE = np.array([[0.3, -1.2, 2.5, 0.7], [1.1, 0.4, -0.6, 1.9], [-2.0, 0.1, 0.8, -0.9]])
STACK = np.linspace(-1.0, 1.4, 18).reshape(2, 3, 3)
ROWS = [[0, 2, 1, 1], [1, 0, 0, 2]]  # a place in each column of WIDE
MODULES = (torch_names, torch_pieces, softmax)


def ours(name):
    """The function of that name, as PyTorch has it."""
    for module in (*MODULES, ad):
        if hasattr(module, name):
            return getattr(module, name)
    raise AttributeError(name)


# The functions as torch's module has them.
OURS = ModuleType("ours")
vars(OURS)["__getattr__"] = ours


def outputs(found):
    return list(found) if isinstance(found, (tuple, list)) else [found]


def run(module, f, arrays):
    """The outputs and the gradients of a weighted sum of those that carry one."""
    xs = [module.tensor(a, requires_grad=True) for a in arrays]
    found = outputs(f(module, *xs))
    total = None
    for y in found:
        if getattr(y, "requires_grad", False):
            size = y.numel()
            weights = module.tensor(np.linspace(0.5, 1.5, size).reshape(tuple(y.shape)))
            term = (y * weights).sum()
            total = term if total is None else total + term
    if total is not None:
        total.backward()
    numbers = [y.detach().numpy() if hasattr(y, "detach") else y for y in found]
    return numbers, [None if x.grad is None else x.grad.numpy() for x in xs]


def agree(f, *arrays):
    values, gradients = run(OURS, f, arrays)
    expected, wanted = run(torch, f, arrays)
    assert len(values) == len(expected)
    for a, b in zip([*values, *gradients], [*expected, *wanted]):
        if b is None:
            assert a is None or not np.any(a)
            continue
        assert np.shape(a) == np.shape(b)
        assert np.asarray(a).dtype == np.asarray(b).dtype
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


def at(m, rows=ROWS):
    """Integers as a tensor of either library."""
    return m.tensor(rows)


METHODS = {
    "det": lambda m, x: x.det(),
    "slogdet": lambda m, x: x.slogdet(),
    "cholesky": lambda m, x: m.linalg.cholesky(x) if m is torch else x.cholesky(),
    "inverse": lambda m, x: x.inverse(),
    "logdet": lambda m, x: x.logdet(),
    "trace": lambda m, x: x.trace(),
    "outer": lambda m, x: x[0].outer(x[1]),
    "inner": lambda m, x: x[0].inner(x[1]),
    "mm": lambda m, x: x.mm(x),
    "mv": lambda m, x: x.mv(x[0]),
    "addmm": lambda m, x: x.addmm(x, x, beta=0.5, alpha=2),
    "addmv": lambda m, x: x[0].addmv(x, x[1]),
    "addr": lambda m, x: x.addr(x[0], x[1]),
    "addcmul": lambda m, x: x.addcmul(x, x, value=0.3),
    "addcdiv": lambda m, x: x.addcdiv(x, x + 9, value=0.3),
    "lerp": lambda m, x: x.lerp(x * x, 0.25),
    "lerp far": lambda m, x: x.lerp(x * x, 0.75),
    "lerp of weights": lambda m, x: x.lerp(x * x, x),
    "floor_divide": lambda m, x: (x.detach() * 10).floor_divide(3),
    "rsqrt": lambda m, x: (x + 3).rsqrt(),
    "square": lambda m, x: x.square(),
    "sign": lambda m, x: x.sign(),
    "clamp_min": lambda m, x: x.clamp_min(0.3),
    "clamp_max": lambda m, x: x.clamp_max(0.3),
    "masked_fill": lambda m, x: x.masked_fill(x > 0.5, 7),
    "index_select": lambda m, x: x.index_select(1, at(m, [2, 0, 2])),
    "tile": lambda m, x: x.tile(2, 1),
    "tile of a tuple": lambda m, x: x.tile((2, 1, 1)),
    "expand": lambda m, x: x[:1].expand(4, -1),
    "narrow": lambda m, x: x.narrow(1, -2, 2),
    "diag": lambda m, x: x.diag(1),
    "diag of a vector": lambda m, x: x[0].diag(-1),
    "tril": lambda m, x: x.tril(diagonal=-1),
    "triu": lambda m, x: x.triu(1),
    "cumsum": lambda m, x: x.cumsum(dim=0),
    "cumprod": lambda m, x: x.cumprod(dim=1),
    "isnan": lambda m, x: x.isnan(),
    "isinf": lambda m, x: x.isinf(),
    "isfinite": lambda m, x: x.isfinite(),
    "eq": lambda m, x: x.eq(x.T),
    "ne": lambda m, x: x.ne(0.3),
    "isclose": lambda m, x: x.isclose(x + 1e-9),
    "type_as": lambda m, x: x.float().type_as(x),
    "to": lambda m, x: x.to("cpu", m.float32 if m is torch else ad.float32),
    "to a tensor": lambda m, x: x.to(x.float()),
    "double": lambda m, x: x.float().double(),
    "half": lambda m, x: x.half(),
    "long": lambda m, x: (x * 3).long(),
    "int": lambda m, x: (x * 3).int(),
    "bool": lambda m, x: x.floor().bool(),
    "new_zeros": lambda m, x: x.new_zeros(2, 3) + x[:2],
    "new_ones": lambda m, x: x.new_ones((2, 3)) * x[:2],
    "new_full": lambda m, x: x.new_full((3,), 2.5) * x,
    "new_tensor": lambda m, x: x.new_tensor([1, 2, 3]) * x,
    "repeat_interleave": lambda m, x: x.repeat_interleave(2, dim=1),
    "add": lambda m, x: x.add(x, alpha=2),
    "sub": lambda m, x: x.sub(1, alpha=2),
}


@pytest.mark.parametrize("name", METHODS)
def test_a_method_of_a_matrix_is_that_of_torch(name):
    agree(METHODS[name], SQUARE)


LANES = {
    "gather": lambda m, x: x.gather(0, at(m)),
    "gather of a part": lambda m, x: x.gather(1, at(m, [[3, 3, 0]])),
    "scatter": lambda m, x: x.scatter(0, at(m, [[2, 0, 1, 1]]), x[:1] * 2),
    "scatter of a number": lambda m, x: x.scatter(1, at(m, [[0], [3], [1]]), 5.0),
    "scatter_add": lambda m, x: x.scatter_add(0, at(m), x[1:] * x[1:]),
    "index_add": lambda m, x: x.index_add(1, at(m, [1, 1]), x[:, :2], alpha=3),
    "split": lambda m, x: x.split(3, dim=1),
    "split by sizes": lambda m, x: x.split([1, 0, 2]),
    "chunk": lambda m, x: x.chunk(3, dim=1),
    "chunk into more than there are": lambda m, x: x.chunk(7),
    "unbind": lambda m, x: x.unbind(1),
    "topk": lambda m, x: x.topk(2),
    "topk along": lambda m, x: x.topk(2, dim=0, largest=False),
    "sort": lambda m, x: x.sort(),
    "sort down": lambda m, x: x.sort(0, descending=True),
    "argsort": lambda m, x: x.argsort(dim=1, descending=True),
    "repeat": lambda m, x: x.repeat(2, 1, 2),
    "repeat of a tuple": lambda m, x: x.repeat((1, 2)),
    "repeat of a vector": lambda m, x: x[0].repeat(3),
    "softmax": lambda m, x: x.softmax(1),
    "softmax along": lambda m, x: x.softmax(dim=0),
    "softmax of a number": lambda m, x: x[0, 0].softmax(0),
    "log_softmax": lambda m, x: x.log_softmax(dim=-1),
    "roll": lambda m, x: x.roll(1, 0),
}


@pytest.mark.parametrize("name", LANES)
def test_a_method_along_an_axis_is_that_of_torch(name):
    agree(LANES[name], WIDE)


FUNCTIONS = {
    "inverse": lambda m, x: ad.inv(x) if m is not torch else m.inverse(x),
    "logdet": lambda m, x: m.logdet(x),
    "bmm": lambda m, x: m.bmm(m.stack([x, x + 1]), m.stack([x, x])),
    "baddbmm": lambda m, x: m.baddbmm(x, m.stack([x, x]), m.stack([x, x + 1]), alpha=2),
    "addmm": lambda m, x: m.addmm(x, x, x, beta=0),
    "addcmul": lambda m, x: m.addcmul(x, x, x),
    "addcdiv": lambda m, x: m.addcdiv(x, x, x + 7),
    "lerp": lambda m, x: m.lerp(x, x + 1, 0.5),
    "rsqrt": lambda m, x: m.rsqrt(x + 2),
    "softmax": lambda m, x: m.softmax(x, dim=1),
    "log_softmax": lambda m, x: m.log_softmax(x, 0),
    "gather": lambda m, x: m.gather(x, 1, at(m, [[1], [2], [0]])),
    "index_select": lambda m, x: m.index_select(x, dim=0, index=at(m, [1])),
    "masked_fill": lambda m, x: m.masked_fill(x, x < 0, -1.0),
    "split": lambda m, x: m.split(x, 2),
    "chunk": lambda m, x: m.chunk(x, 2, dim=1),
    "unbind": lambda m, x: m.unbind(x),
    "einsum": lambda m, x: m.einsum("ij,jk->ik", (x, x)),
    "einsum of one": lambda m, x: m.einsum("ij->i", [x]),
    "add": lambda m, x: m.add(x, x, alpha=3),
    "sub": lambda m, x: m.sub(x, x, alpha=0.5),
    "topk": lambda m, x: m.topk(x, 1, dim=0),
    "sort": lambda m, x: m.sort(x, dim=0),
    "argsort": lambda m, x: m.argsort(x, dim=1, descending=True),
    "narrow": lambda m, x: m.narrow(x, 0, 1, 2),
    "tril": lambda m, x: m.tril(x, diagonal=1),
    "repeat_interleave": lambda m, x: m.repeat_interleave(x, 2),
    "tile": lambda m, x: m.tile(x, (2, 2)),
    "clamp_min": lambda m, x: m.clamp_min(x, 0.25),
    "scatter_add": lambda m, x: m.scatter_add(x, 0, at(m, [[0, 0, 0]]), x[:1]),
    "transpose": lambda m, x: m.transpose(x.sum(), 0, -1),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_that_of_torch(name):
    agree(FUNCTIONS[name], SQUARE)


def test_stacks_of_matrices():
    agree(lambda m, x: x.bmm(x.transpose(1, 2)), STACK)
    agree(lambda m, x: x.tril(), STACK)
    agree(lambda m, x: x.softmax(1), STACK)


def test_facts_about_a_tensor():
    x, y = ad.tensor(STACK), torch.tensor(STACK)
    assert x.numel() == y.numel() == torch_names.numel(x) == 18
    assert tuple(x.size()) == tuple(y.size()) == (2, 3, 3)
    assert x.size(1) == y.size(1) == 3
    assert x.ndimension() == y.ndimension() == 3
    assert x.allclose(x + 1e-12) is y.allclose(y + 1e-12) is True
    assert x.allclose(x + 1) is False
    assert x.equal(x.clone()) is True
    assert x.equal(x[:1]) is False
    assert x.is_floating_point() and not x.is_complex()
    assert x.new_zeros(2).dtype == np.float64
    assert x.float().new_ones(2).dtype == np.float32
    assert x.new_zeros(2, requires_grad=True).is_leaf


def test_variables_of_unknown_shape_wait_for_their_numbers():
    x = ad.Variable(name="x")
    nodes = [x.softmax(1), x.sort(dim=1).values, x.tril(), x.masked_fill(x > 2, 0.0)]
    found = ad.Executor(nodes).run({x: SQUARE})
    y = ad.tensor(SQUARE)
    expected = [y.softmax(1), y.sort(dim=1).values, y.tril(), y.masked_fill(y > 2, 0.0)]
    for a, b in zip(found, expected):
        np.testing.assert_array_equal(a, b.numpy())
    assert ad.Variable(name="y", shape=(2, 3)).new_zeros(3).dtype == np.float64


def test_named_results():
    assert ad.tensor(WIDE).topk(2)._fields == ("values", "indices")
    assert ad.tensor(WIDE).sort()._fields == ("values", "indices")
    assert ad.tensor(SQUARE).slogdet()._fields == ("sign", "logabsdet")


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("values", [[2.0, np.nan, 1.0, 2.0, 1.0], [3, 1, 3, 2], [True, False]])
def test_a_stable_order_keeps_equals_and_puts_nan_last(values, descending):
    x = torch.tensor(values).sort(descending=descending, stable=True)
    found = ad.tensor(values).sort(descending=descending, stable=True)
    assert found.indices.tolist() == x.indices.tolist()
    np.testing.assert_array_equal(found.values.numpy(), x.values.numpy())


def test_pieces_differentiate_in_transforms():
    index = np.array([[0, 2], [1, 1], [3, 0]])
    gradient = ad.grad(lambda x: (torch_pieces.gather(x, 1, index) ** 2).sum())(WIDE)
    expected = np.zeros_like(WIDE)
    np.add.at(expected, (np.arange(3)[:, None], index), 2 * np.take_along_axis(WIDE, index, 1))
    np.testing.assert_allclose(gradient, expected)
    rows = ad.vmap(lambda x, i: torch_pieces.gather(x, 0, i))(WIDE, index)
    np.testing.assert_allclose(rows, np.take_along_axis(WIDE, index, 1))
    _, tangent = ad.jvp(lambda x: torch_pieces.topk(x, 1).values, (WIDE,), (np.ones_like(WIDE),))
    np.testing.assert_allclose(tangent, np.ones((3, 1)))


def test_a_value_inside_a_transform_has_the_methods_of_an_array():
    x = np.array([3.0, 1.0, 2.0])
    assert ad.jvp(lambda x: x.repeat(2), (x,), (x,))[0].tolist() == x.repeat(2).tolist()
    assert ad.tensor(x).repeat(2).tolist() == [*x, *x]

    def smallest(x):
        x = x * 1.0
        x.sort()
        return x[0]

    assert ad.grad(smallest)(x).tolist() == [0.0, 1.0, 0.0]
    largest = ad.grad(lambda x: x.sort(descending=True).values[0])(x)
    assert largest.tolist() == [1.0, 0.0, 0.0]


def test_what_a_larger_source_has_beside_the_index_is_not_written():
    def written(src):
        index = np.array([[0, 1], [0, 0]])
        added = torch_pieces.scatter(np.zeros((3, 2)), 0, index, src, reduce="add")
        return added + torch_pieces.scatter(np.zeros((3, 2)), 0, index[:1], src)

    src = np.arange(1.0, 10.0).reshape(3, 3)
    assert written(src).tolist() == [[1 + 4 + 1, 5], [0, 2 + 2], [0, 0]]
    gradient = ad.grad(lambda src: written(src).sum())(src)
    assert gradient.tolist() == [[2, 2, 0], [1, 1, 0], [0, 0, 0]]


def test_numpy_keywords_ask_for_numpy_meanings():
    x = ad.tensor([1.0, 2.0, 3.0, 4.0])
    assert [len(part) for part in torch_pieces.split(x, 2, axis=0)] == [2, 2]
    assert [len(part) for part in torch_pieces.split(x, 1)] == [1, 1, 1, 1]
    assert x.repeat(2, axis=0).tolist() == [1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0]
    assert torch_pieces.sort(x).tolist() == x.tolist()
    assert torch_pieces.tril(np.ones((2, 2)), k=-1).tolist() == [[0.0, 0.0], [1.0, 0.0]]


def test_addmm_without_its_input_forgets_nan():
    nan = ad.tensor(np.full((3, 3), np.nan))
    assert np.isfinite(torch_names.addmm(nan, SQUARE, SQUARE, beta=0)).all()


def test_logdet_of_a_negative_determinant_is_nan():
    a = np.diag([1.0, -2.0])
    assert np.isnan(torch_names.logdet(a))
    z = np.diag([1.0 + 1j, 2.0 - 3j])
    assert complex(torch_names.logdet(z)) == pytest.approx(
        torch.logdet(torch.tensor(z)).item(), rel=1e-12
    )


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: x.mm(x[0]), RuntimeError, "mm: the second argument must be a matrix"),
        (lambda x: x.mv(x), RuntimeError, "mv: the second argument must be a vector"),
        (lambda x: x.bmm(x), RuntimeError, "bmm: the first argument must be a stack"),
        (lambda x: x.gather(1, ad.tensor([[5]])), IndexError, "gather: index 5 is out of bounds"),
        (lambda x: x.gather(1, ad.tensor([[-1]])), IndexError, "index -1 is out of bounds"),
        (lambda x: x.gather(0, ad.tensor([0])), RuntimeError, "gather: the index has 1 axes"),
        (lambda x: x.gather(0, ad.tensor([[0.5]])), RuntimeError, "dtype float64; it needs int"),
        (lambda x: x.scatter(0, ad.tensor([[0]]), x.float()), RuntimeError, "src has dtype float3"),
        (lambda x: x.scatter(0, ad.tensor([[0]])), TypeError, "neither src nor value"),
        (lambda x: x.split([1, 1]), RuntimeError, r"the sizes \[1, 1\] add up to 2"),
        (lambda x: x.split(0), RuntimeError, "the size of the parts is 0"),
        (lambda x: x.chunk(0), RuntimeError, "0 parts are wanted"),
        (lambda x: x.narrow(0, 2, 2), RuntimeError, "narrow: start 2 and length 2 leave"),
        (lambda x: x.repeat(2), RuntimeError, "1 numbers are given for 2 axes"),
        (lambda x: x.topk(4), RuntimeError, "k=4 is out of range for an axis of size 3"),
        (lambda x: x.masked_fill(x, 1.0), RuntimeError, "the mask has dtype float64"),
        (lambda x: x.masked_fill(x > 0, x), RuntimeError, "value has shape"),
        (lambda x: x.long().masked_fill(x > 0, 0.5), RuntimeError, "does not fit int64"),
        (lambda x: x.to("cuda"), RuntimeError, "device 'cuda' is not there"),
        (lambda x: x.sum().transpose(0, 1), IndexError, "axis 1 is out of bounds"),
    ],
)
def test_misuse_raises_where_torch_raises(call, error, message):
    with pytest.raises(error, match=message):
        call(ad.tensor(SQUARE))


@pytest.mark.parametrize("make", [ad.tensor, ad.as_tensor])
@pytest.mark.parametrize("data", [None, "a", {}, [None], ["a", "b"], object(), [1.0, "a"]])
def test_what_holds_no_numbers_is_no_tensor(make, data):
    with pytest.raises(TypeError, match=r"the data are of type \w+.*; give numbers"):
        make(data)


def test_a_tensor_of_words_or_ragged_rows():
    with pytest.raises(TypeError, match=r"tensor: data of type list are not .*could not convert"):
        ad.tensor(["a"], dtype=float)
    with pytest.raises(ValueError, match="tensor: the data are rows of different lengths"):
        ad.tensor([[1.0, 2.0], [3.0]])
    with pytest.raises(TypeError, match="from_numpy: the data are of type ndarray, with elements"):
        ad.from_numpy(np.array(["a"]))


def test_an_axis_of_examples_that_the_output_does_not_have():
    with pytest.raises(ad.ArgumentError, match="vmap: out_axes=3 is out of range for an output"):
        ad.vmap(lambda x: x, out_axes=3)(np.ones((2, 3)))
    assert ad.vmap(lambda x: x, out_axes=-1)(np.ones((2, 3))).shape == (3, 2)


@pytest.mark.parametrize(("transform", "x"), [(ad.grad, 1.0), (ad.vmap, np.ones(1))])
def test_a_traced_value_is_not_formatted_as_a_number(transform, x):
    with pytest.raises(ad.TracedError, match=r"asked for text of the form '.2f'"):
        transform(lambda x: f"{x:.2f}" and x)(x)
    assert f"{ad.tensor(1.0):.2f}" == "1.00"


def test_a_scaled_sum_names_the_users_line():
    x = ad.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(ValueError, match=r"add: shapes \(2,\) and \(3,\)"):
        ad.add(x, np.ones(3), alpha=2)
    assert ad.add(x, 1, alpha=2).tolist() == [3.0, 4.0]
    assert ad.sub(np.ones(2), x, alpha=2).tolist() == [-1.0, -3.0]
