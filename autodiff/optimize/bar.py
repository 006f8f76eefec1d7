"""How far a fit is: tqdm's bar where it is installed, the line of the numeric package elsewhere."""

import sys

from ..numeric.progress import PATIENCE, Progress


class Bar:
    """A bar on the terminal from its third second on, and nothing elsewhere.

    shown: whether there may be one.
    """

    def __init__(self, what, steps, shown):
        self.line = self.bar = None
        if not shown or sys.stderr is None or not sys.stderr.isatty():
            return
        try:
            from tqdm import tqdm
        except ImportError:
            self.what, self.line = what, Progress(what)
        else:
            self.bar = tqdm(
                total=steps, desc=what, unit="step", delay=PATIENCE, leave=False, file=sys.stderr
            )

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self.bar is not None:
            self.bar.close()
        if self.line is not None:
            self.line.__exit__(*error)

    def tick(self, said):
        """One more step, and what there is to say of it."""
        if self.bar is not None:
            self.bar.set_postfix_str(said, refresh=False)
            self.bar.update()
        if self.line is not None:
            self.line.what = f"{self.what}, {said}"
            self.line.tick()
