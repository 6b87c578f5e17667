"""A ruler: a graduated strip along one edge of the image."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from sightline.phantom.canvas import Layer
from sightline.phantom.noise import Field, centres, field
from sightline.phantom.outline import Outline
from sightline.phantom.place import GAP

# body, print, and how much the body covers: paper, white plastic, yellow tape, clear plastic, steel, black
_MAKES = (
    ((0.96, 0.95, 0.91), (0.10, 0.10, 0.12), 0.97),
    ((0.93, 0.95, 0.97), (0.12, 0.16, 0.42), 0.95),
    ((0.95, 0.83, 0.32), (0.12, 0.10, 0.08), 0.96),
    ((0.90, 0.94, 0.97), (0.05, 0.05, 0.07), 0.72),
    ((0.70, 0.72, 0.74), (0.08, 0.08, 0.09), 0.96),
    ((0.13, 0.13, 0.14), (0.94, 0.94, 0.92), 0.96),
)
_REACH = 0.75  # half the length that is printed


def paint_ruler(rng: np.random.Generator, outline: Outline, size: int, deep: float | None = None) -> Layer:
    """The strip lies along the image's edge, slightly askew.

    Args:
        deep: in image sides; None: as the room beside the lesion allows.
    """
    outward, inset, depth = _lay(rng, outline, deep)
    along = np.array([outward[1], -outward[0]])
    body, ink, opacity = _MAKES[rng.integers(len(_MAKES))]
    end = inset + depth  # of the graduated side, as a distance from the image's edge

    at = centres(size) - np.float32(0.5)
    (out_x, out_y), (along_x, along_y) = outward.tolist(), along.tolist()
    beyond = out_y * at[:, None] + out_x * at[None, :] + (end - 0.5)  # 0 on the graduated side, grows outward
    s = along_y * at[:, None] + along_x * at[None, :]
    first, last = (-1.0, 1.0) if inset < 0 else (rng.uniform(-0.47, -0.3), rng.uniform(0.3, 0.47))
    from_border = np.minimum(np.minimum(beyond, depth - beyond), np.minimum(s - first, last - s))
    strip = np.clip(from_border * size + 0.5, 0, 1)
    shade = 1 + 0.05 * np.sin(beyond / depth * 5 + rng.uniform(0, 6)) + 0.012 * field(rng, size, 90) - 0.18 * (from_border < 0.006)
    shadow = Layer(np.zeros(3, np.float32), 0.35 * np.exp(-np.maximum(-from_border, 0) / 0.006))
    plastic = Layer(np.array(body, np.float32) * shade[..., None], strip * opacity)
    printed = Layer(np.array(ink, np.float32), _graduation(rng, size, outward, along, end, depth) * strip * 0.92)
    return printed.on(plastic.on(shadow))


def _lay(rng: np.random.Generator, outline: Outline, deep: float | None) -> tuple[Field, float, float]:
    """Outward direction of the edge, distance of the strip from it (negative: it runs out of the image), and the strip's depth."""
    angle = np.arange(4) * np.pi / 2 + rng.normal(0, 0.03, 4)
    outward = np.stack([np.cos(angle), np.sin(angle)], axis=1)  # (4, 2)
    room = 0.5 - ((outline.points - 0.5) @ outward.T).max(0) - GAP  # (4,)
    wanted, inset = rng.uniform(0.13, 0.20), rng.uniform(0.015, 0.03) if rng.random() < 0.35 else -0.06
    if deep is not None:
        room, wanted = np.ones(4), deep
    enough = room >= wanted + max(inset, 0)
    order = rng.permutation(4)
    side = order[np.argmax(enough[order])] if enough.any() else int(room.argmax())
    end = float(min(wanted + max(inset, 0), room[side]))
    return outward[side], inset, end - inset


def _graduation(rng: np.random.Generator, size: int, outward: Field, along: Field, end: float, depth: float) -> Field:
    """Ticks and numbers, printed upright on a strip and laid in place: (size, size) in [0, 1]."""
    zoom = 3 if size <= 128 else 2
    unit = zoom * size  # pixels of the print per image side
    tall = min(depth, end)  # what lies inside the image
    strip = Image.new("L", (round(2 * _REACH * unit), max(1, round(tall * unit))))
    pen = ImageDraw.Draw(strip)
    pitch, thick = rng.uniform(0.022, 0.042), rng.uniform(0.007, 0.010)
    labelled = 10 if pitch < 0.03 else 5
    font = ImageFont.load_default(size=0.36 * tall * unit)
    start, number = rng.uniform(0, pitch), int(rng.integers(0, 12))
    for i in range(int(2 * _REACH / pitch)):
        x = (start + i * pitch) * unit
        left = x - thick * unit / 2
        length = tall * (0.5 if i % labelled == 0 else 0.38 if i % 5 == 0 else 0.25) * unit
        pen.rectangle((left, 0, left + max(thick * unit - 1, 0), length), fill=255)  # both ends are drawn
        if i % labelled == 0:
            pen.text((x, 0.53 * tall * unit), str(number + i // labelled), fill=255, font=font, anchor="mt")
    # from a pixel (x, y) of the image to one of the print
    corner = np.array([0.5, 0.5]) * size * zoom
    from_middle = np.stack([along, outward])  # (2, 2)
    offset = np.array([_REACH, end - 0.5]) * unit - from_middle @ corner
    affine = (*from_middle[0], offset[0], *from_middle[1], offset[1])
    laid = strip.transform((size * zoom,) * 2, Image.Transform.AFFINE, affine, Image.Resampling.BILINEAR)
    return np.asarray(laid.reduce(zoom), dtype=np.float32) / np.float32(255)
