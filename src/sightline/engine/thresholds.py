"""The thresholds of a run: chosen on its validation images, applied to all others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sightline.engine.decision import Decision
from sightline.metrics.calibrate import Method, fit
from sightline.metrics.scores.thresholds import decision_at, decision_threshold, map_threshold, overlap_at, overlaps
from sightline.results.scores import Cut, Decided, Thresholds

if TYPE_CHECKING:
    from sightline.engine.run import Attention, Predictions


def chosen_decision(said: Predictions) -> Decision:
    """The rule that answers for the validation images choose: a threshold with two classes of which both occur, else the most probable."""
    two = said.probabilities.shape[1] == 2
    found = decision_threshold(said.probabilities[:, 1], said.labels == 1) if two else None
    return Decision(found and found[0])


def chosen_thresholds(said: Predictions, looked: Attention | None, rois: np.ndarray, calibration: Method = "none") -> Thresholds:
    """What `thresholds.json` holds.

    Args:
        said, looked: answers for the validation images.
        rois: (N, H, W) uint8.
        calibration: how the probabilities are made right.
    """
    fitted = fit(said.probabilities, said.labels, calibration)
    maps = {} if looked is None else {name: map_threshold(overlaps(v, rois, looked.known)) for name, v in looked.maps.items()}
    kept = {name: found and found[0] for name, found in maps.items()}
    return Thresholds(chosen_on="val", decision=chosen_decision(said).threshold, maps=kept, calibration=fitted)


def at_thresholds(
    kept: Thresholds, said: Predictions, looked: Attention | None, rois: np.ndarray, **sampling: Any
) -> tuple[Decided | None, dict[str, Cut]]:
    """Scores of other images at the kept thresholds: of the decision, and of each map; only where there is one.

    Args:
        sampling: groups and settings of the intervals.
    """
    decision, maps = kept.decision, kept.maps
    classes = None if decision is None else decision_at(said.probabilities[:, 1], said.labels == 1, decision, **sampling)
    if looked is None:
        return classes, {}
    given = {name: threshold for name, threshold in maps.items() if threshold is not None and name in looked.maps}
    return classes, {
        name: overlap_at(overlaps(looked.maps[name], rois, looked.known), threshold, **sampling) for name, threshold in given.items()
    }
