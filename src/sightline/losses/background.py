"""A loss that asks for the same label when the annotated region is put on the background of another image.

This module also replaces parts of an image, for all losses that show the classifier only a part.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional as F

from sightline.attention.source import in_float
from sightline.losses.batchnorm import Mode, second_pass
from sightline.losses.behaviour import BehaviourLoss
from sightline.settings import NUMBER
from sightline.types import Batch, Look

Fill = Literal["mean", "blur", "noise"]
Margin = Annotated[float, Field(ge=0, le=0.5), NUMBER]
BLUR = 0.25
FAR = 1e-2


def marked(batch: Batch) -> Tensor:
    """The images whose region is known and not empty. -> (B,) bool"""
    return batch.known & (batch.roi.amax((1, 2, 3)) > 0)


def widened(roi: Tensor, margin: float) -> Tensor:
    """`widen` by a share of the image's longer side. (N, 1, H, W) -> (N, 1, H, W)"""
    return widen(roi, round(margin * max(roi.shape[-2:])))


def widen(roi: Tensor, pixels: int) -> Tensor:
    """Grows a region by that many pixels and lets it fade out over the next as many; the region itself stays whole.

    (N, 1, H, W) -> (N, 1, H, W)
    """
    if not pixels:
        return roi
    window = 2 * pixels + 1
    grown = F.max_pool2d(roi, window, stride=1, padding=pixels)
    return F.avg_pool2d(grown, window, stride=1, padding=pixels, count_include_pad=False)


def without_region(images: Tensor, region: Tensor, fill: Fill = "mean") -> Tensor:
    """Fills the region by means of the rest of the image, so that nothing of it remains, not even its mean colour.

    Args:
        images: (N, 3, H, W).
        region: (N, 1, H, W) in [0, 1].
        fill: the rest's `mean` colour; its colours running into the region (`blur`); or random pixels of its mean colour and contrast
            (`noise`).

    Returns:
        (N, 3, H, W).
    """
    rest = 1 - region
    area = rest.sum((2, 3), keepdim=True).clamp(min=1)  # (N, 1, 1, 1)
    cover = (images * rest).sum((2, 3), keepdim=True) / area  # (N, 3, 1, 1)
    if fill == "blur":
        window = 2 * round(BLUR * max(images.shape[-2:]) / 2) + 1
        # twice, since one box would leave its edges; far from all that is left, the mean colour takes over
        cover = (_spread(images * rest, window) + FAR * cover) / (_spread(rest, window) + FAR)  # (N, 3, H, W)
    elif fill == "noise":
        contrast = ((images - cover).square() * rest).sum((2, 3), keepdim=True).div(area).sqrt()  # (N, 3, 1, 1)
        cover = (cover + contrast * torch.randn_like(images)).clamp(0, 1)  # (N, 3, H, W)
    return rest * images + region * cover


def _spread(x: Tensor, window: int) -> Tensor:
    for _ in range(2):
        x = F.avg_pool2d(x, window, stride=1, padding=window // 2)
    return x


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

    Only images with a known ROI take part. Those with an empty ROI only give their background, since they have no region to paste.

    It is `sufficiency` with other images' backgrounds as filling, and the supervised form of `invariance`.

    Args:
        margin: by how much the region is grown, as a share of the image's side; it fades out over the same width.
        bn: batch-norm in the second pass, see `second_pass`.

    Source:
        Own; an invariance objective in the sense of VisFIS (Ying et al. 2022).

    Example:
        >>> import sightline as sl
        >>> layers = nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)
        >>> classifier = sl.wrap(nn.Sequential(*layers), "1", source="gradcam")
        >>> batch = sl.Batch(torch.rand(4, 3, 16, 16), torch.tensor([0, 1, 0, 1]), roi=torch.eye(16).expand(4, 1, 16, 16))
        >>> BackgroundInvariance()(classifier.look(batch.images, batch.labels), batch).shape
        torch.Size([])
    """

    words: ClassVar[str] = "the annotated region keeps its class on the background of another image"
    formula: ClassVar[str] = "the region keeps its label"
    shown: ClassVar[str] = "region on another background, same network"
    teaches_classes: ClassVar[bool] = True

    def __init__(self, *, margin: Margin = 0.03, bn: Mode = "quiet") -> None:
        super().__init__()
        self.margin = margin
        self.bn: Mode = bn

    def forward(self, classifier: nn.Module, look: Look, batch: Batch) -> Tensor:
        """See `BehaviourLoss`. With fewer than two known images, or no region among them, a zero that is part of the graph."""
        if self.missing(batch):
            return look.logits[:0].sum()
        images, roi, labels = batch.images[batch.known], batch.roi[batch.known], batch.labels[batch.known]
        partner = partners(len(images)).to(images.device)
        composed = compose(images, widened(roi, self.margin), partner)
        whole = marked(batch)[batch.known]  # (N,)
        with second_pass(classifier, self.bn):
            logits: Tensor = classifier(composed[whole])
        return F.cross_entropy(in_float(logits), labels[whole])

    def missing(self, batch: Batch) -> str | None:
        """See `BehaviourLoss`."""
        if int(batch.known.sum()) < 2:
            return "fewer than two images have a known ROI"
        return None if marked(batch).any() else "every known ROI is empty"
