"""Answers GradBench on standard input and output: `python -m benchmarks.gradbench`."""

import sys

from .libraries import NATIVE
from .protocol import serve


def main(arguments):
    """Serve, or measure every documented size."""
    if not arguments:
        serve(sys.stdin, sys.stdout, NATIVE)
    elif arguments == ["all"]:
        from ..measure import FULL
        from ..peers import peers
        from ..table import show
        from .race import measure

        print(*map(show, measure(FULL, peers(), None)), sep="\n")
    else:
        sys.exit(f"gradbench: {' '.join(arguments)!r} is unknown; write nothing, or all")


if __name__ == "__main__":
    main(sys.argv[1:])
