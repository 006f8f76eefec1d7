"""Modules that offer the names of other modules."""

from importlib import import_module


def forwarded(name, *sources):
    """(__getattr__, __dir__) of the module `name`: a name of the first source that has it.

    >>> lookup, _ = forwarded("here", "math", "cmath")
    >>> lookup("phase")(1.0), lookup("cos")(0.0)
    (0.0, 1.0)
    """

    def modules():
        for source in sources:
            try:
                yield import_module(source)
            except ModuleNotFoundError as error:
                if (error.name or "").partition(".")[0] != "scipy":
                    raise
                raise ImportError(
                    f"{name} needs SciPy: pip install autodiff-numpy[scipy]"
                ) from None

    def find(attribute):
        if not attribute.startswith("__"):
            for module in modules():
                if hasattr(module, attribute):
                    return getattr(module, attribute)
        raise AttributeError(f"module {name!r} has no attribute {attribute!r}")

    def names():
        return sorted({n for module in modules() for n in dir(module) if n[:1] != "_"})

    return find, names
