"""Formulas: functions as graphs, their LaTeX, SymPy in and out, symbolic differentiation.

SymPy and mpmath are the extra [symbolic]; graphs, derivatives and LaTeX need neither.
"""

from .differentiate import derivative as derivative
from .digits import precise as precise
from .elements import elements as elements
from .expression import to_sympy as to_sympy
from .graph import Graph as Graph, latex as latex, trace as trace
from .growth import Iterate as Iterate, Swell as Swell, swell as swell
from .reading import from_sympy as from_sympy
