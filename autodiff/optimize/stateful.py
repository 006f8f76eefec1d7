"""Optimisers that change eager tensors in place, in PyTorch's words."""

import copy
import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..core.errors import ArgumentError, GraphError
from ..core.op import EAGER
from ..interpret.grad_mode import enable_grad, no_grad
from ..interpret.inplace import change, note_change, rebinds
from ..interpret.tape import Tensor, new_tensor
from .finite import BLOCK, finite, require_finite
from .hyperparameters import SILENT, check
from .rules import RULES, step as one_step


class Stateful:
    """What the optimisers of this kind share: groups of parameters and a state of each parameter.

    params: tensors with requires_grad=True, pairs (name, tensor), or dicts of a group
    {"params": tensors, "lr": ...} whose hyperparameters differ.
    """

    defaults: dict[str, Any]

    def __init__(self, params, defaults):
        if defaults.pop("differentiable", False):
            raise ArgumentError(
                f"{type(self).__name__}: differentiable=True is not known here; use the functional "
                "style, optimize.sgd() and its kin, inside grad"
            )
        self.defaults = {**defaults, **SILENT}
        check(self.defaults)
        self.state: dict[Any, dict] = {}
        self.param_groups: list[dict] = []
        for group in groups_of(params):
            self.add_param_group(group)

    def add_param_group(self, param_group):
        """One more group: {"params": tensors, "lr": ...}; what is left out has the default."""
        if not isinstance(param_group, dict):
            raise ArgumentError(
                f"param_group must be a dict, but got {type(param_group)}; "
                'give {"params": tensors, "lr": ...}'
            )
        group = {**self.defaults, **param_group}
        group["params"], names = tensors_of(param_group["params"])
        if names:
            group["param_names"] = names
        check(group)
        mine = [id(p) for p in group["params"]]
        if len(set(mine)) < len(mine):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this "
                "will cause an error",
                stacklevel=3,
            )
        if set(mine) & {id(p) for other in self.param_groups for p in other["params"]}:
            raise ArgumentError("some parameters appear in more than one parameter group")
        self.param_groups.append(group)

    def zero_grad(self, set_to_none=True):
        """Forget the gradients of all parameters, or fill them with zeros."""
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.grad = None if set_to_none else p.like(np.zeros(p.shape, p.dtype))

    def step(self, closure=None) -> Any:
        """Move every parameter that has a gradient; the loss of `closure`, if one is given.

        Raises NonFiniteError, before anything is moved, if a gradient is no number.
        """
        raise NotImplementedError

    def state_dict(self):
        """The state as containers: {"state": {number: ...}, "param_groups": [...]}."""
        numbers, groups = {}, []
        for group in self.param_groups:
            for p in group["params"]:
                numbers.setdefault(id(p), len(numbers))
            listed = {key: value for key, value in group.items() if key != "params"}
            groups.append({**listed, "params": [numbers[id(p)] for p in group["params"]]})
        state = {numbers[id(p)]: dict(slots) for p, slots in self.state.items()}
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict):
        """Go on from a state that `state_dict` gave, of groups of the same sizes."""
        groups, saved = self.param_groups, copy.deepcopy(state_dict["param_groups"])
        if len(groups) != len(saved):
            raise ArgumentError(
                "loaded state dict has a different number of parameter groups: "
                f"{len(saved)}, and the optimizer has {len(groups)}"
            )
        if any(len(g["params"]) != len(s["params"]) for g, s in zip(groups, saved)):
            raise ArgumentError(
                "loaded state dict contains a parameter group that doesn't match the size of "
                "optimizer's group; build the optimizer with the same parameters first"
            )
        pairs = [(n, p) for g, s in zip(groups, saved) for n, p in zip(s["params"], g["params"])]
        new = {p: fitted(state_dict["state"][n], p) for n, p in pairs if n in state_dict["state"]}
        self.state = new
        self.param_groups = [{**s, "params": g["params"]} for g, s in zip(groups, saved)]

    def __repr__(self):
        lines = [f"{type(self).__name__} ("]
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines += [f"    {key}: {group[key]}" for key in sorted(group) if key != "params"]
        return "\n".join([*lines, ")"])

    def named_gradients(self):
        """(group, tensor, gradient, name) of every parameter that has a gradient."""
        found = []
        for i, group in enumerate(self.param_groups):
            for j, p in enumerate(group["params"]):
                if p.grad is not None:
                    name = group.get("param_names", {j: f"parameter {j} of group {i}"})[j]
                    found.append((group, p, p.grad.value, name))
        return found


def fitted(slots, p):
    """The slots of a parameter as tensors of its dtype; the counts of steps as they are."""
    new = {}
    for key, value in copy.deepcopy(dict(slots)).items():
        if isinstance(value, Tensor) and key != "step":
            value = value.astype(p.dtype)
        new[key] = value
    return new


def groups_of(params):
    """The groups of what was given, each a dict."""
    if isinstance(params, Tensor) or not isinstance(params, Iterable):
        raise ArgumentError(
            "params argument given to the optimizer should be an iterable of Tensors or dicts, "
            f"but got {type(params).__name__}"
        )
    listed = list(params)
    if not listed:
        raise ArgumentError("optimizer got an empty parameter list")
    return listed if isinstance(listed[0], dict) else [{"params": listed}]


def tensors_of(params):
    """(tensors, their names or None) of a group."""
    if isinstance(params, set):
        raise ArgumentError(
            "optimizer parameters need to be organized in ordered collections, but the ordering "
            "of tensors in sets will change between runs; use a list"
        )
    listed = [params] if isinstance(params, Tensor) else list(params)
    named = [isinstance(p, tuple) and len(p) == 2 and isinstance(p[0], str) for p in listed]
    names = [p[0] for p in listed] if named and all(named) else None
    tensors = [p[1] for p in listed] if names else listed
    for p in tensors:
        if not isinstance(p, Tensor) or p.level != EAGER:
            raise ArgumentError(
                f"optimizer can only optimize Tensors, but one of the params is {type(p).__name__}"
            )
        if not p.is_leaf:
            raise ArgumentError(
                "can't optimize a non-leaf Tensor; give the tensor that it was computed from"
            )
    return tensors, names


def write(p, value):
    """New numbers in the memory of a parameter."""
    with no_grad():
        change(p, new_tensor(value if isinstance(value, np.ndarray) else np.asarray(value)), "step")


def in_blocks(p, g, s):
    """Whether a step may change the arrays of a large parameter where they are."""
    arrays = [p.value, g, *s.values()]
    return not rebinds(p) and all(
        type(x) is np.ndarray and x.size > BLOCK and x.dtype == g.dtype and x.flags.c_contiguous
        for x in arrays
    ) and all(x.flags.writeable for x in arrays if x is not g)  # fmt: skip


def step_in_blocks(rule, g, x, s, t, h):
    """One step, the same to the bit: what is between stays in the cache of the processor."""
    g, x, s = g.reshape(-1), x.reshape(-1), {key: v.reshape(-1) for key, v in s.items()}
    for start in range(0, x.size, BLOCK):
        part = slice(start, start + BLOCK)
        x[part], new = one_step(rule, g[part], x[part], {k: v[part] for k, v in s.items()}, t, h)
        for key, v in new.items():
            s[key][part] = v


def next_step(slots):
    """The number of the step to come, from 1; 2 where steps are not counted but something is kept.

    A tensor would take a third of the time of a small step to become a number.
    """
    count = (slots or {}).get("step", 1 if slots else 0)
    return int(getattr(count, "value", count)) + 1


def loss_of(closure) -> Any:
    """The loss of a closure, which calls backward itself."""
    with enable_grad():
        return closure()


class RuleOptimizer(Stateful):
    """An optimiser of one of the update formulas, `rule` of `RULES`."""

    rule: str

    def step(self, closure=None) -> Any:
        """Move every parameter that has a gradient; the loss of `closure`, if one is given.

        closure: computes the loss, calls backward and returns the loss.
        Raises NonFiniteError, before anything is moved, if a gradient is no number.
        """
        loss = None if closure is None else loss_of(closure)
        rule, given = RULES[self.rule], self.named_gradients()
        for _, p, g, name in given:
            if not finite(g):
                t = next_step(self.state.get(p))
                require_finite(self.rule, "gradient", [g], [name], t)
        for group, p, g, _ in given:
            old = self.state.get(p)
            t = next_step(old)
            h = {**group, "lr": float(group["lr"])}
            slots = rule.slots(h)
            s = {
                key: old[key].value if old and key in old else np.full(p.shape, start, p.dtype)
                for key, start in slots.items()
            }
            if in_blocks(p, g, s):
                step_in_blocks(rule, g, p.value, s, t, h)
                note_change(p.value)
            else:
                value, s = one_step(rule, g, p.value, s, t, h)
                write(p, value)
            new: dict[str, Any] = {key: new_tensor(np.asarray(v)) for key, v in s.items()}
            if self.rule != "SGD":  # as in PyTorch, whose descent counts nothing
                new["step"] = new_tensor(np.asarray(float(t)))
            if new:
                self.state[p] = new
        return loss


class SGD(RuleOptimizer):
    """Gradient descent with momentum, as torch.optim.SGD.  Source: Sutskever et al. 2013.

    >>> x = tensor([1.0], requires_grad=True)
    >>> opt = SGD([x], lr=0.1)
    >>> (x * x).sum().backward()
    >>> opt.step()
    >>> x.tolist()
    [0.8]
    """

    rule = "SGD"

    def __init__(
        self, params, lr=1e-3, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False, *,
        maximize=False, **silent,
    ):  # fmt: skip
        h = {"lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay}
        super().__init__(params, {**h, "nesterov": nesterov, "maximize": maximize, **known(silent)})


class Adam(RuleOptimizer):
    """Adam, as torch.optim.Adam.  Source: Kingma, Ba 2015.

    >>> x = tensor([1.0], requires_grad=True)
    >>> Adam([x]).param_groups[0]["betas"]
    (0.9, 0.999)
    """

    rule = "Adam"

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, amsgrad=False, *,
        maximize=False, **silent,
    ):  # fmt: skip
        h = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        super().__init__(params, {**h, "amsgrad": amsgrad, "maximize": maximize, **known(silent)})


class AdamW(RuleOptimizer):
    """Adam whose weight decay bypasses the means, as torch.optim.AdamW.

    Source: Loshchilov, Hutter 2019.
    """

    rule = "AdamW"

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False, *,
        maximize=False, **silent,
    ):  # fmt: skip
        h = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        super().__init__(params, {**h, "amsgrad": amsgrad, "maximize": maximize, **known(silent)})


class Adagrad(RuleOptimizer):
    """Rates that fall with the sum of squared gradients, as torch.optim.Adagrad."""

    rule = "Adagrad"

    def __init__(
        self, params, lr=1e-2, lr_decay=0.0, weight_decay=0.0, initial_accumulator_value=0.0,
        eps=1e-10, *, maximize=False, **silent,
    ):  # fmt: skip
        h = {"lr": lr, "lr_decay": lr_decay, "weight_decay": weight_decay, "eps": eps}
        h |= {"initial_accumulator_value": initial_accumulator_value, "maximize": maximize}
        super().__init__(params, {**h, **known(silent)})


class Adadelta(RuleOptimizer):
    """Steps in the unit of the steps before, as torch.optim.Adadelta.  Source: Zeiler 2012."""

    rule = "Adadelta"

    def __init__(
        self, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0.0, *, maximize=False, **silent
    ):
        h = {"lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay}
        super().__init__(params, {**h, "maximize": maximize, **known(silent)})


class RMSprop(RuleOptimizer):
    """Gradients over their root mean square, as torch.optim.RMSprop."""

    rule = "RMSprop"

    def __init__(
        self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0.0, momentum=0.0,
        centered=False, *, maximize=False, **silent,
    ):  # fmt: skip
        h = {"lr": lr, "alpha": alpha, "eps": eps, "weight_decay": weight_decay}
        h |= {"momentum": momentum, "centered": centered, "maximize": maximize}
        super().__init__(params, {**h, **known(silent)})


def known(silent):
    """PyTorch's options that change no number: where and how its kernels run."""
    for key in silent:
        if key not in SILENT:
            raise TypeError(f"an optimizer got an unexpected keyword argument {key!r}")
    return {key: silent[key] for key in silent if key == "differentiable"}


def require_closure(closure, name):
    """Raise unless a closure was given."""
    if closure is None:
        raise GraphError(f"{name}: step needs a closure that computes the loss and its gradients")


GradientDescent = SGD
