"""Marks that an ultrasound machine, or its user, burns into a picture: body marker, calipers, depth scale, letters."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from sightline.phantom.canvas import Canvas, Layer
from sightline.phantom.noise import Field
from sightline.phantom.outline import Outline


def paint_body_marker(rng: np.random.Generator, size: int, outline: Outline | None = None) -> Layer:
    """A circle with the nipple in its middle, mostly with the tail towards the armpit, and a bar where the probe lies.

    Args:
        outline: of a finding from which it keeps away, in the lower corner that is farther from it; None: any corner.
    """
    canvas, radius, pen = Canvas(size), rng.uniform(0.06, 0.085), rng.uniform(0.006, 0.008)
    right, bottom = rng.random() < 0.5, rng.random() < 0.75
    if outline is not None:
        right, bottom = outline.x < 0.5, True
    inset = 1.7 * radius
    middle = np.array([1 - inset if right else inset, 1 - inset if bottom else inset])

    def ring(reach: float) -> None:
        turn = np.linspace(0, 2 * np.pi, 48)
        canvas.stroke(middle + reach * np.stack([np.cos(turn), np.sin(turn)], axis=1), np.full(48, pen))

    ring(radius)
    ring(0.16 * radius)
    if rng.random() < 0.7:
        side = 1 if rng.random() < 0.5 else -1  # of the armpit
        tail = middle + radius * np.array([[0.42 * side, -0.91], [1.25 * side, -1.3], [0.95 * side, -0.31]])
        canvas.stroke(tail, np.full(3, pen))
    turn, away, tilt = rng.uniform(0, 2 * np.pi), rng.uniform(0.45, 0.95), rng.uniform(0, np.pi)
    place = middle + away * radius * np.array([np.cos(turn), np.sin(turn)])
    half = 0.38 * radius * np.array([np.cos(tilt), np.sin(tilt)])
    canvas.stroke(np.stack([place - half, place + half]), np.full(2, 2.4 * pen))
    return Layer(np.full(3, rng.uniform(0.75, 1), np.float32), canvas.coverage())


_COLOURS = ((0.97, 0.97, 0.97), (0.85, 0.85, 0.85), (0.95, 0.92, 0.55))
_GAP = 0.012  # between a cross and the border of the finding, in image sides


def paint_caliper(
    rng: np.random.Generator, outline: Outline, size: int, arm: float | None = None, room: tuple[float, float] = (1, 1)
) -> Layer:
    """Two crosses at the ends of an axis just outside the finding, mostly two more across it; often the lengths in a lower corner.

    Args:
        arm: of a cross, in image sides; then no lengths are written. None: of a length that suits.
        room: width and height of the middle part within which the crosses stay, in image sides.
    """
    written = arm is None
    canvas, arm, pen = Canvas(size), arm or rng.uniform(0.018, 0.028), rng.uniform(0.006, 0.009)
    turn, pairs = rng.uniform(0, np.pi), 2 if rng.random() < 0.75 else 1
    lengths = []
    for i in range(pairs):
        ends = np.stack([_end(outline, turn + i * np.pi / 2 + half, arm, room) for half in (0, np.pi)])  # (2, 2)
        lengths.append(float(np.hypot(*(ends[1] - ends[0]))))
        for end in ends:
            _cross(canvas, end, arm, pen, slanted=i == 1)
    if written and rng.random() < 0.7:
        _write(rng, canvas, lengths)
    return Layer(np.array(_COLOURS[rng.choice(len(_COLOURS), p=(0.5, 0.3, 0.2))], np.float32), canvas.coverage())


def _end(outline: Outline, angle: float, arm: float, room: tuple[float, float]) -> Field:
    """Where a cross stands in a direction: outside the border, inside the room."""
    direction = np.array([np.cos(angle), np.sin(angle)])
    middle = np.array([outline.x, outline.y])
    border = float(outline.polar(*(np.array(v, np.float32) for v in (middle + direction)[::-1]))[1])
    most = np.asarray(room) / 2 - 1.3 * arm  # from the middle of the image
    return np.asarray((middle + direction * (border + arm + _GAP)).clip(0.5 - most, 0.5 + most))


def _cross(canvas: Canvas, middle: Field, arm: float, pen: float, slanted: bool) -> None:
    first = np.pi / 4 if slanted else 0.0
    for angle in (first, first + np.pi / 2):
        half = arm * np.array([np.cos(angle), np.sin(angle)])
        canvas.stroke(np.stack([middle - half, middle + half]), np.full(2, pen))


def _write(rng: np.random.Generator, canvas: Canvas, lengths: list[float]) -> None:
    """A line for each length, the image being some centimetres wide."""
    wide, tall = rng.uniform(3, 6), rng.uniform(0.034, 0.045)
    font = ImageFont.load_default(size=tall * canvas.scale)
    x = (0.03 if rng.random() < 0.5 else 0.68) * canvas.scale
    for i, length in enumerate(lengths):
        y = (0.97 - tall * 1.15 * (len(lengths) - i)) * canvas.scale
        canvas.pen.text((x, y), f"{'+x'[i]} D{i + 1} {length * wide:.2f} cm", fill=255, font=font)


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


_SIDES, _QUADRANTS = ("LT", "RT", "LEFT", "RIGHT"), ("UOQ", "UIQ", "LOQ", "LIQ", "SA", "AX")


def paint_text_line(rng: np.random.Generator, outline: Outline, size: int) -> Layer:
    """A line such as `LT BREAST 10:00 RAD` along the lower edge, on the side that is farther from the finding."""
    canvas, tall = Canvas(size), rng.uniform(0.042, 0.052)
    where = f"{rng.integers(1, 13)}:00" if rng.random() < 0.6 else str(rng.choice(_QUADRANTS))
    word = f"{rng.choice(_SIDES)} BREAST {where}" + (" RAD" if rng.random() < 0.4 else "")
    font = ImageFont.load_default(size=tall * canvas.scale)
    right = outline.x < 0.5
    place = ((0.97 if right else 0.03) * canvas.scale, rng.uniform(0.955, 0.975) * canvas.scale)
    canvas.pen.text(place, word, fill=255, font=font, anchor="rb" if right else "lb")
    return Layer(np.array(_COLOURS[rng.choice(len(_COLOURS), p=(0.6, 0.2, 0.2))], np.float32), canvas.coverage())


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
