"""Annotated regions on other backgrounds: what the losses share that judge the answers to such images."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, NamedTuple

import torch
from pydantic import Field
from torch import Tensor

from sightline.data.cover import Fill, Growth, Margin, grown, widened, without_region
from sightline.data.membrane import cloned
from sightline.losses.batchnorm import Mode
from sightline.losses.behaviour import BehaviourLoss, marked
from sightline.settings import NUMBER
from sightline.types import Batch

Lender = Literal["any", "other", "own", "self"]
Seam = Literal["fade", "cloned"]
Share = Annotated[float, Field(gt=0, le=1), NUMBER]


def compose(images: Tensor, region: Tensor, partner: Tensor, fill: Fill = "mean", seam: Seam = "fade") -> Tensor:
    """Each image's region on its partner's background, from which the partner's own region is gone.

    Args:
        images: (N, 3, H, W).
        region: (N, 1, H, W) in [0, 1].
        partner: (N,) int64, whose background each image gets.
        fill: what takes the place of the partner's own region, see `without_region`.
        seam: the region may `fade` into the background, or be `cloned` into it, see `membrane.cloned`.

    Returns:
        (N, 3, H, W).
    """
    background = without_region(images, region, fill)[partner]
    return cloned(images, region, background) if seam == "cloned" else region * images + (1 - region) * background


def partners(count: int) -> Tensor:
    """A random partner for each, never oneself where there are two or more. -> (count,) int64"""
    order = torch.randperm(count)
    partner = torch.empty_like(order)
    partner[order] = order.roll(1)  # one ring through all of them
    return partner


def lenders(labels: Tensor, lender: Lender, taken: Tensor | None = None) -> Tensor:
    """Whose background each image gets, at random among those that may lend it; where there is none, the image keeps its own.

    Args:
        labels: (N,).
        lender: `any` other image, one of an `other` class, another one of its `own` class, or it`self`.
        taken: (V, N), whose backgrounds each image has already, so that they are not lent again; None: nobody's.

    Returns:
        (N,) int64.
    """
    count = len(labels)
    if lender == "any" and taken is None:
        return partners(count)
    classes, itself = labels.cpu(), torch.eye(count, dtype=torch.bool)
    same = classes[:, None] == classes
    may = {"any": ~itself, "other": ~same, "own": same & ~itself, "self": itself}[lender]
    if taken is not None:
        may = may.scatter(1, taken.cpu().T, False)  # (N, N)
    may = torch.where(may.any(1, keepdim=True), may, itself)
    return torch.multinomial(may.double(), 1)[:, 0]


class Swapped(NamedTuple):
    """Images on other backgrounds.

    Attributes:
        images: versions of (N, 3, H, W), each on backgrounds of its own.
        chosen: (N,) int64, their positions in the batch.
    """

    images: list[Tensor]
    chosen: Tensor


class SwapLoss(BehaviourLoss):
    """Base class: the losses that judge the answers to annotated regions on other backgrounds.

    Images with a known region take part. Those whose known region is empty only lend their background, since they have none to paste.

    Args:
        lender: whose background an image gets: `any` other image's, one of an `other` class or of its `own` class, or its own (`self`).
            `own` is a control, since such a background goes with the class as before: the seams are there and the habit is not broken.
            With `self` nothing but the seam is new. Where the batch has no such image, the image keeps its own background.
        share: of the images with a region, drawn at random for each batch, that are put on another background.
        margin: by how much the region is grown, as a share of the image's side; it fades out over the same width.
        grow: by how much it is grown before that, as a share of its own radius (that of a circle of the same area).
        feather: half the width of the seam, as a share of the image's side; None: the margin. A seam wider than the margin begins at the
            region's border.
        fill: what takes the place of the lender's own region, see `without_region`.
        seam: `fade`, or `cloned`: the region takes on the tones of its new surroundings (Poisson image editing, Pérez et al. 2003). Its own
            brightness, by which classes may differ, is then gone.
        bn: batch-norm in the second pass, see `second_pass`.
    """

    shown: ClassVar[str] = "region on another background, same network"

    def __init__(
        self,
        *,
        lender: Lender = "any",
        share: Share = 1,
        margin: Margin = 0.03,
        grow: Growth = 0,
        feather: Margin | None = None,
        fill: Fill = "mean",
        seam: Seam = "fade",
        bn: Mode = "quiet",
    ) -> None:
        super().__init__()
        self.lender: Lender = lender
        self.share, self.margin, self.grow, self.feather = share, margin, grow, feather
        self.fill: Fill = fill
        self.seam: Seam = seam
        self.bn: Mode = bn

    def swapped(self, batch: Batch, versions: int = 1) -> Swapped:
        """The regions of a batch on other backgrounds; of several versions no two on the same one, as long as there are enough."""
        images, labels = batch.images[batch.known], batch.labels[batch.known]
        region = widened(grown(batch.roi[batch.known], self.grow), self.margin, self.feather)
        drawn: list[Tensor] = []
        for _ in range(versions):
            drawn.append(lenders(labels, self.lender, torch.stack(drawn) if drawn else None).to(images.device))
        kept = self._kept(marked(batch)[batch.known])  # (N,)
        chosen = batch.known.nonzero()[:, 0][kept]
        return Swapped([compose(images, region, partner, self.fill, self.seam)[kept] for partner in drawn], chosen)

    def _kept(self, whole: Tensor) -> Tensor:
        """Which of the images with a region are put on another background. (K,) bool -> (N,) int64"""
        candidates = whole.nonzero()[:, 0]
        if self.share == 1:
            return candidates
        count = max(1, round(self.share * len(candidates)))
        order = torch.randperm(len(candidates))[:count].sort().values
        return candidates[order.to(candidates.device)]

    def missing(self, batch: Batch) -> str | None:
        """See `BehaviourLoss`."""
        if self.lender != "self" and int(batch.known.sum()) < 2:
            return "fewer than two images have a known ROI"
        return None if marked(batch).any() else "every known ROI is empty"
