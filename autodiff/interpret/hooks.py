"""Hooks on gradients: of leaves when a pass ends there, of other tensors as the sweep goes by."""

from typing import Any
from weakref import WeakKeyDictionary, ref

from ..core.errors import GraphError, HookError as HookError
from ..core.op import Op
from .vertex import Leaf, Several, Vertex, clock, handle


class Watch(Op):
    """The identity, whose pullback calls the hooks of a tensor and keeps its gradient."""

    effect = True

    def influence(self, i, g, out, wanted, *args, **params):
        return (i,)

    def vjp(self, g, out, wanted, x, *, hooks, kept, kind):
        tensor = g if type(g) is kind else handle(kind, g)
        for hook in list(hooks):
            tensor = called(hook, tensor)
        if kept:
            kept[0] = tensor if kept[0] is None else kept[0] + tensor
        return (tensor if type(g) is kind else tensor.value,)


watch = Watch(
    "watch(x)", lambda x, **_: x, reads="", latex="$x", sample=lambda rng, dtype: [],
    doc="The identity, with hooks.",
)  # fmt: skip


def called(hook, tensor):
    """What a hook makes of a gradient."""
    answer = hook(tensor)
    if answer is None:
        return tensor
    if type(answer) is not type(tensor):
        raise HookError(
            f"a hook returned a {type(answer).__name__} for a gradient of shape {tensor.shape}; "
            "return a tensor of that shape, or None"
        )
    if answer.shape != tensor.shape:
        raise GraphError(
            f"a hook returned shape {answer.shape} for a gradient of shape {tensor.shape}; "
            "return a tensor of that shape, or None"
        )
    return answer


class Watched(Vertex):
    """The operation behind a watch; `outer` refers to the watch."""

    __slots__ = ("outer",)
    outer: Any


def watched(v, kind):
    """The parameters of the watch on a vertex, which is put in place when there is none."""
    if v.op is not watch:
        inner = Watched()
        inner.outer = ref(v)
        for name in Vertex.__slots__:
            if name != "__weakref__" and hasattr(v, name):
                setattr(inner, name, getattr(v, name))
        clock.effects = True
        v.op, v.parents, v.args, v.out = watch, (inner,), None, None
        v.params = {"hooks": [], "kept": [], "kind": kind}
    return v.params


def add_hook(v, hook, kind):
    """Register a hook; None asks to keep the gradient instead.  Returns the list it is in."""
    if type(v) is Leaf:
        v.hooks = v.hooks if v.hooks is not None else []
        hooks = v.hooks
    else:
        params = watched(v, kind)
        hooks = params["hooks"]
        if hook is None:
            if not params["kept"]:
                params["kept"].append(None)
            return hooks
    hooks.append(hook)
    return hooks


def retained(v):
    """(whether the gradient of a vertex is kept, the gradient)"""
    kept = v.params["kept"] if v.op is watch else []
    return bool(kept), kept[0] if kept else None


class Hooked(Op):
    """An operation whose pullback calls the hooks of its node, before and after."""

    effect = True

    def __init__(self, op, kind):
        self.name, self.op, self.grad_name, self.kind = op.name, op, op.grad_name, kind
        self.keep_args, self.keep_out = op.keep_args, op.keep_out
        self.keep, self.keeps_out, self.influence = op.keep, op.keeps_out, op.influence
        self.cuts, self.pole, self.smooth = op.cuts, op.pole, op.smooth
        self.silent = op.silent
        self.before, self.after = [], []

    def __call__(self, *args, **params):
        return self.op(*args, **params)

    def shown(self, g):
        """Cotangents as a tuple of tensors."""
        parts = g.parts if type(g) is Several else [g]
        made = [p if p is None or type(p) is self.kind else handle(self.kind, p) for p in parts]
        return tuple(made)

    def taken(self, tensors, g):
        """What the sweep works with, of the tensors that hooks saw."""
        plain = [
            t if t is None or type(t) is not self.kind or was_tensor(g) else t.value
            for t in tensors
        ]
        return Several(plain, g.shape) if type(g) is Several else plain[0]

    def vjp(self, g, out, wanted, *args, **params):
        given = self.shown(g)
        for hook in list(self.before):
            given = answered(hook(given), given)
        g = self.taken(given, g)
        pulled = self.op.vjp(g, out, wanted, *args, **params)
        recorded = was_tensor(g)
        found = tuple([self.shown(c)[0] for c in pulled])
        for hook in list(self.after):
            found = answered(hook(found, given), found)
        return [c if c is None or recorded else c.value for c in found]


def was_tensor(g):
    """Whether a cotangent is recorded itself."""
    parts = g.parts if type(g) is Several else [g]
    return any([hasattr(p, "vertex") for p in parts])


def answered(answer, given):
    """What a hook of a node makes of a tuple of gradients."""
    if answer is None:
        return given
    if not isinstance(answer, tuple):
        if len(given) != 1 or not hasattr(answer, "vertex"):
            raise HookError(
                f"expected tuple, but hook returned {type(answer).__name__!r}; return as many "
                "tensors as it was given, or None"
            )
        answer = (answer,)
    if len(answer) != len(given):
        raise GraphError(
            f"a hook has returned an incorrect number of values (got {len(answer)}, but expected "
            f"{len(given)}); return as many as it was given, or None"
        )
    return answer


def add_node_hook(v, hook, kind, before):
    """Register a hook of an operation: hook(gradients of its outputs), which is called before its
    pullback, or hook(gradients of its inputs, of its outputs), after it.
    """
    if type(v) is Leaf:
        return Handle(*leaf_hook(v, hook, before))
    if type(v.op) is not Hooked:
        v.op = Hooked(v.op, kind)
        clock.effects = True
    hooks = v.op.before if before else v.op.after
    hooks.append(hook)
    return Handle(hooks, hook)


def leaf_hook(v, hook, before):
    """(hooks of a leaf, the one that calls this hook of its node)"""

    def called_with(g):
        if before:
            return answered(hook((g,)), (g,))[0]
        hook((), (g,))
        return None

    v.hooks = v.hooks if v.hooks is not None else []
    v.hooks.insert(0 if before else len(v.hooks), called_with)
    return v.hooks, called_with


class Handle:
    """A registered hook, which `remove()` takes away."""

    def __init__(self, hooks, hook):
        self.hooks, self.hook = hooks, hook

    def remove(self):
        """Take the hook away; a second time does nothing."""
        if self.hook in self.hooks:
            self.hooks.remove(self.hook)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()


AFTER: WeakKeyDictionary[Leaf, Any] = WeakKeyDictionary()  # leaf -> (tensor's reference, hooks)


def add_after(tensor, hook):
    """Register a hook that is called with the leaf after `.grad` has got its gradient."""
    _, hooks = AFTER.setdefault(tensor.vertex, (ref(tensor), []))
    hooks.append(hook)
    return Handle(hooks, hook)


def run_after(v):
    """Call the hooks of a leaf whose gradient has been added."""
    if v in AFTER:
        tensor, hooks = AFTER[v]
        for hook in list(hooks):
            hook(tensor())
