"""Values, gradients and second derivatives beside PyTorch's own, function by function.

A function of the table is written once, with `T` for either library.  Both are given the same
random inputs, the same cotangents, and cotangents of the gradients for the second order.
"""

import warnings

import numpy as np
import pytest

import autodiff as ad

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    torch = pytest.importorskip("torch")

RTOL, ATOL = 1e-9, 1e-11


def random(*shape, low=-2.0, high=2.0, seed=0):
    return np.random.default_rng([seed, *shape]).uniform(low, high, shape)


def complex_random(*shape, seed=0):
    return random(*shape, seed=seed) + 1j * random(*shape, seed=seed + 1)


def array_of(x):
    if isinstance(x, ad.Tensor):
        return x.detach().numpy()
    return x.numpy(force=True)


def pulled(outputs, inputs, seeds, library, **options):
    gradients = library.autograd.grad(
        outputs, inputs, grad_outputs=seeds, allow_unused=True, **options
    )
    return [library.zeros_like(x) if g is None else g for g, x in zip(gradients, inputs)]


def derivatives(f, arrays, library):
    """Value, gradients and gradients of the gradients of `f`, all under fixed random seeds."""

    def seed(like, number):
        make = complex_random if np.iscomplexobj(array_of(like)) else random
        return library.tensor(make(*like.shape, seed=10 + number))

    inputs = [library.tensor(a, requires_grad=True) for a in arrays]
    y = f(library, *inputs)
    found = [array_of(y)]
    first = pulled([y], inputs, [seed(y, 0)], library, create_graph=True)
    found += map(array_of, first)
    again = [(g, seed(g, i)) for i, g in enumerate(first) if g.requires_grad]
    second = [library.zeros_like(x) for x in inputs]
    if again:
        second = pulled([g for g, _ in again], inputs, [s for _, s in again], library)
    return found + [array_of(s) for s in second]


def compare(f, *arrays):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = derivatives(f, arrays, torch)
    for ours, expected in zip(derivatives(f, arrays, ad), theirs):
        assert ours.shape == expected.shape
        assert ours.dtype == expected.dtype
        np.testing.assert_allclose(ours, expected, rtol=RTOL, atol=ATOL)


# -------------------------------------------------------------- elementwise

UNARY = {
    "exp": (-2, 2),
    "exp2": (-2, 2),
    "expm1": (-2, 2),
    "log": (0.1, 3),
    "log2": (0.1, 3),
    "log10": (0.1, 3),
    "log1p": (-0.9, 3),
    "sqrt": (0.1, 3),
    "square": (-2, 2),
    "reciprocal": (0.2, 2),
    "sin": (-3, 3),
    "cos": (-3, 3),
    "tan": (-1, 1),
    "asin": (-0.9, 0.9),
    "acos": (-0.9, 0.9),
    "atan": (-3, 3),
    "sinh": (-2, 2),
    "cosh": (-2, 2),
    "tanh": (-2, 2),
    "asinh": (-3, 3),
    "acosh": (1.1, 3),
    "atanh": (-0.9, 0.9),
    "sigmoid": (-4, 4),
    "relu": (-2, 2),
    "abs": (-2, 2),
    "neg": (-2, 2),
    "sign": (-2, 2),
    "erf": (-2, 2),
    "floor": (-2, 2),
    "ceil": (-2, 2),
    "round": (-2, 2),
}


@pytest.mark.parametrize("name", UNARY)
def test_functions_of_one_real_argument(name):
    low, high = UNARY[name]
    compare(lambda T, x: getattr(T, name)(x), random(2, 3, low=low, high=high))


HOLOMORPHIC = [
    *["exp", "expm1", "log", "log2", "log10", "log1p", "sqrt", "square", "reciprocal", "sin"],
    *["cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "atanh", "neg"],
]


@pytest.mark.parametrize("name", [*HOLOMORPHIC, "abs", "conj", "angle", "real", "imag", "sigmoid"])
def test_functions_of_one_complex_argument(name):
    compare(lambda T, z: getattr(T, name)(z) * 1.5, complex_random(2, 3))


@pytest.mark.parametrize("name", ["square", "sin", "exp", "tanh", "sqrt", "abs", "sigmoid"])
def test_float32_stays_float32(name):
    x = random(5, low=0.1).astype(np.float32)
    ours, theirs = ad.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    getattr(ad, name)(ours).sum().backward()
    getattr(torch, name)(theirs).sum().backward()
    assert ours.grad.dtype == np.float32
    np.testing.assert_allclose(array_of(ours.grad), array_of(theirs.grad), rtol=2e-6)


BINARY = {
    "add": lambda T, x, y: x + y,
    "subtract": lambda T, x, y: x - y,
    "multiply": lambda T, x, y: x * y,
    "divide": lambda T, x, y: x / y,
    "power": lambda T, x, y: abs(x) ** y,
    "constant power": lambda T, x, y: x**3 + y**2,
    "power of a constant": lambda T, x, y: 2.0**x + 3.0**y,
    "remainder": lambda T, x, y: x % y,
    "maximum": lambda T, x, y: T.maximum(x, y),
    "minimum": lambda T, x, y: T.minimum(x, y),
    "atan2": lambda T, x, y: T.atan2(x, y),
    "logaddexp": lambda T, x, y: T.logaddexp(x, y),
    "where": lambda T, x, y: T.where(x > y, x * y, y),
    "clamp": lambda T, x, y: T.clamp(x * y, -0.5, 0.5),
    "clamp below": lambda T, x, y: (x - y).clamp(min=0.25),
}
PAIRS = [((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((), (2, 2)), ((3, 1, 2), (4, 1))]


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize(("left", "right"), PAIRS)
def test_functions_of_two_real_arguments(name, left, right):
    compare(BINARY[name], random(*left), random(*right, low=0.2, seed=1))


@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "divide", "constant power"])
def test_functions_of_two_complex_arguments(name):
    compare(BINARY[name], complex_random(2, 3), complex_random(3, seed=5))


@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "divide"])
def test_a_real_and_a_complex_argument(name):
    compare(BINARY[name], random(2, 3), complex_random(2, 3, seed=5))
    compare(BINARY[name], complex_random(2, 3, seed=5), random(3))


# --------------------------------------------------------------- reductions

REDUCTIONS = {
    "sum": lambda T, x: x.sum(),
    "sum of one": lambda T, x: T.sum(x, dim=1),
    "sum of two": lambda T, x: x.sum(dim=(0, 2), keepdim=True),
    "mean": lambda T, x: x.mean(),
    "mean of one": lambda T, x: x.mean(dim=-1),
    "prod": lambda T, x: x.prod(),
    "prod of one": lambda T, x: x.prod(dim=1),
    "max": lambda T, x: x.max(),
    "max of one": lambda T, x: x.max(dim=1).values,
    "amax": lambda T, x: x.amax(dim=(0, 1)),
    "min of one": lambda T, x: x.min(dim=0, keepdim=True)[0],
    "amin": lambda T, x: x.amin(dim=-1),
    "var": lambda T, x: x.var(dim=1),
    "var of two": lambda T, x: x.var(dim=(0, 1), correction=0),
    "std": lambda T, x: x.std(dim=0, keepdim=True),
    "cumsum": lambda T, x: x.cumsum(dim=1),
    "logsumexp": lambda T, x: x.logsumexp(dim=1),
    "logsumexp kept": lambda T, x: T.logsumexp(x, dim=-1, keepdim=True),
    "norm": lambda T, x: x.norm(),
    "norm of one": lambda T, x: x.norm(dim=1),
    "one-norm": lambda T, x: x.norm(p=1),
    "three-norm": lambda T, x: x.norm(p=3, dim=0),
}


@pytest.mark.parametrize("name", REDUCTIONS)
def test_reductions(name):
    compare(REDUCTIONS[name], random(2, 3, 4))


@pytest.mark.parametrize("name", ["sum", "sum of one", "mean", "prod of one", "cumsum", "norm"])
def test_complex_reductions(name):
    compare(REDUCTIONS[name], complex_random(2, 3, 4))


# ---------------------------------------------------------------- movements

MOVEMENTS = {
    "reshape": lambda T, x: x.reshape(4, -1) ** 2,
    "view": lambda T, x: x.view(-1)[::2] ** 2,
    "flatten": lambda T, x: x.flatten(1).exp(),
    "permute": lambda T, x: x.permute(2, 0, 1) ** 2,
    "transpose": lambda T, x: x.transpose(0, 2) ** 2,
    "swapaxes": lambda T, x: T.swapaxes(x, 1, 2) ** 2,
    "squeeze": lambda T, x: x.unsqueeze(1).squeeze(1) ** 2,
    "expand": lambda T, x: x[:, :1].expand(2, 5, 4) * x[:, :1],
    "broadcast_to": lambda T, x: T.broadcast_to(x, (5, 2, 3, 4)) ** 2,
    "cat": lambda T, x: T.cat([x, x * x], dim=1),
    "stack": lambda T, x: T.stack([x, x * x], dim=-1),
    "flip": lambda T, x: T.flip(x, (0, 2)) * x,
    "slices": lambda T, x: x[:, 1:, ::2] ** 2,
    "last": lambda T, x: x[..., -1] ** 2,
    "new axis": lambda T, x: x[:, None, 0] ** 2,
    "integers": lambda T, x: x[[1, 0, 1]] ** 2,
    "two integer arrays": lambda T, x: x[[0, 1, 1], [2, 0, 0]] ** 2,
    "integers between slices": lambda T, x: x[:, [2, 2, 0], 1:] ** 2,
    "mask": lambda T, x: x[x > 0] ** 2,
    "rows": lambda T, x: sum(row.sum() * i for i, row in enumerate(x)),
}


@pytest.mark.parametrize("name", MOVEMENTS)
def test_movements(name):
    compare(MOVEMENTS[name], random(2, 3, 4))


# ----------------------------------------------------------- products, algebra

PRODUCTS = {
    "vector vector": ((3,), (3,)),
    "matrix vector": ((2, 3), (3,)),
    "vector matrix": ((3,), (3, 2)),
    "matrix matrix": ((2, 3), (3, 4)),
    "stack matrix": ((5, 2, 3), (3, 4)),
    "matrix stack": ((2, 3), (5, 3, 4)),
    "stack stack": ((5, 1, 2, 3), (4, 3, 2)),
    "stack vector": ((5, 2, 3), (3,)),
}


@pytest.mark.parametrize("name", PRODUCTS)
@pytest.mark.parametrize("make", [random, complex_random])
def test_matmul(name, make):
    left, right = PRODUCTS[name]
    compare(lambda T, a, b: a @ b, make(*left), make(*right, seed=3))


@pytest.mark.parametrize(
    "subscripts", ["ij,jk->ik", "ij,jk", "ij,kj->", "ij,jk->kij", "ij,jk->i", "ij,jj->ij"]
)
def test_einsum(subscripts):
    right = (3, 3) if "jj" in subscripts else (4, 3) if "kj" in subscripts else (3, 4)
    compare(lambda T, a, b: T.einsum(subscripts, a, b), random(2, 3), random(*right, seed=1))


def definite(T, x):
    return x @ x.mT + 2 * T.eye(3, dtype=T.float64)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (lambda a: ad.inv(a), lambda a: torch.linalg.inv(a)),
        (lambda a: ad.det(a), lambda a: torch.linalg.det(a)),
        (lambda a: ad.slogdet(a)[1], lambda a: torch.linalg.slogdet(a)[1]),
        (lambda a: ad.cholesky(a), lambda a: torch.linalg.cholesky(a)),
        (lambda a: ad.solve(a, a[..., :1]), lambda a: torch.linalg.solve(a, a[..., :1])),
        (lambda a: ad.solve(a + a[0, 0], a), lambda a: torch.linalg.solve(a + a[0, 0], a)),
    ],
)
@pytest.mark.parametrize("shape", [(3, 3), (2, 3, 3)])
def test_linear_algebra(ours, theirs, shape):
    def f(T, x):
        return (ours if T is ad else theirs)(definite(T, x))

    compare(f, random(*shape))


# ------------------------------------------------------------------- programs


def perceptron(T, x, w1, b1, w2):
    hidden = T.tanh(x @ w1 + b1)
    logits = hidden @ w2
    return (logits.logsumexp(dim=1) - logits[:, 0]).mean()


def attention(T, q, k, v):
    scores = q @ k.mT / 2.0
    weights = (scores - scores.logsumexp(dim=-1, keepdim=True)).exp()
    return weights @ v


def filled_in_place(T, x):
    y = T.zeros(4, dtype=T.float64)
    for i in range(4):
        y[i] = x[i].sin() * x[i - 1]
    y[1:3] *= 2
    return y


def recurrence(T, w, x):
    state = T.zeros(3, dtype=T.float64)
    for step in range(5):
        state = T.tanh(w @ state + x[step])
    return state


def branches(T, x):
    total = x.sum()
    while total.item() < 100:
        total = total * total + 1 if total.item() > 1 else total.exp()
    return total


@pytest.mark.parametrize(
    ("program", "shapes"),
    [
        (perceptron, [(5, 3), (3, 4), (4,), (4, 2)]),
        (attention, [(2, 5, 4), (2, 6, 4), (2, 6, 3)]),
        (filled_in_place, [(4,)]),
        (recurrence, [(3, 3), (5, 3)]),
        (branches, [(3,)]),
    ],
)
def test_programs(program, shapes):
    compare(program, *[random(*shape, low=-1, high=1, seed=i) for i, shape in enumerate(shapes)])


# ----------------------------------------------------------- ties and edges


@pytest.mark.parametrize(
    ("f", "points"),
    [
        (lambda T, x: T.abs(x), [0.0]),
        (lambda T, x: T.relu(x), [0.0]),
        (lambda T, x: T.sqrt(x), [0.0]),
        (lambda T, x: x.clamp(-1, 1), [-1.0, 1.0]),
        (lambda T, x: x.clamp(min=0), [0.0]),
        (lambda T, x: x**2, [0.0]),
        (lambda T, x: x**1.5, [0.0]),
        (lambda T, x: x**1, [0.0]),
        (lambda T, x: x**0, [0.0]),
        (lambda T, x: x**0.5, [0.0]),
        (lambda T, x: 0.0**x, [1.0, 2.0]),
        (lambda T, x: 2.0**x, [0.0]),
        (lambda T, x: T.where(x > 0, x, -x), [0.0]),
        (lambda T, x: T.maximum(x, T.zeros_like(x)), [0.0]),
        (lambda T, x: x.amax(), [1.0, 1.0, 0.0]),
        (lambda T, x: x.amin(), [1.0, 0.0, 0.0]),
        (lambda T, x: x.max(), [2.0, 2.0, 2.0, 2.0]),
        (lambda T, x: x.norm(), [0.0, 0.0]),
        (lambda T, x: x.prod(), [0.0, 2.0, 3.0]),
        (lambda T, x: x.prod(), [0.0, 0.0, 3.0]),
        (lambda T, x: T.atan2(x, T.ones_like(x)), [0.0]),
        (lambda T, x: T.atan2(x, -T.ones_like(x)), [0.0]),
        (lambda T, x: x.std(dim=0, correction=0), [1.0, 1.0]),
        (lambda T, x: T.logaddexp(x, x), [0.0, 1000.0]),
        (lambda T, x: x.logsumexp(dim=0), [1000.0, 0.0]),
        (lambda T, x: T.sigmoid(x), [1000.0, -1000.0]),
        (lambda T, x: T.tanh(x), [1000.0, -1000.0]),
        (lambda T, x: T.log1p(x), [0.0, 1e-300]),
        (lambda T, x: T.sign(x), [0.0]),
        (lambda T, x: x.cumsum(dim=0), [0.0, 1.0]),
        (lambda T, x: T.abs(x * (1 + 0j)), [0.0]),
    ],
)
def test_first_derivatives_at_edges(f, points):
    gradients = []
    for library in (ad, torch):
        x = library.tensor(np.array(points), requires_grad=True)
        f(library, x).sum().backward()
        gradients.append(array_of(x.grad))
    np.testing.assert_allclose(*gradients, rtol=RTOL)
