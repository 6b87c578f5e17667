"""Fits the map that makes probabilities right, to images that the network did not learn from.

Temperature scaling (Guo et al. 2017, On calibration of modern neural networks) divides the logits by one number, the same for all classes,
chosen by maximum likelihood. Platt scaling (Platt 1999), for two classes, also shifts them, which corrects a network that was trained with
another frequency of the classes. Logarithms of probabilities serve as logits.

Where every image is classified rightly, the likelihood grows without end as the temperature falls, and one number more would claim
certainty. So probabilities are made no surer, on average, than (n + 1) / (n + 2): Laplace's estimate of how often a network is right that
was right n times of n. Platt's targets keep his optimum finite in the same way.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy.optimize import brentq, minimize, minimize_scalar
from scipy.special import logsumexp, softmax

from sightline.metrics.confidence.bootstrap import Array
from sightline.results.calibration import SLOPES, Calibration, log_of

Method = Literal["temperature", "platt", "none"]
FEW = 30  # validation images; with fewer, a note says so
_FARTHEST = 50.0  # log-odds in the middle of the images
_EQUAL = 1e-12  # a difference of likelihoods that is rounding


def fit(probabilities: Array, labels: Array, method: Method = "temperature") -> Calibration | None:
    """The calibration that suits some images best.

    Args:
        probabilities: (N, C), as the network gives them.
        labels: (N,) class indices.
        method: `platt` with two classes only.

    Returns:
        None for `none` and without images. Images of one class cannot say how sure a network should be: they give a calibration that
        changes nothing, and its note says why.

    Raises:
        ValueError: Platt scaling of more than two classes.
    """
    n, classes = probabilities.shape
    if method == "none" or n == 0:
        return None
    if method == "platt" and classes != 2:
        raise ValueError(f"Platt scaling is for two classes, not {classes}")
    if len(np.unique(labels)) < 2:
        return Calibration(method=method, slope=1.0, n=n, note=f"Not fitted: all {n} validation images are of one class.")
    logs = log_of(probabilities)  # (N, C)
    slope, intercept, notes = _temperature(logs, labels) if method == "temperature" else _platt(logs[:, 1] - logs[:, 0], labels == 1)
    if n < FEW:
        notes.append(f"Only {n} validation images: others could ask for quite another calibration.")
    return Calibration(method=method, slope=slope, intercept=intercept, n=n, note=" ".join(notes))


def _temperature(logs: Array, labels: Array) -> tuple[float, float, list[str]]:
    """The slope with the smallest cross-entropy, which is a convex function of it. Of equally good ones, 1."""
    rows = np.arange(len(labels))

    def loss(exponent: float) -> float:
        raised = np.exp(exponent) * logs
        return float((logsumexp(raised, axis=1) - raised[rows, labels]).mean())

    least, most = np.log(SLOPES[0]), np.log(_steepest(logs))
    found = minimize_scalar(loss, bounds=(least, most), method="bounded", options={"xatol": 1e-10})
    exponent = min((float(found.x), least, most), key=loss)
    if loss(0.0) <= loss(exponent) + _EQUAL:
        exponent = 0.0
    right = bool((logs[rows, labels] >= logs.max(axis=1)).all())
    if right:
        reason = f"all {len(labels)} validation images are classified rightly, so the likelihood has no optimum"
        return float(np.exp(exponent)), 0.0, [f"The temperature is bounded: {reason}."]
    at_bound = exponent in (least, most) and least < most
    return float(np.clip(np.exp(exponent), *SLOPES)), 0.0, ["The temperature lies at the bound of what is allowed."] if at_bound else []


def _steepest(logs: Array) -> float:
    """The largest slope that leaves the mean confidence at or below (n + 1) / (n + 2); never below 1, nor above the bound."""
    n = len(logs)

    def excess(exponent: float) -> float:
        return float(softmax(np.exp(exponent) * logs, axis=1).max(axis=1).mean()) - (n + 1) / (n + 2)

    highest = float(np.log(SLOPES[1]))
    if excess(0.0) >= 0:
        return 1.0
    return SLOPES[1] if excess(highest) <= 0 else float(np.exp(brentq(excess, 0.0, highest, xtol=1e-12)))


def _platt(odds: Array, positive: Array) -> tuple[float, float, list[str]]:
    """Slope and intercept of the log-odds (N,) with the smallest cross-entropy to Platt's targets, a convex problem."""
    hits, misses = int(positive.sum()), int((~positive).sum())
    target = np.where(positive, (hits + 1) / (hits + 2), 1 / (misses + 2))  # (N,)
    middle, spread = float(odds.mean()), float(odds.std())
    unit = (odds - middle) / (spread or 1.0)  # so that both numbers are of one size

    def loss(ab: Array) -> tuple[float, Array]:
        z = ab[0] * unit + ab[1]
        off = 1 / (1 + np.exp(-np.clip(z, -700, 700))) - target
        return float((np.logaddexp(0, z) - target * z).mean()), np.array([(off * unit).mean(), off.mean()])

    if spread <= _EQUAL * max(1.0, abs(middle)):  # one answer for all images: only the shift can be told
        slope, shift = 1.0, float(np.log(target.mean() / (1 - target.mean())))
        return slope, shift - slope * middle, []
    bounds = [(SLOPES[0] * spread, SLOPES[1] * spread), (-_FARTHEST, _FARTHEST)]
    start = np.array([np.clip(spread, *bounds[0]), 0.0])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 1000})
    slope = float(np.clip(found.x[0] / spread, *SLOPES))
    notes = [] if SLOPES[0] < slope < SLOPES[1] else ["The slope lies at the bound of what is allowed."]
    return slope, float(found.x[1] - slope * middle), notes
