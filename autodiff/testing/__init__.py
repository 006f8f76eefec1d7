"""The laws that every row of the table obeys, for our rows and for those that users add.

>>> from autodiff.ops.arithmetic import multiply
>>> check(multiply)
>>> print(*laws)
complete infer constant jvp duality order_two dtype reads batch nested graph
"""

from .complete import complete
from .differentiate import constant, dtype, duality, jvp, order_two
from .judge import LawError as LawError
from .read import batch, graph, infer, nested, reads
from .sample import samples as samples

# The facts of a row come first, so that a slip there is not reported as a wrong derivative.
laws = {
    law.__name__: law
    for law in (
        complete, infer, constant, jvp, duality, order_two, dtype, reads, batch, nested, graph,
    )
}  # fmt: skip


def check(row):
    """Run every law on one row of the table.

    row: a row of ours, or one made with `operator`; its samples are drawn from `row.domain`, or
    given by `row.sample(rng, dtype)`.
    Raises LawError, an AssertionError, at the first law that is broken: it names the row, the law,
    the sample, what was found and what is right.

    >>> from autodiff.ops.trigonometric import sin
    >>> check(sin)
    """
    for law in laws.values():
        law(row)
