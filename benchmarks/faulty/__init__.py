"""Faults by group; see `benchmarks/faults.py`."""
