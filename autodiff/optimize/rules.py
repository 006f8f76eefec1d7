"""The update formulas: one leaf and one step, for arrays and for traced values alike.

A rule takes the gradient `g`, the value `x`, its slots `s`, the number of the step `t` from 1 and
the hyperparameters `h`, and gives the new value and the new slots.  Hyperparameters and slots have
PyTorch's names, because saved states of both libraries then read alike.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from ..core.op import TRACED
from ..core.spec import is_complex
from ..ops.arithmetic import sqrt
from ..ops.choose import maximum, where
from ..ops.complex import imag, real


class Rule(NamedTuple):
    """step: the formula.  slots: what it remembers of each leaf, {name: number to start from}."""

    step: Callable[..., tuple[Any, dict]]
    slots: Callable[[dict], dict]


def present(value):
    """Whether a hyperparameter has an effect; a traced one may have."""
    return type(value) in TRACED or bool(value)


def decayed(g, x, h):
    """The gradient to descend along, with the slope of the penalty `weight_decay |x|² / 2`."""
    g = -g if h["maximize"] else g
    return g + h["weight_decay"] * x if present(h["weight_decay"]) else g


def sgd(g, x, s, t, h):
    """Gradient descent; with momentum B. Polyak 1964, with Nesterov's Sutskever et al. 2013."""
    d = decayed(g, x, h)
    if "momentum_buffer" in s:
        share = where(t > 1, 1.0 - h["dampening"], 1.0) if present(h["dampening"]) else 1.0
        b = h["momentum"] * s["momentum_buffer"] + share * d
        s = {"momentum_buffer": b}
        d = d + h["momentum"] * b if h["nesterov"] else b
    return x - h["lr"] * d, s


def adagrad(g, x, s, t, h):
    """Rates fall with the sum of squared gradients.  Source: Duchi, Hazan, Singer 2011."""
    d = decayed(g, x, h)
    total = s["sum"] + d * d
    rate = h["lr"] / (1 + (t - 1) * h["lr_decay"])
    return x - rate * d / (sqrt(total) + h["eps"]), {"sum": total}


def adadelta(g, x, s, t, h):
    """Steps in the unit of the steps before.  Source: M. Zeiler 2012, arXiv:1212.5701."""
    d, rho, eps = decayed(g, x, h), h["rho"], h["eps"]
    square = rho * s["square_avg"] + (1 - rho) * d * d
    move = sqrt(s["acc_delta"] + eps) / sqrt(square + eps) * d
    moved = rho * s["acc_delta"] + (1 - rho) * move * move
    return x - h["lr"] * move, {"square_avg": square, "acc_delta": moved}


def rmsprop(g, x, s, t, h):
    """Gradients over their root mean square.  Source: Tieleman, Hinton 2012; Graves 2013."""
    d, alpha = decayed(g, x, h), h["alpha"]
    square = alpha * s["square_avg"] + (1 - alpha) * d * d
    new, size = {"square_avg": square}, square
    if h["centered"]:
        new["grad_avg"] = average = alpha * s["grad_avg"] + (1 - alpha) * d
        size = square - average * average
    d = d / (sqrt(size) + h["eps"])
    if "momentum_buffer" in s:
        new["momentum_buffer"] = d = h["momentum"] * s["momentum_buffer"] + d
    return x - h["lr"] * d, new


def adam(g, x, s, t, h):
    """Mean over root mean square, freed of their start.  Source: Kingma, Ba 2015, algorithm 1."""
    return moments(decayed(g, x, h), x, s, t, h)


def adamw(g, x, s, t, h):
    """Adam whose weight decay bypasses the means.  Source: Loshchilov, Hutter 2019."""
    g = -g if h["maximize"] else g
    return moments(g, x * (1 - h["lr"] * h["weight_decay"]), s, t, h)


def moments(d, x, s, t, h):
    """The step of Adam; `amsgrad` keeps the largest square (Reddi, Kale, Kumar 2018)."""
    first, second = h["betas"]
    mean = first * s["exp_avg"] + (1 - first) * d
    square = second * s["exp_avg_sq"] + (1 - second) * d * d
    new, size = {"exp_avg": mean, "exp_avg_sq": square}, square
    if "max_exp_avg_sq" in s:
        new["max_exp_avg_sq"] = size = maximum(s["max_exp_avg_sq"], square)
    size = sqrt(size) / (1 - second**t) ** 0.5 + h["eps"]
    return x - h["lr"] / (1 - first**t) * mean / size, new


def named(*names):
    """Slots that start from zero."""
    return lambda h: dict.fromkeys(names, 0.0)


RULES = {
    "SGD": Rule(sgd, lambda h: {"momentum_buffer": 0.0} if present(h["momentum"]) else {}),
    "Adagrad": Rule(adagrad, lambda h: {"sum": h["initial_accumulator_value"]}),
    "Adadelta": Rule(adadelta, named("square_avg", "acc_delta")),
    "RMSprop": Rule(
        rmsprop,
        lambda h: {
            "square_avg": 0.0,
            **({"momentum_buffer": 0.0} if present(h["momentum"]) else {}),
            **({"grad_avg": 0.0} if h["centered"] else {}),
        },
    ),
    "Adam": Rule(
        adam,
        lambda h: {
            "exp_avg": 0.0,
            "exp_avg_sq": 0.0,
            **({"max_exp_avg_sq": 0.0} if h["amsgrad"] else {}),
        },
    ),
}
RULES["AdamW"] = Rule(adamw, RULES["Adam"].slots)


def step(rule, g, x, s, t, h):
    """One step of one leaf in its own dtype; complex numbers move as two real ones."""
    if is_complex(x.dtype):
        moved, new = rule.step(real(g), real(x), {k: real(v) for k, v in s.items()}, t, h)
        turned, other = rule.step(imag(g), imag(x), {k: imag(v) for k, v in s.items()}, t, h)
        moved, new = moved + 1j * turned, {k: v + 1j * other[k] for k, v in new.items()}
    else:
        moved, new = rule.step(g, x, s, t, h)
    return in_dtype(moved, x.dtype), {k: in_dtype(v, x.dtype) for k, v in new.items()}


def in_dtype(x, dtype):
    """The value in a dtype; a rate of double precision would otherwise raise that of the leaf."""
    return x if x.dtype == dtype else x.astype(dtype)
