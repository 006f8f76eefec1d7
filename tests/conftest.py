"""What holds for every test."""

import os

import hypothesis

# No test opens a window.
os.environ.setdefault("MPLBACKEND", "Agg")

# A slow machine is no failure, and the same commit always runs the same examples.
hypothesis.settings.register_profile("house", deadline=None, derandomize=True)
hypothesis.settings.load_profile("house")
