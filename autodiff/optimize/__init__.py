"""Optimisers: in functional style, as stateful classes in PyTorch's words, and one call to fit.

Functions of a schedule stand in `schedules`, schedulers of the classes in `lr_scheduler`.
"""

from . import lr_scheduler as lr_scheduler, schedules as schedules
from .clipping import clip_grad_norm_ as clip_grad_norm_, clip_grad_value_ as clip_grad_value_
from .curved import lbfgs as lbfgs, newton_cg as newton_cg
from .finite import NonFiniteError as NonFiniteError
from .functional import (
    Optimizer as Optimizer,
    add_weight_decay as add_weight_decay,
    chain as chain,
    clip_by_global_norm as clip_by_global_norm,
    clip_by_value as clip_by_value,
    global_norm as global_norm,
)
from .methods import (
    adadelta as adadelta,
    adagrad as adagrad,
    adam as adam,
    adamw as adamw,
    gradient_descent as gradient_descent,
    momentum as momentum,
    nesterov as nesterov,
    rmsprop as rmsprop,
    sgd as sgd,
)
from .minimize import Moment as Moment, Result as Result, minimize as minimize
from .quasi_newton import LBFGS as LBFGS
from .stateful import (
    SGD as SGD,
    Adadelta as Adadelta,
    Adagrad as Adagrad,
    Adam as Adam,
    AdamW as AdamW,
    GradientDescent as GradientDescent,
    RMSprop as RMSprop,
)
