"""A depth scale: the marks along the side of an ultrasound image, one for each step into the body."""

from __future__ import annotations

import numpy as np
from PIL import ImageFont

from sightline.data.drawing.canvas import Canvas, Layer


def paint_depth_scale(rng: np.random.Generator, size: int) -> Layer:
    """Short and long marks at even distances along the left or the right side, mostly with numbers, some on a line."""
    canvas, pen = Canvas(size), rng.uniform(0.006, 0.009)
    right, inset = rng.random() < 0.6, rng.uniform(0.012, 0.03)
    edge, inward = (1 - inset, -1) if right else (inset, 1)
    first, last, every = rng.uniform(0.02, 0.12), rng.uniform(0.86, 0.98), int(rng.choice([2, 5]))
    marks = np.linspace(first, last, int(rng.integers(3, 7)) * every + 1)
    short, long = rng.uniform(0.014, 0.02), rng.uniform(0.028, 0.036)
    numbered = rng.random() < 0.7
    font = ImageFont.load_default(size=0.038 * canvas.scale)
    for i, y in enumerate(marks.tolist()):
        major = i % every == 0
        end = edge + inward * (long if major else short)
        canvas.stroke(np.array([[edge, y], [end, y]]), np.full(2, pen))
        if numbered and major and i:
            place = ((end + inward * 0.012) * canvas.scale, y * canvas.scale)
            canvas.pen.text(place, str(i // every), fill=255, font=font, anchor="rm" if right else "lm")
    if rng.random() < 0.4:
        canvas.stroke(np.array([[edge, first], [edge, last]]), np.full(2, 0.7 * pen))
    return Layer(np.full(3, rng.uniform(0.7, 1), np.float32), canvas.coverage())
