"""The few numbers of a split that fit on a line, and the demo, which compares them."""

from __future__ import annotations

from typing import Self

from sightline.results.base import Number, Result
from sightline.results.scores import SplitScores


class Summary(Result):
    """Accuracy, balanced accuracy, AUC, and of the first map EPG and the share of the image that the regions cover."""

    accuracy: Number
    balanced_accuracy: Number
    auc: Number
    epg: Number
    roi_area: Number

    @classmethod
    def of(cls, scores: SplitScores) -> Self:
        """That of one split."""
        good, first = scores.classification, scores.first_map
        return cls(
            accuracy=good.accuracy.value,
            balanced_accuracy=good.balanced_accuracy.value,
            auc=good.auc.value,
            epg=first.epg.value if first else None,
            roi_area=first.roi_area.value if first else None,
        )


class Demo(Result):
    """What `sightline demo` found.

    Attributes:
        seconds: that it took.
        peak_rss_mb: largest memory; None where the system does not tell it.
        report: file of the report.
        arms: `label-only` and `guided` -> test set -> its numbers.
    """

    seconds: float
    peak_rss_mb: Number
    report: str
    arms: dict[str, dict[str, Summary]]
