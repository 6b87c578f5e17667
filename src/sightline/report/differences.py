"""Every run against the base on the same images, test set by test set, and how to read the table that this makes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sightline.engine import compare
from sightline.engine.by_tags import own_groups
from sightline.engine.elsewhere import Elsewhere
from sightline.engine.run import Run
from sightline.explain.run_pictures import names
from sightline.metrics.comparisons.arms import corrected, exchanges
from sightline.metrics.comparisons.compare import DECIDED
from sightline.report.group_differences import compared_groups
from sightline.results import Difference
from sightline.results.differences import GroupDifference, Paired
from sightline.tag_groups import ByTag

Differences = dict[str, dict[str, Paired]]  # test set -> metric -> see `corrected`

UNSTABLE = "°"  # marks an interval that is not BCa
_SHOWN = dict(zip(DECIDED, ("balanced accuracy", "sensitivity", "specificity"), strict=True)) | {"auc": "AUC", "epg": "EPG"}


@dataclass(frozen=True)
class Compared:
    """All paired differences of a page.

    Attributes:
        base: name of the run that is subtracted.
        of: name of each other run -> its differences.
        confidence: of the intervals.
        draws: exchanges behind each p.
        groups: the differences on the images of each group, corrected by themselves.
    """

    base: str
    of: dict[str, Differences]
    confidence: float
    draws: int
    groups: tuple[GroupDifference, ...] = ()

    @property
    def rows(self) -> list[Difference]:
        """One per comparison."""
        return [
            Difference(run=name, base=self.base, split=split, metric=metric, **difference.fields())
            for name, sets in self.of.items()
            for split, metrics in sets.items()
            for metric, difference in metrics.items()
        ]

    @property
    def comparisons(self) -> int:
        """How many p values are corrected together."""
        return sum(row.p is not None for row in self.rows)


def compared(
    runs: Sequence[Run],
    base: Run,
    splits: Sequence[str],
    closely: Collection[str],
    grouped: str | None = None,
    by: Sequence[str] | None = None,
) -> Compared:
    """Paired differences of every other run minus the base, on each split that both have, their p corrected over all of them.

    Args:
        closely: splits on which EPG is compared, too, for which every image is read.
        grouped: the split on which the runs are also compared group by group; None: on none.
        by: tags by which; None: as the recipe of the base says.
    """
    called = names(runs)
    others = {name: run for name, run in zip(called, runs, strict=True) if run is not base}
    pairs = [(name, split) for name, run in others.items() for split in splits if split in run.scores and split in base.scores]
    draws, confidence = exchanges(6 * len(pairs)), runs[0].recipe.evaluate.confidence
    found = {
        (name, split, metric): difference
        for name, split in pairs
        for metric, difference in compare.differences(others[name], base, split, attention=split in closely, draws=draws).items()
    }
    of: dict[str, Differences] = {name: {} for name in others}
    for (name, split, metric), difference in corrected(found, confidence).items():
        of[name].setdefault(split, {})[metric] = difference
    base_name = called[list(runs).index(base)]
    groups = compared_groups(others, base, base_name, grouped, _divided(base, by)) if others and grouped else []
    return Compared(base_name, of, confidence, draws, tuple(groups))


def _divided(run: Run, by: Sequence[str] | None) -> tuple[ByTag, ...]:
    return run.divided if isinstance(run, Elsewhere) else own_groups(run, by)


def shown_name(metric: str) -> str:
    """What a table calls a compared score.

    >>> shown_name("decided_sensitivity"), shown_name("auc"), shown_name("accuracy")
    ('sensitivity', 'AUC', 'accuracy')
    """
    return _SHOWN.get(metric, metric)


def notes(found: Compared) -> list[str]:
    """How to read the differences: a line of a terminal each, those that apply."""
    rows = [row for row in found.rows if row.value is not None]
    if not rows:
        return []
    decisions = [row.mcnemar for row in rows if row.mcnemar]
    patients = any(test.p is None for test in decisions)
    tests = ["DeLong", "McNemar"] if any(row.delong for row in rows) else ["McNemar"]
    said = [f"Intervals ({found.confidence:.0%}): bootstrap over {'patients' if patients else 'images'}, BCa."]
    if any(row.method == "percentile" for row in rows):
        said.append(f"{UNSTABLE} Percentile interval, where BCa is not stable.")
    said += [
        f"p: permutation test, arms' answers exchanged {'patient by patient' if patients else 'image by image'}, {found.draws:,} times.",
        f"Holm: p corrected over all {found.comparisons} comparisons of the report.",
        f"Higher, lower: the interval excludes 0, and Holm's p is at most {1 - found.confidence:.2g}.",
        f"{', '.join(tests)}: the same {'comparisons' if len(tests) > 1 else 'comparison'} in closed form, corrected separately.",
        "McNemar a : b: images that only the arm (a) or only the base (b) gets right.",
    ]
    if any(row.metric in DECIDED for row in rows):
        said.append("Accuracy: of the most probable class. Balanced accuracy, sensitivity and specificity: of what each run decides")
        said.append("at its own threshold, kept from its validation images.")
    if patients:
        said.append("It has no p here: patients have several images, which are not independent.")
    return [*said, "These tests concern other images; for other seeds, use sightline study."]
