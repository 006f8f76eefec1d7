"""Containers as vectors, optimizers, fixed points and replayed functions."""

from . import fixed_points as fixed_points, optimizers as optimizers
from .flatten import flatten as flatten
from .tracers import const_graph as const_graph
