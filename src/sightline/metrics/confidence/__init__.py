"""Intervals: how much a score would vary with other images, other patients or other seeds."""
