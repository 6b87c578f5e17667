"""How right the probabilities of a run are: the map that corrects them, and their scores before and after it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sightline.results.base import Count, Number, Result, Score

SLOPES = (1 / 20, 20.0)  # between which a slope is looked for: temperatures from 0.05 to 20
_TINY = float(np.finfo(np.float64).tiny)  # instead of a probability of 0, which has no logarithm


class Calibration(Result):
    """The map from the probabilities of a network to calibrated ones: softmax of `slope * log p`, plus `intercept` for the last class.

    It is a function of probabilities. With a slope of 1 and no intercept it changes nothing.

    >>> Calibration(method="temperature", slope=0.5, n=100)(np.array([0.9, 0.1])).round(2)
    array([0.75, 0.25])

    Attributes:
        method: `temperature` (Guo et al. 2017): the intercept is 0; `platt` (Platt 1999): both, with two classes only.
        slope: 1 divided by the temperature; above 0, so that the order of the probabilities of two images never changes.
        n: number of the validation images that it was fitted to.
        note: what has to be known about the fit; empty: nothing.
    """

    method: Literal["temperature", "platt"]
    slope: Annotated[float, Field(ge=SLOPES[0], le=SLOPES[1])]
    intercept: Annotated[float, Field(allow_inf_nan=False)] = 0.0
    n: Count
    note: str = ""

    @property
    def temperature(self) -> float:
        """Above 1, probabilities become less extreme."""
        return 1 / self.slope

    def __call__(self, probabilities: NDArray[Any]) -> NDArray[Any]:
        """Calibrated probabilities. (..., C) -> (..., C)"""
        raised: NDArray[Any] = self.slope * log_of(probabilities)  # (..., C)
        raised[..., -1] += self.intercept
        raised = np.exp(raised - raised.max(axis=-1, keepdims=True))
        shares: NDArray[Any] = raised / raised.sum(axis=-1, keepdims=True)
        return shares

    def threshold(self, kept: float | None) -> float | None:
        """A threshold of the probability of the last of two classes, moved by the same map, so that the same images reach it."""
        return None if kept is None else float(self(np.array([1 - kept, kept]))[1])

    @property
    def brief(self) -> str:
        """The method and its numbers.

        >>> Calibration(method="temperature", slope=0.5, n=100).brief
        'temperature 2.00'
        """
        if self.method == "platt":
            return f"Platt scaling, slope {self.slope:.2f} and intercept {self.intercept:.2f}"
        return f"temperature {self.temperature:.2f}"

    def words(self) -> str:
        """
        >>> Calibration(method="platt", slope=0.5, intercept=-1.2, n=100).words()
        'Platt scaling, slope 0.50 and intercept -1.20, from 100 validation images'
        """
        return f"{self.brief}, from {self.n:,} validation image{'' if self.n == 1 else 's'}"


def log_of(probabilities: NDArray[Any]) -> NDArray[Any]:
    """Logarithms, which serve as logits: they differ from these by a number that is the same for all classes of an image."""
    found: NDArray[Any] = np.log(np.maximum(np.asarray(probabilities, np.float64), _TINY))
    return found


class BinnedError(Score):
    """An expected calibration error.

    Attributes:
        if_right: the error that would be found in so many images if every probability were exactly right; it is above 0, since shares in
            bins of few images differ from the probabilities by chance.
        if_right_high: the error that only one in 20 sets of so many images would exceed if every probability were exactly right.
    """

    if_right: Number = None
    if_right_high: Number = None


class ProbabilityScores(Result):
    """How right probabilities are; see `metrics.scores.calibration`.

    Attributes:
        brier: Brier score, from 0 to 1; smaller is better.
        ece: expected calibration error; smaller is better.
        overconfidence: mean probability of the most probable class, minus the share of images of which it is the class. Above 0: too sure.
    """

    brier: Score
    ece: BinnedError
    overconfidence: Score


class CalibrationScores(Result):
    """Scores of the probabilities of one split.

    Attributes:
        before: as the network gives them.
        after: calibrated; None for the validation images, to which the calibration was fitted, and without a calibration.
        change: Brier score after minus before, paired; below 0: the calibration makes the probabilities better.
    """

    before: ProbabilityScores
    after: ProbabilityScores | None = None
    change: Score | None = None


class SetScores(Result):
    """How conformal sets of classes fare.

    Attributes:
        asked: share of the images whose set shall hold their class.
        least: probability from which a class is in the set.
        n: number of validation images that decide this.
        coverage: share of the images whose set does hold their class.
        size: mean number of classes in a set.
    """

    asked: float
    least: float
    n: Count
    coverage: Score
    size: Score


class PredictiveValues(Result):
    """What a decision means where a known share of the patients has the last of two classes.

    Attributes:
        prevalence: that share.
        label: the last class.
        threshold: probability from which it is decided for, before calibration.
        sensitivity, specificity: that the values follow from.
        ppv: share of those called positive that are; `npv`: share of those called negative that are.
    """

    prevalence: float
    label: str
    threshold: float
    sensitivity: Score
    specificity: Score
    ppv: Score
    npv: Score
