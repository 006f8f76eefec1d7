"""`numpy.random` for autograd's code: plain random numbers.

>>> from autodiff.compat.autograd.numpy import random
>>> random.RandomState(0).rand(2).shape
(2,)
"""

from ..namespace import forwarded

__getattr__, __dir__ = forwarded(__name__, "numpy.random")
