"""The one rule by which a run's probabilities become a decision, wherever a class is called predicted.

Of two classes, the last is decided for at or above the threshold that the run keeps from its validation images; where it keeps none, and
with more classes, the most probable class is. Scores that are defined by the most probable class, such as the accuracy, keep their
definition and say so.

People are shown calibrated probabilities wherever the run keeps a calibration, and the threshold moved by the same map. Scores, tests and
files of predictions hold the probabilities as the network gives them, and so does what decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from sightline.attention.classifier import GuidedClassifier
from sightline.attention.source import of_class
from sightline.metrics.confidence.bootstrap import Array
from sightline.metrics.scores.thresholds import decided
from sightline.results.calibration import Calibration
from sightline.results.scores import Thresholds


@dataclass(frozen=True)
class Decision:
    """The rule that chooses the predicted class.

    Attributes:
        threshold: on the probability of the last of two classes, as the network gives it; None: the most probable class.
        calibration: of the probabilities that people are shown; None: these are as the network gives them.
    """

    threshold: float | None = None
    calibration: Calibration | None = None

    def __call__(self, probabilities: Array) -> Array:
        """The predicted class. (..., C) -> (...)"""
        return decided(probabilities, self.threshold)

    def shown(self, probabilities: Array) -> Array:
        """The probabilities that people are shown. (..., C) -> (..., C)"""
        return probabilities if self.calibration is None else self.calibration(probabilities)

    def shown_at(self, threshold: float | None) -> float | None:
        """A threshold as one on the probabilities that people are shown: the same images reach it."""
        return threshold if self.calibration is None else self.calibration.threshold(threshold)

    def words(self, classes: Sequence[str]) -> str:
        """The rule, with the threshold on the probabilities that people are shown.

        >>> Decision(0.31).words(["nevus", "melanoma"])
        'decided for melanoma from a probability of 0.310, the threshold kept from the validation images'
        """
        if self.threshold is None:
            return "decided for the most probable class"
        least = self.shown_at(self.threshold)
        return f"decided for {classes[-1]} from a probability of {least:.3f}, the threshold kept from the validation images"


def decision_of(kept: Thresholds | None) -> Decision:
    """The rule of a run that keeps these thresholds; None: it keeps none."""
    return Decision(kept.decision, kept.calibration) if kept else Decision()


@dataclass(frozen=True)
class Seen:
    """What a classifier says of a batch, and where it looked: probabilities (B, C), the class decided for (B,), and its maps, name ->
    (B, h, w) float32."""

    probabilities: np.ndarray
    decided: np.ndarray
    maps: dict[str, np.ndarray]


def look_at_decided(classifier: GuidedClassifier, images: torch.Tensor, decision: Decision) -> Seen:
    """One look, with the maps of the class decided for; a map that explains no single class is the same for all.

    Args:
        images: (B, 3, S, S), on the classifier's device.
    """
    # a source picks the most probable class by itself; another class has to be picked from the maps of all
    every = decision.threshold is not None and classifier.source.class_specific
    look = classifier.look(images, None, every=every)
    probabilities = look.logits.detach().cpu().double().softmax(1).numpy()
    chosen = decision(probabilities)
    of = torch.from_numpy(chosen).to(images.device)
    picked = {name: of_class(look.every[name], of) if name in look.every else one for name, one in look.maps.items()}  # (B, 1, h, w)
    return Seen(probabilities, chosen, {name: one[:, 0].detach().float().cpu().numpy() for name, one in picked.items()})
