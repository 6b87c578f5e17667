"""Dermoscopic features marked on superpixels (ISIC 2017, part 2), drawn as pixel masks (Yan 2020, after Kawahara and Hamarneh).

A PNG of the image's size colours each superpixel by its index, index = R + 256 G + 65536 B. A JSON file holds for each feature a list
with one number per superpixel; the feature is there where the number is not zero.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sightline.data.images import open_image
from sightline.errors import UserError
from sightline.types import Annotation


def superpixel_indices(colours: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 -> (H, W) int64, the superpixel of each pixel, counted from 0."""
    return np.asarray(colours.astype(np.int64) @ np.array([1, 256, 65536]))


@dataclass(frozen=True)
class SuperpixelMask:
    """The pixels of some superpixels.

    Attributes:
        picture: the PNG of the superpixels' indices.
        members: those that are inside.
        count: superpixels of the image.
    """

    picture: Path
    members: tuple[int, ...]
    count: int

    @property
    def key(self) -> str:
        state = self.picture.stat()
        members = ".".join(map(str, self.members))
        return f"superpixels-{self.picture.absolute()}-{state.st_mtime_ns}-{state.st_size}-{self.count}-{members}"

    def draw(self) -> np.ndarray:
        """(H, W) uint8, 0 or 255.

        Raises:
            UserError: a superpixel of which the features say nothing: the two files do not belong together.
        """
        index = superpixel_indices(open_image(self.picture))
        if (last := int(index.max())) >= self.count:
            reason = f"has a superpixel {last}, but the image's features are given for {self.count} superpixels"
            raise UserError(self.picture, reason, "It may have been resized or re-saved: fetch the original again.")
        inside = np.zeros(self.count, np.uint8)
        inside[list(self.members)] = 255
        result: np.ndarray = inside[index]
        return result


def read_features(truth: Path, picture: Path) -> dict[str, tuple[Annotation, ...]]:
    """The features of one image, by name: where each is, or `nothing` where it was looked for and is absent.

    Where a feature is present but the superpixels to draw it are missing, nothing is known of the image: the union of the other features
    would be taken for that of all.

    Args:
        truth: the JSON file; without it nothing is known.
        picture: the PNG of the superpixels' indices.

    Raises:
        UserError: the JSON file is not what the challenge distributes.
    """
    if not truth.is_file():
        return {}
    try:
        content = json.loads(truth.read_bytes())
        marks = {name: [float(mark) for mark in feature] for name, feature in content.items()}
    except (ValueError, TypeError, AttributeError):
        raise UserError(truth, "does not hold lists of numbers by feature", "Fetch the original file again.") from None
    features: dict[str, tuple[Annotation, ...]] = {}
    for name, feature in marks.items():
        members = tuple(index for index, mark in enumerate(feature) if mark)
        features[name] = (Annotation("mask", SuperpixelMask(picture, members, len(feature))) if members else Annotation("nothing"),)
    drawn = any(mark.kind == "mask" for (mark,) in features.values())
    return {} if drawn and not picture.is_file() else features
