"""The base class of guidance losses: which images count, at what size maps are compared, and how the values are averaged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sightline.errors import UserError, nearest
from sightline.losses.squash import SQUASHES, Range, Squash
from sightline.types import Batch, Look


class GuidanceLoss(nn.Module):
    """Base class: compares attention maps with ROI maps, on the images whose ROI is known.

    A loss is a pure function `(attention (N, 1, h, w), roi (N, 1, h, w)) -> (N,)`, or a scalar if it is defined over the batch. Its module
    overrides `compare` and those class attributes that differ.

    Args:
        map: name of the attention map; None: the first map of the source.
        classes: guide only the map of the labelled class (`label`), or the maps of `all` classes. For a class-agnostic map both are the
            same.
        squash: how raw evidence is scaled before the comparison; None: the default of the loss, `own_squash`. Maps whose source gives
            values in [0, 1] are not scaled.
        over: `known`: the mean over the images with known ROI, so that the effect of the weight does not depend on the share of annotated
            images; `batch`: their sum divided by the size of the batch (as the authors of the SPN report do), so that unknown images make
            the loss smaller.
        sampled: how the ROI map is brought to the size of a coarser attention map: `area`, the mean of the pixels of each position; or
            `nearest`, the first pixel of each alone, as the program of GG-CAM does.

    Attributes:
        words: what the loss asks for, in a few plain words, for reports.
        formula: the same as a formula or in fewer words, for the boxes of diagrams.
        reads: the map of the batch with which attention is compared.
        own_squash: default of `squash`.
        needs_region: images with an empty ROI map do not count.
        evidence_only: the loss is defined for raw evidence only.
        of_batch: the loss has one value for the whole batch, which is not the mean over its images.
        judges_outside: evidence outside the region increases the loss; false for losses that use only the inside of the region.

    Example:
        >>> import torch
        >>> import sightline as sl
        >>> class Absolute(sl.losses.GuidanceLoss):
        ...     def compare(self, attention, roi):
        ...         return (attention - roi).abs().mean((1, 2, 3))
        >>> Absolute()(torch.ones(2, 1, 4, 4), torch.zeros(2, 1, 8, 8), torch.tensor([True, False]))
        tensor(1.)
    """

    words: ClassVar[str] = ""
    formula: ClassVar[str] = ""
    reads: ClassVar[Literal["roi", "avoid"]] = "roi"
    own_squash: ClassVar[Squash] = "none"
    needs_region: ClassVar[bool] = False
    evidence_only: ClassVar[bool] = False
    of_batch: ClassVar[bool] = False
    judges_outside: ClassVar[bool] = True

    def __init__(
        self,
        *,
        map: str | None = None,
        classes: Literal["label", "all"] = "label",
        squash: Squash | None = None,
        over: Literal["known", "batch"] = "known",
        sampled: Literal["area", "nearest"] = "area",
    ) -> None:
        super().__init__()
        self.map, self.classes, self.over = map, classes, over
        self.sampled: Literal["area", "nearest"] = sampled
        self.squash: Squash = squash or self.own_squash
        # in a training loop of one's own the map is taken as it is given, unless a squash was asked for
        self.given: Range = "evidence" if squash or self.evidence_only else "unit"

    def compare(self, attention: Tensor, roi: Tensor) -> Tensor:
        """The formula. (N, 1, h, w), (N, 1, h, w) -> (N,) or scalar"""
        raise NotImplementedError

    def squashed(self, raw: Tensor, range: Range) -> Tensor:
        """The map, scaled as `compare` expects it. (N, 1, h, w) -> (N, 1, h, w)"""
        return raw if range == "unit" else SQUASHES[self.squash](raw)

    def prepared(self, roi: Tensor) -> Tensor:
        """The ROI map at full size, before it is brought to the size of the attention map. (N, 1, H, W) -> (N, 1, H, W)"""
        return roi

    def shrunk(self, roi: Tensor) -> Tensor:
        """The ROI map at the size of the attention map. (N, 1, h, w) -> (N, 1, h, w)"""
        return roi

    def learned(self) -> dict[str, float]:
        """Learned parameters of the loss, for the log: symbol -> value."""
        return {}

    def __call__(self, *args: Any, **kwargs: Any) -> Tensor:
        """`loss(look, batch)` takes map, scale and regions from its arguments; `loss(attention, roi, known)` takes plain tensors, see
        `forward`."""
        if args and isinstance(args[0], Look):
            maps, range = self.attention(args[0])
            args, kwargs = (maps, *self.region(args[1])), {"range": range}
        found: Tensor = super().__call__(*args, **kwargs)
        return found

    def forward(self, attention: Tensor, roi: Tensor, known: Tensor, range: Range | None = None) -> Tensor:
        """The loss of a batch, computed in float32 or higher precision.

        Args:
            attention: (B, K, h, w), the maps of one or of K classes.
            roi: (B, 1, H, W) in [0, 1].
            known: (B,) bool.
            range: scale of the attention map: signed `evidence`, which is scaled by `squash`, or `unit` for [0, 1], which is not. None:
                scaled only if a `squash` was given to the loss.

        Returns:
            A scalar; if no image counts, a zero that is part of the graph.
        """
        with torch.autocast(attention.device.type, enabled=False):
            attention = attention.to(torch.promote_types(attention.dtype, torch.float32))
            roi = self.prepared(roi.to(attention.dtype))
            counts = self.counts(roi, known)
            # unknown images are taken out rather than multiplied by zero: their maps may hold inf
            maps, regions = attention[counts], roi[counts]  # (M, K, h, w), (M, 1, H, W)
            if not len(maps):
                return maps.sum()
            regions = self.shrunk(resize(regions, maps.shape[-2:], self.sampled)).expand_as(maps)  # (M, K, h, w)
            one_each = (-1, 1, *maps.shape[-2:])
            if range is None:
                self._fits(maps)
            maps = self.squashed(maps.reshape(one_each), range or self.given)  # (M * K, 1, h, w)
            value = self.compare(maps, regions.reshape(one_each)).mean()
            return value if self.over == "known" else value * (len(regions) / len(known))

    def _fits(self, maps: Tensor) -> None:
        """Refuses raw evidence where a map in [0, 1] is expected, since the result would be wrong without a message."""
        if self.given == "unit" and self.own_squash != "none" and bool((maps < 0).any() or (maps > 1).any()):
            name = type(self).__name__
            raise UserError(name, "compares maps in [0, 1], this is raw evidence", f'Make it as {name}(squash="{self.own_squash}").')

    def counts(self, roi: Tensor, known: Tensor) -> Tensor:
        """Which images the loss is taken over. (B, 1, H, W), (B,) -> (B,) bool"""
        return known & (roi.amax((1, 2, 3)) > 0) if self.needs_region else known

    def region(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """The region that this loss uses, and the images in which it is known: (roi, known)."""
        return (batch.avoid, batch.avoid_known) if self.reads == "avoid" else (batch.roi, batch.known)

    def attention(self, look: Look) -> tuple[Tensor, Range]:
        """The map(s) that this loss guides, (B, K, h, w), and their scale."""
        name = map_name(look, self.map)
        maps = look.every if self.classes == "all" and name in look.every else look.maps
        return maps[name], look.ranges.get(name, "evidence")

    def missing(self, batch: Batch) -> str | None:
        """What the loss needs and the batch lacks; None: nothing."""
        roi, known = self.region(batch)
        if self.counts(self.prepared(roi), known).any():
            return None
        return "no image has an area to avoid" if self.reads == "avoid" else "no image has a known ROI"


def resize(roi: Tensor, size: Sequence[int], sampled: Literal["area", "nearest"] = "area") -> Tensor:
    """Resizes an ROI map to the size of an attention map. Area pooling keeps a small region as a faint one; bilinear interpolation is used
    if the attention map is larger. `nearest` takes the first pixel of each position. (N, 1, H, W) -> (N, 1, h, w)"""
    height, width = size
    if sampled == "nearest":
        return F.interpolate(roi, size=(height, width), mode="nearest")
    if height > roi.shape[-2] or width > roi.shape[-1]:
        return F.interpolate(roi, size=(height, width), mode="bilinear", align_corners=False)
    return F.adaptive_avg_pool2d(roi, (height, width))


def map_name(look: Look, name: str | None) -> str:
    """The name of the attention map that a loss uses; None: the first map.

    Raises:
        UserError: there is no such map.
    """
    if not look.maps:
        raise UserError("attention", "this source has no map that a loss could use", "Choose another, e.g. attention.name=cam.")
    if name is None:
        return next(iter(look.maps))
    if name not in look.maps:
        raise UserError(f"map {name!r}", "this attention source does not have it", nearest(name, look.maps))
    return name
