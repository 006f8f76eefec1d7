"""What `jit(f, background=True)` becomes: compiled functions whose calls wait for no compiler."""

from ..core.tree import flatten, unflatten
from .behind import copied, in_a_thread
from .build import Signature
from .jitted import Jitted


class Waiting(Jitted):
    """A function that runs as it is while another thread compiles it."""

    def build(self, entry, structure, leaves, values):
        """A call without a program: compiled in this thread if it is the other one."""
        key = Signature.key(structure, leaves)
        args, kwargs = unflatten(structure, leaves)
        if getattr(self.local, "behind", False):
            return self.compiled_now(key, entry, structure, leaves)
        out = self.f(*args, **kwargs)
        if key not in self.pending and key not in self.refused:
            now, _ = flatten(copied(args, kwargs))
            self.pending[key] = in_a_thread(self.compiled_now, (key, entry, structure, now))
        return out

    def compile_now(self, args, kwargs):
        """Compile for a call, in this thread."""
        self.local.behind = True
        self.slow(*args, **kwargs)
        self.local.behind = False

    def compiled_now(self, key, entry, structure, leaves):
        """Trace and compile."""
        self.local.busy, found = True, None
        try:
            found = self.traced(key, structure, leaves)
        except Exception:  # noqa: BLE001 what the function raises is for its caller, who has it
            self.refused.add(key)
        if found is not None:
            self.compile(key, entry, found)
        self.pending.pop(key, None)
        self.local.busy = False

    def warmed(self, args, kwargs):
        """Compile for a call, and wait for it."""
        self.compile_now(args, kwargs)
