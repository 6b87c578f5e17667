"""The lesion: pigment in the skin, more or less disordered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sightline.phantom.noise import Field, blobs, centres, network, patch
from sightline.phantom.outline import Outline
from sightline.phantom.skin import BLOOD, MELANIN, absorb

_VEIL = np.array([0.35, 0.41, 0.54], dtype=np.float32)  # pigment deep in the skin looks blue-grey
_SCAR = np.array([1.00, 0.90, 0.86], dtype=np.float32)


@dataclass(frozen=True)
class Disorder:
    """How a lesion departs from an even brown oval; each from 0 (not at all) to 1. The class shows in nothing else."""

    border: float
    colour: float
    texture: float


def make_disorder(rng: np.random.Generator, label: str) -> Disorder:
    """Ordered lesions are nevi, disordered ones melanomas; the single features overlap, their mean does not."""
    malignant = label == "melanoma"
    a, b = (7.0, 2.0) if malignant else (1.5, 7.0)
    while True:
        features = rng.beta(a, b, 3)
        if (features.mean() > 0.6) if malignant else (features.mean() < 0.36):
            return Disorder(*map(float, features))


def paint_lesion(rng: np.random.Generator, skin: Field, outline: Outline, disorder: Disorder) -> Field:
    """The skin (size, size, 3) with the lesion in it."""
    size = len(skin)
    rows, columns = _window(outline, size)
    y, x = centres(size)[rows], centres(size)[columns]
    x0, y0, x1, y1 = outline.box
    side = max(x1 - x0, y1 - y0) * 1.25
    v, u = 0.5 + (y - (y0 + y1) / 2) / side, 0.5 + (x - (x0 + x1) / 2) / side  # 0 to 1 over the window
    distance, border = outline.polar(y[:, None], x[None, :])
    inward = distance / border  # 0 at the centre, 1 on the border
    edge = _edge(rng, v, u, distance, border, disorder)
    pigment = _pigment(rng, v, u, y, x, inward, outline, disorder) * edge

    hue = MELANIN * np.exp(rng.normal(0, [0.10, 0.04, 0.07])).astype(np.float32)
    blood = edge * (rng.uniform(0.0, 0.22) + _region(rng, v, u, disorder.colour, 0.9))
    veil = edge * _region(rng, v, u, disorder.colour, 0.85)
    scar = edge * _region(rng, v, u, disorder.colour, 0.75)

    picture = skin[rows, columns]
    light = picture.mean((0, 1))
    body = absorb(absorb(picture, pigment, hue), blood, BLOOD)
    body += (body * 0.45 + light * _SCAR * 0.55 - body) * scar[..., None]
    body += (_VEIL * (0.35 + 0.75 * light.mean()) * (1.15 - 0.3 * pigment[..., None].clip(0, 2.5)) - body) * veil[..., None]
    painted = skin.copy()
    painted[rows, columns] = body
    return painted


def _window(outline: Outline, size: int) -> tuple[slice, slice]:
    """The rows and columns that the lesion and its soft border touch."""
    x0, y0, x1, y1 = outline.box
    pad = 0.12 * max(x1 - x0, y1 - y0)
    low = [max(0, int((edge - pad) * size)) for edge in (y0, x0)]
    high = [min(size, int((edge + pad) * size) + 1) for edge in (y1, x1)]
    return slice(low[0], high[0]), slice(low[1], high[1])


def _edge(rng: np.random.Generator, v: Field, u: Field, distance: Field, border: Field, disorder: Disorder) -> Field:
    """1 inside, 0 outside; half on the border. A disordered border is sharp here and faint there."""
    softness = rng.uniform(0.006, 0.022) * np.exp(disorder.border * 0.9 * patch(rng, v, u, 2))
    return np.asarray(1 / (1 + np.exp(np.clip((distance - border) / (0.45 * np.clip(softness, 0.004, 0.03)), -30, 30))))


def _pigment(
    rng: np.random.Generator, v: Field, u: Field, y: Field, x: Field, inward: Field, outline: Outline, disorder: Disorder
) -> Field:
    """Melanin density (h, w): an even body with a radial profile, its patches, its network or globules, dots and blotches."""
    radius = float(np.sqrt(outline.area / np.pi))
    depth = rng.uniform(0.55, 1.3)
    profile = 1 + rng.uniform(-0.35, 0.55) * (0.5 - np.minimum(inward, 1) ** 2)
    uneven = 0.08 + 0.5 * disorder.colour**1.5
    patches = np.exp(uneven * patch(rng, v, u, 3) + (0.05 + 0.6 * disorder.texture**1.5) * patch(rng, v, u, 9) - uneven**2 / 2)
    body = depth * profile * patches

    cell = float(np.clip(rng.uniform(0.10, 0.16) * radius, 0.018, 0.036))
    walls = network(rng, y, x, cell, cell * rng.uniform(0.4, 0.7))
    kept = np.clip(1 - 2.2 * disorder.texture**1.5 * _sigmoid(4 * patch(rng, v, u, 4)), 0, 1)  # where a disordered network is lost
    strength = rng.uniform(0.15, 0.5) * (1 + 0.7 * disorder.texture)
    meshed = strength * kept * (walls - 0.4)
    if rng.random() < 0.25:  # a cobblestone of globules: dark cells between pale walls
        meshed = -0.8 * meshed
    return np.asarray(np.maximum(body * (1 + meshed) + _spots(rng, y, x, outline, radius, disorder), 0))


def _spots(rng: np.random.Generator, y: Field, x: Field, outline: Outline, radius: float, disorder: Disorder) -> Field:
    """Dots and blotches: few, small and central in order; many, dark and off centre in disorder."""
    mess = disorder.texture
    dots = int(rng.integers(0, 3) + round(20 * mess**2))
    where = _scatter(rng, outline, radius * np.sqrt(rng.uniform(0, 0.15 + 0.85 * mess, dots)))
    fine = blobs(y, x, where, radius * rng.uniform(0.03, 0.06 + 0.04 * mess, dots), rng.uniform(0.3, 0.6 + 1.6 * mess, dots))
    where = _scatter(rng, outline, radius * rng.uniform(0.15, 0.75, 3))
    height = rng.uniform(0.6, 1.7, 3) * np.clip(mess * 4 - 1 - np.arange(3), 0, 1)
    result: Field = fine + blobs(y, x, where, radius * rng.uniform(0.14, 0.36, 3), height)
    return result


def _scatter(rng: np.random.Generator, outline: Outline, reach: Field) -> Field:
    """Places at the given distances (K,) from the centre, in random directions: (K, 2)."""
    turn = rng.uniform(0, 2 * np.pi, len(reach))
    return np.stack([outline.x + reach * np.cos(turn), outline.y + reach * np.sin(turn)], axis=1)


def _region(rng: np.random.Generator, v: Field, u: Field, disorder: float, strongest: float) -> Field:
    """Where another colour shows, (h, w) in [0, 1]: the larger and the stronger the more disorder, often nowhere."""
    strength = strongest * rng.uniform(0.6, 1) * np.clip(2.3 * disorder - rng.uniform(0.4, 1.4), 0, 1)
    level = rng.uniform(0.1, 0.8)
    return np.asarray(strength * _sigmoid(8 * (patch(rng, v, u, 5) - level)), dtype=np.float32)


def _sigmoid(z: Field) -> Field:
    return np.asarray(1 / (1 + np.exp(-np.clip(z, -30, 30))))
