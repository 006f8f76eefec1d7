"""The twelve problems of GradBench: `python -m benchmarks.gradbench` answers its protocol.

`python -m benchmarks gradbench` measures them beside JAX; `python -m benchmarks.gradbench all` does
so at every documented size.
"""


def measure(effort, found):
    """The table of times, at the least, the middle and the greatest size of each problem."""
    from .race import measure as race

    return race(effort, found, 3)
