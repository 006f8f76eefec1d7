"""A program written once, differentiated in the manner of each library.

A program is (function, parameters, data) and is called as `function(m, *parameters, *data)`,
where `m` is the module that stands for NumPy; the gradient is taken in the parameters.
"""

import numpy as np

import autodiff as ad


def contestants(program, found):
    """{name: function without arguments}: NumPy's run of the program alone, then gradients.

    found: {name: module} of the peers.
    """
    function, parameters, data = program
    made = {
        "numpy": lambda: function(np, *parameters, *data),
        "autodiff eager": autodiff_eager(*program),
        "autodiff grad": autodiff_grad(*program),
    }
    if "torch" in found:
        made["torch"] = torch_eager(found["torch"], *program)
    if "autograd" in found:
        made["autograd"] = autograd_grad(found["autograd"], *program)
    if "jax" in found:
        made["jax"] = jax_grad(found["jax"], lambda f: f, *program)
        made["jax jit"] = jax_grad(found["jax"], found["jax"].jit, *program)
    return made


def autodiff_eager(function, parameters, data):
    """Tensors with `backward`."""
    tensors = [ad.tensor(p, requires_grad=True) for p in parameters]

    def run():
        for x in tensors:
            x.grad = None
        function(ad, *tensors, *data).backward()
        return [x.grad.value for x in tensors]

    return run


def autodiff_grad(function, parameters, data):
    """The transform `grad`."""
    count = len(parameters)
    gradient = ad.grad(lambda *xs: function(ad, *xs), argnums=tuple(range(count)))
    return lambda: gradient(*parameters, *data)


def torch_eager(torch, function, parameters, data):
    """torch's tensors with `backward`."""
    tensors = [torch.tensor(p, requires_grad=True) for p in parameters]
    constants = [torch.tensor(d) for d in data]

    def run():
        for x in tensors:
            x.grad = None
        function(torch, *tensors, *constants).backward()
        return [x.grad for x in tensors]

    return run


def autograd_grad(autograd, function, parameters, data):
    """HIPS autograd's `grad`."""
    count = len(parameters)
    gradient = autograd.grad(lambda *xs: function(autograd.numpy, *xs), tuple(range(count)))
    return lambda: gradient(*parameters, *data)


def jax_grad(jax, wrap, function, parameters, data):
    """jax's `grad`, waited for; `wrap` is `jit` or nothing."""
    count = len(parameters)
    gradient = wrap(jax.grad(lambda *xs: function(jax.numpy, *xs), tuple(range(count))))
    arrays = [jax.numpy.asarray(x) for x in (*parameters, *data)]
    return lambda: jax.block_until_ready(gradient(*arrays))


def disagreeing(made):
    """The names of the contestants whose gradient differs from that of `autodiff grad`."""
    expected = made["autodiff grad"]()
    return [
        name
        for name, run in made.items()
        if name != "numpy"
        and not all(np.allclose(a, b, rtol=1e-9, atol=1e-12) for a, b in zip(run(), expected))
    ]
