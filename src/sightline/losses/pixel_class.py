"""A segmentation loss: the class of the image inside the ROI, background outside."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn

from sightline.attention.source import in_float
from sightline.errors import UserError
from sightline.losses.behaviour import BehaviourLoss
from sightline.losses.guidance import map_name, resize
from sightline.losses.squash import Range
from sightline.types import Batch, Look

EPS = 1e-6


def log_probabilities(maps: Tensor, range: Range) -> Tensor:
    """Log-probabilities of the classes of each pixel, the background last: (N, C, h, w) -> (N, C + 1, h, w).

    Args:
        maps: `evidence`, against a background whose evidence is 0; or `unit`, probabilities, with the remainder for the background.
    """
    if range == "evidence":
        return torch.cat([maps, torch.zeros_like(maps[:, :1])], 1).log_softmax(1)
    background = 1 - maps.sum(1, keepdim=True)  # (N, 1, h, w)
    # EPS is more than what rounding takes from the rest where there is none
    return (torch.cat([maps, background], 1) + EPS).log()


def pixel_class(scores: Tensor, labels: Tensor, roi: Tensor) -> Tensor:
    """mean over pixels of -(R log p_label + (1 - R) log p_background)

    Args:
        scores: (N, C + 1, h, w) log-probabilities, the background last.
        labels: (N,) int64.
        roi: (N, 1, h, w) in [0, 1]; empty: all is background.

    Returns:
        (N,) non-negative; 0 where every pixel has its class with probability 1.
    """
    own = scores.take_along_dim(labels[:, None, None, None], 1)  # (N, 1, h, w)
    return -(roi * own + (1 - roi) * scores[:, -1:]).mean((1, 2, 3))


class PixelClass(BehaviourLoss):
    """See `pixel_class`. It trains a segmentation network whose classes are those of the images, on the images with a known ROI.

    It judges the maps of all classes against the labels, so it needs a source with one map per class, `segment` above all; it does not
    run the classifier again.

    Args:
        map: name of the attention map; None: the first one of the source.

    Source:
        Hooper et al., NeurIPS 2023: the segmentation loss of their segmentation-for-classification.

    Example:
        >>> import torch
        >>> import sightline as sl
        >>> settings = {"attention": {"name": "segment"}, "backbone.name": "test_resnet", "backbone.stride": 8, "losses.guidance": []}
        >>> classifier = sl.build("energy", 2, settings)
        >>> batch = sl.Batch(torch.rand(2, 3, 32, 32), torch.tensor([0, 1]), roi=torch.eye(32).expand(2, 1, 32, 32))
        >>> sl.losses.PixelClass()(classifier.look(batch.images, batch.labels, every=True), batch).shape
        torch.Size([])
    """

    words: ClassVar[str] = "class of every pixel: that of the image inside the annotated region, background outside"
    formula: ClassVar[str] = "class in the ROI, background outside"
    runs_again: ClassVar[bool] = False
    shown: ClassVar[str] = "classes of every pixel"
    needs_map: ClassVar[bool] = True
    needs_every: bool = True
    teaches_classes: ClassVar[bool] = True

    def __init__(self, *, map: str | None = None) -> None:
        super().__init__()
        self.map = map

    def forward(self, classifier: nn.Module, look: Look, batch: Batch) -> Tensor:
        """See `BehaviourLoss`. With no known image, a zero that is part of the graph."""
        maps, range = self.attention(look)
        maps = maps[batch.known]  # (N, C, h, w)
        if not len(maps):
            return maps.sum()
        with torch.autocast(maps.device.type, enabled=False):
            maps = in_float(maps)
            roi = resize(batch.roi[batch.known].to(maps.dtype), maps.shape[-2:])
            return pixel_class(log_probabilities(maps, range), batch.labels[batch.known], roi).mean()

    def attention(self, look: Look) -> tuple[Tensor, Range]:
        """See `BehaviourLoss`.

        Raises:
            UserError: the source's map is the same for all classes.
        """
        name = map_name(look, self.map)
        if name not in look.every:
            raise UserError("losses.behaviour (pixel_class)", "needs a map of each class", "Use the source segment, cam or gradcam.")
        return look.every[name], look.ranges.get(name, "evidence")

    def missing(self, batch: Batch) -> str | None:
        """See `BehaviourLoss`."""
        return None if batch.known.any() else "no image has a known ROI"
