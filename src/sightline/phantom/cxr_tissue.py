"""The tissue that casts shadows on a chest radiograph: soft tissue and organs, bones, and the vessels of the lungs."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import PchipInterpolator

from sightline.phantom.canvas import Canvas, bezier
from sightline.phantom.cxr_chest import SIDES, Chest
from sightline.phantom.noise import Field, blobs, centres, field

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


_RIBS = 10
_CORTEX, _MARROW = 0.85, 0.55  # of a bone's shadow: its rim is dense, its inside is not


def paint_bones(rng: np.random.Generator, chest: Chest, size: int) -> Field:
    """All bones together: (size, size), about 0 to 0.3."""
    density = rng.uniform(0.75, 1.2)
    behind, front = _ribs(rng, chest, size)
    return np.asarray(density * (0.15 * behind + 0.085 * front + 0.20 * _clavicles(rng, chest, size) + _spine(rng, chest, size)))


def _ribs(rng: np.random.Generator, chest: Chest, size: int) -> tuple[Field, Field]:
    """The ribs' hind and fore halves. A rib is a ring tilted forward, so its front lies lower than its root at the spine."""
    back, front = Canvas(size), Canvas(size)
    first, pitch = chest.apex - rng.uniform(0.005, 0.02), rng.uniform(0.062, 0.070)
    tilt, thick = rng.uniform(0.9, 1.15), rng.uniform(0.020, 0.025)
    turn = np.linspace(0.06, np.pi * 0.74, 44)
    halves: list[tuple[Canvas, Field, Field]] = []
    for side in SIDES.values():
        for k in range(_RIBS):
            root = first + k * pitch + rng.normal(0, 0.0025)
            drop = tilt * (0.13 + 0.15 * min(1, k / 4))
            reach = float(chest.wall(np.array(root + drop / 2))) + 0.008 + rng.normal(0, 0.003)
            y = root + drop * (1 - np.cos(turn)) / 2
            points = np.stack([chest.midline(y) + side * (0.02 + (reach - 0.02) * np.sin(turn) ** 0.85), y], axis=1)
            width = thick * (0.85 + 0.15 * np.cos(turn)) * (0.8 if k == 0 else 1)
            hind = turn < np.pi / 2 + 0.06
            halves += [(back, points[hind], width[hind]), (front, points[~hind], width[~hind] * 1.05)]
    _tubes(halves)
    at = centres(size)
    u = np.abs(at[None] - chest.midline(at[:, None]))
    cartilage = np.clip((u - 0.30 * chest.half) / (0.25 * chest.half), 0, 1)  # the ribs' front ends fade out
    return back.coverage(), front.coverage() * cartilage


def _tubes(bones: list[tuple[Canvas, Field, Field]]) -> None:
    """Bones with a dense rim: first all of them whole, then their insides paler."""
    for share, strength in ((1.0, _CORTEX), (0.66, _MARROW)):
        for canvas, points, width in bones:
            canvas.stroke(points, width * share, strength)


def _clavicles(rng: np.random.Generator, chest: Chest, size: int) -> Field:
    """The two collar bones, S-shaped, and faintly the shoulder blades' inner borders."""
    canvas = Canvas(size)
    rise, thick = rng.uniform(0.02, 0.075), rng.uniform(0.024, 0.030)
    bones: list[tuple[Canvas, Field, Field]] = []
    for side in SIDES.values():
        start = np.array([chest.middle + side * rng.uniform(0.028, 0.038), chest.apex + rng.uniform(0.07, 0.085)])
        end = np.array([chest.middle + side * 0.50, start[1] - rise + rng.normal(0, 0.006)])
        bend = (start + end) / 2 + np.array([0, -0.6 * rise])
        curve = bezier(start, bend, end, 30)
        along = np.linspace(0, 1, 30)
        curve[:, 1] += 0.012 * np.sin(2 * np.pi * along)
        bones.append((canvas, curve, thick * (1.15 - 0.45 * np.sin(np.pi * along) ** 0.7)))
        tip = np.array([chest.middle + side * (0.86 + rng.normal(0, 0.02)) * chest.half, 0.47 + rng.normal(0, 0.02)])
        shoulder = np.array([chest.middle + side * 0.44, chest.apex + 0.05])
        top, belly = shoulder + np.array([(side * -0.075, 0.03), (side * -0.01, 0.02)])
        outer, socket = tip + np.array([side * 0.03, -0.03]), shoulder + np.array([side * 0.06, 0.12])
        canvas.stroke(bezier(top, (tip + belly) / 2 - np.array([side * 0.03, 0]), tip, 24), np.full(24, 0.006), 0.35)
        canvas.stroke(bezier(tip, outer, socket, 16), np.full(16, 0.008), 0.25)
    _tubes(bones)
    return canvas.coverage()


def _spine(rng: np.random.Generator, chest: Chest, size: int) -> Field:
    """Vertebrae with end plates, pedicles and spinous processes, seen through the mediastinum."""
    at = centres(size)
    y, x = at[:, None], at[None]
    pitch, phase, half = rng.uniform(0.058, 0.068), rng.uniform(0, 1), rng.uniform(0.033, 0.040)
    u = x - chest.midline(y)
    level = (y / (pitch * (0.85 + 0.3 * y)) + phase) % 1  # vertebrae grow downwards
    waist = half * (1 - 0.10 * np.sin(np.pi * level))
    column = 1 / (1 + np.exp(np.clip((np.abs(u) - waist) / 0.0035, -30, 30)))
    plate = np.exp(-(((np.minimum(level, 1 - level)) / 0.07) ** 2))
    pedicles = np.exp(-(((np.abs(u) - 0.62 * half) / 0.007) ** 2) - ((level - 0.35) / 0.13) ** 2)
    process = np.exp(-((u / 0.006) ** 2) - ((level - 0.75) / 0.16) ** 2)
    return np.asarray(column * (0.07 + 0.09 * plate + 0.09 * pedicles + 0.07 * process))


_ROOTS, _GENERATIONS = 7, 5  # vessels that leave each hilum, and how often they divide
_ALONG = np.linspace(0, 1, 6)[:, None]
_THINNEST = 1.2  # drawn pixels; what is thinner is drawn paler instead


def paint_vessels(rng: np.random.Generator, chest: Chest, size: int) -> Field:
    """Both lungs' vessels and hila: (size, size), about 0 to 1."""
    at, side = centres(size), np.repeat(list(SIDES.values()), _ROOTS)  # (N,)
    out, up = rng.uniform(0.082, 0.098, 2).repeat(_ROOTS), rng.normal(0, 0.008, 2).repeat(_ROOTS)
    hila = np.stack([chest.middle + side * out, 0.415 - 0.012 * side + up], axis=1)  # the left one lies higher
    knots = hila + np.stack([side * rng.normal(-0.008, 0.011, len(side)), rng.normal(0.008, 0.026, len(side))], axis=1)
    knobs = blobs(at, at, knots, rng.uniform(0.011, 0.020, len(side)), rng.uniform(0.15, 0.38, len(side)))
    return np.asarray(_tree(rng, Canvas(size), hila + rng.normal(0, 0.012, hila.shape), side) + knobs)


def _tree(rng: np.random.Generator, canvas: Canvas, start: Field, side: Field) -> Field:
    """All branches from their roots (N, 2) on: each divides into a thicker one and a thinner one."""
    turn = np.tile(np.linspace(-1.3, 1.45, _ROOTS), 2) + rng.normal(0, 0.16, len(start))  # from upwards; 0 is outwards
    width, length = rng.uniform(0.008, 0.014, len(start)), rng.uniform(0.07, 0.11, len(start))
    drawn: list[tuple[Field, Field]] = []
    for _ in range(_GENERATIONS):
        step = (length * rng.uniform(0.8, 1.2, len(start)) * np.stack([side * np.cos(turn), np.sin(turn)])).T  # (N, 2)
        bend = rng.normal(0, 0.22, (len(start), 1)) * np.stack([-step[:, 1], step[:, 0]], axis=1)
        points = start[:, None] + _ALONG * step[:, None] + 2 * _ALONG * (1 - _ALONG) * bend[:, None]  # (N, K, 2)
        drawn.append((points, width))
        start, side = (start + step).repeat(2, axis=0), side.repeat(2)
        share = np.stack([np.full(len(width), 0.64), rng.uniform(0.38, 0.60, len(width))], axis=1).ravel()
        spread = rng.uniform(0.3, 0.7, len(turn)).repeat(2) * rng.uniform(0.4, 1, 2 * len(turn)) * np.tile([1, -1], len(turn))
        turn, width, length = turn.repeat(2) + spread, width.repeat(2) * share, length.repeat(2) * rng.uniform(0.7, 0.95, 2 * len(length))
    for points, width in reversed(drawn):  # the thick ones over the thin ones
        _draw(canvas, points, width)
    return canvas.coverage()


def _draw(canvas: Canvas, points: Field, width: Field) -> None:
    """Tapered lines through `points` (N, K, 2) that start `width` (N,) wide; thin ones are faint."""
    pixels = width * canvas.scale
    visible = pixels > 0.25 * _THINNEST
    points, pixels, width = points[visible], pixels[visible], width[visible]
    along = np.gradient(points, axis=1)
    across = np.stack([-along[..., 1], along[..., 0]], axis=2) / np.linalg.norm(along, axis=2, keepdims=True)
    half = np.maximum(pixels, _THINNEST)[:, None, None] / 2 * (1 - 0.38 * _ALONG)
    shape = np.concatenate([points * canvas.scale + across * half, (points * canvas.scale - across * half)[:, ::-1]], axis=1)
    ink = np.clip(0.22 + 60 * width, 0, 1) * np.minimum(1, pixels / _THINNEST) * 255
    for outline, strength in zip(shape.reshape(-1, 4 * len(_ALONG)).tolist(), ink.round().astype(int).tolist(), strict=True):
        canvas.pen.polygon(outline, fill=strength)
