"""The objective of a training: the weighted sum of class loss, guidance losses and behaviour losses."""

from __future__ import annotations

from collections import Counter
from typing import Protocol, cast

from torch import Tensor, nn

from sightline import catalog
from sightline.attention.classifier import GuidedClassifier
from sightline.config import Losses, Plugin, WeightedLoss
from sightline.losses.behaviour import BehaviourLoss
from sightline.losses.guidance import GuidanceLoss
from sightline.losses.per_finding import paired_batch, paired_look
from sightline.losses.weighting import LossEntry, Weighting
from sightline.types import Batch, Look


class Grouped(Protocol):
    """What a class loss with the attribute `by_group` also has; it is called with the group of each image behind the labels."""

    def settle(self, groups: int) -> None:
        """Begins with so many groups."""

    def learned(self) -> dict[str, float]:
        """For the log: name -> value."""


class Objective(nn.Module):
    """The objective of a recipe. It runs the classifier once per batch, and computes only those maps that the losses need.

    Args:
        losses: section `losses` of the recipe.
        weighting: section `weighting` of the recipe.
        class_weights: (C,) for the class loss, or (C, 2) with several findings; None: equal weights.
        groups: number of groups of images, for a class loss that weighs them; None: those of the first batch.

    Attributes:
        names: names of the losses: class loss, guidance losses, behaviour losses. A second loss of one name gets a number: `dice`,
            `dice.1`.

    Raises:
        UserError: an option that a loss does not have.
    """

    classification: nn.Module
    weighting: Weighting

    def __init__(self, losses: Losses, weighting: Plugin, class_weights: Tensor | None = None, groups: int | None = None) -> None:
        super().__init__()
        self.classification = _make("classification", losses.classification, "losses.classification", class_weights)
        if self._grouped and groups is not None:
            self._grouped.settle(groups)
        self.guidance = nn.ModuleList(_make("guidance", s, f"losses.guidance.{i}") for i, s in enumerate(losses.guidance))
        self.behaviour = nn.ModuleList(_make("behaviour", s, f"losses.behaviour.{i}") for i, s in enumerate(losses.behaviour))
        settings = [losses.classification, *losses.guidance, *losses.behaviour]
        kinds = ["classification"] + ["guidance"] * len(losses.guidance) + ["behaviour"] * len(losses.behaviour)
        self.names = _unique([s.name for s in settings])
        entries = [LossEntry(n, k, s.weight, s.start, s.ramp) for n, k, s in zip(self.names, kinds, settings, strict=True)]  # type: ignore[arg-type]
        self.weighting = catalog.make("weighting", weighting.name, weighting.options, entries, where="weighting")

    @property
    def _grouped(self) -> Grouped | None:
        """The class loss, if it weighs groups of images."""
        return cast(Grouped, self.classification) if getattr(self.classification, "by_group", False) else None

    def guidance_losses(self) -> dict[str, GuidanceLoss]:
        """By name."""
        return dict(zip(self.names[1:], self.guidance, strict=False))  # type: ignore[arg-type]

    def behaviour_losses(self) -> dict[str, BehaviourLoss]:
        """By name."""
        return dict(zip(self.names[1 + len(self.guidance) :], self.behaviour, strict=True))  # type: ignore[arg-type]

    def learned(self) -> dict[str, float]:
        """The scalars that losses and weighting learn, for the log: `alpha/<loss>`, `sigma/<loss>`, `share/<group>` -> value."""
        own = {f"{symbol}/{n}": value for n, loss in self.guidance_losses().items() for symbol, value in loss.learned().items()}
        shares = self._grouped.learned() if self._grouped else {}
        return own | shares | self.weighting.learned()

    def forward(self, classifier: GuidedClassifier, batch: Batch, epoch: float) -> tuple[Tensor, Look, dict[str, Tensor], dict[str, float]]:
        """One batch.

        Args:
            epoch: 0-based; infinity for "everything has set in".

        Returns:
            Total; what the classifier answered; each computed loss before it is weighted; each loss's weight, 0 where it is not active.
        """
        look, losses = self.measure(classifier, batch, epoch)
        total, weights = self.weighting(losses, epoch)
        return total, look, losses, weights

    def measure(self, classifier: GuidedClassifier, batch: Batch, epoch: float) -> tuple[Look, dict[str, Tensor]]:
        """The losses that are active in this epoch, before they are weighted. The maps explain the labels, never the predictions.

        With several findings per image and maps of single classes, the maps are those of pairs of an image and a finding, see
        `losses.per_finding`.
        """
        active = self.weighting.active(epoch)
        guidance = {n: g for n, g in self.guidance_losses().items() if n in active}
        behaviour = {n: b for n, b in self.behaviour_losses().items() if n in active}
        every = any(g.classes == "all" for g in guidance.values()) or any(b.needs_every for b in behaviour.values())
        by_finding = batch.several and classifier.source.class_specific
        if guidance or any(b.needs_map for b in behaviour.values()):
            look = classifier.look(batch.images, None if batch.several else batch.labels, every=every or by_finding)
        else:
            look = Look(classifier(batch.images), maps={})
        groups = (batch.group,) if self._grouped else ()
        losses = {self.names[0]: self.classification(look.logits, batch.labels, *groups)}
        if guidance and by_finding:
            look = paired_look(look, batch)
        judged = self.judged(classifier, batch)
        for name, guide in guidance.items():
            maps, range = guide.attention(look)
            losses[name] = guide(maps, *guide.region(judged), range)
        for name, behave in behaviour.items():
            losses[name] = behave(classifier, look, batch)
        return look, losses

    @staticmethod
    def judged(classifier: GuidedClassifier, batch: Batch) -> Batch:
        """The batch that the guidance losses see: of several findings per image, its pairs of an image and a finding."""
        return paired_batch(batch) if batch.several and classifier.source.class_specific else batch


def _make(room: str, settings: WeightedLoss, where: str, *args: Tensor | None) -> nn.Module:
    loss: nn.Module = catalog.make(room, settings.name, settings.options, *args, where=where)
    return loss


def _unique(names: list[str]) -> list[str]:
    """Numbers the second and further ones of a name.

    >>> _unique(["focal", "dice", "dice"])
    ['focal', 'dice', 'dice.1']
    """
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        found.append(f"{name}.{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return found
