"""Comparisons of two arms: tests, corrections for their number, and what may be said."""
