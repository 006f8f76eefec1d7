"""Runs the benchmarks named on the command line, or all of them."""

import argparse
import json
import platform
import sys
import time
from importlib import import_module, metadata

NAMES = (
    "imports",
    "chain",
    "large",
    "kept",
    "overhead",
    "sweep",
    "jit",
    "first",
    "gradbench",
    "nans",
)


def main():
    """Measure, print a table for each benchmark, and write the numbers if asked to."""
    options = read(sys.argv[1:])
    from .measure import FULL, SMOKE
    from .peers import MISSING, peers
    from .table import as_json, show

    begin, written = time.perf_counter(), {}
    found = peers()
    print(machine(found))
    for name, why in MISSING.items():
        print(f"{name} is left out: {why}")
    for name in options.names or NAMES:
        tables = import_module(f".{name}", __package__).measure(
            SMOKE if options.smoke else FULL, found
        )
        written[name] = [as_json(t) for t in tables]
        print("", *map(show, tables), sep="\n", flush=True)
    print(f"{time.perf_counter() - begin:.0f} s")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"machine": machine(found), "benchmarks": written}, file, indent=1)


def read(arguments):
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], help="which; default: all")
    parser.add_argument("--json", metavar="FILE", help="write the numbers to FILE")
    parser.add_argument("--smoke", action="store_true", help="one call of everything, no figures")
    return parser.parse_args(arguments)


def machine(found):
    """What the figures were taken with."""
    versions = [f"{name} {metadata.version(name)}" for name in ("numpy", *found)]
    return ", ".join([f"Python {platform.python_version()}", *versions, platform.machine()])


if __name__ == "__main__":
    main()
