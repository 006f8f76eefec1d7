"""Learning rates of stateful optimisers that change from epoch to epoch, in PyTorch's words."""

from bisect import bisect_right
from math import cos, inf, pi
from typing import Any

from ..core.errors import ArgumentError
from .stateful import Stateful


class Scheduler:
    """What the schedulers share: the rates at the start and the number of the epoch."""

    def __init__(self, optimizer, last_epoch=-1):
        if not isinstance(optimizer, Stateful):
            raise ArgumentError(f"{type(optimizer).__name__} is not an Optimizer")
        self.optimizer = optimizer
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group["initial_lr"] = group["lr"]
            elif "initial_lr" not in group:
                raise KeyError(
                    f"param 'initial_lr' is not specified in param_groups[{i}] when resuming an "
                    "optimizer; load the state of the optimizer first"
                )
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self.step()

    def get_lr(self):
        """The rate of each group at this epoch."""
        raise NotImplementedError

    def step(self):
        """One more epoch: set the rates."""
        self.last_epoch += 1
        for group, rate in zip(self.optimizer.param_groups, self.get_lr()):
            group["lr"] = rate
        self._last_lr = self.rates()

    def rates(self):
        """The rates as they are."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def get_last_lr(self):
        """The rates that were set last."""
        return self._last_lr

    def state_dict(self):
        """What there is to remember, as a dict; functions cannot be saved and are left out."""
        left_out = ("optimizer", "lr_lambdas")
        return {key: value for key, value in vars(self).items() if key not in left_out}

    def load_state_dict(self, state_dict):
        """Go on from a state that `state_dict` gave."""
        vars(self).update(state_dict)


class LambdaLR(Scheduler):
    """The first rate times a function of the epoch."""

    def __init__(self, optimizer, lr_lambda, last_epoch=-1):
        groups = len(optimizer.param_groups)
        listed = isinstance(lr_lambda, (list, tuple))
        self.lr_lambdas = list(lr_lambda) if listed else [lr_lambda] * groups
        if len(self.lr_lambdas) != groups:
            raise ArgumentError(f"Expected {groups} lr_lambdas, but got {len(self.lr_lambdas)}")
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        pairs = zip(self.base_lrs, self.lr_lambdas)
        return [base * factor(self.last_epoch) for base, factor in pairs]


class StepLR(Scheduler):
    """The rate times `gamma` every `step_size` epochs."""

    def __init__(self, optimizer, step_size, gamma=0.1, last_epoch=-1):
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        due = self.last_epoch and self.last_epoch % self.step_size == 0
        return [rate * (self.gamma if due else 1.0) for rate in self.rates()]


class MultiStepLR(Scheduler):
    """The rate times `gamma` at each of the epochs `milestones`."""

    def __init__(self, optimizer, milestones, gamma=0.1, last_epoch=-1):
        self.milestones, self.gamma = sorted(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        passed = bisect_right(self.milestones, self.last_epoch)
        before = bisect_right(self.milestones, self.last_epoch - 1)
        return [rate * self.gamma ** (passed - before) for rate in self.rates()]


class ExponentialLR(Scheduler):
    """The rate times `gamma` at every epoch."""

    def __init__(self, optimizer, gamma, last_epoch=-1):
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        return [rate * (self.gamma if self.last_epoch else 1.0) for rate in self.rates()]


class CosineAnnealingLR(Scheduler):
    """Half a cosine from the first rate to `eta_min` in `T_max` epochs, and back.

    Source: Loshchilov, Hutter 2017, equation 5.
    """

    def __init__(self, optimizer, T_max, eta_min=0.0, last_epoch=-1):
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        share = 0.5 * (1 + cos(pi * self.last_epoch / self.T_max))
        return [self.eta_min + (base - self.eta_min) * share for base in self.base_lrs]


class ReduceLROnPlateau:
    """The rate times `factor` once a measure has not got better for `patience` epochs."""

    def __init__(
        self, optimizer, mode="min", factor=0.1, patience=10, threshold=1e-4,
        threshold_mode="rel", cooldown=0, min_lr: Any = 0.0, eps=1e-8,
    ):  # fmt: skip
        if not isinstance(optimizer, Stateful):
            raise ArgumentError(f"{type(optimizer).__name__} is not an Optimizer")
        if factor >= 1.0:
            raise ArgumentError(f"Factor should be < 1.0, and {factor!r} was given")
        if mode not in ("min", "max"):
            raise ArgumentError(f"mode {mode} is unknown; it needs 'min' or 'max'")
        if threshold_mode not in ("rel", "abs"):
            raise ArgumentError(f"threshold mode {threshold_mode} is unknown; use 'rel' or 'abs'")
        groups = len(optimizer.param_groups)
        listed = isinstance(min_lr, (list, tuple))
        if listed and len(min_lr) != groups:
            raise ArgumentError(f"expected {groups} min_lrs, got {len(min_lr)}")
        self.optimizer, self.mode, self.factor, self.patience = optimizer, mode, factor, patience
        self.threshold, self.threshold_mode, self.cooldown = threshold, threshold_mode, cooldown
        self.min_lrs, self.eps = list(min_lr) if listed else [min_lr] * groups, eps
        self.best = inf if mode == "min" else -inf
        self.num_bad_epochs = self.cooldown_counter = self.last_epoch = 0
        self._last_lr = [group["lr"] for group in optimizer.param_groups]

    def better(self, value):
        """Whether a measure is better than the best so far by more than the threshold."""
        sign = -1 if self.mode == "min" else 1
        if self.threshold_mode == "abs":
            return sign * value > sign * self.best + self.threshold
        return sign * value > sign * self.best * (1 + sign * self.threshold)

    def step(self, metrics):
        """One more epoch, which ended at this measure."""
        value = float(metrics)
        self.last_epoch += 1
        if self.better(value):
            self.best, self.num_bad_epochs = value, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self.reduce()
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]

    def reduce(self):
        """Make the rates smaller, where that is more than `eps`."""
        for group, least in zip(self.optimizer.param_groups, self.min_lrs):
            new = max(group["lr"] * self.factor, least)
            if group["lr"] - new > self.eps:
                group["lr"] = new

    def get_last_lr(self):
        """The rates that were set last."""
        return self._last_lr

    def state_dict(self):
        """What there is to remember, as a dict."""
        return {key: value for key, value in vars(self).items() if key != "optimizer"}

    def load_state_dict(self, state_dict):
        """Go on from a state that `state_dict` gave."""
        vars(self).update(state_dict)
