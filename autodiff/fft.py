"""Discrete Fourier transforms under the names of numpy.fft and torch.fft.

>>> import numpy as np
>>> import autodiff as ad
>>> gradient = ad.grad(lambda x: (abs(fft(x)) ** 2).sum())(np.array([1.0, 2.0]))
>>> gradient.tolist()
[4.0, 8.0]
"""

import numpy as np

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


def fftfreq(n, d=1.0, device=None, *, dtype=None):
    """Frequencies of the elements of `fft(x)` for `n` samples that are `d` apart [1 / unit of d].

    >>> fftfreq(4).tolist()
    [0.0, 0.25, -0.5, -0.25]
    """
    found = np.fft.fftfreq(n, d, device)
    return found if dtype is None else found.astype(dtype)


def rfftfreq(n, d=1.0, device=None, *, dtype=None):
    """Frequencies of the elements of `rfft(x)` for `n` samples that are `d` apart [1 / unit of d].

    >>> rfftfreq(4).tolist()
    [0.0, 0.25, 0.5]
    """
    found = np.fft.rfftfreq(n, d, device)
    return found if dtype is None else found.astype(dtype)
