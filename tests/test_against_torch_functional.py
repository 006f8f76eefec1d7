"""The same program under PyTorch and here: Function, functional, func, and methods in place."""

import numpy as np
import pytest
from beside_torch import double_precision as double_precision, leaf, same, torch

import autodiff as ad


def context_set_up_afterwards(T):
    class Scaled(T.autograd.Function):
        @staticmethod
        def forward(x, factor):
            return x * factor

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.factor = inputs[1]

        @staticmethod
        def backward(ctx, g):
            return g * ctx.factor, None

    x = leaf(T, 1.0, 2.0)
    y = Scaled.apply(x, 3.0)
    y.sum().backward()
    return y, x.grad


def tripled(T):
    class Tripled(T.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.mark_dirty(x)
            return x.mul_(3)

        @staticmethod
        def backward(ctx, g):
            return g * 3

    return Tripled


def argument_changed_in_place(T):
    x = leaf(T, 1.0, 2.0)
    y = x * 2
    z = tripled(T).apply(y)
    (z * z).sum().backward()
    return z is y, x.grad


def keywords_of_forward(T):
    class Power(T.autograd.Function):
        @staticmethod
        def forward(ctx, x, n=1):
            ctx.save_for_backward(x)
            ctx.n = n
            return x**n

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * ctx.n * x ** (ctx.n - 1), None

    x = leaf(T, 2.0)
    Power.apply(x, n=3).backward()
    return x.grad


@pytest.mark.parametrize(
    "program", [context_set_up_afterwards, argument_changed_in_place, keywords_of_forward]
)
def test_functions_are_alike(program):
    same(program)


@pytest.mark.parametrize("library", [ad, torch], ids=["ours", "theirs"])
def test_a_leaf_is_not_changed_in_place_by_a_function(library):
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
        tripled(library).apply(leaf(library, 1.0))


def test_a_backward_may_be_differentiable_once():
    class Square(ad.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        @ad.autograd.function.once_differentiable
        def backward(ctx, g):
            return 2 * g * ctx.saved_tensors[0]

    x = leaf(ad, 3.0)
    (first,) = ad.autograd.grad(Square.apply(x).sum(), x, create_graph=True)
    assert first.tolist() == [6.0]
    with pytest.raises(RuntimeError, match="once_differentiable"):
        first.sum().backward()


def cube(x):
    return (x**3).sum()


FUNCTIONAL = {
    "jacobian": lambda T, F: F.jacobian(lambda x: x**2, T.arange(3.0)),
    "tuples": lambda T, F: F.jacobian(
        lambda x, y: (x * y, x.sum()), (T.arange(2.0), T.ones(2)), vectorize=True
    ),
    "constant": lambda T, F: F.jacobian(lambda x: T.ones(2), T.arange(2.0)),
    "hessian": lambda T, F: F.hessian(lambda x, y: (x * x * y).sum(), (T.arange(2.0), T.ones(2))),
    "vjp": lambda T, F: F.vjp(lambda x: x**2, T.arange(3.0), T.ones(3)),
    "jvp": lambda T, F: F.jvp(
        lambda x, y: (x * y, x), (T.arange(3.0), T.ones(3)), (T.ones(3), T.ones(3))
    ),
    "hvp": lambda T, F: F.hvp(cube, T.arange(3.0), T.ones(3)),
    "vhp": lambda T, F: F.vhp(cube, T.arange(3.0), T.ones(3)),
}


@pytest.mark.parametrize("name", FUNCTIONAL)
def test_derivatives_of_functions_of_tensors(name):
    same(lambda T: FUNCTIONAL[name](T, T.autograd.functional))


def test_a_jacobian_stays_on_the_tape():
    def program(T):
        x = leaf(T, 1.0, 2.0)
        T.autograd.functional.jacobian(lambda x: x**3, x, create_graph=True).sum().backward()
        return x.grad

    same(program)


FUNCTIONAL_FAULTS = {
    "independent of input 1": (
        RuntimeError,
        lambda T, F: F.jacobian(lambda x, y: x * 2, (T.ones(2), T.ones(2)), strict=True),
    ),
    "The inputs given to jacobian must be either": (
        TypeError, lambda T, F: F.jacobian(lambda x: x, 3.0),
    ),
    "should contain a single element": (
        RuntimeError, lambda T, F: F.hessian(lambda x: x**3, T.ones(3)),
    ),
    "should return a single Tensor": (
        RuntimeError, lambda T, F: F.hessian(lambda x: (x, x), T.ones(3)),
    ),
    "v can only be None if": (RuntimeError, lambda T, F: F.vjp(lambda x: x**2, T.ones(3))),
    "v has invalid size": (RuntimeError, lambda T, F: F.vjp(lambda x: x, T.ones(3), T.ones(4))),
}  # fmt: skip


@pytest.mark.parametrize("words", FUNCTIONAL_FAULTS)
@pytest.mark.parametrize("library", [ad, torch], ids=["ours", "theirs"])
def test_faults_of_functional(library, words):
    kind, call = FUNCTIONAL_FAULTS[words]
    with pytest.raises(kind, match=words):
        call(library, library.autograd.functional)


def dual_numbers(T):
    F = T.autograd.forward_ad
    with F.dual_level():
        y = (F.make_dual(T.arange(3.0), T.ones(3)) ** 2).sum()
        return [*F.unpack_dual(y), F.unpack_dual(T.ones(2)).tangent]


def squares(x):
    return x**2


FUNC = {
    "dual": dual_numbers,
    "grad": lambda T: T.func.grad(cube)(T.arange(3.0)),
    "grad of grad": lambda T: T.func.grad(T.func.grad(lambda x: x**3))(T.tensor(2.0)),
    "grad_and_value": lambda T: T.func.grad_and_value(cube)(T.arange(3.0)),
    "has_aux": lambda T: T.func.grad(lambda x: (cube(x), 2 * x), has_aux=True)(T.arange(3.0)),
    "vjp": lambda T: T.func.vjp(squares, T.arange(3.0))[1](T.ones(3)),
    "jvp": lambda T: T.func.jvp(squares, (T.arange(3.0),), (T.ones(3),)),
    "jacrev": lambda T: T.func.jacrev(squares)(T.arange(2.0)),
    "jacfwd": lambda T: T.func.jacfwd(squares)(T.arange(2.0)),
    "hessian": lambda T: T.func.hessian(cube)(T.arange(2.0)),
    "vmap": lambda T: T.func.vmap(lambda x, y: x @ y, (0, None))(T.ones(3, 2), T.ones(2)),
    "per example": lambda T: T.func.vmap(
        T.func.grad(lambda w, x: (w * x).sum() ** 2), in_dims=(None, 0)
    )(T.ones(2), T.arange(4.0).reshape(2, 2)),
}


@pytest.mark.filterwarnings("ignore:.*torch.jit")
@pytest.mark.parametrize("name", FUNC)
def test_transforms_of_functions_of_tensors(name):
    same(FUNC[name])


def test_forward_mode_needs_a_level():
    for T in (ad, torch):
        with pytest.raises(RuntimeError, match="no level exists"):
            T.autograd.forward_ad.make_dual(T.ones(2), T.ones(2))


def test_gradients_are_checked_in_forward_mode_too():
    x = leaf(ad, 1.0, 2.0)
    assert ad.autograd.gradcheck(cube, (x,), check_forward_ad=True, fast_mode=True)
    wrong = ad.operator(
        "wrong(x)", np.square, infer=lambda x: ad.Spec(x.shape, x.dtype),
        jvp=lambda ts, y, x: 3 * x * ts[0], vjp=lambda g, y, wanted, x: (2 * x * g,),
    )  # fmt: skip
    assert ad.autograd.gradcheck(wrong, (x,))
    with pytest.raises(RuntimeError, match="in forward mode"):
        ad.autograd.gradcheck(wrong, (x,), check_forward_ad=True)


X = [[3.0, 1.0, 2.0], [0.5, 4.0, -1.0]]
COMPOSED = {
    "logcumsumexp": lambda T, x: T.logcumsumexp(300 * x, dim=1) / 300,
    "masked_select": lambda T, x: T.masked_select(x, x > 1),
    "index_fill": lambda T, x: x.index_fill(1, T.tensor([0]), 9.0),
    "index_copy": lambda T, x: x.index_copy(0, T.tensor([1]), x[:1] * 2),
    "index_put": lambda T, x: x.index_put((T.tensor([0]), T.tensor([1])), x[0, :1] ** 2),
    "var_mean": lambda T, x: sum(T.var_mean(x)),
    "std_mean": lambda T, x: sum(T.std_mean(x, 1)),
    "aminmax": lambda T, x: T.aminmax(x)[0] * T.aminmax(x)[1],
    "dist": lambda T, x: T.dist(x, x**2),
    "frac": lambda T, x: T.frac(x) ** 2,
    "sgn": lambda T, x: T.sgn(x) * x,
    "rsub": lambda T, x: T.rsub(x, 1, alpha=2),
    "kthvalue": lambda T, x: x.kthvalue(2)[0],
    "msort": lambda T, x: T.msort(x)[0],
    "block_diag": lambda T, x: T.block_diag(x, x[:1, :1]),
    "cartesian_prod": lambda T, x: T.cartesian_prod(x[0], x[1])[1],
    "cdist": lambda T, x: T.cdist(x, 2 * x),
    "celu": lambda T, x: T.celu(x),
    "selu": lambda T, x: T.selu(x),
    "threshold": lambda T, x: T.threshold(x, 0.0, 5.0),
    "renorm": lambda T, x: T.renorm(x, 2, 0, 1.5),
    "unflatten": lambda T, x: x.unflatten(1, (3, -1)),
    "select": lambda T, x: x.select(1, 0),
    "median": lambda T, x: x.median() + x.median(dim=1)[0],
    "sum_to_size": lambda T, x: x.sum_to_size(1, 3),
    "addbmm": lambda T, x: T.addbmm(T.ones(2, 2), x[None], x.t()[None], beta=2),
}


@pytest.mark.parametrize("name", COMPOSED)
def test_composed_functions_have_the_same_values_and_gradients(name):
    found = []
    for T in (ad, torch):
        x = T.tensor(X, requires_grad=True)
        y = COMPOSED[name](T, x)
        (y * y).sum().backward()
        found.append((y.detach().numpy(), x.grad.numpy()))
    for ours, theirs in zip(*found):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)


INPLACE = {
    **{f"{name}_": lambda T: () for name in (
        "tan", "sinh", "cosh", "exp2", "expm1", "log1p", "log2", "rsqrt", "erf", "trunc", "frac",
        "round", "negative",
    )},
    "masked_fill_": lambda T: (T.tensor([True, False, True]), 3.0),
    "clamp_min_": lambda T: (1.0,),
    "lerp_": lambda T: (T.ones(3), 0.25),
    "addcmul_": lambda T: (T.ones(3), T.ones(3)),
    "index_add_": lambda T: (0, T.tensor([0]), T.tensor([2.0])),
    "scatter_": lambda T: (0, T.tensor([0]), T.tensor([2.0])),
    "cumsum_": lambda T: (0,),
    "multiply_": lambda T: (2.0,),
}  # fmt: skip


@pytest.mark.parametrize("name", INPLACE)
def test_methods_in_place_have_the_same_values_and_gradients(name):
    def program(T):
        x = leaf(T, 0.5, 1.25, 2.0)
        y = x * 1
        same_one = getattr(y, name)(*INPLACE[name](T)) is y
        (y * y).sum().backward()
        return same_one, y.detach(), x.grad

    same(program)


def test_constants_like_a_tensor():
    def program(T):
        x = T.ones(2, dtype=T.float32)
        made = [T.zeros_like(x), T.ones_like(x, requires_grad=True)]
        return [*made, T.zeros_like(x, dtype=T.float64), T.empty_like(x).shape == (2,)]

    same(program)


def test_random_numbers_in_place():
    x = ad.zeros(1000)
    assert x.uniform_(2, 3) is x
    assert 2 <= float(x.min()) <= float(x.max()) < 3
    assert abs(float(x.normal_(5, 0.1).mean()) - 5) < 0.05


def test_names_of_dtypes():
    def program(T):
        names = ("float", "double", "half", "int", "long", "short", "uint8", "int8", "cdouble")
        return [str(T.ones(1, dtype=getattr(T, n)).dtype).replace("torch.", "") for n in names]

    same(program)
    assert ad.Size([2, 3]).numel() == 6
    assert ad.get_default_dtype() == ad.float64
    assert ad.ones(2).type() == "torch.DoubleTensor"
    with pytest.raises(ValueError, match="float64 is the only default"):
        ad.set_default_dtype(ad.float32)
