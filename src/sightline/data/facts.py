"""What there is to know about one image before a training: its size, its digests, how it looks from afar, whether it has an ROI."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from sightline.data.annotation import Size, render
from sightline.data.images import open_image
from sightline.types import Record

THUMBNAIL = 16  # pixels a side: finer ones miss copies that were cropped or resampled a little


@dataclass(frozen=True)
class Facts:
    """What was seen of one image.

    Attributes:
        size: (H, W); None of a drawable, which is not drawn for this.
        file: digest of the file; None of a drawable.
        pixels: digest of the decoded pixels; of a drawable, of its key.
        thumbnail: (16, 16) float16 of mean 0 and norm 1, so that the inner product of two is their correlation; all zero of an image
            of one colour; None of a drawable.
        known: it has an ROI map.
        area: mean of the ROI map; None where it is unknown or drawn.
    """

    size: Size | None
    file: str | None
    pixels: str
    thumbnail: np.ndarray | None
    known: bool
    area: float | None


def examine(record: Record, gaze_blur: int) -> Facts:
    """Decodes an image and renders its annotations.

    Raises:
        UserError: the image or one of its annotations cannot be used.
    """
    if not isinstance(record.image, Path):
        return Facts(None, None, digest(record.image.key.encode()), None, bool(record.annotations), None)
    image = open_image(record.image)
    size = (image.shape[0], image.shape[1])
    roi = render(record.annotations, size, gaze_blur=gaze_blur, where=record.id)
    render(record.avoid, size, gaze_blur=gaze_blur, where=record.id)
    return Facts(
        size=size,
        file=digest(record.image.read_bytes()),
        pixels=digest(repr(size).encode() + image.tobytes()),
        thumbnail=thumbnail(image),
        known=roi is not None,
        area=None if roi is None else float(roi.mean()),
    )


def thumbnail(image: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 -> (16, 16) float16 grey means of mean 0 and norm 1, or zeros where the image has one colour."""
    grey = Image.fromarray(image).convert("L").convert("F")
    small = np.asarray(grey.resize((THUMBNAIL, THUMBNAIL), Image.Resampling.BOX), np.float64)
    centred = small - small.mean()
    norm = np.linalg.norm(centred)
    return (centred / norm if norm > 1e-3 else np.zeros_like(centred)).astype(np.float16)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
