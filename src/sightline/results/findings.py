"""Scores of one split of images with several findings: of each finding, and their means."""

from __future__ import annotations

from sightline.results.base import Count, Result, Score, Version
from sightline.results.scores import SplitScores


class Macro(Result):
    """Means over the findings; their intervals draw an image, or a patient, with all of its findings.

    Attributes:
        auc, average_precision: of the probabilities.
        balanced_accuracy, sensitivity, specificity: at the thresholds that the run keeps; None for the validation images, which chose them.
        epg: of the first map; None without maps.
    """

    auc: Score
    average_precision: Score
    balanced_accuracy: Score | None = None
    sensitivity: Score | None = None
    specificity: Score | None = None
    epg: Score | None = None


class FindingsScores(Result):
    """All scores of one split.

    Attributes:
        n: number of images.
        findings: finding -> scores of the images of which it is known, as of two classes: without it and with it.
        macro: means over the findings.
        format: version of the form of the file.
    """

    n: Count
    findings: dict[str, SplitScores]
    macro: Macro
    format: Version = 1
