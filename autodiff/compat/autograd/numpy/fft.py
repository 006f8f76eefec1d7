"""`numpy.fft` for autograd's code; NumPy hands the calls on traced values to us.

>>> import numpy as np
>>> from autodiff.compat.autograd import grad
>>> from autodiff.compat.autograd.numpy import fft
>>> grad(lambda x: fft.fft(x)[0].real)(np.ones(2)).tolist()
[1.0, 1.0]
"""

from ..namespace import forwarded

__getattr__, __dir__ = forwarded(__name__, "numpy.fft")
