"""Discrete Fourier transforms under the names of numpy.fft and torch.fft.

>>> import numpy as np
>>> import autodiff as ad
>>> gradient = ad.grad(lambda x: (abs(fft(x)) ** 2).sum())(np.array([1.0, 2.0]))
>>> gradient.tolist()
[4.0, 8.0]
"""

from numpy.fft import fftfreq as fftfreq, rfftfreq as rfftfreq

from .ops.fft import (
    fft as fft,
    fft2 as fft2,
    fftn as fftn,
    fftshift as fftshift,
    hfft as hfft,
    ifft as ifft,
    ifft2 as ifft2,
    ifftn as ifftn,
    ifftshift as ifftshift,
    ihfft as ihfft,
    irfft as irfft,
    irfft2 as irfft2,
    irfftn as irfftn,
    rfft as rfft,
    rfft2 as rfft2,
    rfftn as rfftn,
)
