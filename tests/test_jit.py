"""`jit`: what is compiled answers as what was written does, in and outside of transforms."""

import sys
import warnings
from dataclasses import dataclass

import numpy as np
import pytest
from jit_programs import MATRIX, RNG, X, Y, f, no_disk, rosenbrock, same  # noqa: F401

import autodiff as ad
from autodiff.compile import jitted as module, native, notice
from autodiff.compile.jit import jit
from autodiff.compile.notice import CompileWarning


def compiled_as(g, *args, **kwargs):
    """The compiled function gives what the function gives, and was compiled."""
    c = jit(g)
    same(c(*args, **kwargs), g(*args, **kwargs))
    same(c(*args, **kwargs), g(*args, **kwargs))
    assert len(c.programs) == 1
    return c


# ---------------------------------------------------------------- transforms, in any nesting


@pytest.mark.parametrize(
    "transform",
    [
        ad.grad,
        ad.value_and_grad,
        ad.hessian,
        ad.jacfwd,
        ad.jacrev,
        lambda g: ad.grad(g, argnums=(0, 1)),
        lambda g: ad.grad(g, argnums=1),
        lambda g: lambda x, y: ad.jvp(g, (x, y), (y, x)),
        lambda g: lambda x, y: ad.vjp(g, x, y)[1](2.0),
        lambda g: lambda x, y: ad.vmap(lambda a: g(a, y))(ad.stack([x, 2 * x])),
        lambda g: lambda x, y: ad.grad(lambda a: (ad.grad(g)(a, y) ** 2).sum())(x),
    ],
)
def test_compiled_transforms(transform):
    compiled_as(transform(f), X, Y)


@pytest.mark.parametrize(
    "transform",
    [
        lambda g: ad.grad(g),
        lambda g: ad.value_and_grad(g, argnums=(0, 1)),
        lambda g: ad.hessian(g),
        lambda g: lambda x, y: ad.jvp(g, (x, y), (y, x)),
        lambda g: lambda x, y: ad.vmap(g)(np.stack([x, y]), np.stack([y, y])),
        lambda g: lambda x, y: ad.vmap(ad.grad(g), in_axes=(0, None))(np.stack([x, y]), y),
        lambda g: ad.grad(lambda x, y: g(x * y, y) ** 2),
        lambda g: jit(ad.grad(lambda x, y: g(x * y, y) ** 2)),
        lambda g: jit(lambda x, y: g(x, y) + 1),
    ],
)
def test_compiled_functions_inside_transforms(transform):
    inner = jit(f)
    same(transform(inner)(X, Y), transform(f)(X, Y))
    same(transform(inner)(X, Y), transform(f)(X, Y))


def test_a_compiled_function_stays_compiled_inside_grad():
    inner = jit(f)
    ad.grad(inner)(X, Y)
    (((call, _),),) = inner.calls.values()
    assert all(c.programs for c in call.made.values())


def test_eager_tensors_pass_through():
    x = ad.tensor(X, requires_grad=True)
    jit(f)(x, Y).backward()
    same(x.grad.numpy(), ad.grad(f)(X, Y))


def test_several_outputs_inside_transforms():
    def g(x):
        return {"a": x * 2, "b": (x.sum(), ad.argmax(x))}

    inner = jit(g)
    same(
        ad.grad(lambda x: inner(x)["b"][0] + inner(x)["a"][1])(X),
        np.ones(5) + 2 * (np.arange(5) == 1),
    )
    same(ad.vmap(inner)(MATRIX), ad.vmap(g)(MATRIX))


# ---------------------------------------------------------------- arguments and results


@dataclass
class Layer:
    weight: np.ndarray
    bias: float


def test_containers_keywords_and_defaults():
    def g(p, x, *, scale=1.0, power=2):
        return {
            "y": (p["w"] * x + p["b"][0]) ** power * scale,
            "n": None,
            "s": "text",
            "k": [1, x.sum()],
        }

    p = {"w": X, "b": [3.0]}
    c = jit(g)
    for kwargs in ({}, {"scale": 2.0}, {"scale": 3.0, "power": 3}, {"power": 1}):
        same({**c(p, Y, **kwargs), "s": 0}, {**g(p, Y, **kwargs), "s": 0})
    assert c(p, Y)["s"] == "text"
    layer = jit(lambda q, x: Layer(q.weight * x, q.bias))(Layer(X, 2.0), Y)
    assert type(layer) is Layer
    same(layer.weight, X * Y)


def test_numbers_are_weak():
    single = X.astype(np.float32)
    assert jit(lambda x, s: x * s)(single, 2.0).dtype == np.float32
    assert jit(lambda x, n: x**n)(single, 2).dtype == np.float32
    assert jit(lambda x, s: x * s)(single, np.float64(2)).dtype == np.float64
    c = jit(lambda x, s: x * s)
    same(c(X, 2.0), X * 2)
    same(c(X, 3.0), X * 3)
    assert len(c.programs) == 1


def test_new_values_are_no_new_compile_and_new_lengths_no_new_code():
    c = jit(ad.value_and_grad(rosenbrock))
    c(np.ones(7))
    functions = len(native.FUNCTIONS)
    for n in (3, 7, 8, 100, 1000, 1001):
        x = RNG.normal(size=n)
        same(c(x), ad.value_and_grad(rosenbrock)(x))
    assert len(native.FUNCTIONS) == functions


def test_scalars_and_lists_of_numbers():
    c = jit(lambda a, b: a * b)
    assert c(2.0, 3.0) == 6.0
    assert c(np.float64(2), np.asarray(3.0)) == 6.0
    assert jit(lambda v: v[0] * v[1])([2.0, 5.0]) == 10.0
    assert type(c(2.0, 3.0)) is np.float64
    assert jit(lambda: ad.exp(np.zeros(2)))().tolist() == [1.0, 1.0]


def test_results_are_owned():
    c = jit(lambda x: (x, x, x.T, np.zeros(3), x + 0))
    x = RNG.normal(size=(300, 300))
    first, second, turned, zero, plus = c(x)
    for a in (first, second, turned, zero, plus):
        assert a.flags.owndata or a.base is not x
        a[...] = 7
    again = c(x)
    same(again, (x, x, x.T, np.zeros(3), x))
    kept = c(x)[0]
    copied = kept.copy()
    c(x * 2)
    same(kept, copied)


def test_memory_of_dropped_results_is_used_again_only_if_nobody_sees_it():
    c = jit(lambda x: x * 2)
    x = RNG.normal(size=(100, 200))
    row = c(x)[3]
    shaped = c(x)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of NumPy 2.5
        shaped.shape = (200, 100)
    del shaped
    c(x * 5)
    same(row, 2 * x[3])
    assert c(x).shape == (100, 200)
    frozen = c(x)
    frozen.flags.writeable = False
    del frozen
    assert c(x).flags.writeable


def test_static_arguments():
    c = jit(
        lambda x, mode, g: g(x) if mode == "twice" else x, static_argnums=2, static_argnames="mode"
    )
    same(c(X, "twice", ad.exp), np.exp(X))
    same(c(X, "once", ad.exp), X)
    same(jit(lambda x, n: x * n, static_argnames="n")(X, n=3), 3 * X)
    same(jit(lambda x, flag: x if flag else -x)(X, False), -X)


def test_equal_static_arguments_of_other_types_are_others():
    c = jit(lambda x, n: x * 2 if n is True else x * n, static_argnums=1)
    assert [c(X[:1], n).dtype.name for n in (1, True, 1.0)] == ["float64"] * 3
    same([c(X, n) for n in (1, True, 1.0, 2)], [X, 2 * X, X, 2 * X])
    k = jit(lambda x, n: x * 2 if n is True else x * n)
    same([k(X, n) for n in (1, True, 1.0, 2)], [X, 2 * X, X, 2 * X])


def test_static_functions_inside_transforms_are_told_apart():
    c = jit(lambda x, g: g(x).sum())
    for k in range(4):
        found = ad.grad(lambda x, k=k: c(x, lambda v: v * k))(X)
        same(found, np.full(5, float(k)))


def test_methods():
    class Model:
        weight = 3.0

        def apply(self, x):
            return self.weight * x

        fixed = jit(apply, static_argnums=0)
        free = jit(apply)

    model = Model()
    same(model.fixed(X), 3 * X)
    with pytest.warns(CompileWarning, match="a Model among its arguments may change unseen"):
        same(model.free(X), 3 * X)
    model.weight = 5.0
    same(model.free(X), 5 * X)


def test_rows_without_native_code_are_called_back():
    def g(a, b):
        a = a @ a.T + np.eye(5)
        q, r = ad.linalg.qr(a)
        return ad.solve(a, b) + ad.cumsum(b) + q[0] + abs(r[1]), ad.argmax(b)

    c = compiled_as(g, MATRIX, Y)
    assert c.report.calls


def test_errors_of_a_row_reach_the_caller():
    c = jit(lambda a: ad.cholesky(a) * 2)
    c(np.eye(3))
    with pytest.raises(np.linalg.LinAlgError):
        c(-np.eye(3))
    same(c(np.eye(3)), 2 * np.eye(3))


def test_errors_of_the_function_are_its_own():
    with pytest.raises(ZeroDivisionError):
        jit(lambda x: x / (1 // 0))(X)
    with pytest.raises(ValueError, match="matmul"):
        jit(lambda x, y: x @ y)(MATRIX, np.ones(4))


def test_complex_numbers_and_other_dtypes():
    z = X + 1j * Y
    compiled_as(lambda z: (ad.exp(z) * z.conj()).real.sum(), z)
    compiled_as(ad.grad(lambda z: ad.abs(z * z).sum()), z)
    compiled_as(lambda x: x + 1, X.astype(np.float16))
    compiled_as(lambda n: (n // 2, n % 3, n * n, n > 2), np.arange(7))


# ---------------------------------------------------------------- what cannot be compiled


def test_what_cannot_be_traced_runs_as_it_is():
    c = jit(lambda x: ad.exp(np.unique(x)))
    with pytest.warns(CompileWarning, match="runs without being compiled"):
        same(c(X), np.exp(np.unique(X)))
    same(c(-X), np.exp(np.unique(-X)))


def test_a_fault_of_the_compiler_is_one_warning(monkeypatch):
    def broken(*args):
        raise RuntimeError("no such luck")

    monkeypatch.setattr(module, "native_program", broken)
    c = jit(f)
    with pytest.warns(CompileWarning, match=r"compiling failed \(RuntimeError: no such luck\)"):
        same(c(X, Y), f(X, Y))
    same(c(X, Y), f(X, Y))


def test_without_the_compiler_graphs_are_interpreted(monkeypatch):
    monkeypatch.setattr(notice, "NOTICED", [])
    monkeypatch.setitem(sys.modules, "llvmlite.binding", None)
    with pytest.warns(CompileWarning, match=r"pip install autodiff-numpy\[jit\]"):
        c = jit(ad.value_and_grad(f))
    same(c(X, Y), ad.value_and_grad(f)(X, Y))
    same(c(X, Y), ad.value_and_grad(f)(X, Y))
    same(jit(lambda x: x if x[0] > 0 else -x)(X), X if X[0] > 0 else -X)


def test_a_captured_tensor_keeps_its_gradient():
    w = ad.tensor(Y, requires_grad=True)
    c = jit(lambda x: (x * w).sum())
    with pytest.warns(CompileWarning, match="a tensor from outside that is being differentiated"):
        c(X).backward()
    same(w.grad.numpy(), X)


def test_what_is_changed_in_place_is_what_is_returned():
    def filled(x):
        z = np.zeros_like(x)
        z[0] = x[1]
        z[1:] += x[1:] * x[0]
        return z

    x = np.array([0.3, -0.7, 1.1])
    np.testing.assert_array_equal(jit(filled)(x), filled(x))
    gradient = ad.grad(lambda x: (filled(x) ** 2).sum())
    np.testing.assert_allclose(jit(gradient)(x), gradient(x), rtol=1e-15)


CUT = {
    "a factor": lambda x: x * ad.stop_gradient(x),
    "inside": lambda x: ad.exp(ad.stop_gradient(x) * 2) * x,
    "chosen": lambda x: ad.where(x > 0, ad.stop_gradient(x), x) ** 2,
    "a length at 0": lambda x: ad.linalg.norm(x * 0) * x,
    "equal numbers": lambda x: ad.std(x * 0 + 1) + x,
}


@pytest.mark.parametrize("title", CUT)
def test_what_only_derivatives_see_is_kept(title):
    f = lambda x: CUT[title](x).sum()  # noqa: E731 a name for both calls
    wanted = ad.grad(f)(X)
    for g in (ad.grad(jit(f)), jit(ad.grad(f)), jit(ad.grad(jit(f))), ad.grad(jit(jit(f)))):
        np.testing.assert_allclose(g(X), wanted, rtol=1e-14)
    x = ad.tensor(X, requires_grad=True)
    jit(f)(x).backward()
    np.testing.assert_allclose(x.grad.numpy(), wanted, rtol=1e-14)
