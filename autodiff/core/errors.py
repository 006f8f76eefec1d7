"""The exceptions of the library: each message says what was given, what is needed, what to do."""

from numpy.linalg import LinAlgError


class AutodiffError(Exception):
    """Base of every error that the library raises on purpose."""


class GraphError(AutodiffError, RuntimeError):
    """A recorded graph is used in a way it does not allow, such as a second backward pass."""


class HookError(GraphError, TypeError):
    """A hook returned what is no tensor."""


class ShapeError(AutodiffError, ValueError, RuntimeError):
    """Shapes do not fit: a ValueError as in NumPy, and a RuntimeError as in PyTorch."""


class RangeError(AutodiffError, ValueError, RuntimeError):
    """A number or a word outside those that are allowed: a RuntimeError as in PyTorch."""


class MatrixError(ShapeError, LinAlgError):
    """Not the matrices that linear algebra needs: a LinAlgError as in NumPy."""


class NonFiniteError(AutodiffError, FloatingPointError):
    """Under debug_nans, a NaN or an infinity reached a result; `event` is where it did."""

    def __init__(self, message, event=None):
        super().__init__(message)
        self.event = event


class GaugeError(AutodiffError, LinAlgError, RuntimeError):
    """A derivative depends on what a factorization leaves free, as a basis of equal eigenvalues."""


class DTypeError(AutodiffError, TypeError, RuntimeError):
    """A dtype that carries no derivative, or that does not fit."""


class TracedError(AutodiffError, TypeError, RuntimeError):
    """A value that is being differentiated, batched or traced was asked for plain numbers."""


class FeedError(AutodiffError, ValueError):
    """What was fed to an executor does not fit its graph."""


class RuleError(AutodiffError, TypeError, NotImplementedError):
    """An operator lacks the rule that was asked for, or the rule returned something else."""


class UnknownShapeError(TracedError):
    """The shape of a variable is not known until it is fed; `node` is the one that was asked."""

    def __init__(self, node):
        self.node = node
        super().__init__(
            f"the shape of {node.label()} is unknown until it is fed; "
            "give Variable(name=..., shape=...) to use it earlier"
        )


class OutputError(AutodiffError, TypeError, ValueError, RuntimeError):
    """A function returned what its transform cannot differentiate, such as an array under grad."""


class ArgumentError(AutodiffError, TypeError, ValueError, RuntimeError):
    """An argument of a transform is not the array, the number or the container that it needs."""


class CutError(GraphError):
    """Under strict=True, a path from the output to an input carries no derivative."""
