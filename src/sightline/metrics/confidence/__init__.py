"""Intervals: how far a score would move with other images, other patients or other seeds."""
