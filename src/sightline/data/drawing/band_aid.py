"""A band-aid as on the nevi of ISIC 2017: a large round plaster of a bright colour, cut by the image's border."""

from __future__ import annotations

import numpy as np

from sightline.data.drawing.canvas import Layer
from sightline.data.drawing.noise import Field, centres, field
from sightline.data.drawing.outline import Outline

_PLAIN = (
    (0.02, 0.50, 0.80),
    (0.10, 0.68, 0.95),
    (0.36, 0.68, 0.68),
    (0.60, 0.84, 0.84),
    (0.92, 0.54, 0.16),
    (0.95, 0.89, 0.22),
    (0.76, 0.74, 0.08),
    (0.86, 0.16, 0.13),
    (0.96, 0.47, 0.43),
    (0.78, 0.79, 0.84),
)
_RINGED = (  # plaster, pad in its middle
    ((0.93, 0.48, 0.10), (0.27, 0.63, 0.42)),
    ((0.93, 0.48, 0.10), (0.92, 0.80, 0.28)),
    ((0.93, 0.48, 0.10), (0.12, 0.32, 0.66)),
    ((0.72, 0.72, 0.93), (0.20, 0.62, 0.38)),
    ((0.22, 0.64, 0.26), (0.80, 0.76, 0.26)),
)
_GAP = 0.03  # to the lesion, in image sides
_TRIES = 64


def paint_band_aid(rng: np.random.Generator, outline: Outline, size: int) -> Layer:
    """One plaster at the border, its far side outside the image; it has a grain, a worn rim, and in places it shines."""
    (x, y), radius = _lay(rng, outline)
    ringed = rng.random() < 0.4
    first, second = _RINGED[rng.integers(len(_RINGED))] if ringed else (_PLAIN[rng.integers(len(_PLAIN))],) * 2
    at = centres(size)
    narrow = rng.uniform(1, 1.4)  # the images of ISIC 2017 are wider than high, and are mostly seen squashed to a square
    away = np.hypot((at - y)[:, None], (at - x)[None, :] * narrow)
    inward = radius - away  # distance from the rim, in image sides
    grain = 1 + 0.03 * field(rng, size, 60) + 0.02 * field(rng, size, 110) + 0.05 * field(rng, size, 2)
    body = np.array(first, np.float32) * rng.uniform(0.85, 1.02) * (grain * (1 - 0.12 * np.exp(-np.maximum(inward, 0) / 0.012)))[..., None]
    pad = np.clip((rng.uniform(0.45, 0.58) * radius - away) * size + 0.5, 0, 1)[..., None]
    body += (np.array(second, np.float32) * grain[..., None] - body) * pad * ringed
    shine = rng.uniform(0, 0.35) * np.clip(field(rng, size, 4) - 0.8, 0, 1) * (0.6 + 0.4 * field(rng, size, 45)).clip(0, 1)
    body += (1 - body) * shine[..., None]
    plaster = Layer(body.clip(0, 1), np.clip(inward * size / 1.5 + 0.5, 0, 1))  # its rim is a pixel and a half wide: a photograph's
    return plaster.on(Layer(np.zeros(3, np.float32), 0.22 * np.exp(-np.maximum(-inward, 0) / 0.008)))


def _lay(rng: np.random.Generator, outline: Outline) -> tuple[tuple[float, float], float]:
    """Centre (x, y) and radius: the first place tried that leaves a gap to the lesion, or a smaller plaster where the most room is."""
    radius = rng.uniform(0.24, 0.36)
    along, out, edge = rng.uniform(0.05, 0.95, _TRIES), rng.uniform(-0.4, 0.45, _TRIES) * radius, rng.integers(4, size=_TRIES)
    across = np.where(edge < 2, -out, 1 + out)  # outside the image where `out` is above 0
    tries: Field = np.where((edge % 2 == 0)[:, None], np.stack([along, across], 1), np.stack([across, along], 1))  # (TRIES, 2)
    room = np.hypot(*(tries[:, None] - outline.points[::12]).transpose(2, 0, 1)).min(axis=1) - _GAP
    room[outline.contains(tries)] = 0
    chosen = int(np.argmax(room >= radius)) if (room >= radius).any() else int(room.argmax())
    return (float(tries[chosen, 0]), float(tries[chosen, 1])), float(min(radius, room[chosen]))
