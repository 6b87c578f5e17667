"""The base class of behaviour losses, which judge the decision of the classifier."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor, nn

from sightline.errors import UserError
from sightline.losses.squash import Range
from sightline.types import Batch, Look


def marked(batch: Batch) -> Tensor:
    """The images whose region is known and not empty. -> (B,) bool"""
    return batch.known & (batch.roi.amax((1, 2, 3)) > 0)


class BehaviourLoss(nn.Module):
    """Base class: judges the answers of the classifier. Most of these losses run it again on changed images.

    Attributes:
        words: what the loss asks for, in a few plain words, for reports.
        formula: the same as a formula or in fewer words, for the boxes of diagrams.
        runs_again: the loss runs the classifier again.
        shown: the input of the second run, or the part of the first answer that is judged, for the boxes of diagrams.
        needs_map: the loss uses attention maps.
        needs_every: the loss uses the maps of all classes.
        teaches_classes: the loss uses the labels, so that a classifier can learn the classes from it alone.
        gradient_free: if its settings leave it without gradient, the reason; None: it has a gradient.

    Example:
        >>> import torch
        >>> from torch import nn
        >>> import sightline as sl
        >>> class Darker(sl.losses.BehaviourLoss):
        ...     def forward(self, classifier, look, batch):
        ...         return (classifier(batch.images / 2) - look.logits).square().mean()
        >>> layers = nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)
        >>> classifier = sl.wrap(nn.Sequential(*layers), "1")
        >>> batch = sl.Batch(torch.rand(4, 3, 16, 16), torch.tensor([0, 1, 0, 1]))
        >>> Darker()(classifier.look(batch.images), batch).shape
        torch.Size([])
    """

    words: ClassVar[str] = ""
    formula: ClassVar[str] = ""
    runs_again: ClassVar[bool] = True
    shown: ClassVar[str] = "changed images, same network"
    needs_map: ClassVar[bool] = False
    needs_every: bool = False
    teaches_classes: ClassVar[bool] = False
    gradient_free: str | None = None

    def __call__(self, *args: Any) -> Tensor:
        """`loss(look, batch)` uses the classifier that made `look`; `loss(classifier, look, batch)` uses the given one."""
        if args and isinstance(args[0], Look):
            if args[0].classifier is None:
                raise UserError(type(self).__name__, "needs the classifier that looked", "Call it as loss(classifier, look, batch).")
            args = (args[0].classifier, *args)
        found: Tensor = super().__call__(*args)
        return found

    def forward(self, classifier: nn.Module, look: Look, batch: Batch) -> Tensor:
        """The loss of a batch, a differentiable scalar.

        Args:
            classifier: images (B, 3, H, W) -> logits (B, C).
            look: its output for the unchanged images.
            batch: these images, their labels and ROI maps.
        """
        raise NotImplementedError

    def attention(self, look: Look) -> tuple[Tensor, Range] | None:
        """The map(s) that this loss uses, (B, K, h, w), and their scale; None: it uses no map."""
        return None

    def missing(self, batch: Batch) -> str | None:
        """What the loss needs and the batch lacks; None: nothing."""
        return None
