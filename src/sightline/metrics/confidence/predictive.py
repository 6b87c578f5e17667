"""What a decision means at another frequency of the disease: predictive values from sensitivity and specificity.

    PPV = Se pi / (Se pi + (1 - Sp) (1 - pi)),  NPV = Sp (1 - pi) / (Sp (1 - pi) + (1 - Se) pi)

At a stated prevalence pi, which counts as exactly known, each is a monotone function of a likelihood ratio: Se / (1 - Sp) or (1 - Se) / Sp.
Sensitivity and specificity come from different images, so the interval of the ratio follows from the interval of each by the method of
variance estimates recovery for ratios (MOVER-R; Newcombe 2016, Stat. Methods Med. Res. 25, 1774-1778, doi 10.1177/0962280213502144). The
predictive value of its ends is the interval of the predictive value. Where a sensitivity or a specificity is 0 or 1, its bootstrap
interval has no width, and Wilson's, from the number of images, stands for it.
"""

from __future__ import annotations

from math import inf, sqrt

from sightline.metrics.confidence.shares import with_width
from sightline.results.base import Score
from sightline.results.calibration import PredictiveValues


def predictive_values(
    sensitivity: Score,
    specificity: Score,
    prevalence: float,
    *,
    images: tuple[int, int],
    label: str,
    threshold: float = 0.5,
    confidence: float = 0.95,
) -> PredictiveValues:
    """PPV and NPV at a prevalence.

    Args:
        sensitivity, specificity: with intervals of that confidence.
        prevalence: share of the patients that have the class, in (0, 1).
        images: number of images with the class and without it.
        label: its name.
        threshold: probability from which it is decided for.
    """
    found, clear = with_width(sensitivity, images[0], confidence), with_width(specificity, images[1], confidence)
    odds = prevalence / (1 - prevalence)
    plus, minus = quotient(found, _rest(clear)), quotient(_rest(found), clear)
    return PredictiveValues(
        prevalence=prevalence,
        label=label,
        threshold=threshold,
        sensitivity=sensitivity,
        specificity=specificity,
        ppv=_mapped(plus, odds, falls=False),
        npv=_mapped(minus, odds, falls=True),
    )


def quotient(above: Score, below: Score) -> tuple[float | None, float | None, float | None]:
    """`above / below` of two independent scores that are not negative: value, low, high; infinite where `below` reaches 0 (MOVER-R)."""
    if above.value is None or below.value is None or above.value == below.value == 0:
        return None, None, None
    value = inf if below.value == 0 else above.value / below.value
    if above.interval is None or below.interval is None:
        return value, None, None
    product = above.value * below.value
    (low_a, high_a), (low_b, high_b) = above.interval, below.interval
    least, most = low_a * (2 * above.value - low_a), high_b * (2 * below.value - high_b)  # squares less squared distances to the ends
    low = least / (product + sqrt(max(0.0, product**2 - least * most))) if least > 0 else 0.0
    least, most = low_b * (2 * below.value - low_b), high_a * (2 * above.value - high_a)
    high = (product + sqrt(max(0.0, product**2 - least * most))) / least if least > 0 else inf
    return value, low, high


def _rest(score: Score) -> Score:
    """1 minus the score."""
    low, high = (None, None) if score.interval is None else (1 - score.interval[1], 1 - score.interval[0])
    return Score(value=None if score.value is None else 1 - score.value, low=low, high=high)


def _mapped(ratio: tuple[float | None, float | None, float | None], odds: float, falls: bool) -> Score:
    """From a likelihood ratio to a predictive value: odds / (1 + odds) of what is true, where `falls` of the opposite."""

    def of(ratio: float | None) -> float | None:
        if ratio is None:
            return None
        after = ratio * odds  # odds of the class
        return 1 / (1 + after) if falls else 1.0 if after == inf else after / (1 + after)

    value, low, high = (of(one) for one in ratio)
    return Score(value=value, low=high if falls else low, high=low if falls else high, method="MOVER-R")
