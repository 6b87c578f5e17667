"""The annotated region keeps its label on the background of another image."""

from __future__ import annotations

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional as F

from sightline.losses.batchnorm import Mode, second_pass
from sightline.losses.behaviour import BehaviourLoss
from sightline.types import Batch, Look


def widen(roi: Tensor, pixels: int) -> Tensor:
    """Grows a region by that many pixels and lets it fade out over the next as many; the region itself stays whole.

    (N, 1, H, W) -> (N, 1, H, W)
    """
    if not pixels:
        return roi
    window = 2 * pixels + 1
    grown = F.max_pool2d(roi, window, stride=1, padding=pixels)
    return F.avg_pool2d(grown, window, stride=1, padding=pixels, count_include_pad=False)


def without_region(images: Tensor, region: Tensor) -> Tensor:
    """Covers the region with the mean colour of the rest. (N, 3, H, W), (N, 1, H, W) -> (N, 3, H, W)"""
    rest = 1 - region
    colour = (images * rest).sum((2, 3), keepdim=True) / rest.sum((2, 3), keepdim=True).clamp(min=1)  # (N, 3, 1, 1)
    return rest * images + region * colour


def compose(images: Tensor, region: Tensor, partner: Tensor) -> Tensor:
    """Each image's region on its partner's background, from which the partner's own region is gone.

    Args:
        images: (N, 3, H, W).
        region: (N, 1, H, W) in [0, 1].
        partner: (N,) int64, whose background each image gets.

    Returns:
        (N, 3, H, W).
    """
    return region * images + (1 - region) * without_region(images, region)[partner]


def partners(count: int) -> Tensor:
    """A random partner for each, never oneself where there are two or more. -> (count,) int64"""
    order = torch.randperm(count)
    partner = torch.empty_like(order)
    partner[order] = order.roll(1)  # one ring through all of them
    return partner


class BackgroundInvariance(BehaviourLoss):
    """Cross-entropy of annotated regions pasted on other images' backgrounds, so that the background cannot decide.

    Takes part in it: the known images. Those with an empty ROI give their background only, since nothing would be left of them.

    Args:
        margin: by how much the region is grown, as a share of the image's side; it fades out over the same width.
        bn: batch-norm in the second pass, see `second_pass`.

    Source:
        Own; an invariance objective in the sense of VisFIS (Ying et al. 2022).
    """

    def __init__(self, *, margin: Annotated[float, Field(ge=0, le=0.5)] = 0.03, bn: Mode = "quiet") -> None:
        super().__init__()
        self.margin = margin
        self.bn: Mode = bn

    def forward(self, classifier: nn.Module, look: Look, batch: Batch) -> Tensor:
        """See `BehaviourLoss`. With fewer than two known images, or no region among them, a zero that hangs on the graph."""
        if self.missing(batch):
            return look.logits[:0].sum()
        images, roi, labels = batch.images[batch.known], batch.roi[batch.known], batch.labels[batch.known]
        partner = partners(len(images)).to(images.device)
        composed = compose(images, widen(roi, round(self.margin * max(roi.shape[-2:]))), partner)
        marked = roi.amax((1, 2, 3)) > 0  # (N,)
        with second_pass(classifier, self.bn):
            logits: Tensor = classifier(composed[marked])
        return F.cross_entropy(logits.to(torch.promote_types(logits.dtype, torch.float32)), labels[marked])

    def missing(self, batch: Batch) -> str | None:
        """See `BehaviourLoss`."""
        if int(batch.known.sum()) < 2:
            return "fewer than two images have a known ROI"
        return None if (batch.roi[batch.known].amax((1, 2, 3)) > 0).any() else "every known ROI is empty"
