"""Ribs, clavicles, shoulder blades and spine, as shadows: how much each pixel is brightened, before the film."""

from __future__ import annotations

import numpy as np

from sightline.data.drawing.canvas import Canvas, bezier
from sightline.data.drawing.cxr_chest import SIDES, Chest
from sightline.data.drawing.noise import Field, centres

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
