"""Masks that a network predicts for images without annotation, and how good they are."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from sightline.results.base import Count, Result, Score


class MaskQuality(Result):
    """Overlap of predicted masks with the annotations of `n` images; None without images."""

    n: Count
    dice: Score | None = None
    jaccard: Score | None = None


class HeldOut(MaskQuality):
    """The same over all images that were held out, and over those whose mask would be kept, or dropped."""

    kept: MaskQuality
    dropped: MaskQuality


class MaskCounts(Result):
    """Numbers of images.

    Attributes:
        train, held_out: annotated images from which the network learnt, and on which it is judged.
        left_out: ids of annotated images that it must not learn from, since they validate or test where the masks are used.
        shared: ids of images that it learnt from, and whose mask it predicts.
        predicted, kept: masks that were predicted; that are kept.
    """

    train: Count = 0
    held_out: Count = 0
    left_out: list[str] = []
    shared: list[str] = []
    predicted: Annotated[int, Field(gt=0)]
    kept: Count


class PredictedMasks(Result):
    """What `pseudo.json` holds: counts, quality on images that were held out, the settings, the digest of the network, versions."""

    images: MaskCounts
    held_out: HeldOut
    settings: dict[str, Any] = {}
    sha256: str = ""
    environment: dict[str, Any] = {}
