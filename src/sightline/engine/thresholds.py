"""Thresholds that a run keeps: chosen on its validation images, laid on all others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sightline.engine.decision import Decision
from sightline.metrics.thresholds import decision_at, decision_threshold, map_threshold, overlap_at, overlaps

if TYPE_CHECKING:
    from sightline.engine.run import Attention, Predictions


def chosen_decision(said: Predictions) -> Decision:
    """The rule that answers for the validation images choose: a threshold with two classes of which both occur, else the most probable."""
    two = said.probabilities.shape[1] == 2
    found = decision_threshold(said.probabilities[:, 1], said.labels == 1) if two else None
    return Decision(found and found[0])


def chosen_thresholds(said: Predictions, looked: Attention | None, rois: np.ndarray) -> dict[str, Any]:
    """What `thresholds.json` holds.

    Args:
        said, looked: answers for the validation images.
        rois: (N, H, W) uint8.

    Returns:
        `from`: the split; `decision`: on the probability of the last of two classes, None where there are more classes or one only occurs;
        `maps`: name -> threshold of the min-max map, None where no image is annotated.
    """
    maps = {} if looked is None else {name: map_threshold(overlaps(v, rois, looked.known)) for name, v in looked.maps.items()}
    return {"from": "val", "decision": chosen_decision(said).threshold, "maps": {name: found and found[0] for name, found in maps.items()}}


def at_thresholds(
    kept: dict[str, Any], said: Predictions, looked: Attention | None, rois: np.ndarray, **sampling: Any
) -> tuple[dict[str, Any] | None, dict[str, dict[str, Any]]]:
    """Scores of other images at the kept thresholds: of the decision, and of each map; only where there is one.

    Args:
        kept: as `chosen_thresholds` gives it, or empty.
        sampling: groups and settings of the intervals.
    """
    decision, maps = kept.get("decision"), kept.get("maps", {})
    classes = None if decision is None else decision_at(said.probabilities[:, 1], said.labels == 1, decision, **sampling)
    given = {} if looked is None else {name: v for name, v in looked.maps.items() if maps.get(name) is not None}
    return classes, {name: overlap_at(overlaps(v, rois, looked.known), maps[name], **sampling) for name, v in given.items() if looked}
