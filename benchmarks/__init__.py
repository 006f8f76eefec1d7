"""Speed and memory beside NumPy, torch, jax and autograd: `python -m benchmarks` runs all of it."""

import os

# One thread for everybody, set before NumPy is imported: what is compared is the work.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
