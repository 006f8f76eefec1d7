"""What tests that run one program under this library and under another share."""

import warnings

import autodiff as ad


def same_outcome(program, other, order=list):
    """Both libraries give the same numbers, or errors of the same kind.

    order: what puts the entries of dictionaries in the order in which they are compared.
    """
    mine, its = outcome(program, ad, order), outcome(program, other, order)
    if isinstance(its, Exception):
        kinds = [c for c in type(its).__mro__ if c.__module__ == "builtins"]
        assert isinstance(mine, kinds[0]), (mine, its)
    else:
        assert repr(mine) == repr(its)


def outcome(program, library, order):
    """The numbers that a program gives, or the error that ends it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # each library has its own
        try:
            return numbers(program(library), order)
        except Exception as error:  # noqa: BLE001 — its kind is what is compared
            return error


def numbers(value, order):
    """A result as nested lists of plain numbers, rounded where the last bits differ."""
    if isinstance(value, (tuple, list)):
        return [numbers(v, order) for v in value]
    if isinstance(value, dict):
        return {k: numbers(v, order) for k, v in order(value.items())}
    if hasattr(value, "tolist"):
        return numbers(value.tolist(), order)
    return float(f"{value:.10g}") if isinstance(value, float) else value
