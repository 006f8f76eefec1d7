"""Values whose elements are all one known number."""


class Uniform:
    """A value whose elements are all the same known number."""

    __slots__ = ("number", "known", "declared")

    def __init__(self, number, known, declared):
        self.number, self.known, self.declared = number, known, declared
