"""Chooses the annotations that guide a training: which ones, at what quality, or controls in their place."""
