"""Short programs under PyTorch and here: hard points, changes in place, conversions."""

import copy
import pickle

import pytest
from beside_torch import double_precision as double_precision, leaf, same_outcome


def leaf_inplace(T):
    x = leaf(T, 1.0)
    x.add_(1)


def leaf_inplace_nograd(T):
    x = leaf(T, 1.0)
    with T.no_grad():
        x.add_(1)
    return x


def view_of_leaf_inplace(T):
    x = leaf(T, 1.0, 2.0)
    x[0].add_(1)


def view_inplace(T):
    x = leaf(T, 1.0, 2.0)
    y = x * 1
    y[0].mul_(5)
    y.sum().backward()
    return x.grad, y


def view_chain(T):
    x = leaf(T, 1.0, 2.0, 3.0, 4.0)
    y = x * 1
    v = y.view(2, 2)[1]
    v *= 3
    (y**2).sum().backward()
    return x.grad, v.grad_fn is None


def base_inplace_view_sees(T):
    x = leaf(T, 1.0, 2.0)
    y = x * 2
    v = y[:1]
    y.mul_(3)
    return v, (v.sum().backward(), x.grad)[1]


def detach_inplace_error(T):
    x = leaf(T, 1.0, 2.0)
    y = x.exp()
    y.detach().zero_()
    y.sum().backward()


def deepcopy_leaf(T):
    x = leaf(T, 1.0)
    y = copy.deepcopy(x)
    return y.requires_grad, y.is_leaf, y is x


def deepcopy_nonleaf(T):
    copy.deepcopy(leaf(T, 1.0) * 2)


def pickle_leaf(T):
    x = leaf(T, 1.0)
    y = pickle.loads(pickle.dumps(x))
    return y.requires_grad, y


def numpy_req(T):
    leaf(T, 1.0).numpy()


def numpy_force(T):
    return leaf(T, 1.0).numpy(force=True).tolist()


def item_many(T):
    leaf(T, 1.0, 2.0).item()


def bool_many(T):
    bool(leaf(T, 1.0, 2.0))


def float_req(T):
    return float(leaf(T, 2.0))


def len0(T):
    len(T.tensor(1.0))


def iter0(T):
    list(T.tensor(1.0))


def expand_grad(T):
    x = leaf(T, 1.0)
    x.expand(3).sum().backward()
    return x.grad


def expand_inplace(T):
    x = leaf(T, 1.0) * 1
    x.expand(3).add_(1)


def setitem_leaf(T):
    x = leaf(T, 1.0, 2.0)
    x[0] = 3.0


def setitem_grad(T):
    x = leaf(T, 1.0, 2.0)
    v = leaf(T, 5.0)
    y = x * 1
    y[0] = v[0]
    (y * y).sum().backward()
    return x.grad, v.grad


def masked_assign(T):
    x = leaf(T, 1.0, -2.0)
    y = x * 1
    y[y < 0] = 0
    y.sum().backward()
    return x.grad


def sqrt0(T):
    x = leaf(T, 0.0)
    x.sqrt().sum().backward()
    return x.grad


def abs0(T):
    x = leaf(T, 0.0)
    x.abs().sum().backward()
    return x.grad


def max_ties(T):
    x = leaf(T, 1.0, 1.0)
    x.max().backward()
    return x.grad


def amax_ties(T):
    x = leaf(T, 1.0, 1.0)
    x.amax().backward()
    return x.grad


def clamp_edge(T):
    x = leaf(T, 0.0, 1.0, 2.0)
    x.clamp(0, 1).sum().backward()
    return x.grad


def maximum_tie(T):
    x = leaf(T, 1.0)
    y = leaf(T, 1.0)
    T.maximum(x, y).sum().backward()
    return x.grad, y.grad


def pow00(T):
    x = leaf(T, 0.0)
    (x**0).sum().backward()
    return x.grad


def pow_tensor(T):
    x = leaf(T, 2.0)
    n = leaf(T, 3.0)
    (x**n).sum().backward()
    return x.grad, n.grad


def norm0(T):
    x = leaf(T, 0.0, 0.0)
    x.norm().backward()
    return x.grad


def prod0(T):
    x = leaf(T, 0.0, 2.0, 0.0)
    x.prod().backward()
    return x.grad


def cumprod0(T):
    x = leaf(T, 0.0, 2.0, 3.0)
    x.cumprod(0).sum().backward()
    return x.grad


def var_ub(T):
    x = leaf(T, 1.0, 2.0)
    x.var(unbiased=False).backward()
    return x.grad


def sum_dtype(T):
    x = leaf(T, 1.0)
    return x.sum(dtype=T.float32).dtype == T.float32


def float_to_half(T):
    x = leaf(T, 1.0)
    x.to(T.float32).sum().backward()
    return x.grad.dtype == T.float64


def version_counter(T):
    x = T.zeros(2)
    a = x._version
    x.add_(1)
    x[0] = 2
    return x._version - a


def stack_grad(T):
    a = leaf(T, 1.0)
    b = leaf(T, 2.0)
    T.stack([a, b]).sum().backward()
    return a.grad


def chunk_view(T):
    x = leaf(T, 1.0, 2.0)
    a, b = x.chunk(2)
    return (a * b).sum().grad_fn is not None


def topk_grad(T):
    x = leaf(T, 1.0, 3.0, 2.0)
    x.topk(2).values.sum().backward()
    return x.grad


def sort_grad(T):
    x = leaf(T, 1.0, 3.0, 2.0)
    (x.sort(descending=True).values * T.tensor([1.0, 2.0, 3.0])).sum().backward()
    return x.grad


def complex_abs(T):
    x = T.tensor([3 + 4j], requires_grad=True)
    x.abs().sum().backward()
    return x.grad


def complex_backward(T):
    x = T.tensor([3 + 4j], requires_grad=True)
    (x * x).sum().backward()


def int_grad_none(T):
    x = leaf(T, 1.0, 2.0)
    i = x.argmax()
    return i.requires_grad


def round_grad(T):
    x = leaf(T, 3.2)
    x.round().sum().backward()
    return x.grad


def save_output_inplace(T):
    x = leaf(T, 1.0)
    y = x.exp()
    y.add_(1)
    y.sum().backward()


def save_sigmoid_inplace_ok(T):
    x = leaf(T, 1.0)
    y = x * 2
    y.add_(1)
    y.sum().backward()
    return x.grad


def mul_inplace_saved(T):
    x = leaf(T, 1.0)
    a = x * 1
    b = a * a
    a.add_(1)
    b.sum().backward()


PROGRAMS = [
    leaf_inplace, leaf_inplace_nograd, view_of_leaf_inplace, view_inplace,
    view_chain, base_inplace_view_sees, detach_inplace_error, deepcopy_leaf,
    deepcopy_nonleaf, pickle_leaf, numpy_req, numpy_force,
    item_many, bool_many, float_req, len0,
    iter0, expand_grad, expand_inplace, setitem_leaf,
    setitem_grad, masked_assign, sqrt0, abs0,
    max_ties, amax_ties, clamp_edge, maximum_tie,
    pow00, pow_tensor, norm0, prod0,
    cumprod0, var_ub, sum_dtype, float_to_half,
    version_counter, stack_grad, chunk_view, topk_grad,
    sort_grad, complex_abs, complex_backward, int_grad_none,
    round_grad, save_output_inplace, save_sigmoid_inplace_ok, mul_inplace_saved,
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_the_outcome_is_pytorch_s(program):
    same_outcome(program)
