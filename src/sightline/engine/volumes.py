"""The scores of volumes: the slices of one are one patient's picture, with one probability of each class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sightline.engine.decision import Decision
from sightline.engine.kept_answers import Predictions
from sightline.metrics.scores.classification import classification
from sightline.metrics.scores.pooled import Pool, pooled_volumes
from sightline.metrics.scores.thresholds import decision_at
from sightline.results.scores import VolumeScores
from sightline.types import Record


def volume_scores(
    said: Predictions, records: Sequence[Record], classes: Sequence[str], pool: Pool, decision: Decision = Decision(), **sampling: Any
) -> VolumeScores | None:
    """The scores of volumes, with intervals over patients; None where no image is a slice.

    Args:
        decision: of slices. Volumes are decided at its threshold, as `predict` does it: of probabilities that are calibrated first and
            pooled then.
    """
    slices = np.array([i for i, record in enumerate(records) if record.volume is not None], dtype=int)
    if not len(slices):
        return None
    names = np.array([str(records[i].volume) for i in slices])
    labels, probabilities, first = pooled_volumes(said.labels[slices], said.probabilities[slices], names, pool)
    if not len(labels):
        return None
    patients = [records[slices[i]].group for i in first.tolist()]
    groups = np.unique(patients, return_inverse=True)[1] if len(set(patients)) < len(patients) else None
    good = classification(labels, probabilities, classes, groups=groups, **sampling)
    least = decision.shown_at(decision.threshold)
    if least is not None:
        _, shown, _ = pooled_volumes(said.labels[slices], decision.shown(said.probabilities[slices]), names, pool)
        good = good.but(at_threshold=decision_at(shown[:, -1], labels == len(classes) - 1, least, groups=groups, **sampling))
    return VolumeScores(n=len(labels), slices=len(slices), pool=pool, classification=good)
