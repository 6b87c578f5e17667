"""What people read in the terminal of the scores of groups, such as those of women."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sightline.cli.console import console, interval, number, say, table
from sightline.metrics.comparisons.group_words import score_name
from sightline.results import SplitScores
from sightline.results.groups import TagGroup, TagGroups, ToRest

WIDE, AT_ONCE = 130, 4  # columns of a terminal that shows all scores side by side; else so many of them
ORDER = ("accuracy", "balanced_accuracy", "sensitivity", "specificity", "auc", "brier", "epg")


def groups_tables(metrics: Mapping[str, SplitScores]) -> None:
    """Split, or run -> its scores; nothing where `evaluate.by` names no tag."""
    for split, scores in metrics.items():
        for found in scores.by.values():
            _tables(split, found)


def _tables(split: str, found: TagGroups) -> None:
    names = [name for name in ORDER if name in found.whole.scores]
    step = len(names) if console.width >= WIDE else AT_ONCE
    parts = [names[start : start + step] for start in range(0, len(names), step)] if found.groups else []
    for part in parts:
        rows = [_row(group, part) for group in (*found.groups, found.whole)]
        table(f"Groups of {found.tag}, {split}", ["group", "images", *map(score_name, part)], rows)
    if any(group.to_rest for group in found.groups):
        for part in parts:
            rows = [[group.name, *(_difference(group.to_rest.get(name)) for name in part)] for group in found.groups]
            table(f"Each group of {found.tag} minus all other images, {split}", ["group", *map(score_name, part)], rows)
        say("* The interval excludes 0, and p is small once it is corrected for all comparisons (Holm).")
    for sentence in found.sentences:
        say(sentence)


def _row(group: TagGroup, names: Sequence[str]) -> list[str]:
    """With the number of patients, where they have several images."""
    images = str(group.n) if group.patients == group.n else f"{group.n} of {group.patients} patients"
    return [group.name, images, *(interval(group.scores.get(name)) for name in names)]


def _difference(change: ToRest | None) -> str:
    if change is None or change.value is None:
        return "-"
    mark = "" if change.verdict == "not distinguishable" else " *"
    bounds = "" if change.interval is None else f" [{number(change.interval[0])}, {number(change.interval[1])}]"
    return f"{change.number:+.3f}{mark}{bounds}"
