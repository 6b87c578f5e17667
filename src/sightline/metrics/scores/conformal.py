"""Sets of classes that hold the right one as often as asked: split-conformal prediction.

A class is in the set of an image if 1 minus its probability is at most a number q. With the scores 1 - p(label) of n images that the
network did not learn from, q is the ceil((n + 1) coverage)-th smallest of them. A new image that is drawn like these then has its class in
its set with at least the probability `coverage`, whatever the network is worth (Vovk, Gammerman & Shafer 2005; the score: Sadinle, Lei &
Wasserman 2019, Least ambiguous set-valued classifiers with bounded error levels). The guarantee is a mean over images; it does not hold
class by class, nor for images of another kind. A set can be empty where no class is probable enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import numpy as np

from sightline.errors import UserError
from sightline.metrics.confidence.bootstrap import Array, Groups, interval
from sightline.results.calibration import SetScores


@dataclass(frozen=True)
class Sets:
    """The rule: the classes with 1 - p at most `q`, as `n` validation images decide it for a coverage."""

    coverage: float
    q: float
    n: int

    def __call__(self, probabilities: Array) -> Array:
        """Whether each class is in the set. (..., C) -> (..., C) bool"""
        found: Array = 1 - probabilities <= self.q
        return found


def rank(n: int, coverage: float) -> int:
    """Which of n scores, in order, is q; above n if they are too few. The decimal as it is written counts, so that 0.9 of 10 is 9."""
    return ceil((n + 1) * Fraction(str(coverage)))


def images_needed(coverage: float) -> int:
    """The smallest number of validation images.

    >>> images_needed(0.9), images_needed(0.99)
    (9, 99)
    """
    share = Fraction(str(coverage))
    return ceil(share / (1 - share))


def conformal_sets(probabilities: Array, labels: Array, coverage: float, where: str = "coverage") -> Sets:
    """The rule that validation images decide.

    Args:
        probabilities: (N, C) of the validation images.
        labels: (N,) class indices.
        coverage: in (0, 1).
        where: what asks for it, for the message.

    Raises:
        UserError: too few images.
    """
    n = len(labels)
    check_enough(n, coverage, where)
    scores = np.sort(1 - probabilities[np.arange(n), labels])
    return Sets(coverage, float(scores[rank(n, coverage) - 1]), n)


def check_enough(n: int, coverage: float, where: str) -> None:
    """Refuses a coverage that so few validation images cannot give.

    Raises:
        UserError: it says how many it takes.
    """
    if n < (needed := images_needed(coverage)):
        had = f"there {'is' if n == 1 else 'are'} {n}"
        raise UserError(where, f"takes at least {needed} validation images, and {had}", "Ask for less, or validate on more images.")


def set_scores(
    sets: Sets,
    probabilities: Array,
    labels: Array,
    *,
    groups: Groups | None = None,
    bootstrap: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> SetScores:
    """Coverage and mean size on other images. (N, C), (N,)"""
    inside = sets(probabilities)  # (N, C)
    held = inside[np.arange(len(labels)), labels].astype(np.float64)
    size = inside.sum(axis=1).astype(np.float64)
    covered, mean = (
        interval(x, groups=groups, bootstrap=bootstrap, confidence=confidence, seed=seed, share=x is held) for x in (held, size)
    )
    return SetScores(asked=sets.coverage, least=1 - sets.q, n=sets.n, coverage=covered, size=mean)
