"""Burnt-in letters: what scanners write into their pictures."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from sightline.data.drawing.canvas import Layer

_LETTERS = "ABCDEFHKLMNPRSTUVXZ0123456789"
_ZOOM = 4
_MARGIN = 0.03  # from the border, as a share of the shorter side


def paint_letters(rng: np.random.Generator, size: tuple[int, int], tall: float) -> Layer:
    """Three letters or figures, white with a dark rim, in a random corner of a picture of `size` (H, W).

    Args:
        tall: height of a letter in pixels; less where three of them would be wider than the picture.
    """
    word = "".join(rng.choice(list(_LETTERS), 3))
    height, width = size
    margin = _MARGIN * min(size)
    tall = min(tall, 0.35 * (width - 2 * margin))
    font = ImageFont.load_default(size=1.37 * tall * _ZOOM)  # of which a capital is 0.73
    rim = max(1, round(0.06 * tall * _ZOOM))
    x0, y0, x1, y1 = font.getbbox(word, stroke_width=rim)
    block = Image.new("LA", (round(x1 - x0), round(y1 - y0)))
    ImageDraw.Draw(block).text((-x0, -y0), word, fill=(255, 255), font=font, stroke_width=rim, stroke_fill=(15, 255))
    w, h = (max(1, round(n / _ZOOM)) for n in block.size)
    grey, alpha = (np.asarray(band, np.float32) / np.float32(255) for band in block.resize((w, h), Image.Resampling.BOX).split())
    bottom, right = rng.random(2) < 0.5
    top = round(height - margin) - h if bottom else round(margin)
    left = round(width - margin) - w if right else round(margin)
    window = slice(max(top, 0), top + h), slice(max(left, 0), left + w)
    layer = Layer(np.zeros((*size, 3), np.float32), np.zeros(size, np.float32))
    layer.colour[window], layer.cover[window] = grey[..., None], alpha
    return layer
