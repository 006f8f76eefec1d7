"""What tests that run one program under JAX and under this library share."""

import warnings

import numpy as np
import pytest

import autodiff as ad

jax = pytest.importorskip("jax")


@pytest.fixture(autouse=True)
def double_precision():
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)


def outcome(program, library):
    """The numbers that a program gives, or the error that ends it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # each library has its own
        try:
            return numbers(program(library))
        except Exception as error:  # noqa: BLE001 — its kind is what is compared
            return error


def numbers(value):
    """A result as nested lists of plain numbers, rounded where the last bits differ."""
    if isinstance(value, (tuple, list)):
        return [numbers(v) for v in value]
    if isinstance(value, dict):
        return {k: numbers(v) for k, v in sorted(value.items())}
    if hasattr(value, "tolist"):
        value = np.asarray(value).tolist()
        return numbers(value)
    return float(f"{value:.10g}") if isinstance(value, float) else value


def same_outcome(program):
    """Both libraries give the same numbers, or errors of the same kind."""
    mine, its = outcome(program, ad), outcome(program, jax)
    if isinstance(its, Exception):
        kinds = [c for c in type(its).__mro__ if c.__module__ == "builtins"]
        assert isinstance(mine, kinds[0]), (mine, its)
    else:
        assert repr(mine) == repr(its)
