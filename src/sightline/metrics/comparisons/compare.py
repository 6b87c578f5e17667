"""Two runs on the same images: is one better, or are they not distinguishable?

Both are judged on the same bootstrap samples, so that what makes an image hard for both cancels. Two intervals that overlap do not answer
the question; the interval of the difference does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sightline.errors import UserError
from sightline.metrics.confidence.bootstrap import Array, Groups, Method, interval, intervals, ratio
from sightline.metrics.scores.ranks import overall_auc
from sightline.metrics.scores.thresholds import decided
from sightline.results.base import Score
from sightline.results.differences import Paired
from sightline.short import short_repr

DECIDED = ("decided_balanced_accuracy", "decided_sensitivity", "decided_specificity")


@dataclass(frozen=True)
class Judged:
    """The answers of one classifier to labelled images.

    Attributes:
        ids: names of the images.
        labels: (N,) class indices.
        probabilities: (N, C).
        epg: (N,) energy inside the ROI, NaN where it does not apply; None: not measured.
        threshold: of two classes, the probability of the last from which the run decides for it; None: it keeps no threshold.

    Example:
        >>> import numpy as np
        >>> import sightline as sl
        >>> sl.metrics.Judged(["a.jpg", "b.jpg"], np.array([0, 1]), np.array([[0.9, 0.1], [0.8, 0.2]])).right
        array([ True, False])
    """

    ids: list[str]
    labels: Array
    probabilities: Array
    epg: Array | None = None
    threshold: float | None = None
    __repr__ = short_repr

    @property
    def right(self) -> Array:
        """(N,) bool: the most probable class is the label."""
        result: Array = self.probabilities.argmax(axis=1) == self.labels
        return result

    @property
    def right_decisions(self) -> Array:
        """(N,) bool: the class decided for at the threshold is the label."""
        result: Array = decided(self.probabilities, self.threshold) == self.labels
        return result

    def ordered_as(self, ids: list[str]) -> Judged:
        """The same answers in the order of `ids`.

        Raises:
            UserError: other images.
        """
        place = {name: i for i, name in enumerate(self.ids)}
        if len(place) != len(ids) or any(name not in place for name in ids):
            reason = f"were judged on different images ({len(ids)} and {len(place)})"
            raise UserError("the two runs", reason, "Compare runs on the same split of the same data.")
        return self.at([place[name] for name in ids])

    def at(self, places: Sequence[int]) -> Judged:
        """The answers to some of the images."""
        chosen = list(places)
        epg = None if self.epg is None else self.epg[chosen]
        return Judged([self.ids[i] for i in chosen], self.labels[chosen], self.probabilities[chosen], epg, self.threshold)


def decision_scores(labels: Array, right: Array, weights: Array) -> dict[str, Array]:
    """Scores of two-class decisions. (N,), (N,) bool, (R, N) -> name -> (R,), NaN where a class is missing."""
    shares = [ratio(weights @ (right & (labels == c)), weights @ (labels == c)) for c in (0, 1)]
    return dict(zip(DECIDED, ((shares[0] + shares[1]) / 2, shares[1], shares[0]), strict=True))


def both_decide(a: Judged, b: Judged) -> bool:
    """Whether both runs keep a threshold, so that what they decide can be compared."""
    return a.threshold is not None and b.threshold is not None


def paired_difference(
    a: Judged,
    b: Judged,
    *,
    groups: Groups | None = None,
    bootstrap: int = 1000,
    confidence: float = 0.95,
    method: Method = "percentile",
    seed: int = 0,
) -> dict[str, Paired]:
    """How much higher `a` scores than `b`.

    Args:
        a, b: answers to the same images, in any order.
        groups: patient or lesion of each image of `a`, drawn as a whole.
        method: of the intervals; of `bca` each says what it became.

    Returns:
        `accuracy` (of the most probable class), `auc`; where both keep a threshold, the balanced accuracy, sensitivity and specificity of
        what they decide (`DECIDED`); if both were measured, `epg`. Of each the difference a - b with its interval, and `verdict`:
        "higher", "lower", or "not distinguishable" where the interval holds 0 or cannot be computed.

    Raises:
        UserError: the images or their labels differ.

    Example:
        >>> import numpy as np
        >>> import sightline as sl
        >>> labels, sure = np.array([0, 0, 1, 1]), np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.1, 0.9]])
        >>> a, b = (sl.metrics.Judged(["w", "x", "y", "z"], labels, p) for p in (sure, sure[::-1]))
        >>> sl.metrics.paired_difference(a, b)["accuracy"].verdict
        'higher'
    """
    b = b.ordered_as(a.ids)
    if not np.array_equal(a.labels, b.labels):
        raise UserError("the two runs", "have different labels for the same images", "Compare runs of the same task.")
    settings: dict[str, Any] = {"groups": groups, "bootstrap": bootstrap, "confidence": confidence, "method": method, "seed": seed}

    decisions = [run.right_decisions for run in (a, b)] if both_decide(a, b) else [None, None]

    def scores(run: Judged, right: Array | None, weights: Array) -> dict[str, Array]:
        found = {"auc": overall_auc(run.labels, run.probabilities, weights)}
        return found if right is None else found | decision_scores(run.labels, right, weights)

    def minus(weights: Array) -> dict[str, Array]:
        first, second = (scores(run, right, weights) for run, right in zip((a, b), decisions, strict=True))
        return {name: value - second[name] for name, value in first.items()}

    right = a.right.astype(np.float64) - b.right
    found = {"accuracy": interval(right, **settings), **intervals(minus, len(a.labels), **settings)}
    if a.epg is not None and b.epg is not None:
        found["epg"] = interval(a.epg - b.epg, **settings)
    return {name: Paired(**difference.fields(), verdict=verdict(difference)) for name, difference in found.items()}


def verdict(difference: Score) -> str:
    """The verdict that an interval of a difference allows."""
    low, high = difference.low, difference.high
    if low is None or high is None or low <= 0 <= high:
        return "not distinguishable"
    return "higher" if low > 0 else "lower"
