"""What differentiation did, for the eye: tables and pictures."""

from importlib import import_module as _import_module
from typing import Any as _Any

# Names whose modules are imported when first asked for: a table needs no pictures.
_LATER = {"Race": "race_run", "race": "race_run"}


def __getattr__(name) -> _Any:
    if name not in _LATER:
        raise AttributeError(f"module 'autodiff.show' has no attribute {name!r}")
    value = globals()[name] = getattr(_import_module(f"autodiff.show.{_LATER[name]}"), name)
    return value
