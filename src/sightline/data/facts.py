"""Facts about one image before a training: its size, its digests, a thumbnail, whether it has an ROI."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image
from scipy.ndimage import binary_fill_holes

from sightline.channels import as_rgb
from sightline.data.annotation import Sideways, Size, named, render_each, touching, united
from sightline.data.frames import Frame
from sightline.data.greys import Deep, Kind, Range, range_of
from sightline.data.images import as_shown, orientation, read_pixels
from sightline.data.looks import Looks, looks_of
from sightline.errors import UserError
from sightline.settings import COLOUR
from sightline.types import Annotation, Record

Oddity = Literal["empty", "full", "inverted", "faint", "outline"]
FAINT = 0.1  # a heat map that is nowhere as strong as this
COARSE = 256  # pixels of the shorter side at which a mask is looked at for lines
THUMBNAIL = 48  # pixels a side: `alike` compares means of 3 x 3 of them, and crops at half of it


@dataclass(frozen=True)
class Facts:
    """What was seen of one image.

    Attributes:
        size: (H, W); None of a drawable, which is not drawn for this.
        file: digest of the file; None of a drawable.
        pixels: digest of the decoded pixels; of a drawable, of its key.
        thumbnail: (48, 48) uint8, greys of the image from afar, stretched to 0..255; all zero of an image of one colour; None of a
            drawable.
        known: it has an ROI map.
        area: mean of the ROI map; None where it is unknown or drawn.
        spread: grey levels, 0 to 255, between which nearly all of the image lies as it is shown by itself; None of a drawable.
        deep: kind, smallest and largest value of deep greys that wait for the scale of the data set.
        turned: the photograph is turned by its EXIF tag.
        odd: (file or image, "mask" or "heat map", what is odd) of each that may not mean what it says.
        gaze: samples of its gaze that lie outside the image, and all that are defined.
        looks: how it looks in a few numbers; None of a drawable.
    """

    size: Size | None
    file: str | None
    pixels: str
    thumbnail: np.ndarray | None
    known: bool
    area: float | None
    spread: float | None = None
    deep: tuple[Kind, float, float] | None = None
    turned: bool = False
    odd: tuple[tuple[str, str, Oddity], ...] = ()
    gaze: tuple[int, int] = (0, 0)
    looks: Looks | None = None


def examine(record: Record, gaze_blur: int, grey: Range | None = None, channels: int = COLOUR) -> Facts:
    """Decodes an image and renders its annotations.

    Args:
        grey, channels: see `open_image`.

    Raises:
        UserError: the image or one of its annotations cannot be used.
    """
    if not isinstance(record.image, Path | Frame):
        return Facts(None, None, digest(record.image.key.encode()), None, bool(record.annotations), None)
    pixels = read_pixels(record.image, channels)
    file = record.image if isinstance(record.image, Path) else record.image.path
    held = as_shown(pixels, grey, file)
    image = held if held.shape[2] == COLOUR else as_rgb(held.mean(axis=2, keepdims=True).astype(np.uint8))  # channels are no colours
    size = (image.shape[0], image.shape[1])
    turn = orientation(record.image)
    content = file.read_bytes() if file is record.image else b""  # slices share a file, which says nothing of one of them
    try:
        marks, avoided = (render_each(m, size, gaze_blur=gaze_blur, where=record.id) for m in (record.annotations, record.avoid))
    except Sideways as error:
        raise (_not_turned(error) if turn >= 5 else error) from None
    roi = united(marks)
    drawn = zip((*record.annotations, *record.avoid), (*marks, *avoided), strict=True)
    odd = ((named(mark, record.id), *_oddity(mark, inside)) for mark, inside in drawn if inside is not None)
    return Facts(
        size=size,
        file=digest(content) if content else None,
        pixels=digest(repr(size).encode() + held.tobytes()),
        thumbnail=thumbnail(image),
        known=roi is not None,
        area=None if roi is None else float(roi.mean()),
        spread=_spread(image),
        deep=(pixels.kind, pixels.low, pixels.high) if isinstance(pixels, Deep) and grey is None else None,
        turned=turn > 1,
        odd=tuple((where, what, why) for where, what, why in odd if why and not (why == "empty" and isinstance(record.image, Frame))),
        gaze=_outside(record, size),
        looks=looks_of(image, len(content) or image.size // 3),
    )


_TURN = "Turn the annotations as well with `data.annotated_on=stored` (where that is set: leave it out), or export them upright."


def _not_turned(error: Sideways) -> UserError:
    reason = "the annotation was made on the photograph as stored, but the EXIF tag turns the photograph"
    return UserError(error.where, reason, _TURN)


def _oddity(mark: Annotation, drawn: np.ndarray) -> tuple[str, Oddity | None]:
    """("mask" or "heat map", what makes it look as if it did not mean what it says).

    Inverted: it covers most of the image and nearly all of its border. Outline: it is drawn around an area. Of a heat map the upper half
    of its values counts.
    """
    if mark.kind not in ("mask", "heatmap"):
        return mark.kind, None
    what, peak = ("mask" if mark.kind == "mask" else "heat map"), float(drawn.max())
    inside = drawn > (peak / 2 if mark.kind == "heatmap" else 0)
    border = np.concatenate([inside[0], inside[-1], inside[:, 0], inside[:, -1]])
    if not inside.any():
        return what, "empty"
    if inside.all():
        return what, "full"
    if inside.mean() > 0.5 and border.mean() > 0.9:
        return what, "inverted"
    if mark.kind == "heatmap":
        return what, "faint" if peak < FAINT else None
    return what, "outline" if _is_line_around(inside) else None


def _is_line_around(inside: np.ndarray) -> bool:
    """A mask encloses more than it marks; seen at a size at which lines stay closed."""
    step = max(1, min(inside.shape) // COARSE)
    height, width = (length // step * step for length in inside.shape)
    coarse = inside[:height, :width].reshape(height // step, step, width // step, step).any(axis=(1, 3))
    return bool((binary_fill_holes(coarse) & ~coarse).mean() > inside.mean())


def _outside(record: Record, size: Size) -> tuple[int, int]:
    """(samples of the gaze that lie outside the image, all of them); blinks count as neither."""
    gazes = [mark.points for mark in record.annotations if mark.kind == "gaze"]
    seen = [[row for row in points if all(map(math.isfinite, row)) and any(row[:2])] for points in gazes]
    defined, inside = sum(map(len, seen)), sum(touching(points, size).shape[1] for points in seen)
    return defined - inside, defined


def _spread(image: np.ndarray) -> float:
    """(H, W, 3) uint8 -> grey levels between the darkest and the brightest half percent."""
    step = max(1, int((image.shape[0] * image.shape[1] / 250_000) ** 0.5))
    low, high = np.percentile(image[::step, ::step].max(axis=2), (0.5, 99.5))
    return float(high - low)


def share_of(deep: tuple[Kind, float, float], grey: Range) -> float:
    """How much of the scale of the data set the scale of one picture by itself takes, at most 1."""
    own = range_of(deep[0], deep[2], deep[1])
    return min(1.0, (own[1] - own[0]) / (grey[1] - grey[0]))


def thumbnail(image: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 -> (48, 48) uint8 greys stretched to 0..255, or zeros where the image has one colour."""
    grey = Image.fromarray(image).convert("L").convert("F")
    small = np.asarray(grey.resize((THUMBNAIL, THUMBNAIL), Image.Resampling.BILINEAR, reducing_gap=3), np.float64)
    low, high = small.min(), small.max()
    return ((small - low) * (255 / (high - low))).round().astype(np.uint8) if high - low > 1e-3 else np.zeros(small.shape, np.uint8)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
