"""autograd 1.9 on this library: `import autodiff.compat.autograd as autograd`.

Names, conventions and errors are those of HIPS autograd; the derivatives are ours, so that every
function of NumPy works, in forward and reverse mode, without a NaN that is not in the mathematics.

>>> import autodiff.compat.autograd.numpy as np
>>> gradient = grad(lambda x: np.sum(np.tanh(x) ** 2))
>>> gradient(np.zeros(2)).tolist()
[0.0, 0.0]
"""

from . import (
    builtins as builtins,
    core as core,
    differential_operators as differential_operators,
    extend as extend,
    numpy as numpy,
    test_util as test_util,
    tracer as tracer,
    util as util,
    wrap_util as wrap_util,
)
from .builtins import (
    dict as dict,
    isinstance as isinstance,
    list as list,
    tuple as tuple,
    type as type,
)
from .core import primitive as primitive
from .differential_operators import (
    checkpoint as checkpoint,
    deriv as deriv,
    elementwise_grad as elementwise_grad,
    grad as grad,
    grad_and_aux as grad_and_aux,
    grad_named as grad_named,
    hessian as hessian,
    hessian_tensor_product as hessian_tensor_product,
    hessian_vector_product as hessian_vector_product,
    holomorphic_grad as holomorphic_grad,
    jacobian as jacobian,
    make_ggnvp as make_ggnvp,
    make_hvp as make_hvp,
    make_jvp as make_jvp,
    make_jvp_reversemode as make_jvp_reversemode,
    make_vjp as make_vjp,
    multigrad_dict as multigrad_dict,
    tensor_jacobian_product as tensor_jacobian_product,
    value_and_grad as value_and_grad,
    vector_jacobian_product as vector_jacobian_product,
)

egrad = elementwise_grad
