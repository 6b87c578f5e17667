"""What all behaviour losses share."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor, nn

from sightline.errors import UserError
from sightline.losses.squash import Range
from sightline.types import Batch, Look


class BehaviourLoss(nn.Module):
    """Judges what the classifier answers; most run it again on changed images to hear it.

    Attributes:
        words: what it asks for, in a few plain words, for reports.
        formula: the same in signs or fewer words, for the boxes of diagrams.
        runs_again: the classifier is asked again.
        shown: what it is then shown, or what of its first answer is judged, for the boxes of diagrams.
        needs_map: it reads attention maps.
        needs_every: it reads the maps of all classes.
        teaches_classes: it goes by the labels, so that a classifier learns its classes from it alone.
        gradient_free: why it can move nothing, where its settings make it so; None: it can.
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
        """`loss(look, batch)` asks the classifier that looked; `loss(classifier, look, batch)` another one."""
        if args and isinstance(args[0], Look):
            if args[0].classifier is None:
                raise UserError(type(self).__name__, "does not know which classifier looked", "Call it as loss(classifier, look, batch).")
            args = (args[0].classifier, *args)
        found: Tensor = super().__call__(*args)
        return found

    def forward(self, classifier: nn.Module, look: Look, batch: Batch) -> Tensor:
        """The loss of a batch, a scalar on the graph.

        Args:
            classifier: images (B, 3, H, W) -> logits (B, C).
            look: what it answered to the unchanged images.
            batch: these images, their labels and ROI maps.
        """
        raise NotImplementedError

    def attention(self, look: Look) -> tuple[Tensor, Range] | None:
        """The map(s) that this loss reads, (B, K, h, w), and their scale; None: it reads none."""
        return None

    def missing(self, batch: Batch) -> str | None:
        """What the batch lacks for this loss to say anything; None: nothing."""
        return None
