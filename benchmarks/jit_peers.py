"""Value and gradient of one program by each library, from NumPy arrays in to NumPy arrays out.

A program is called as `f(m, *arguments)`, where `m` stands for NumPy; the gradient is taken in the
arguments at `places`, which may be lists of arrays.  What tracing and compiling there is happens
in the maker or in the first call of what it returns.
"""

from importlib import import_module

import numpy as np

import autodiff as ad
from autodiff.compile.jit import jit
from autodiff.core.tree import flatten, tree_map

PYTENSOR = "NUMBA"  # its faster way, in compiling as well


def gradients(found, f, arguments, places, value=True):
    """{name: call} of our two ways and of every peer in `found`; `value`: the value as well."""
    names = [name for name in MAKERS if name.startswith("autodiff") or name in found]
    return {
        name: MAKERS[name](found.get(name), f, arguments, places, value)
        for name in names
        if name != "autodiff background"
    }


def ours(compiled):
    """Our transform, wrapped in what compiles it."""

    def make(_, f, arguments, places, value):
        transform = ad.value_and_grad if value else ad.grad
        g = compiled(transform(lambda *a: f(ad, *a), argnums=places))
        return lambda: g(*arguments)

    return make


def jax_call(jax, f, arguments, places, value):
    """JAX, compiled."""
    transform = jax.value_and_grad if value else jax.grad
    g = jax.jit(transform(lambda *a: f(jax.numpy, *a), argnums=places))
    return lambda: [np.asarray(x) for x in jax.tree.leaves(g(*arguments))]


def torch_call(torch, f, arguments, places, value):
    """torch's eager tensors, which share the memory of the arrays."""

    def run():
        given = [tree_map(torch.from_numpy, a) for a in arguments]
        leaves = flatten([given[i] for i in places])[0]
        for x in leaves:
            x.requires_grad_()
        out = f(torch, *given)
        found = [g.numpy() for g in torch.autograd.grad(out, leaves)]
        return [out.detach().numpy(), *found] if value else found

    return run


def autograd_call(autograd, f, arguments, places, value):
    """HIPS autograd."""
    transform = autograd.value_and_grad if value else autograd.grad
    g = transform(lambda *a: f(autograd.numpy, *a), places)
    return lambda: g(*arguments)


def pytensor_call(pytensor, f, arguments, places, value):
    """PyTensor, compiled by Numba, its arguments taken as they are."""
    m = import_module("pytensor.tensor")
    given = [tree_map(lambda a: symbol(m, a), part) for part in arguments]
    out = f(m, *given)
    outs = pytensor.grad(out, flatten([given[i] for i in places])[0])
    g = pytensor.function(flatten(given)[0], [out, *outs] if value else outs, mode=PYTENSOR)
    g.trust_input = True
    leaves = flatten(list(arguments))[0]
    return lambda: g(*leaves)


def pytensor_product(pytensor, f, x, way):
    """PyTensor's Hessian of `f` times a direction: the gradient of a slope."""
    m = import_module("pytensor.tensor")
    s, d = symbol(m, x), symbol(m, way)
    slope = pytensor.grad(f(m, s), s)
    turned = pytensor.grad((slope * d).sum(), s, consider_constant=[d])
    g = pytensor.function([s, d], turned, mode=PYTENSOR)
    g.trust_input = True
    return lambda: g(x, way)


def symbol(m, a):
    """A variable of PyTensor for an array; its sizes are not fixed."""
    return m.tensor(dtype=str(a.dtype), shape=(None,) * a.ndim)


def casadi_call(function, inputs, outputs):
    """A function of CasADi through its buffers: the results are left in the arrays `outputs`."""
    buffer, run = function.buffer()
    for i, a in enumerate(inputs):
        buffer.set_arg(i, memoryview(a.reshape(-1)))
    for i, a in enumerate(outputs):
        buffer.set_res(i, memoryview(a.reshape(-1)))

    def call(buffer=buffer):
        run()
        return outputs

    return call


def casadi_loss(casadi, x, w, b, y):
    """The long sum."""
    given = [casadi.MX.sym(name, a.size) for name, a in zip("xwby", (x, w, b, y))]
    s, u, c, t = given
    each = casadi.log1p(casadi.exp(-(s * u + c) * t)) + casadi.tanh(s) ** 2 / 2
    out = casadi.sum1(each)
    function = casadi.Function("f", given, [out, *[casadi.gradient(out, v) for v in given[:3]]])
    return casadi_call(function, (x, w, b, y), [np.zeros(()), *map(np.zeros_like, (x, w, b))])


def casadi_logistic(casadi, w, b, x, y):
    """Logistic regression; its matrices are stored by columns."""
    names = casadi.MX.sym("w", w.size), casadi.MX.sym("b"), casadi.MX.sym("x", *x.shape[::-1])
    given = [*names, casadi.MX.sym("y", y.size)]
    z = casadi.mtimes(given[2].T, given[0]) + given[1]
    each = casadi.fmax(z, 0) + casadi.log1p(casadi.exp(-casadi.fabs(z))) - given[3] * z
    out = casadi.sum1(each) / y.size
    function = casadi.Function("f", given, [out, *[casadi.gradient(out, v) for v in given[:2]]])
    return casadi_call(function, (w, b, x, y), [np.zeros(()), np.zeros_like(w), np.zeros(())])


def casadi_rosenbrock(casadi, kind, n):
    """(variable, function) of Rosenbrock's function; `kind` is MX or SX."""
    x = kind.sym("x", n)
    return x, casadi.sum1(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def casadi_gradient(casadi, x):
    """The gradient of Rosenbrock's function."""
    v, out = casadi_rosenbrock(casadi, casadi.SX, x.size)
    return casadi_call(
        casadi.Function("f", [v], [casadi.densify(casadi.gradient(out, v))]),
        [x],
        [np.zeros_like(x)],
    )


def casadi_hessian(casadi, x):
    """The dense Hessian of Rosenbrock's function."""
    v, out = casadi_rosenbrock(casadi, casadi.SX, x.size)
    dense = casadi.densify(casadi.hessian(out, v)[0])
    return casadi_call(casadi.Function("f", [v], [dense]), [x], [np.zeros((x.size, x.size))])


def casadi_product(casadi, x, way):
    """The Hessian of Rosenbrock's function times a direction."""
    v, out = casadi_rosenbrock(casadi, casadi.MX, x.size)
    d = casadi.MX.sym("d", x.size)
    product = casadi.jtimes(casadi.gradient(out, v), v, d)
    return casadi_call(casadi.Function("f", [v, d], [product]), [x, way], [np.zeros_like(x)])


MAKERS = {
    "autodiff jit": ours(jit),
    "autodiff background": ours(lambda f: jit(f, background=True)),
    "autodiff eager": ours(lambda f: f),
    "jax": jax_call,
    "torch": torch_call,
    "autograd": autograd_call,
    "pytensor": pytensor_call,
}
