"""Soft tissue: the body's thickness, breasts, heart and great vessels, windpipe, abdomen."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import PchipInterpolator

from sightline.data.drawing.cxr_chest import SIDES, Chest
from sightline.data.drawing.noise import Field, centres, field

_AIR = 0.60  # share of the body's shadow that the air of the lungs takes away


def soft(depth: Field, width: float) -> Field:
    """0 outside, 1 inside, half on the border, over about `width` to both sides."""
    return np.asarray(1 / (1 + np.exp(np.clip(-2.2 * depth / width, -30, 30))))


def air(chest: Chest, size: int) -> Field:
    """Where lungs are seen that nothing dense lies before: (size, size) in [0, 1]; a little through the heart."""
    at = centres(size)
    y, x = at[:, None], at[None]
    lungs = np.maximum(*(soft(chest.depth(y, x, side), 0.006) for side in SIDES.values()))
    distance, border = chest.heart.polar(y, x)
    return np.asarray(lungs * (1 - 0.8 * soft(border - distance, 0.006)))


def paint_body(rng: np.random.Generator, chest: Chest, size: int) -> Field:
    """The body without its bones: (size, size), 0 in free air, about 1 where it is thickest."""
    at = centres(size)
    y, x = at[:, None], at[None]
    u = x - chest.midline(y)
    fat = rng.uniform(0.03, 0.13)
    body = _thickness(rng, chest, y, u, fat) * (1 + 0.03 * field(rng, size, 4))
    body = body * (1 + _breasts(rng, chest, at))
    hollow = np.zeros(u.shape)
    for side in SIDES.values():
        depth = chest.depth(y, x, side)
        hollow = np.maximum(hollow, soft(depth, 0.005) * (0.55 + 0.45 * (1 - np.exp(-np.maximum(depth, 0) / 0.05))))
    hollow = hollow * (1 - _heart_and_vessels(rng, chest, at, u)) * (1 + 0.035 * field(rng, size, 5) + 0.03 * field(rng, size, 40))
    body = body * (1 - _AIR * rng.uniform(0.93, 1.05) * hollow)
    body = body + 0.10 * soft(1.25 * chest.medial(y) - np.abs(u), 0.02) * soft(y - chest.apex - 0.05, 0.05)  # vessels, gullet, breast bone
    return np.asarray(np.maximum(body + _abdomen(rng, chest, at, y, x, u) - _windpipe(rng, y, u), 0))


def _thickness(rng: np.random.Generator, chest: Chest, y: Field, u: Field, fat: float) -> Field:
    """A flat cylinder with neck, shoulders and arms."""
    neck, shoulder = rng.uniform(0.13, 0.17), chest.apex + rng.uniform(-0.03, 0.02)
    heights = [0, 0.5 * shoulder, shoulder, shoulder + 0.06, 0.30, 0.42, 0.52, 1]
    side = chest.half + fat
    half = PchipInterpolator(heights, [neck, neck * 1.3, neck * 2.4, 0.52, 0.62, max(side + 0.03, 0.5), side + 0.005, side + 0.01])(y)
    inside = np.clip(1 - (np.abs(u) / half) ** 2.6, 0, 1)
    return np.asarray(0.72 * inside**0.35 * rng.uniform(0.95, 1.05) * (0.86 + 0.14 * np.clip(y / 0.2, 0, 1)))


def _breasts(rng: np.random.Generator, chest: Chest, at: Field) -> Field:
    """Two soft shadows over the lower lungs, sharper below; often hardly there."""
    weight = rng.uniform(0.08, 0.18) if rng.random() < 0.5 else rng.uniform(0, 0.05)
    radius, low = rng.uniform(0.13, 0.17), rng.uniform(0.60, 0.70)
    total = np.zeros((len(at), len(at)))
    for side in SIDES.values():
        x0, y0 = chest.middle + side * 0.60 * chest.half, low + rng.normal(0, 0.006)
        r = np.hypot((at[None] - x0) / 1.05, (at[:, None] - y0) * np.where(at[:, None] > y0, 1.1, 0.75)) / radius
        total = total + np.clip(1 - r**2, 0, 1) ** 0.6
    return np.asarray(weight * total)


def _heart_and_vessels(rng: np.random.Generator, chest: Chest, at: Field, u: Field) -> Field:
    """How much of the lungs' air gives way: to the heart, to the aortic knob on the patient's left, to the caval vein on the right."""
    y = at[:, None]
    distance, border = chest.heart.polar(y, at[None])
    dome = np.sqrt(np.clip(1 - (distance / border) ** 2, 0, 1))
    heart = soft(border - distance, 0.006) * (0.62 + 0.33 * dome)
    knob_y, radius = 0.255 + rng.normal(0, 0.012), rng.uniform(0.030, 0.042)
    knob = soft(radius - np.hypot(u - chest.mediastinum * 0.9, (y - knob_y) * 0.8), 0.007)
    caval = soft(chest.mediastinum + 0.006 - np.abs(u + 0.016), 0.008) * soft(y - 0.16, 0.05) * soft(0.44 - y, 0.03)
    trunk = soft(0.045 - np.hypot(u - 0.75 * chest.mediastinum, (y - 0.375) * 0.7), 0.012)
    aorta = 0.5 * soft(chest.mediastinum + 0.012 - u, 0.006) * soft(u, 0.01) * soft(y - knob_y, 0.03)
    return np.asarray(np.maximum.reduce([heart, 0.8 * knob, 0.6 * caval, 0.6 * trunk, aorta]))


def _windpipe(rng: np.random.Generator, y: Field, u: Field) -> Field:
    """The dark band of the trachea down to where it divides, and the two main bronchi."""
    fork, half = 0.345 + rng.normal(0, 0.012), rng.uniform(0.014, 0.019)
    trachea = soft(half - np.abs(u + 0.006), 0.006) * soft(fork - y, 0.02)
    fall = y - fork
    bronchi = sum(soft(0.010 - np.abs(sign * u - slope * fall), 0.009) for sign, slope in ((-1, 0.75), (1, 1.1)))
    return np.asarray(0.13 * trachea + 0.07 * bronchi * soft(fall + 0.005, 0.01) * soft(0.085 - fall, 0.02))


def _abdomen(rng: np.random.Generator, chest: Chest, at: Field, y: Field, x: Field, u: Field) -> Field:
    """Denser below the diaphragm, above all the liver; often a bubble of air in the stomach."""
    total = np.zeros(u.shape)
    for side in SIDES.values():
        below = y - chest.dome(side * u, side)
        total = total + soft(side * u, 0.02) * soft(below, 0.006) * (0.05 + 0.16 * np.clip(below / 0.2, 0, 1) + 0.03 * (side < 0))
    if rng.random() < 0.7:
        x0, y0 = chest.middle + rng.uniform(0.35, 0.55) * chest.half, chest.domes[1] + rng.uniform(0.055, 0.085)
        r = np.hypot((x - x0) / rng.uniform(0.05, 0.085), (y - y0) / rng.uniform(0.022, 0.04))
        total = total - rng.uniform(0.08, 0.2) * soft(1 - r, 0.35) * (1 + 0.1 * field(rng, len(at), 12))
    return np.asarray(total)
