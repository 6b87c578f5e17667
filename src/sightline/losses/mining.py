"""Attention mining: with the attended region hidden, the image must not reveal the class (Figueroa et al. 2022, eq. 3-5; GAIN)."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Annotated, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional as F

from sightline.errors import UserError
from sightline.losses.batchnorm import Mode, second_pass
from sightline.losses.behaviour import BehaviourLoss
from sightline.losses.guidance import map_name
from sightline.losses.squash import Range, by_max
from sightline.settings import NUMBER
from sightline.types import Batch, Look


def soft_mask(attention: Tensor, w: float = 3.0, sigma: float = 0.2) -> Tensor:
    """T(A) = 1 / (1 + exp(-w (A - sigma)))

    The paper's w = 3 and sigma = 0.2 are far from its "1 above sigma, 0 otherwise" on a map in [0, 1]: T(0) = .35, T(1) = .92. Other
    implementations of GAIN use (10, .5), (30, .6) or (1e5, .7).

    Args:
        attention: any shape, non-negative.

    Returns:
        Same shape, in (0, 1).

    Source:
        Figueroa et al., J. Biomed. Opt. 27(1) 015001, 2022, eq. 4.
    """
    return torch.sigmoid(w * (attention - sigma))


def hide(images: Tensor, mask: Tensor, fill: Literal["black", "mean"] = "black") -> Tensor:
    """I* = I - T(A) I (eq. 3), which is black where the mask is 1; or with the image's mean colour in place of black.

    (N, 3, H, W), (N, 1, H, W) -> (N, 3, H, W)
    """
    shown = images - mask * images
    return shown if fill == "black" else shown + mask * images.mean((2, 3), keepdim=True)


SCORES: dict[str, Callable[[Tensor], Tensor]] = {
    "softmax": lambda logits: logits.softmax(1),
    "sigmoid": torch.sigmoid,
    "logit": lambda logits: logits,
}


class AttentionMining(BehaviourLoss):
    """Hides what the attention map marks and judges the class scores s of what is left, I*.

    Args:
        mode: `gt`: |0.5 - s_label(I*)|, the score of the labelled class is drawn to 0.5. `per_class`: the mean over all classes of |0.5 -
            s_c(I*_c)|, each class with its own map hidden. `sum_per_class`: |0.5 - sum_c s_c(I*_c)|, eq. 5 with the image of each class
            of eq. 3. `sum`: |0.5 - sum_c s_c(I*)|, eq. 5 with one image for all classes. `score`: s_label(I*), the original GAIN.
        scores: what s is: `softmax`, under which mode `sum` is a constant; the `sigmoid` of each logit; or the `logit` itself.
        w, sigma: parameters of the mask, see `soft_mask`.
        at: where the mask is made: on the map enlarged to the size of the `image`, or on the `map`, and enlarged then, as the paper's
            sigma has the size of the map.
        scale: how the evidence is scaled before the mask: `max` divides it by its maximum, `raw` does not scale it; both set its negative
            part to 0. Maps whose source gives values in [0, 1] are not scaled.
        fill: what replaces the hidden part: `black` (the paper) or the image's `mean` colour.
        bn: batch-norm in the second pass, see `second_pass`.
        map: name of the attention map; None: the first one of the source.

    Example:
        >>> import torch
        >>> from torch import nn
        >>> import sightline as sl
        >>> layers = nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)
        >>> classifier = sl.wrap(nn.Sequential(*layers), "1", source="gradcam")
        >>> batch = sl.Batch(torch.rand(4, 3, 16, 16), torch.tensor([0, 1, 0, 1]), roi=torch.eye(16).expand(4, 1, 16, 16))
        >>> sl.losses.AttentionMining()(classifier.look(batch.images, batch.labels), batch).shape
        torch.Size([])
    """

    words: ClassVar[str] = "what is left when the attended region is hidden must not reveal the class"
    formula: ClassVar[str] = "what is left must not reveal the class"
    shown: ClassVar[str] = "attended region hidden, same network"
    needs_map: ClassVar[bool] = True

    def __init__(
        self,
        *,
        mode: Literal["gt", "per_class", "sum_per_class", "sum", "score"] = "gt",
        scores: Literal["softmax", "sigmoid", "logit"] = "softmax",
        w: Annotated[float, Field(gt=0, le=1e6), NUMBER] = 3.0,
        sigma: Annotated[float, Field(ge=-1000, le=1000), NUMBER] = 0.2,
        scale: Literal["raw", "max"] = "max",
        at: Literal["image", "map"] = "image",
        fill: Literal["black", "mean"] = "black",
        bn: Mode = "frozen",
        map: str | None = None,
    ) -> None:
        super().__init__()
        self.mode, self.scores, self.w, self.sigma, self.scale, self.at = mode, scores, w, sigma, scale, at
        self.fill: Literal["black", "mean"] = fill
        self.bn: Mode = bn
        self.map = map
        self.needs_every = mode in ("per_class", "sum_per_class")
        if mode == "sum" and scores == "softmax":
            self.gradient_free = "the softmax scores of all classes always sum to one, so that mode=sum is constant"
            remedy = "scores=sigmoid and scores=logit do not; mode=gt judges the labelled class"
            warnings.warn(f"attention mining: {self.gradient_free}; {remedy}", stacklevel=2)

    def forward(self, classifier: nn.Module, look: Look, batch: Batch) -> Tensor:
        """See `BehaviourLoss`. All images count, with or without annotation.

        Raises:
            UserError: a mode that hides the map of each class, with a source whose map is the same for all classes.
        """
        maps, range = self.attention(look)
        attention = maps.flatten(0, 1)[:, None]  # (M, 1, h, w), M = B * C where each class has its own, else B
        images, judged = batch.images, batch.labels
        if self.needs_every:
            classes = maps.shape[1]
            images = images.repeat_interleave(classes, 0)  # (M, 3, H, W)
            judged = torch.arange(classes, device=images.device).repeat(len(batch))  # (M,)
        hidden = hide(images, self._mask(attention, range, images.shape[-2:]), self.fill)
        with second_pass(classifier, self.bn):
            logits: Tensor = classifier(hidden)
        return self._judge(SCORES[self.scores](logits.to(torch.promote_types(logits.dtype, torch.float32))), judged)

    def attention(self, look: Look) -> tuple[Tensor, Range]:
        """See `BehaviourLoss`."""
        name = map_name(look, self.map)
        if not self.needs_every:
            return look.maps[name], look.ranges.get(name, "evidence")
        if name not in look.every:
            raise UserError(
                "losses.behaviour (mining)", f"mode {self.mode} needs a map of each class", "Use the source cam or gradcam, or mode=gt."
            )
        return look.every[name], look.ranges.get(name, "evidence")

    def _mask(self, attention: Tensor, range: Range, size: torch.Size) -> Tensor:
        """T(A) at the size of the image. (M, 1, h, w) -> (M, 1, H, W)"""
        attention = attention.to(torch.promote_types(attention.dtype, torch.float32))
        if range == "evidence":
            attention = by_max(attention) if self.scale == "max" else torch.relu(attention)
        if self.at == "map":
            return _enlarged(soft_mask(attention, self.w, self.sigma), size)
        return soft_mask(_enlarged(attention, size), self.w, self.sigma)

    def _judge(self, scores: Tensor, classes: Tensor) -> Tensor:
        """(M, C), (M,) -> scalar"""
        if self.mode == "sum":
            return (0.5 - scores.sum(1)).abs().mean()
        one = scores.gather(1, classes[:, None])  # (M, 1)
        if self.mode == "sum_per_class":
            one = one.reshape(-1, scores.shape[1]).sum(1)  # (B,)
        return one.mean() if self.mode == "score" else (0.5 - one).abs().mean()


def _enlarged(maps: Tensor, size: torch.Size) -> Tensor:
    return F.interpolate(maps, size=size, mode="bilinear", align_corners=False)
