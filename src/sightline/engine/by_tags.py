"""The groups of images by which a run is scored: `evaluate.by`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sightline.config import Evaluate
from sightline.data.divide import divide, settled
from sightline.data.reading import read
from sightline.engine.kept_answers import Attention, Predictions
from sightline.metrics.comparisons.by_group import Least, by_groups
from sightline.metrics.confidence.bootstrap import Array, Groups
from sightline.metrics.scores.answered import Answered
from sightline.metrics.scores.localisation import energy_inside, upsample
from sightline.results.groups import TagGroups
from sightline.tag_groups import ByTag, by_tag
from sightline.types import Record

if TYPE_CHECKING:
    from sightline.engine.run import Run

_CHUNK = 64  # images at full size at a time


def own_groups(run: Run, by: Sequence[str] | None = None) -> tuple[ByTag, ...]:
    """How the images of a run are divided, the same on each split: numbers at the quartiles of the whole data set.

    Args:
        by: None: as its recipe says.

    Raises:
        UserError: see `settled`.
    """
    wanted, data = run.recipe.evaluate.by if by is None else by, run.recipe.data
    if not wanted:
        return ()
    there = read(data.model_copy(update={"root": run.root or data.root}), several=True)
    return settled(wanted, there.records, "evaluate.by" if by is None else "by")


def groups_elsewhere(run: Run, records: Sequence[Record], by: Sequence[str] | None = None) -> tuple[tuple[ByTag, ...], tuple[str, ...]]:
    """How the images of another data set are divided: in the bins of the run's own scores, where it has any.

    Returns:
        The groups; and the tags of the recipe that the other data set does not have.

    Raises:
        UserError: the other data set does not have a tag that is asked for by `by`.
    """
    if by is not None:
        return tuple(_as_before(run, one) for one in settled(by, records)), ()
    wanted = run.recipe.evaluate.by
    there = [text for text in wanted if any(by_tag(text).tag in record.tags for record in records)]
    lacking = tuple(by_tag(text).tag for text in wanted if text not in there)
    return tuple(_as_before(run, one) for one in settled(there, records, "evaluate.by")), lacking


def _as_before(run: Run, by: ByTag) -> ByTag:
    """With the bins of the run's own scores, where quartiles would decide."""
    own = next((scores.by[by.tag].edges for scores in run.scores.values() if by.tag in scores.by), ())
    return ByTag(by.tag, own) if own and by.quartiles else by


def score_groups(
    said: Predictions,
    looked: Attention | None,
    rois: Array,
    records: Sequence[Record],
    by: Sequence[ByTag],
    settings: Evaluate,
    *,
    classes: Sequence[str],
    decided: Array,
    calibrated: Array | None = None,
    patients: Groups | None = None,
    **sampling: Any,
) -> dict[str, TagGroups]:
    """Tag -> the scores of its groups, see `by_groups`.

    Args:
        said, looked: answers and maps of N images.
        rois: (N, H, W) uint8.
        records: the same images.
        decided: (N,) class that the run decides for.
        calibrated: (N, C) probabilities.
        patients: of each image.
        sampling: `bootstrap`, `confidence` and `seed` of the intervals.
    """
    epg = None if looked is None else _energy(looked.first, rois, looked.known)
    answered = Answered(said.labels, said.probabilities, decided, classes, calibrated, epg, patients)
    least = Least(settings.by_least, settings.by_least_of_class)
    return by_groups(answered, [divide(records, one) for one in by], least=least, **sampling)


def _energy(maps: Array, rois: Array, known: Array) -> Array:
    """Energy inside the region. (N, h, w), (N, H, W), (N,) -> (N,), NaN where no region is known or it is empty"""
    sound = np.where(np.isfinite(maps).all(axis=(1, 2), keepdims=True), maps, 0)
    parts = []
    for start in range(0, len(maps), _CHUNK):
        roi = rois[start : start + _CHUNK].astype(np.float32) / 255
        inside = energy_inside(upsample(sound[start : start + _CHUNK], roi.shape[1:]), roi)
        parts.append(np.where(roi.any(axis=(1, 2)), inside, np.nan))
    return np.where(known, np.concatenate(parts), np.nan)
