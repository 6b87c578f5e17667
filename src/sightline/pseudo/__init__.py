"""Masks for images without annotation: a U-Net learns from the annotated images, and is tested on held-out ones."""
