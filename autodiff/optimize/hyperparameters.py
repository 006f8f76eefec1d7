"""What may stand for a learning rate, a momentum and their kin; errors in PyTorch's words."""

from numbers import Real
from typing import Any

import numpy as np

from ..core.errors import ArgumentError
from ..core.op import TRACED

NAMES = {
    "lr": "learning rate", "eps": "epsilon value", "momentum": "momentum value",
    "weight_decay": "weight_decay value", "lr_decay": "lr_decay value", "rho": "rho value",
    "alpha": "alpha value", "initial_accumulator_value": "initial_accumulator_value value",
}  # fmt: skip
BELOW_ONE = {"rho"}
SILENT = {"foreach": None, "capturable": False, "differentiable": False, "fused": None}


def check(h, schedules=False):
    """Raise for hyperparameters that no rule can use.

    schedules: whether `lr` may be a function of the step.
    """
    for key, name in NAMES.items():
        if key not in h or (key == "lr" and schedules and callable(h[key])):
            continue
        require(h[key], name, 1.0 if key in BELOW_ONE else np.inf)
    if "betas" in h:
        if not isinstance(h["betas"], (tuple, list)) or len(h["betas"]) != 2:
            raise ArgumentError(f"betas={h['betas']!r}; it needs two numbers in [0, 1)")
        for i, beta in enumerate(h["betas"]):
            require(beta, f"beta parameter at index {i}", 1.0, closed=False)
    if h.get("nesterov") and (not h["momentum"] > 0 or h["dampening"] != 0):
        raise ArgumentError(
            "Nesterov momentum requires a momentum and zero dampening; "
            f"momentum={h['momentum']!r} and dampening={h['dampening']!r} were given"
        )


def require(value, name, highest, closed=True):
    """Raise unless `value` is a number from 0 to `highest`."""
    if type(value) in TRACED:
        return
    number: Any = value.item() if getattr(value, "shape", None) == () else value
    if not isinstance(number, Real) or isinstance(number, bool):
        raise ArgumentError(f"Invalid {name}: {value!r}; it needs a number")
    number = float(number)
    if not (0 <= number <= highest) or (not closed and number == highest) or number == np.inf:
        wanted = "at least 0" if highest == np.inf else f"in [0, 1{']' if closed else ')'}"
        raise ArgumentError(f"Invalid {name}: {value!r}; it needs a number {wanted}")
