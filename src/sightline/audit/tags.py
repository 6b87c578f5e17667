"""Artefacts in the images: do images with one get other scores than images of the same class without it?

This only looks on. Images with an artefact may differ in other ways, so a difference here is a hint, and pasting and removing are the test.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sightline.audit.scores import Sampling, log_odds, permuted_within, shift_within
from sightline.metrics.confidence.bootstrap import Array, Groups, intervals
from sightline.metrics.scores.groups import group_accuracy, group_names
from sightline.results.audit import Change, Tag
from sightline.types import Record

Scores = dict[tuple[str, int], Array]  # what, of which class

FEW = 3  # images on either side, below which nothing is compared


def flags(records: Sequence[Record]) -> dict[str, Array]:
    """Every tag that is true or false: name -> (N,) float, 1, 0, or NaN where it is not said."""
    names = sorted({name for r in records for name, value in r.tags.items() if isinstance(value, bool | np.bool_)})
    said = {name: [r.tags.get(name) for r in records] for name in names}
    return {name: np.array([float(v) if isinstance(v, bool | np.bool_) else np.nan for v in values]) for name, values in said.items()}


def by_tags(
    records: Sequence[Record], labels: Array, probabilities: Array, classes: Sequence[str], groups: Groups, sampling: Sampling
) -> dict[str, Tag]:
    """For every boolean tag that some images have and some have not: accuracy by class and tag, and how the scores differ.

    Args:
        labels: (N,) class indices.
        probabilities: (N, C).
        groups: patient or lesion of each image.

    Returns:
        tag -> scores; p is that of a permutation test. Of two classes only the last is given. Tags on fewer than three images, or on
        nearly all, are left out.
    """
    result: dict[str, Tag] = {}
    right = (probabilities.argmax(axis=1) == labels).astype(np.float64)
    judged = range(len(classes)) if len(classes) > 2 else [len(classes) - 1]
    for name, values in flags(records).items():
        there = np.flatnonzero(~np.isnan(values))
        tagged, of, clusters = values[there] == 1, labels[there], [groups[i] for i in there.tolist()]
        if min(tagged.sum(), (~tagged).sum()) < FEW:
            continue
        odds = {c: log_odds(probabilities[there, c]) for c in judged}
        scores: Scores = {("accuracy", 0): right[there]}
        scores |= {("odds", c): odds[c] for c in judged} | {("probability", c): probabilities[there, c] for c in judged}

        def statistic(weights: Array, tagged: Array = tagged, of: Array = of, scores: Scores = scores) -> Scores:
            return {key: shift_within(of_image, tagged, of, weights) for key, of_image in scores.items()}

        found = intervals(statistic, len(there), groups=clusters, **sampling)
        if found["accuracy", 0].value is None:  # no class has both
            continue
        called = group_names([classes[c] for c in of], [records[i].tags for i in there.tolist()], (name,))
        assert called is not None  # every image here says whether it has the tag
        grouped = group_accuracy(of, probabilities[there].argmax(axis=1), called, clusters=clusters, **sampling)
        images = int(tagged.sum())
        p = {c: permuted_within(odds[c], tagged, of, clusters) for c in judged}
        result[name] = Tag(
            tagged=images,
            untagged=len(there) - images,
            **grouped.fields(),
            accuracy_gap=found["accuracy", 0],
            change={classes[c]: Change(**found["odds", c].but(n=images).fields(), p=p[c]) for c in judged},
            probability={classes[c]: found["probability", c] for c in judged},
        )
    return result
