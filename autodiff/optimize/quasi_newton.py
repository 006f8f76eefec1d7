"""L-BFGS as a stateful optimiser, in PyTorch's words and with its decisions."""

from typing import Any

import numpy as np

from ..core.errors import ArgumentError
from ..interpret.tape import Tensor
from .curvature import direction, first_step, remembered
from .finite import require_finite, require_finite_loss
from .flat import real_parts
from .hyperparameters import require
from .line import LEAST, Point, strong_wolfe
from .stateful import Stateful, loss_of, require_closure, write

SEARCHES = {None, "strong_wolfe"}


class LBFGS(Stateful):
    """L-BFGS, as torch.optim.LBFGS; `step(closure)` makes up to `max_iter` steps.

    line_search_fn: "strong_wolfe", or None for steps of the fixed length `lr`.
    Source: Nocedal, Wright 2006, algorithms 7.4, 7.5 and 3.5.

    >>> x = tensor([0.0, 0.0], requires_grad=True)
    >>> opt = LBFGS([x], line_search_fn="strong_wolfe")
    >>> def closure():
    ...     opt.zero_grad()
    ...     loss = ((x - 3) ** 2).sum()
    ...     loss.backward()
    ...     return loss
    >>> float(opt.step(closure)), x.detach().numpy().round(6).tolist()
    (18.0, [3.0, 3.0])
    """

    def __init__(
        self, params, lr=1.0, max_iter=20, max_eval=None, tolerance_grad=1e-7,
        tolerance_change=1e-9, history_size=100, line_search_fn=None,
    ):  # fmt: skip
        require(lr, "learning rate", np.inf)
        if line_search_fn not in SEARCHES:
            raise ArgumentError(
                f"LBFGS: line_search_fn={line_search_fn!r}; only 'strong_wolfe' is supported"
            )
        defaults = {
            "lr": lr, "max_iter": max_iter, "tolerance_grad": tolerance_grad,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_change": tolerance_change, "history_size": history_size,
            "line_search_fn": line_search_fn,
        }  # fmt: skip
        super().__init__(params, defaults)
        if len(self.param_groups) != 1:
            raise ArgumentError(
                "LBFGS doesn't support per-parameter options (parameter groups); give one list"
            )

    @property
    def params(self):
        """The tensors."""
        return self.param_groups[0]["params"]

    def gathered(self):
        """The gradients of all tensors as one real vector; none counts as zeros."""
        grads = [
            np.zeros(p.shape, p.dtype) if p.grad is None else p.grad.value for p in self.params
        ]
        return np.concatenate([real_parts(np.asarray(g)) for g in grads])

    def place(self, values, t, d):
        """Put every tensor at its value plus `t` times its part of the direction."""
        begin = 0
        for p, x in zip(self.params, values):
            flat = real_parts(x)
            part = flat + t * d[begin : begin + flat.size]
            begin += flat.size
            write(p, part.astype(flat.dtype).view(x.dtype).reshape(x.shape))

    def evaluated(self, closure, step):
        """(loss, gradient); raises unless the loss is a number."""
        loss = float(loss_of(closure))
        require_finite_loss("LBFGS", loss, step)
        return loss, self.gathered()

    def step(self, closure=None) -> Any:
        """Up to `max_iter` steps; the loss of the first call of `closure`, which is needed.

        closure: clears the gradients, computes the loss, calls backward, returns the loss.
        """
        require_closure(closure, "LBFGS")
        group, state = self.param_groups[0], self.memory()
        first = loss_of(closure)
        loss, g = float(first), self.gathered()
        require_finite_loss("LBFGS", loss, state["n_iter"])
        names = [f"parameter {i}" for i in range(len(self.params))]
        grads = [0.0 if p.grad is None else p.grad.value for p in self.params]
        require_finite("LBFGS", "gradient", grads, names, state["n_iter"])
        calls = 1
        state["func_evals"] += 1
        if np.abs(g).max() <= group["tolerance_grad"]:
            return first
        for number in range(1, group["max_iter"] + 1):
            state["n_iter"] += 1
            d, t = self.heading(state, g, group)
            slope, before = float(g @ d), loss
            state["prev_flat_grad"], state["d"] = g, d
            if slope > -group["tolerance_change"]:
                state["t"] = t
                break
            last = number == group["max_iter"]
            t, loss, g, made = self.moved(closure, group, (loss, g, slope), d, t, last, state)
            state["t"] = t
            calls += made
            state["func_evals"] += made
            if (
                calls >= group["max_eval"]
                or np.abs(g).max() <= group["tolerance_grad"]
                or np.abs(d * t).max() <= group["tolerance_change"]
                or abs(loss - before) < group["tolerance_change"]
            ):
                break
        return first

    def memory(self):
        """The state, which belongs to the first tensor."""
        empty = {"func_evals": 0, "n_iter": 0, "pairs": []}
        return self.state.setdefault(self.params[0], empty)

    def heading(self, state, g, group):
        """The direction, and the first step to try along it."""
        if "d" not in state:
            return -g, first_step(g, group["lr"])
        s, y = state["d"] * state["t"], g - state["prev_flat_grad"]
        state["pairs"] = remembered(state["pairs"], s, y, group["history_size"])
        return direction(state["pairs"], g), group["lr"]

    def moved(self, closure, group, start, d, t, last, state):
        """Move along `d`: (step, loss, gradient, calls of the closure)."""
        loss, g, slope = start
        values = [np.array(p.value) for p in self.params]
        if group["line_search_fn"] is None:
            self.place(values, t, d)
            if last:
                return t, loss, g, 0
            return t, *self.evaluated(closure, state["n_iter"]), 1

        def at(step):
            self.place(values, step, d)
            value, gradient = float(loss_of(closure)), self.gathered()
            if not np.isfinite(gradient).all():
                return Point(step, np.inf, gradient, np.nan)
            return Point(step, value, gradient, float(gradient @ d))

        size, least = float(np.abs(d).max()), LEAST
        found, calls = strong_wolfe(at, Point(0.0, loss, g, slope), t, size, least)
        self.place(values, found.t, d)
        return found.t, found.loss, found.gradient, calls

    def load_state_dict(self, state_dict):
        """Go on from a state that `state_dict` gave."""
        super().load_state_dict(state_dict)
        for slots in self.state.values():
            for key, value in slots.items():
                if isinstance(value, Tensor):
                    slots[key] = np.array(value.value)
