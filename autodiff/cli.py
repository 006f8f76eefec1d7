"""The command `autodiff`.

A command is one function below that adds its parser and says what runs it; `COMMANDS` lists them.
Exit codes: 0 done, 1 a check failed, 2 what was given cannot be used.
"""

import argparse
import io
import os
import sys

from .examples import demo as demonstration
from .examples.table import InputError
from .show.explain_command import add_explain
from .show.race_command import add_race

INTERRUPTED, UNREAD = 130, 141  # what shells expect after control-C and a closed pipe


def main(argv=None):
    """Run the command line `argv`; the exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # names in a table may be beyond the terminal
        sys.stdout.reconfigure(errors="backslashreplace")
    parser = build_parser()
    try:
        given = parser.parse_args(argv)
    except SystemExit as stop:  # argparse has printed help or a sentence
        return int(stop.code or 0)
    if given.version:
        print(f"autodiff {installed_version()}")
        return 0
    if given.run is None:
        parser.print_help()
        return 0
    return run(given)


def run(given):
    """Run the chosen command; faults of the user become one sentence."""
    try:
        code = given.run(given)
        sys.stdout.flush()
        return code
    except InputError as error:
        print(f"autodiff: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("autodiff: interrupted.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of a pipe has left; Python would complain at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD


def build_parser():
    """The parser with every command of `COMMANDS`."""
    parser = argparse.ArgumentParser(
        prog="autodiff", description="Derivatives of NumPy programs, from the command line."
    )
    parser.add_argument("--version", action="store_true", help="print the version and stop")
    parser.set_defaults(run=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for command in COMMANDS:
        command(commands)
    return parser


def installed_version():
    """The version of the installed distribution."""
    from importlib.metadata import PackageNotFoundError, version  # 30 ms that others need not wait

    try:
        return version("autodiff-numpy")
    except PackageNotFoundError:
        return "(not installed)"


def demo(commands):
    """`autodiff demo`: fit a real table three ways."""
    parser = commands.add_parser(
        "demo",
        help="fit a table of two classes three ways, check the gradient, write a report",
        description="Fit a logistic regression to a table by a symbolic graph, by eager tensors and"
        " by a transform; compare the three, check the gradient, and write a report page.",
    )
    parser.add_argument(
        "--data",
        metavar="FILE.csv",
        help="a table of your own: column names in the first line, numbers below"
        " (default: the Wisconsin diagnostic breast-cancer table)",
    )
    parser.add_argument(
        "--target", metavar="COLUMN", help="the column of --data that holds two classes"
    )
    parser.add_argument(
        "--out", metavar="PATH", default=demonstration.OUT, help="the report (default: %(default)s)"
    )
    parser.add_argument(
        "--rounds",
        type=positive,
        metavar="N",
        default=demonstration.ROUNDS,
        help="updates of each fit (default: %(default)s)",
    )
    parser.add_argument("--open", action="store_true", help="open the report in a browser")
    parser.set_defaults(run=run_demo)


def run_demo(given):
    """What `autodiff demo` does."""
    if given.data is None and given.target is not None:
        raise InputError("--target names a column of --data FILE.csv, which is missing.")
    if given.data is not None and given.target is None:
        raise InputError("--data needs --target COLUMN, the column that holds two classes.")
    return demonstration.run(given.data, given.target, given.out, given.rounds, given.open)


def positive(text):
    """A whole number, at least 1."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"needs a whole number, at least 1, not {text!r}")
    return number


COMMANDS = (demo, add_explain, add_race)
