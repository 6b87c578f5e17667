"""What people read in the terminal of the scores of groups, such as those of women."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sightline.cli.console import console, interval, rounded, say, table
from sightline.metrics.comparisons.group_words import score_name
from sightline.results import SplitScores
from sightline.results.differences import GroupDifference
from sightline.results.groups import TagGroup, TagGroups, ToRest

WIDE, AT_ONCE = 130, 4  # columns of a terminal that shows all scores side by side; else so many of them
MARKED = "* The interval excludes 0, and p is small once it is corrected for all comparisons (Holm)."
COMPARED = ("accuracy", "auc", "epg")
ORDER = ("accuracy", "balanced_accuracy", "sensitivity", "specificity", "auc", "brier", "epg")


def groups_tables(metrics: Mapping[str, SplitScores]) -> None:
    """Split, or run -> its scores; nothing where `evaluate.by` names no tag."""
    for split, scores in metrics.items():
        for found in scores.by.values():
            _tables(split, found)


def groups_sentences(metrics: Mapping[str, SplitScores]) -> None:
    """The same in sentences alone, for where many splits are scored."""
    for split, scores in metrics.items():
        for found in scores.by.values():
            _say(split, found)


def compared_groups_table(differences: Sequence[GroupDifference], split: str) -> None:
    """Runs minus the base on the images of each group; nothing where `evaluate.by` names no tag."""
    for run, base, tag in dict.fromkeys((one.run, one.base, one.tag) for one in differences):
        found = [one for one in differences if (one.run, one.tag) == (run, tag)]
        rows = []
        for group in dict.fromkeys(one.group for one in found):
            of = {one.metric: one for one in found if one.group == group}
            images = str(next(iter(of.values())).n)
            rows.append([group, images, *(_difference(of.get(name)) for name in COMPARED)])
        table(f"{run} minus {base} by {tag}, {split}", ["group", "images", *map(score_name, COMPARED)], rows)
    if differences:
        say(f"{MARKED} {len([one for one in differences if one.p is not None])} comparisons of groups are corrected together.")


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
        say(MARKED)
    _say(split, found)


def _say(split: str, found: TagGroups) -> None:
    for sentence in found.sentences:
        say(f"{split}: {sentence}")


def _row(group: TagGroup, names: Sequence[str]) -> list[str]:
    """With the number of patients, where they have several images."""
    images = str(group.n) if group.patients == group.n else f"{group.n} of {group.patients} patients"
    return [group.name, images, *(interval(group.scores.get(name)) for name in names)]


def _difference(change: ToRest | GroupDifference | None) -> str:
    if change is None or change.value is None:
        return "-"
    mark = "" if change.verdict == "not distinguishable" else " *"
    bounds = "" if change.interval is None else f" [{rounded(change.interval[0])}, {rounded(change.interval[1])}]"
    return f"{change.number:+.3f}{mark}{bounds}"
