"""Comparisons of two arms: tests, corrections for the number of comparisons, and verdicts in words."""
