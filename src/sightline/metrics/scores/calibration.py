"""How right probabilities are: of the images that get 80 %, are 80 % of that class?

- Brier score: half the sum over the classes of (p - y)^2, a mean over the images. With two classes this is the usual (p - y)^2 of one of
  them; the half keeps it between 0 and 1 with more.
- Expected calibration error: images are sorted into 15 bins of equal width by their probability; the error is the mean over the images of
  how far the mean probability of a bin lies from the share of the class in it. Two classes: by the probability of the last one. More: by
  that of the most probable one and whether it is right (top-label; Guo et al. 2017). Bins of equal width are the definition that other
  programs and papers use, so values can be compared; they stay where they are in every bootstrap sample, and before and after a
  calibration. Their price is bias: in bins of few images shares differ from probabilities by chance. `if_right` says by how much.
- Overconfidence: mean probability of the most probable class minus the share of images of which it is the class. It has no such bias, so
  its interval can tell that a network is too sure, or not sure enough.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sightline.metrics.confidence.bootstrap import Array, Groups, intervals, ratio
from sightline.results.calibration import BinnedError, CalibrationScores, ProbabilityScores

BINS = 15
_DRAWS = 200  # of labels, for the error that chance alone makes


def brier(labels: Array, probabilities: Array) -> Array:
    """Half the squared distance from the label. (N,), (N, C) -> (N,), from 0 to 1

    Example:
        >>> import numpy as np
        >>> import sightline as sl
        >>> sl.metrics.brier(np.array([0, 1]), np.array([[0.9, 0.1], [0.5, 0.5]])).round(4)
        array([0.01, 0.25])
    """
    off = probabilities - np.eye(probabilities.shape[1])[labels]
    found: Array = (off**2).sum(axis=1) / 2
    return found


def judged(labels: Array, probabilities: Array) -> tuple[Array, Array]:
    """The probability that is judged, and whether it came true, of each image: of the last of two classes, else of the most probable."""
    if probabilities.shape[1] == 2:
        return probabilities[:, 1], labels == 1
    return probabilities.max(axis=1), probabilities.argmax(axis=1) == labels


def bin_of(claimed: Array) -> Array:
    """The bin, 0 to 14, of each probability; one that lies on a boundary is in the upper bin, and 1 in the last."""
    found: Array = np.minimum(np.searchsorted(np.linspace(0, 1, BINS + 1), claimed, side="right") - 1, BINS - 1)
    return found


def expected_error(claimed: Array, came_true: Array, weights: Array) -> Array:
    """Expected calibration error, in 15 bins of equal width.

    Args:
        claimed: (N,) probabilities of what may come true, such as the last of two classes.
        came_true: (N,) bool.
        weights: (R, N), of the images; ones for the error itself, samples of the bootstrap for its interval.

    Returns:
        (R,)

    Example:
        >>> import numpy as np
        >>> import sightline as sl
        >>> sl.metrics.expected_error(np.array([0.9, 0.9, 0.2]), np.array([True, False, False]), np.ones((1, 3))).round(4)
        array([0.3333])
    """
    member = np.eye(BINS)[bin_of(claimed)]  # (N, 15)
    gaps = (weights * (claimed - came_true)) @ member  # (R, 15)
    return ratio(np.abs(gaps).sum(axis=1), weights.sum(axis=1))


def error_if_right(claimed: Array, seed: int = 0) -> tuple[float, float]:
    """The expected calibration error of as many images whose probabilities are exactly right: on average, and exceeded in one of 20 sets.
    (N,)"""
    drawn = np.random.default_rng(seed).random((_DRAWS, len(claimed))) < claimed  # (D, N)
    gaps = (claimed - drawn) @ np.eye(BINS)[bin_of(claimed)]  # (D, 15)
    errors = np.abs(gaps).sum(axis=1) / len(claimed)  # (D,)
    return float(errors.mean()), float(np.quantile(errors, 0.95))


def overconfidence(labels: Array, probabilities: Array) -> Array:
    """Probability of the most probable class, minus 1 where it is right. (N,), (N, C) -> (N,)"""
    found: Array = probabilities.max(axis=1) - (probabilities.argmax(axis=1) == labels)
    return found


def calibration_scores(
    labels: Array,
    before: Array,
    after: Array | None = None,
    *,
    groups: Groups | None = None,
    bootstrap: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> CalibrationScores:
    """All scores, from the same bootstrap samples, so that the change is paired.

    Args:
        labels: (N,) class indices.
        before, after: (N, C) probabilities as the network gives them, and calibrated.
        groups: patient or lesion of each image, drawn as a whole.
    """
    both = {"before": before} | ({} if after is None else {"after": after})
    per_image = {name: (brier(labels, said), overconfidence(labels, said)) for name, said in both.items()}

    def statistic(weights: Array) -> dict[tuple[str, str], Array]:
        found: dict[tuple[str, str], Array] = {}
        total = weights.sum(axis=1)
        for name, said in both.items():
            squares, sure = per_image[name]
            found[name, "brier"] = ratio(weights @ squares, total)
            found[name, "overconfidence"] = ratio(weights @ sure, total)
            found[name, "ece"] = expected_error(*judged(labels, said), weights)
        if after is not None:
            found["change", "brier"] = found["after", "brier"] - found["before", "brier"]
        return found

    scores = intervals(statistic, len(labels), groups=groups, bootstrap=bootstrap, confidence=confidence, seed=seed)

    def of(name: str) -> ProbabilityScores:
        level, high = error_if_right(judged(labels, both[name])[0], seed)
        ece = BinnedError(**scores[name, "ece"].fields(), if_right=level, if_right_high=high)
        return ProbabilityScores(brier=scores[name, "brier"], ece=ece, overconfidence=scores[name, "overconfidence"])

    if after is None:
        return CalibrationScores(before=of("before"))
    return CalibrationScores(before=of("before"), after=of("after"), change=scores["change", "brier"])


@dataclass(frozen=True)
class Bin:
    """The images whose probability lies in one bin: how many, their mean probability, and the share for which it came true."""

    n: int
    claimed: float
    share: float


def reliability(labels: Array, probabilities: Array) -> list[Bin]:
    """The bins that hold images, from low to high."""
    claimed, came_true = judged(labels, probabilities)
    place = bin_of(claimed)
    inside = [place == i for i in range(BINS)]
    return [Bin(int(here.sum()), float(claimed[here].mean()), float(came_true[here].mean())) for here in inside if here.any()]
