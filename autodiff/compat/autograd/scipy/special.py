"""`scipy.special` for autograd's code: ours where differentiable, SciPy's otherwise."""

from ..namespace import forwarded

__getattr__, __dir__ = forwarded(__name__, "autodiff.scipy.special", "scipy.special")
