"""What only a plain script meets: the outermost line of a program, with no callers above it."""

import subprocess
import sys

SCRIPT = """
import numpy as np
import autodiff as ad
x = ad.tensor([3.0, 4.0], requires_grad=True)
print(ad.sum(x).item(), ad.norm(x).item(), (x @ x).item(), (2 * x)[0].item())
y = ad.exp(x)
z = y * y
y.add_(1)
try:
    z.sum().backward()
except RuntimeError as error:
    print(error)
"""


def test_a_script_without_functions(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True)
    numbers, error = done.stdout.splitlines()
    assert numbers == "7.0 5.0 25.0 6.0"
    assert "script.py:7" in error
    assert "script.py:8" in error
