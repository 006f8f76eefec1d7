"""Derivatives of programs, exact to rounding: eager, symbolic, and as functions of functions."""

from importlib import import_module as _import_module
from typing import Any as _Any

from numpy import (
    bool_ as bool,
    bool_ as bool_,
    complex64 as complex64,
    complex128 as complex128,
    float32 as float32,
    float64 as double,
    float64 as float64,
    inf as inf,
    int32 as int32,
    int64 as int64,
    nan as nan,
    pi as pi,
)

from .core.errors import (
    ArgumentError as ArgumentError,
    AutodiffError as AutodiffError,
    CutError as CutError,
    DTypeError as DTypeError,
    FeedError as FeedError,
    GraphError as GraphError,
    OutputError as OutputError,
    RuleError as RuleError,
    ShapeError as ShapeError,
    TracedError as TracedError,
)
from .core.spec import Spec as Spec
from .core.tree import tree_map as tree_map
from .interpret.create import (
    arange as arange,
    as_tensor as as_tensor,
    asarray as asarray,
    empty as empty,
    empty_like as empty_like,
    eye as eye,
    from_numpy as from_numpy,
    full as full,
    full_like as full_like,
    is_tensor as is_tensor,
    linspace as linspace,
    manual_seed as manual_seed,
    ones as ones,
    ones_like as ones_like,
    rand as rand,
    rand_like as rand_like,
    randint as randint,
    randn as randn,
    randn_like as randn_like,
    randperm as randperm,
    tensor as tensor,
    zeros as zeros,
    zeros_like as zeros_like,
)
from .interpret.executor import Executor as Executor
from .interpret.grad_mode import (
    enable_grad as enable_grad,
    is_grad_enabled as is_grad_enabled,
    no_grad as no_grad,
    set_grad_enabled as set_grad_enabled,
)
from .interpret.graph import Node as Node, Variable as Variable, placeholder as placeholder_op
from .interpret.tape import Tensor as Tensor
from .ops.arithmetic import (
    absolute as abs,
    absolute as absolute,
    add as add,
    cbrt as cbrt,
    divide as div,
    divide as divide,
    divide as true_divide,
    multiply as mul,
    multiply as multiply,
    negative as neg,
    negative as negative,
    positive as positive,
    power as pow,
    power as power,
    reciprocal as reciprocal,
    remainder as mod,
    remainder as remainder,
    sqrt as sqrt,
    square as square,
    subtract as sub,
    subtract as subtract,
)
from .ops.choose import (
    bitwise_and as bitwise_and,
    bitwise_or as bitwise_or,
    bitwise_xor as bitwise_xor,
    ceil as ceil,
    clip as clamp,
    clip as clip,
    equal as eq,
    equal as equal,
    floor as floor,
    floor_divide as floor_divide,
    greater as greater,
    greater as gt,
    greater_equal as ge,
    greater_equal as greater_equal,
    invert as bitwise_not,
    invert as invert,
    isfinite as isfinite,
    isinf as isinf,
    isnan as isnan,
    less as less,
    less as lt,
    less_equal as le,
    less_equal as less_equal,
    logical_and as logical_and,
    logical_not as logical_not,
    logical_or as logical_or,
    logical_xor as logical_xor,
    maximum as maximum,
    minimum as minimum,
    not_equal as ne,
    not_equal as not_equal,
    rint as rint,
    round as round,
    sign as sign,
    stop_gradient as stop_gradient,
    where as where,
)
from .ops.complex import (
    angle as angle,
    astype as astype,
    conjugate as conj,
    conjugate as conjugate,
    imag as imag,
    real as real,
)
from .ops.contract import (
    diagonal as diagonal,
    dot as dot,
    inner as inner,
    outer as outer,
    tensordot as tensordot,
    trace as trace,
    vdot as vdot,
)
from .ops.einsum import einsum as einsum
from .ops.exponential import (
    exp as exp,
    exp2 as exp2,
    expm1 as expm1,
    log as log,
    log1p as log1p,
    log2 as log2,
    log10 as log10,
    logaddexp as logaddexp,
    relu as relu,
    sigmoid as sigmoid,
    softplus as softplus,
)
from .ops.index import getitem as getitem, setitem as setitem
from .ops.linalg import (
    cholesky as cholesky,
    det as det,
    inv as inv,
    inv as inverse,
    slogdet as slogdet,
    solve as solve,
)
from .ops.move import (
    broadcast_to as broadcast_to,
    concatenate as cat,
    concatenate as concat,
    concatenate as concatenate,
    expand_dims as expand_dims,
    expand_dims as unsqueeze,
    flatten as flatten,
    flip as flip,
    matrix_transpose as matrix_transpose,
    moveaxis as moveaxis,
    moveaxis as movedim,
    ravel as ravel,
    reshape as reshape,
    squeeze as squeeze,
    stack as stack,
    swapaxes as swapaxes,
    transpose as permute,
)
from .ops.reduce import (
    all as all,
    amax as amax,
    amin as amin,
    any as any,
    argmax as argmax,
    argmin as argmin,
    logsumexp as logsumexp,
    prod as prod,
    sum as reduce_sum,
    sum as sum,
)
from .ops.scan import cumsum as cumsum
from .ops.special import erf as erf
from .ops.statistics import (
    max as max,
    mean as mean,
    mean as reduce_mean,
    min as min,
    norm as norm,
    std as std,
    var as var,
)
from .ops.styles import (
    add_op as add_op,
    matmul as matmul,
    matmul as mm,
    matmul as mv,
    matmul_op as matmul_op,
    mul_op as mul_op,
    oneslike_op as oneslike_op,
    transpose as transpose,
    zeroslike_op as zeroslike_op,
)
from .ops.trigonometric import (
    acos as acos,
    acos as arccos,
    acosh as acosh,
    acosh as arccosh,
    asin as arcsin,
    asin as asin,
    asinh as arcsinh,
    asinh as asinh,
    atan as arctan,
    atan as atan,
    atan2 as arctan2,
    atan2 as atan2,
    atanh as arctanh,
    atanh as atanh,
    cos as cos,
    cosh as cosh,
    hypot as hypot,
    sin as sin,
    sinh as sinh,
    tan as tan,
    tanh as tanh,
)
from .transform.checkpoint import checkpoint as checkpoint
from .transform.control import (
    cond as cond,
    fori_loop as fori_loop,
    map as map,
    scan as scan,
    switch as switch,
    while_loop as while_loop,
)
from .transform.custom import Function as Function, operator as operator
from .transform.forward import jvp as jvp
from .transform.jacobian import (
    hessian as hessian,
    hvp as hvp,
    jacfwd as jacfwd,
    jacobian as jacobian,
    jacrev as jacrev,
)
from .transform.linear import (
    elementwise_grad as elementwise_grad,
    gauss_newton_product as gauss_newton_product,
    linear_transpose as linear_transpose,
    linearize as linearize,
    vhp as vhp,
)
from .transform.reverse import (
    grad as grad,
    gradients as gradients,
    value_and_grad as value_and_grad,
    vjp as vjp,
)
from .transform.rules import custom_jvp as custom_jvp, custom_vjp as custom_vjp
from .transform.taylor import (
    derivatives as derivatives,
    jet as jet,
    laplacian as laplacian,
    mixed_partial as mixed_partial,
    taylor as taylor,
)
from .transform.vectorize import vmap as vmap

__version__ = "0.1.0"

# Names whose modules are imported when first asked for, so that the import stays light.
_LATER = {
    name: module
    for module, names in {
        "autograd": "autograd",
        "autograd.func": "func",
        "compat": "compat",
        "fft": "fft",
        "interpret.dtypes": "Size can_cast cdouble cfloat e finfo float float16 get_default_dtype"
        " half iinfo int int8 int16 is_inference_mode_enabled long promote_types result_type"
        " set_default_dtype short uint8",
        "interpret.grad_mode": "inference_mode",
        "interpret.printing": "set_printoptions",
        "lax": "lax",
        "linalg": "linalg",
        "numeric": "numeric",
        "numeric.check": "check_grad",
        "numpy": "numpy",
        "compile.export": "export",
        "compile.called": "disable_jit",
        "compile.jit": "jit",
        "compile.notice": "CompileWarning",
        "compile.report": "memory_report",
        "compile.stabilize": "show_rewrites",
        "core.errors": "GaugeError MatrixError NonFiniteError",
        "ops.eigen": "eig eigh eigvals eigvalsh",
        "ops.decompose": "qr svd svdvals",
        "ops.least_squares": "lstsq pinv",
        "ops.matrix": "matrix_power",
        "ops.matrix_function": "expm",
        "ops.differences": "diff ediff1d gradient trapezoid unwrap",
        "ops.histogram": "bincount histogram",
        "ops.join": "apply_along_axis atleast_1d atleast_2d atleast_3d block broadcast_arrays"
        " column_stack dstack hstack meshgrid unstack vstack",
        "ops.nans": "nancumprod nancumsum nanmax nanmean nanmin nanprod nanstd nansum nanvar",
        "ops.numbers": "copysign degrees float_power fmax fmin fmod heaviside logaddexp2 modf"
        " radians trunc",
        "ops.order": "median nanmedian nanpercentile nanquantile percentile quantile",
        "ops.padding": "pad",
        "ops.pick": "allclose array_equal isclose nan_to_num piecewise select",
        "ops.polynomial": "polyder polyfit polyint polyval vander",
        "ops.products": "corrcoef cov cross kron matvec vecdot vecmat",
        "ops.error_functions": "erfc erfcx erfinv",
        "ops.gamma": "polygamma",
        "ops.information": "xlogy",
        "ops.rearrange": "append compress delete diagflat extract fliplr flipud insert repeat"
        " resize roll rot90 take take_along_axis",
        "ops.scan": "cumprod cumulative_prod cumulative_sum",
        "ops.signal": "convolve correlate i0 interp sinc",
        "ops.sort": "digitize partition searchsorted unique",
        "ops.totals": "average count_nonzero ptp",
        "ops.softmax": "log_softmax softmax",
        "ops.torch_more": "addbmm adjoint aminmax block_diag broadcast_shapes broadcast_tensors "
        "cartesian_prod cdist celu chain_matmul clone detach dist elu frac "
        "index_copy index_fill index_put is_complex is_floating_point "
        "is_nonzero kthvalue logcumsumexp masked_select msort renorm rsub selu "
        "sgn std_mean t threshold unflatten var_mean",
        "ops.torch_names": "addcdiv addcmul addmm addmv addr baddbmm bmm clamp_max clamp_min lerp"
        " logdet masked_fill numel rsqrt",
        "ops.torch_pieces": "argsort chunk diag gather index_add index_select narrow"
        " repeat_interleave scatter scatter_add sort split tile topk tril triu unbind",
        "ops.torch_aliases": "argwhere complex deg2rad digamma fix frexp gcd isin lcm lgamma"
        " lu_solve matrix_exp matrix_rank nextafter pinverse rad2deg row_stack signbit"
        " swapdims",
        "ops.torch_counts": "bucketize cummax cummin histc index_reduce mode nonzero scatter_reduce"
        " unique_consecutive",
        "ops.torch_cuts": "as_strided combinations diag_embed diagonal_scatter dsplit hsplit"
        " masked_scatter select_scatter slice_scatter split_with_sizes take_along_dim"
        " tensor_split unfold view_as_complex view_as_real vsplit",
        "ops.torch_matrices": "cholesky_inverse cholesky_solve ger",
        "ops.torch_numbers": "bitwise_left_shift bitwise_right_shift conj_physical"
        " cosine_similarity cumulative_trapezoid hardshrink igamma igammac isneginf isposinf isreal"
        " ldexp logit mvlgamma pairwise_distance pdist polar prelu trapz",
        "interpret.draw": "bernoulli binomial multinomial normal poisson randint_like",
        "interpret.sequences": "bartlett_window blackman_window hamming_window hann_window logspace"
        " scalar_tensor tril_indices triu_indices unravel_index",
        "optimize": "optimize",
        "scipy": "scipy",
        "show": "show",
        "special": "special",
        "show.compare": "compare",
        "show.explain": "explain",
        "symbolic": "symbolic",
        "transform.cost": "cost",
        "transform.checkpoint": "checkpoint_policies",
        "transform.control": "associative_scan",
        "transform.jax_names": "ShapeDtypeStruct block_until_ready closure_convert custom_gradient"
        " device_get device_put eval_shape fwd_and_bwd named_call named_scope pure_callback remat",
        "transform.nans": "debug_nans explain_nan",
        "transform.tree_util": "tree tree_util",
        "transform.implicit": "ConvergenceError fixed_point least_squares linear_solve minimize"
        " odeint quad root scipy_objective solve_ivp",
    }.items()
    for name in names.split()
}


def __getattr__(name) -> _Any:
    if name not in _LATER:
        raise AttributeError(f"module 'autodiff' has no attribute {name!r}")
    module = _import_module(f"autodiff.{_LATER[name]}")
    value = module if _LATER[name] == name else getattr(module, name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *_LATER})
