"""NumPy's namespace for values being differentiated: `import autodiff.numpy as np`.

Every name of `numpy` is here.  Functions are NumPy's own where all arguments are plain, and ours
where one is traced, or where a list holds traced values: `np.array([x, 2 * x])`.  It is also the
namespace of the Python array API standard, 2024.12, that `x.__array_namespace__()` gives.

>>> import autodiff.numpy as np
>>> from autodiff import grad
>>> grad(lambda x: np.array([x, x * x]).sum())(3.0).item()
7.0
"""

from . import namespace as _namespace

__array_api_version__ = "2024.12"
__all__: list[str] = [*_namespace.NAMES]

# no code here: `sum`, `any` and their kin become names of this module
__getattr__ = _namespace.finder(vars())
__dir__ = _namespace.lister
