"""Five readers of the table: arrays, tensors, nodes, duals and batches."""

from . import lookback as lookback
