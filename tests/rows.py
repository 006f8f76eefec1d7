"""The rows that `import autodiff` brings, whatever other tests have loaded beside them."""

import subprocess
import sys

from autodiff.core.op import Op

LOADED = "import autodiff; from autodiff.core.op import Op; print(*Op.table)"


def rows():
    """[row], in the order of their names."""
    found = subprocess.run(
        [sys.executable, "-c", LOADED], check=True, capture_output=True, text=True
    )
    return [Op.table[name] for name in sorted(found.stdout.split())]


ROWS = rows()
