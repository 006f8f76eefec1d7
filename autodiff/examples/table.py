"""A table of numbers with one column of two classes, read from a CSV file.

Whatever is wrong with a file becomes one `InputError` whose sentence names the file, the line,
the column and the value.
"""

import codecs
import csv
import io
import math
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np

BREAST_CANCER = Path(__file__).parent / "data" / "breast_cancer.csv"
DELIMITERS = (",", ";", "\t")
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?", "-"})
BEGINNING = 100_000  # characters of the first line that tell the delimiter
SHOWN = 30  # characters of a value that a message quotes


class InputError(ValueError):
    """What a user gave cannot be used; the message is one sentence that says why."""


@dataclass(frozen=True)
class Table:
    """Numbers and classes of one file.

    columns: name of each feature.
    values: features, shape (rows, columns), all finite.
    labels: 0.0 or 1.0 for each row, shape (rows,).
    classes: what labels 0 and 1 are called in the file.
    """

    source: str
    target: str
    columns: tuple[str, ...]
    values: np.ndarray
    labels: np.ndarray
    classes: tuple[str, str]


def breast_cancer():
    """The Wisconsin diagnostic breast-cancer table: 569 rows, 30 features, CC BY 4.0.

    Source: Wolberg, Mangasarian, Street and Street 1993, DOI 10.24432/C5DW2B.
    """
    return read_table(BREAST_CANCER, "diagnosis")


def read_table(path, target):
    """The table in the CSV file `path`, whose column `target` holds two classes.

    The delimiter is a comma, a semicolon or a tab; the first line names the columns.

    Raises InputError if the file is not such a table.
    """
    name = str(path)
    lines = records(name, decoded(name, read_bytes(path)))
    header = read_header(name, lines)
    place = target_place(name, header, target)
    rows = list(read_rows(name, header, lines))
    if not rows:
        raise InputError(f"{name} has a line of column names but no rows of values below it.")
    labels, classes = two_classes(name, target, [(line, row[place]) for line, row in rows])
    columns = unique(header)
    features = [i for i in range(len(columns)) if i != place]
    values = [[number(name, line, columns[i], row[i]) for i in features] for line, row in rows]
    names = tuple(columns[i] for i in features)
    return Table(name, target, names, np.array(values), labels, classes)


def read_bytes(path):
    """What the file holds, or one sentence on why it cannot be read."""
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        reason = "there is no such file"
    except IsADirectoryError:
        reason = "it is a directory, not a file"
    except PermissionError:
        reason = "reading it is not permitted"
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
    raise InputError(f"{str(path)!r} cannot be read: {reason}.")


def decoded(name, data):
    """The text of a file in UTF-8, UTF-16 with its mark, or Latin-1."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "latin-1")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if any(ord(c) < 32 and c not in "\t\n\r\f" for c in set(text)):
            break
        return text
    raise InputError(f"{name} is not a table: it is a binary file, not text.")


def records(name, text):
    """(number of its first line, list of its fields) for each line that is not blank."""
    first = next((line for line in lines_of(text) if line.strip()), "")[:BEGINNING]
    delimiter = max(DELIMITERS, key=lambda d: len(next(csv.reader([first], delimiter=d))))
    reader = csv.reader(lines_of(text), delimiter=delimiter, skipinitialspace=True)
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InputError(f"{name} is not a table: line {line}: {error}.") from None
        if any(field.strip() for field in fields):
            yield line, [field.strip() for field in fields]


def lines_of(text):
    """The lines of a text, each with the line end it has."""
    return io.StringIO(text, newline="")


def read_header(name, lines):
    """The names in the first line that is not blank."""
    line, fields = next(lines, (0, []))
    if not fields:
        raise InputError(f"{name} is empty; a table has column names and rows of numbers.")
    if len(fields) < 2:
        raise InputError(
            f"{name} is not a table: line {line} has one column; columns are separated by"
            " commas, semicolons or tabs, and there are at least two."
        )
    if all(is_number(field) for field in fields):
        raise InputError(
            f"{name} has no column names: line {line} holds numbers only; write a line of names"
            " above it."
        )
    return fields


def unique(header):
    """Column names, told apart by their place where one is repeated or empty."""
    columns = []
    for place, field in enumerate(header, start=1):
        column = field or f"column {place}"
        columns.append(f"{column} (column {place})" if column in columns else column)
    return columns


def target_place(name, header, target):
    """Where the column `target` stands."""
    if target not in header:
        close = get_close_matches(target, header, n=1)
        hint = f"the nearest is {close[0]!r}." if close else f"its columns are {listed(header)}."
        raise InputError(f"{name} has no column {target!r}; {hint}")
    if header.count(target) > 1:
        raise InputError(
            f"{name} has more than one column {target!r}; the target's name must be its own."
        )
    return header.index(target)


def read_rows(name, header, lines):
    """(line, fields) of each row, each as long as the header."""
    for line, fields in lines:
        if len(fields) != len(header):
            raise InputError(
                f"{name}, line {line} has {counted(len(fields), 'value')}, but the first line"
                f" names {counted(len(header), 'column')}."
            )
        yield line, fields


def two_classes(name, target, cells):
    """Labels 0 and 1 of the target's cells, and the two classes they stand for.

    Numbers are ordered by size and texts by the alphabet; the second class is labelled 1.
    """
    for line, cell in cells:
        if cell.lower() in MISSING:
            raise InputError(f"{name}, line {line}, target column {target!r}: {missing(cell)}.")
    numeric = all(is_number(cell) for _, cell in cells)
    keys = [float(cell) if numeric else cell for _, cell in cells]
    classes = sorted(set(keys))
    names = [f"{c:g}" if numeric else str(c) for c in classes]
    if len(classes) != 2:
        found = listed(names)
        raise InputError(
            f"{name}, target column {target!r} holds {counted(len(classes), 'class', 'es')}"
            f" ({found}); a logistic regression needs exactly two."
        )
    labels = np.array([float(key == classes[1]) for key in keys])
    return labels, (names[0], names[1])


def number(name, line, column, cell):
    """The finite number in one cell of a feature."""
    if is_number(cell):
        value = float(cell)
        if math.isfinite(value):
            return value
    if cell.lower() in MISSING:
        fault = missing(cell)
    elif is_number(cell):
        fault = f"{cell!r} is not finite; use finite numbers or leave the row out"
    elif is_number(cell.replace(",", ".", 1)):
        fault = f"{cell!r} is not a number; write decimals with a point"
    else:
        fault = f"{quoted(cell)} is not a number; every column but the target holds numbers"
    raise InputError(f"{name}, line {line}, column {column!r}: {fault}.")


def is_number(cell):
    """Whether a cell reads as a number; Python's `1_000` does not count."""
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell


def missing(cell):
    """The fault of a cell that holds nothing."""
    what = f"{cell!r} stands for a missing value" if cell else "the value is missing"
    return f"{what}; fill it in or leave the row out"


def quoted(cell):
    """A cell as a message shows it: one line, not too long."""
    return repr(cell if len(cell) <= SHOWN else f"{cell[:SHOWN]}...")


def listed(names, most=8):
    """Names in one line, the first few of many."""
    shown = ", ".join(quoted(n) for n in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def counted(count, noun, plural="s"):
    """`1 value`, `2 values`."""
    return f"{count} {noun}{'' if count == 1 else plural}"
