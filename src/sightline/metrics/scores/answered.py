"""What was answered for some images, and the scores of it under any weighting of these images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sightline.metrics.confidence.bootstrap import Array, Groups, mean_of_defined, ratio
from sightline.metrics.scores.calibration import brier
from sightline.metrics.scores.ranks import overall_auc

NEEDS = {  # the scores that are defined class by class: which of two classes decide them; None: all
    "balanced_accuracy": None,
    "sensitivity": 1,
    "specificity": 0,
    "auc": None,
}


@dataclass(frozen=True)
class Answered:
    """The answers to N images of C classes.

    Attributes:
        labels: (N,) class indices.
        probabilities: (N, C).
        decided: (N,) class that the run decides for.
        classes: names.
        calibrated: (N, C) probabilities that the Brier score is taken of; None: `probabilities`.
        epg: (N,) energy of the map inside the region, NaN where it does not apply; None: there is no map.
        patients: patient or lesion of each image; None: each image is one of its own.
    """

    labels: Array
    probabilities: Array
    decided: Array
    classes: Sequence[str]
    calibrated: Array | None = None
    epg: Array | None = None
    patients: Groups | None = None

    @cached_property
    def per_image(self) -> dict[str, Array]:
        """The scores that each image has by itself: name -> (N,), NaN where one does not apply."""
        shown = self.probabilities if self.calibrated is None else self.calibrated
        right = self.probabilities.argmax(axis=1) == self.labels
        found = {"accuracy": right.astype(np.float64), "brier": brier(self.labels, shown)}
        return found if self.epg is None else found | {"epg": self.epg}

    def means(self, weights: Array) -> dict[str, Array]:
        """The scores that are means over images: accuracy, Brier score, EPG. (R, N) -> name -> (R,)"""
        return {name: ratio(weights @ np.nan_to_num(v), weights @ ~np.isnan(v)) for name, v in self.per_image.items()}

    def by_class(self, weights: Array) -> dict[str, Array]:
        """The scores that are defined class by class: balanced accuracy, AUC and, with two classes, sensitivity and specificity.

        Accuracies are those of the most probable class; sensitivity and specificity those of the decisions. (R, N) -> name -> (R,), NaN
        where a class that they need has no images.
        """
        of_class = [self.labels == c for c in range(len(self.classes))]
        probable, decided = (
            np.stack([ratio(weights @ (of & (said == c)), weights @ of) for c, of in enumerate(of_class)], axis=-1)  # (R, C)
            for said in (self.probabilities.argmax(axis=1), self.decided)
        )
        found = {"balanced_accuracy": mean_of_defined(probable), "auc": overall_auc(self.labels, self.probabilities, weights)}
        return found | {"sensitivity": decided[:, 1], "specificity": decided[:, 0]} if len(self.classes) == 2 else found

    def scores(self, weights: Array) -> dict[str, Array]:
        """All of them."""
        return self.means(weights) | self.by_class(weights)

    @property
    def shares(self) -> dict[str, list[Array]]:
        """The images, (N,) bool, of which each score is a share, or the mean of several shares."""
        of_class = [self.labels == c for c in range(len(self.classes))]
        found = {"accuracy": [np.ones(len(self.labels), dtype=bool)], "balanced_accuracy": [of for of in of_class if of.any()]}
        return found | {"sensitivity": [of_class[1]], "specificity": [of_class[0]]} if len(self.classes) == 2 else found

    def counts(self, there: Array) -> dict[str, int]:
        """Class -> number of images, of those that are there. (N,) bool"""
        return {name: int((self.labels[there] == c).sum()) for c, name in enumerate(self.classes)}
