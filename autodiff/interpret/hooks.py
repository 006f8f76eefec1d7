"""Hooks on gradients: of leaves when a pass ends there, of other tensors as the sweep goes by."""

from typing import Any
from weakref import WeakKeyDictionary, ref

from ..core.errors import GraphError
from ..core.op import Op
from .vertex import Leaf, Vertex, clock, handle


class HookError(GraphError, TypeError):
    """A hook returned what is no tensor."""


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
