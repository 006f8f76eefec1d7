"""The same program under PyTorch and here: windows, extremes, scatters, special functions."""

import numpy as np
import pytest
import scipy.special
from beside_torch import double_precision as double_precision, torch

import autodiff as ad

A = [[1.0, 5.0, -2.0, 5.0], [3.0, 0.5, 3.0, -1.0], [2.0, 2.0, 7.0, 0.25]]


def shown(value):
    """The numbers of a result, of tuples too."""
    if isinstance(value, tuple):
        return [shown(v) for v in value]
    return value.tolist() if hasattr(value, "tolist") else value


def weights(T, y):
    return T.arange(1.0, y.numel() + 1).reshape(y.shape) / 7 if y.numel() else y


def floating(value):
    values = value if isinstance(value, tuple) else (value,)
    return [v for v in values if hasattr(v, "requires_grad") and v.requires_grad]


def pass_of(T, call, data=A):
    """The result of a call on a leaf, and the gradient of a weighted sum of it."""
    x = T.tensor(data, requires_grad=True)
    found = call(T, x)
    parts = [(y * weights(T, y)).sum() for y in floating(found)]
    if parts:
        sum(parts[1:], parts[0]).backward()
    return shown(found), None if x.grad is None else x.grad.tolist()


def close(mine, its):
    if isinstance(mine, (list, tuple)):
        assert isinstance(its, (list, tuple)) and len(mine) == len(its), (mine, its)
        for m, i in zip(mine, its):
            close(m, i)
    elif isinstance(mine, (float, complex)) or isinstance(its, (float, complex)):
        np.testing.assert_allclose(mine, its, rtol=1e-11, atol=1e-13)
    else:
        assert mine == its


INDEX = [[0, 2, 1, 0], [1, 1, 2, 0]]
CALLS = {
    "as_strided": lambda T, x: x.as_strided((2, 3), (2, 1), 1),
    "as_strided overlapping": lambda T, x: T.as_strided(x * 2, (3, 2), (1, 1)),
    "unfold": lambda T, x: x.unfold(1, 2, 1),
    "unfold in steps": lambda T, x: x.unfold(0, 2, 2),
    "unfold of all": lambda T, x: x.unfold(-1, 4, 3),
    "diag_embed": lambda T, x: x.diag_embed(),
    "diag_embed beside": lambda T, x: T.diag_embed(x, offset=1, dim1=0, dim2=2),
    "diag_embed below": lambda T, x: T.diag_embed(x, offset=-1),
    "diag_embed turned": lambda T, x: T.diag_embed(x, 1, 2, 0),
    "diagonal_scatter": lambda T, x: x.diagonal_scatter(T.ones(3), 1),
    "diagonal_scatter of it": lambda T, x: T.zeros(3, 3).diagonal_scatter(x[0, :3]),
    "select_scatter": lambda T, x: x.select_scatter(x[:, 0] * 2, 1, 2),
    "slice_scatter": lambda T, x: x.slice_scatter(x[:2] * 3, 0, 1),
    "slice_scatter in steps": lambda T, x: x.slice_scatter(x[:, :2], 1, 0, 4, 2),
    "tensor_split": lambda T, x: x.tensor_split(3, dim=1),
    "tensor_split before": lambda T, x: T.tensor_split(x, (1, 3), 1),
    "hsplit": lambda T, x: x.hsplit(2),
    "vsplit": lambda T, x: T.vsplit(x, [1]),
    "split_with_sizes": lambda T, x: x.split_with_sizes([1, 3], 1),
    "take_along_dim": lambda T, x: x.take_along_dim(T.tensor([[0], [3], [1]]), 1),
    "take_along_dim flat": lambda T, x: T.take_along_dim(x, T.tensor([5, 0, 5])),
    "masked_scatter": lambda T, x: (x * 2).masked_scatter(x > 1, T.arange(12.0)),
    "masked_scatter of it": lambda T, x: T.zeros(4).masked_scatter(T.tensor([True, False] * 2), x),
    "narrow_copy": lambda T, x: x.narrow_copy(1, 1, 2),
    "combinations": lambda T, x: T.combinations(x[0]),
    "combinations with repeats": lambda T, x: T.combinations(x[0, :3], 3, True),
    "cummax": lambda T, x: x.cummax(1),
    "cummax down": lambda T, x: T.cummax(x, dim=0),
    "cummin": lambda T, x: tuple(x.cummin(-1)),
    "cummax of one": lambda T, x: x[0, 0].cummax(0),
    "mode": lambda T, x: x.mode(),
    "mode down": lambda T, x: x.mode(0, keepdim=True),
    "nanmedian": lambda T, x: x.nanmedian(),
    "nanmedian along": lambda T, x: x.nanmedian(1),
    "histc": lambda T, x: x.histc(4, min=-2, max=6),
    "histc between its ends": lambda T, x: T.histc(x.detach(), 3),
    "bucketize": lambda T, x: T.bucketize(x, T.tensor([0.0, 2.0, 5.0]), right=True),
    "unique": lambda T, x: x.unique().detach(),
    "unique in full": lambda T, x: x.detach().unique(return_inverse=True, return_counts=True),
    "unique_consecutive": lambda T, x: T.tensor([1.0, 1, 2, 2, 1]).unique_consecutive(
        return_inverse=True, return_counts=True
    ),
    **{
        f"scatter_reduce {how} {own}": lambda T, x, how=how, own=own: (x * 1.5).scatter_reduce(
            1, T.tensor(INDEX), x[:2] + 1, how, include_self=own
        )
        for how in ("sum", "prod", "mean", "amax", "amin")
        for own in (True, False)
    },
    "scatter_reduce of ties": lambda T, x: T.scatter_reduce(
        x[0] * 0 + 2, 0, T.tensor([1, 1, 1, 0]), x[0] * 0 + 2, "amax"
    ),
    "index_reduce": lambda T, x: x.index_reduce(0, T.tensor([0, 0]), x[1:] + 1, "prod"),
    "index_reduce mean": lambda T, x: x.index_reduce(
        1, T.tensor([3, 1]), x[:, :2], "mean", include_self=False
    ),
    "conj_physical": lambda T, x: x.conj_physical(),
    "isreal": lambda T, x: x.isreal(),
    "isposinf": lambda T, x: T.isposinf(T.tensor([float("inf"), -float("inf"), 1.0])),
    "isneginf": lambda T, x: T.tensor([float("inf"), -float("inf"), 1.0]).isneginf(),
    "signbit": lambda T, x: x.signbit(),
    "hardshrink": lambda T, x: x.hardshrink(1.5),
    "prelu": lambda T, x: T.prelu(x, T.tensor(0.25)),
    "prelu by column": lambda T, x: x.prelu(T.tensor([0.1, 0.2, 0.3, 0.4])),
    "ldexp": lambda T, x: x.ldexp(T.tensor(2)),
    "frexp": lambda T, x: x.frexp()[0],
    "mvlgamma": lambda T, x: (x.abs() + 1).mvlgamma(2),
    "digamma": lambda T, x: (x.detach().abs() + 1).digamma(),
    "median": lambda T, x: (x.median(), T.tensor([1.0, 2.0, 2.0, 5.0]).median()),
    "lgamma": lambda T, x: T.lgamma(x.abs() + 1),
    "i0": lambda T, x: x.i0(),
    "igamma": lambda T, x: T.igamma(T.tensor(2.0), x.abs()),
    "igammac": lambda T, x: T.igammac(T.tensor(2.0), x.abs()),
    "fix": lambda T, x: x.fix(),
    "positive": lambda T, x: x.positive(),
    "polar": lambda T, x: T.view_as_real(T.polar(x.abs(), x)),
    "complex": lambda T, x: T.view_as_real(T.complex(x, 2 * x)),
    "view_as_complex": lambda T, x: T.view_as_complex(x.reshape(3, 2, 2)).abs(),
    "trapz": lambda T, x: T.trapz(x),
    "cumulative_trapezoid": lambda T, x: T.cumulative_trapezoid(x, dx=0.5),
    "cumulative_trapezoid between": lambda T, x: T.cumulative_trapezoid(x, x**2, dim=0),
    "cosine_similarity": lambda T, x: T.cosine_similarity(x, x * x),
    "pairwise_distance": lambda T, x: T.pairwise_distance(x, x[:1] + 1),
    "pdist": lambda T, x: T.pdist(x),
    "pdist of the first norm": lambda T, x: T.pdist(x, 1),
    "ger": lambda T, x: T.ger(x[0], x[1]),
    "cholesky_solve": lambda T, x: x[:, :2].cholesky_solve(T.eye(3) + x[:, :3].tril()),
    "cholesky_inverse": lambda T, x: T.cholesky_inverse(T.eye(3) + x[:, :3].tril() ** 2),
    "cholesky_inverse of u": lambda T, x: T.cholesky_inverse(T.eye(3) + x[:, :3].triu() ** 2, True),
    "lu_solve": lambda T, x: T.lu_solve(x[:, 3:], *T.linalg.lu_factor(x[:, :3])),
    "lu_factor": lambda T, x: tuple(T.linalg.lu_factor(x)),
    "lu_factor of a tall one": lambda T, x: tuple(T.linalg.lu_factor(x.mT)),
    "linalg.vander": lambda T, x: T.linalg.vander(x, N=3),
    "linalg.inv_ex": lambda T, x: T.linalg.inv_ex(x[:, :3])[0],
    "linalg.solve_ex": lambda T, x: T.linalg.solve_ex(x[:, :3], x[:, 3])[0],
    "linalg.cholesky_ex": lambda T, x: tuple(T.linalg.cholesky_ex(x @ x.mT)),
    "cross": lambda T, x: x[:, :3].cross(x[:, 1:], dim=1),
    "diagflat": lambda T, x: x.diagflat(),
    "fliplr": lambda T, x: x.fliplr(),
    "flipud": lambda T, x: x.flipud(),
    "argwhere": lambda T, x: (x > 2).argwhere(),
    "nanquantile": lambda T, x: x.nanquantile(0.3, dim=1),
    "greater": lambda T, x: (x.greater(1), x.less_equal(2), x.not_equal(5.0), x.greater_equal(3)),
    "logspace": lambda T, x: T.logspace(0, 2, 5),
    "tril_indices": lambda T, x: (T.tril_indices(3, 2), T.triu_indices(2, 3, 1)),
    "hann_window": lambda T, x: (T.hann_window(5), T.hamming_window(4, False), T.hann_window(1)),
    "blackman_window": lambda T, x: (T.blackman_window(6), T.bartlett_window(5)),
    "unravel_index": lambda T, x: T.unravel_index(T.tensor([3, 5]), (2, 4)),
    "isin": lambda T, x: T.isin(x, T.tensor([5.0, 2.0])),
    "bitwise shifts": lambda T, x: T.tensor([1, 2]).bitwise_left_shift(T.tensor([2, 1])),
    "gcd": lambda T, x: (T.gcd(T.tensor(12), T.tensor(18)), T.lcm(T.tensor(4), T.tensor(6))),
    "cummax by axis": lambda T, x: x.cummax(axis=1),
    "median by axis": lambda T, x: x.median(axis=1, keepdims=True),
    "unbind by axis": lambda T, x: x.unbind(axis=1),
    "logcumsumexp by axis": lambda T, x: x.logcumsumexp(axis=1),
    "flip of several": lambda T, x: x.flip(0, 1),
    "logit": lambda T, x: (x / 8).abs().logit(),
    "logit inside": lambda T, x: T.logit(x, 0.1),
    "nonzero": lambda T, x: ((x > 2).nonzero(), T.nonzero(x > 2), *(x > 2).nonzero(as_tuple=True)),
    "facts": lambda T, x: (x.stride(), x.mT.stride(), x[1:, 1:].storage_offset(), x.stride(0)),
    "more facts": lambda T, x: (x.is_cpu, x.is_cuda, x.output_nr, x.is_same_size(x)),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:index_reduce.. is in beta", "ignore:torch.lu_solve is dep")
@pytest.mark.parametrize("name", CALLS)
def test_values_and_gradients_are_pytorch_s(name):
    close(pass_of(ad, CALLS[name]), pass_of(torch, CALLS[name]))


@pytest.mark.parametrize("x", [0.5, 2.0, 7.5])
def test_polygamma_is_a_method_with_the_order_as_argument(x):
    y = ad.tensor(x, requires_grad=True)
    y.polygamma(1).backward()
    assert y.polygamma(1).item() == scipy.special.polygamma(1, x)
    np.testing.assert_allclose(y.grad.item(), scipy.special.polygamma(2, x), rtol=1e-13)


SPECIAL = [
    "airy_ai", "bessel_j0", "bessel_j1", "bessel_y0", "bessel_y1", "digamma", "entr", "erf", "erfc",
    "erfcx", "exp2", "expit", "expm1", "gammaln", "i0", "i0e", "i1", "i1e", "log1p", "log_ndtr",
    "modified_bessel_i0", "modified_bessel_i1", "modified_bessel_k0", "modified_bessel_k1", "ndtr",
    "psi", "scaled_modified_bessel_k0", "scaled_modified_bessel_k1", "sinc", "spherical_bessel_j0",
    "logit", "erfinv", "ndtri",
]  # fmt: skip


@pytest.mark.parametrize("name", SPECIAL)
def test_special_functions_have_pytorch_s_values(name):
    x = np.array([0.1, 0.4, 0.75])
    its = getattr(torch.special, name)(torch.tensor(x)).numpy()
    np.testing.assert_allclose(getattr(ad.special, name)(x), its, rtol=1e-9)


@pytest.mark.parametrize("letter", ["t", "u", "v", "w"])
@pytest.mark.parametrize("kind", ["chebyshev_polynomial_", "shifted_chebyshev_polynomial_"])
@pytest.mark.parametrize("degree", [0, 1, 2, 5])
def test_chebyshev_polynomials(kind, letter, degree):
    x = np.array([0.1, 0.4, 0.75])
    its = getattr(torch.special, kind + letter)(torch.tensor(x), degree).numpy()
    np.testing.assert_allclose(
        getattr(ad.special, kind + letter)(x, degree), its, rtol=1e-12, atol=1e-14
    )


@pytest.mark.parametrize(
    "name",
    [
        "hermite_polynomial_h",
        "hermite_polynomial_he",
        "laguerre_polynomial_l",
        "legendre_polynomial_p",
    ],
)
def test_orthogonal_polynomials(name):
    x = np.array([0.1, 0.4, 0.75])
    its = getattr(torch.special, name)(torch.tensor(x), 4).numpy()
    np.testing.assert_allclose(getattr(ad.special, name)(x, 4), its, rtol=1e-12)


@pytest.mark.parametrize("name", ["cummax", "cummin"])
def test_running_extremes_batch(name):
    f = lambda x: getattr(ad, name)(x, 0).values  # noqa: E731
    x = np.array(A)
    np.testing.assert_array_equal(
        ad.vmap(f)(x), getattr(np, name[3:] + "imum").accumulate(x, axis=1)
    )


def test_the_factors_of_svd_are_pytorch_s():
    a = np.array(A)
    u, s, v = ad.tensor(a).svd()
    assert (u.shape, s.shape, v.shape) == ((3, 3), (3,), (4, 3))
    np.testing.assert_allclose(u.numpy() * s.numpy() @ v.numpy().T, a, rtol=1e-12, atol=1e-12)
    assert ad.tensor(a).svd(some=False).V.shape == (4, 4)
    assert not ad.tensor(a).svd(compute_uv=False).U.numpy().any()


def test_medians_batch():
    x = np.array(A)
    np.testing.assert_array_equal(ad.vmap(lambda r: r.median())(x), np.sort(x)[:, 1])
    np.testing.assert_array_equal(ad.vmap(lambda r: r.nanmedian())(x), np.sort(x)[:, 1])


def changed(T, change):
    """A tensor changed in place, and the gradient of what it was made of."""
    x = T.tensor(A, requires_grad=True)
    y = x * 2
    z = change(T, y)
    (z * weights(T, z)).sum().backward()
    return z is y, y.tolist(), x.grad.tolist()


CHANGES = {
    "unsqueeze_": lambda T, y: y.unsqueeze_(1),
    "squeeze_": lambda T, y: y.unsqueeze_(0).squeeze_(0),
    "t_": lambda T, y: y.t_(),
    "transpose_": lambda T, y: y.transpose_(0, 1).mul_(2),
    "swapaxes_": lambda T, y: y.swapaxes_(0, 1),
    "cumprod_": lambda T, y: y.cumprod_(1),
    "copysign_": lambda T, y: y.copysign_(T.tensor(-1.0)),
    "eq_": lambda T, y: y.add_((y * 1).eq_(10.0)),
    "lt_": lambda T, y: y.mul_((y * 1).lt_(3.0)),
    "ge_": lambda T, y: y.ge_(3.0),
    "atan2_": lambda T, y: y.atan2_(T.ones(4)),
    "hypot_": lambda T, y: y.hypot_(T.ones(4)),
    "fill_diagonal_": lambda T, y: y.fill_diagonal_(3.0),
    "put_": lambda T, y: y.put_(T.tensor([1, 7]), T.tensor([8.0, 9.0])),
    "put_ adding": lambda T, y: y.put_(T.tensor([1, 1]), T.tensor([8.0, 9.0]), accumulate=True),
    "masked_scatter_": lambda T, y: y.masked_scatter_(y > 3, T.arange(12.0)),
    "scatter_reduce_": lambda T, y: y.scatter_reduce_(1, T.tensor(INDEX), T.ones(2, 4), "sum"),
    "lgamma_": lambda T, y: y.abs_().lgamma_(),
    "xlogy_": lambda T, y: y.xlogy_(T.full((4,), 2.0)),
    "i0_": lambda T, y: y.i0_(),
    "sinc_": lambda T, y: y.sinc_(),
    "deg2rad_": lambda T, y: y.deg2rad_(),
    "true_divide_": lambda T, y: y.true_divide_(4.0),
    "a view turned": lambda T, y: y[0].unsqueeze_(1).mul_(3).sum() + y,
    "a turned base": lambda T, y: (y[1], y.t_(), y.mul_(2))[0] + y[:, :1].sum(),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_changes_in_place_are_pytorch_s(name):
    close(changed(ad, CHANGES[name]), changed(torch, CHANGES[name]))


def refusals(T):
    x = T.tensor([0.5, 2.0, 0.25], requires_grad=True)
    yield lambda: x.unsqueeze_(0)
    yield lambda: x.t_()
    yield lambda: x.bernoulli()
    yield lambda: x.multinomial(4)
    yield lambda: T.multinomial(-x, 1)
    yield lambda: x.apply_(abs)
    yield lambda: x.as_strided((2, 2), (1, 1), 3)
    yield lambda: x.unfold(0, 4, 1)
    yield lambda: x.unfold(0, 2, 0)
    yield lambda: x.diag_embed(0, 1, 1)
    yield lambda: x.select_scatter(x, 0, 0)
    yield lambda: x.slice_scatter(x, 0, 1)
    yield lambda: x.scatter_reduce(0, T.tensor([0]), x, "median")
    yield lambda: x.masked_scatter(x > 0, T.ones(2))
    yield lambda: T.view_as_real(x)
    yield lambda: T.view_as_complex(x)
    yield lambda: T.normal(0.0, -1.0, (2,))
    yield lambda: T.poisson(-x)
    yield lambda: T.pdist(x)
    yield lambda: x.ger(x[0])
    yield lambda: x.take_along_dim(x, 0)


def raised(call):
    try:
        call()
    except Exception as error:  # noqa: BLE001 — its kind is what is compared
        return type(error)
    return None


@pytest.mark.parametrize("place", range(len(list(refusals(ad)))))
def test_bad_calls_raise_as_pytorch_s(place):
    its = raised(list(refusals(torch))[place])
    assert its is not None
    assert issubclass(raised(list(refusals(ad))[place]), its)


def test_random_draws_have_the_means_of_their_parameters():
    ad.manual_seed(0)
    p = ad.full((4000,), 0.3)
    assert abs(p.bernoulli().mean().item() - 0.3) < 0.03
    assert abs(ad.poisson(p * 10).mean().item() - 3) < 0.15
    assert abs(ad.normal(p, 0.1).mean().item() - 0.3) < 0.01
    assert abs(ad.binomial(10, p).mean().item() - 3) < 0.15
    drawn = ad.multinomial(ad.tensor([0.0, 1.0, 3.0]), 4000, replacement=True)
    assert drawn.min().item() == 1
    assert abs((drawn == 2).astype(float).mean().item() - 0.75) < 0.03
    assert (
        ad.multinomial(ad.tensor([[1.0, 1.0], [2.0, 1.0]]), 2).sort(dim=1).values.tolist()
        == [[0, 1]] * 2
    )
    assert abs(ad.zeros(4000).exponential_(2.0).mean().item() - 0.5) < 0.05
    assert abs(ad.zeros(4000).geometric_(0.5).mean().item() - 2) < 0.1


def test_a_draw_passes_a_derivative_of_zero():
    p = ad.tensor([0.5, 0.25], requires_grad=True)
    (p.bernoulli() + ad.poisson(p)).sum().backward()
    assert p.grad.tolist() == [0.0, 0.0]
    assert not p.multinomial(1).requires_grad
