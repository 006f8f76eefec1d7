"""A table split into a training part and a held-out part, both on one scale."""

from dataclasses import dataclass

import numpy as np

from .table import InputError, counted

HELD_OUT = 0.25
SMALLEST = 2  # rows of a class: one to learn from, one to judge by


@dataclass(frozen=True)
class Sample:
    """Standardised features behind a leading column of ones, and their labels.

    train, held_out: (points, labels) with shapes (rows, columns + 1) and (rows,).
    constant: names of the columns that do not vary in the training part.
    """

    train: tuple[np.ndarray, np.ndarray]
    held_out: tuple[np.ndarray, np.ndarray]
    constant: tuple[str, ...]


def split(table, seed=0):
    """The sample of a table: a quarter of each class is held out, drawn from `seed`.

    Mean and standard deviation are those of the training part alone, so that the held-out
    part stays unseen.

    Raises InputError if a class has fewer than two rows.
    """
    held_out = drawn(table, np.random.default_rng(seed))
    points, constant = standardised(table.values, ~held_out)
    return Sample(
        (points[~held_out], table.labels[~held_out]),
        (points[held_out], table.labels[held_out]),
        tuple(name for name, flat in zip(table.columns, constant, strict=True) if flat),
    )


def drawn(table, generator):
    """Which rows are held out: the same share of both classes, at least one row of each."""
    held_out = np.zeros(len(table.labels), dtype=bool)
    for label, name in enumerate(table.classes):
        rows = np.flatnonzero(table.labels == label)
        if len(rows) < SMALLEST:
            raise InputError(
                f"{table.source}, target column {table.target!r}: class {name!r} has"
                f" {counted(len(rows), 'row')}; each class needs at least {SMALLEST}."
            )
        share = max(1, round(HELD_OUT * len(rows)))
        held_out[generator.permutation(rows)[:share]] = True
    return held_out


def standardised(values, chosen):
    """Columns with mean 0 and deviation 1 over the chosen rows, and which columns are flat.

    values: shape (rows, columns).  Returns shapes (rows, columns + 1) and (columns,).
    """
    largest = np.max(np.abs(values), axis=0)
    scaled = values / np.where(largest > 0, largest, 1.0)  # the square of 1e200 is not a number
    mean, deviation = scaled[chosen].mean(axis=0), scaled[chosen].std(axis=0)
    constant = deviation <= 8 * np.finfo(float).eps  # relative to the largest value
    columns = np.where(constant, 0.0, (scaled - mean) / np.where(constant, 1.0, deviation))
    return np.column_stack([np.ones(len(values)), columns]), constant
