"""What tests that run one program under PyTorch and under this library share."""

import re
import warnings

import beside
import pytest

import autodiff as ad

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    torch = pytest.importorskip("torch")


@pytest.fixture(autouse=True)
def double_precision():
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


def text(value):
    """What is seen of a result, the same for both libraries."""
    if isinstance(value, (tuple, list)):
        return f"({', '.join(map(text, value))})"
    seen = re.sub(" object at 0x[0-9a-f]+", "", repr(value)).replace("dtype=torch.", "dtype=")
    return re.sub(r"size=\(([\d, ]*?),?\)", r"size=(\1)", seen)


def same(program):
    """Both libraries show the same."""
    assert text(program(ad)) == text(program(torch))


def leaf(T, *numbers):
    return T.tensor(numbers, requires_grad=True)


def same_outcome(program):
    """PyTorch gives the same numbers, or an error of the same kind."""
    beside.same_outcome(program, torch)
