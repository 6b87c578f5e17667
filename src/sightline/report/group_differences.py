"""Runs against the base within each group of images: does one of them serve women better, and men worse?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from sightline.data.divide import divide
from sightline.engine.compare import judged
from sightline.engine.run import Run
from sightline.metrics.comparisons.arms import arms_difference, corrected, exchanges
from sightline.metrics.comparisons.compare import Judged
from sightline.results.differences import GroupDifference, Paired
from sightline.tag_groups import ByTag

Key = tuple[str, str, str, str, int]  # run, tag, group, score, number of images
Group = tuple[str, str, list[int]]  # tag, name, places of its images


def compared_groups(
    others: Mapping[str, Run], base: Run, base_name: str, split: str, by: Sequence[ByTag], *, draws: int | None = None
) -> list[GroupDifference]:
    """Paired differences of each run minus the base on the images of each group, their p corrected over all of them.

    Groups with fewer than `evaluate.by_least` images of the base's recipe are left out; so are AUCs where a class has too few.

    Args:
        others: name -> run.
        draws: exchanges behind each p; None: enough for the number of comparisons.
    """
    if not by or not others or split not in base.scores:
        return []
    # without the thresholds: groups are compared by accuracy, AUC and EPG alone, of which small groups bear the correction
    own, settings = replace(judged(base, split), threshold=None), base.recipe.evaluate
    groups = list(_groups(base, own, split, by))
    tries = draws or exchanges(3 * len(groups) * len(others))
    found: dict[Key, Paired] = {}
    for name, run in others.items():
        said = judged(run, split).ordered_as(own.ids)
        for tag, group, places in groups:
            patients = base.groups([own.ids[i] for i in places])
            sampling = {"bootstrap": settings.bootstrap, "draws": tries}
            differences = arms_difference(said.at(places), own.at(places), groups=patients, confidence=settings.confidence, **sampling)
            if min(_counts(own, places)) < settings.by_least_of_class:
                del differences["auc"]
            found |= {(name, tag, group, score, len(places)): one for score, one in differences.items()}
    return [
        GroupDifference(run=name, base=base_name, split=split, metric=score, tag=tag, group=group, **difference.but(n=n).fields())
        for (name, tag, group, score, n), difference in corrected(found, settings.confidence).items()
    ]


def _groups(run: Run, own: Judged, split: str, by: Sequence[ByTag]) -> Iterator[Group]:
    records = {record.id: record for record in run.datasets[split].records}
    for one in by:
        found = divide([records[id] for id in own.ids], one)
        for i, name in enumerate(found.names):
            places = np.flatnonzero(found.member == i).tolist()
            if len(places) >= run.recipe.evaluate.by_least:
                yield one.tag, name, places


def _counts(own: Judged, places: Sequence[int]) -> list[int]:
    """Number of images of each class that the split has."""
    there = np.unique(own.labels)
    return [int((own.labels[list(places)] == label).sum()) for label in there]
