"""What tests that run one program under JAX and under this library share."""

import beside
import pytest

jax = pytest.importorskip("jax")


@pytest.fixture(autouse=True)
def double_precision():
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)


def same_outcome(program):
    """JAX gives the same numbers, or an error of the same kind; it sorts what dictionaries hold."""
    beside.same_outcome(program, jax, sorted)
