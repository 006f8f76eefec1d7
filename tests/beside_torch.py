"""What tests that run one program under PyTorch and under this library share."""

import re
import warnings

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


def outcome(program, T):
    """The numbers that a program gives, or the error that ends it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # each library has its own
        try:
            return numbers(program(T))
        except Exception as error:  # noqa: BLE001 — its kind is what is compared
            return error


def numbers(value):
    """A result as nested lists of plain numbers, rounded where the last bits differ."""
    if isinstance(value, (tuple, list)):
        return [numbers(v) for v in value]
    if isinstance(value, dict):
        return {k: numbers(v) for k, v in value.items()}
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, list):
        return numbers(value)
    return float(f"{value:.10g}") if isinstance(value, float) else value


def same_outcome(program):
    """Both libraries give the same numbers, or errors of the same kind."""
    mine, its = outcome(program, ad), outcome(program, torch)
    if isinstance(its, Exception):
        kinds = [c for c in type(its).__mro__ if c.__module__ == "builtins"]
        assert isinstance(mine, kinds[0]), (mine, its)
    else:
        assert repr(mine) == repr(its)
