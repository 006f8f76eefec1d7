"""Finite differences and the complex step: the other way to differentiate, and the judge of ours."""
