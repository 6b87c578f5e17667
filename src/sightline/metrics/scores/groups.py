"""Accuracy by group: a model that relies on an artefact fails in the groups in which it lies beside the other class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sightline.metrics.confidence.bootstrap import Array, chosen, interval
from sightline.metrics.confidence.bootstrap import Groups as Clusters
from sightline.results.base import Score
from sightline.results.scores import Group, Groups

# what people put there; hair and dark corners are left out, being common enough to halve every group
ARTEFACTS = (
    *("ruler", "sticker", "ink", "skin_marker", "band_aid", "gel", "swatch", "caliper", "body_marker", "depth_scale", "text", "token"),
    *("tube", "electrode", "collimation", "artefact"),
)


def group_names(labels: Sequence[str], tags: Sequence[Mapping[str, Any]], artefacts: Sequence[str] = ARTEFACTS) -> list[str] | None:
    """The group of each image: its class and the artefacts in it.

    With one artefact about: "melanoma, ruler", "melanoma, no ruler". With several: "melanoma, ruler + ink", "melanoma, no artefact".
    An image of which nobody said so is "melanoma, unknown".

    Args:
        labels: class name of each image.
        tags: tags of each image.
        artefacts: names of the tags that count, if they are true or false.

    Returns:
        One name per image, or None if no image has such a tag.
    """
    given = [{name: bool(tag[name]) for name in artefacts if isinstance(tag.get(name), bool | np.bool_)} for tag in tags]
    if not any(given):
        return None
    about = [name for name in artefacts if any(said.get(name) for said in given)]
    absent = f"no {about[0]}" if len(about) == 1 else "no artefact"

    def describe(said: dict[str, bool]) -> str:
        present = [name for name in about if said.get(name)]
        return " + ".join(present) or (absent if said else "unknown")

    return [f"{label}, {describe(said)}" for label, said in zip(labels, given, strict=True)]


def group_accuracy(
    labels: Array,
    predicted: Array,
    groups: Sequence[str],
    *,
    clusters: Clusters | None = None,
    bootstrap: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Groups:
    """Accuracy of each group, and of the worst.

    Args:
        labels, predicted: (N,) class indices.
        groups: name of each image's group.
        clusters: patient or lesion of each image, drawn as a whole.

    Returns:
        The accuracies. The interval of the worst group does not take into account that the group was picked; of several equally bad
        groups it is the first in alphabetical order.
    """
    right = np.asarray(labels) == np.asarray(predicted)
    names = np.asarray(groups)
    by_group: dict[str, Group] = {}
    for name in sorted(set(groups)):
        members = np.flatnonzero(names == name)
        own = chosen(clusters, members)
        accuracy = interval(right[members], groups=own, bootstrap=bootstrap, confidence=confidence, seed=seed, share=True)
        by_group[name] = Group(accuracy=accuracy, n=len(members))
    worst = min(by_group, key=lambda name: by_group[name].accuracy.value or 0.0, default=None)
    nothing = Score(value=None, low=None, high=None)
    return Groups(worst=by_group[worst].accuracy if worst else nothing, worst_group=worst, by_group=by_group)
