"""Answers of SciPy's solvers with their derivatives, by the implicit function theorem."""
