"""Objects on the skin, or in front of it, when a lesion is photographed: dark corners, colour swatches, stickers, band-aids."""

from __future__ import annotations

import math

import numpy as np

from sightline.phantom.canvas import Layer
from sightline.phantom.noise import Field, centres, field
from sightline.phantom.outline import Outline
from sightline.phantom.place import free_discs

_CORNER = 0.5 * np.sqrt(2)  # from the middle of the image


def paint_dark_corner(rng: np.random.Generator, outline: Outline, size: int) -> Layer:
    """Black outside a circle that holds the finding; its rim is soft, and a little reddish, as the skin there is half in the shade."""
    middle, radius = np.array([0.5, 0.5]) + rng.normal(0, 0.012, 2), rng.uniform(0.5, 0.6)
    reach = float(np.hypot(*(outline.points - middle).T).max()) + 0.025
    if reach > 0.66:  # a finding in a corner: the field has moved with it
        middle = middle + 0.6 * (np.array([outline.x, outline.y]) - middle)
        reach = float(np.hypot(*(outline.points - middle).T).max()) + 0.025
    radius, soft = max(radius, min(reach, _CORNER - 0.03)), rng.uniform(0.006, 0.014)
    at = centres(size)
    away = np.hypot((at - middle[1])[:, None], (at - middle[0])[None, :])
    cover = 1 / (1 + np.exp(-np.clip((away - radius) / soft, -30, 30)))
    return Layer(np.array([0.05, 0.035, 0.035], np.float32) * rng.uniform(0.3, 1.2), 0.98 * cover)


_SWATCHES = ((0.15, 0.35, 0.85), (0.10, 0.65, 0.35), (0.90, 0.50, 0.10), (0.75, 0.15, 0.55))


def paint_swatch(rng: np.random.Generator, size: tuple[int, int], side: int) -> Layer:
    """A square in a random corner of a picture of `size` (H, W), `side` pixels wide."""
    bottom, right = rng.random(2) < 0.5
    cover = np.zeros(size, np.float32)
    cover[slice(-side, None) if bottom else slice(side), slice(-side, None) if right else slice(side)] = 1
    return Layer(np.array(_SWATCHES[rng.integers(len(_SWATCHES))], np.float32), cover)


_STICKERS = (
    (0.12, 0.68, 0.72),
    (0.10, 0.45, 0.78),
    (0.95, 0.55, 0.16),
    (0.98, 0.82, 0.25),
    (0.28, 0.66, 0.30),
    (0.90, 0.72, 0.45),
)


def paint_sticker(rng: np.random.Generator, outline: Outline, size: int) -> Layer:
    """One patch, often cut by the image's border, with a woven surface; a round one may have a core of another colour."""
    middles, radii = free_discs(rng, outline, rng.uniform(0.17, 0.30, 1), margin=0.0)
    (x, y), radius = middles[0].tolist(), float(radii[0])
    first, second = rng.permutation(len(_STICKERS))[:2]
    colour = np.array(_STICKERS[first], np.float32) * rng.uniform(0.88, 1.06)
    is_round, has_core, turn, narrow = rng.random() < 0.7, rng.random() < 0.35, rng.uniform(0, np.pi), rng.uniform(0.45, 0.62)
    at = centres(size)
    dy, dx = (at - y)[:, None], (at - x)[None, :]
    inward = radius - np.hypot(dy, dx) if is_round else _strip(dy, dx, radius, narrow, turn)  # distance from the border, in image sides
    weave = 1 + 0.035 * field(rng, size, 70, 20) + 0.035 * field(rng, size, 20, 70) + 0.03 * field(rng, size, 3)
    rim = 1 - 0.22 * np.exp(-np.maximum(inward, 0) / 0.008)
    surface = colour * (weave * rim)[..., None]
    if is_round and has_core:
        core = np.clip((inward - 0.45 * radius) * size + 0.5, 0, 1)[..., None]
        surface += (np.array(_STICKERS[second], np.float32) * weave[..., None] - surface) * core
    patch = Layer(surface, np.clip(inward * size + 0.5, 0, 1) * 0.98)
    return patch.on(Layer(np.zeros(3, np.float32), 0.35 * np.exp(-np.maximum(-inward, 0) / 0.006)))


def _strip(dy: Field, dx: Field, reach: float, narrow: float, turn: float) -> Field:
    """Distance from the border of a rectangle with round ends that fits into a circle of radius `reach`; positive inside."""
    half = narrow * reach
    along = np.abs(dx * math.cos(turn) + dy * math.sin(turn)) - (reach - half)
    across = dy * math.cos(turn) - dx * math.sin(turn)
    return np.asarray(half - np.hypot(np.maximum(along, 0), across))


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
_APART = 0.03  # to the lesion, in image sides
_TRIES = 64


def paint_band_aid(rng: np.random.Generator, outline: Outline, size: int, radius: float | None = None) -> Layer:
    """One plaster at the border, its far side outside the image; it has a grain, a worn rim, and in places it shines.

    Args:
        radius: of the plaster, in image sides; where the lesion leaves less room down to half of it, over the lesion's border if need be.
            None: of a length that suits, and never over the lesion.
    """
    (x, y), radius = _lay(rng, outline, radius)
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


def _lay(rng: np.random.Generator, outline: Outline, radius: float | None) -> tuple[tuple[float, float], float]:
    """Centre (x, y) and radius: the first place tried that leaves a gap to the lesion, or a smaller plaster where the most room is."""
    least = 0.0 if radius is None else radius / 2
    radius = radius or rng.uniform(0.24, 0.36)
    along, out, edge = rng.uniform(0.05, 0.95, _TRIES), rng.uniform(-0.4, 0.45, _TRIES) * radius, rng.integers(4, size=_TRIES)
    across = np.where(edge < 2, -out, 1 + out)  # outside the image where `out` is above 0
    tries: Field = np.where((edge % 2 == 0)[:, None], np.stack([along, across], 1), np.stack([across, along], 1))  # (TRIES, 2)
    room = np.hypot(*(tries[:, None] - outline.points[::12]).transpose(2, 0, 1)).min(axis=1) - _APART
    room[outline.contains(tries)] = 0
    chosen = int(np.argmax(room >= radius)) if (room >= radius).any() else int(room.argmax())
    place = tries[chosen] if room[chosen] >= least else tries[chosen].clip(0, 1)  # half of the smallest one stays inside the image
    return (float(place[0]), float(place[1])), float(min(radius, max(room[chosen], least)))
