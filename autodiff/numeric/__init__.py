"""Finite differences and the complex step: the other way to differentiate, the judge of ours."""
