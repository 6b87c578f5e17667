"""A side marker: the letter that a technician lays beside the patient, which tells one X-ray room from another."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from sightline.data.drawing.canvas import Layer
from sightline.data.drawing.noise import Field


def paint_token(rng: np.random.Generator, size: int) -> Layer:
    """An upright L or R in the upper corner of its side, above the shoulder; some in a ring."""
    zoom = 4 if size <= 128 else 2
    unit = size * zoom
    image = Image.new("L", (unit, unit))
    pen = ImageDraw.Draw(image)
    left = bool(rng.random() < 0.5)  # the patient's, on the right of the image
    inset, y, tall = rng.uniform(0.07, 0.095), rng.uniform(0.065, 0.10), rng.uniform(0.065, 0.085)
    middle = ((1 - inset if left else inset) * unit, y * unit)
    pen.text(middle, "L" if left else "R", fill=255, font=ImageFont.load_default(size=tall * unit), anchor="mm")
    if rng.random() < 0.35:
        pen.circle(middle, 0.62 * tall * unit, outline=255, width=max(1, round(0.007 * unit)))
    cover: Field = np.asarray(image.reduce(zoom), dtype=np.float32) / np.float32(255)
    return Layer(np.full(3, rng.uniform(0.9, 1), np.float32), cover).trimmed()
