"""The section on groups: a picture, tables and sentences for each tag of `evaluate.by`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sightline.engine.run import Run
from sightline.explain.group_chart import group_chart
from sightline.explain.run_pictures import names
from sightline.metrics.comparisons.group_words import score_name
from sightline.report.pictures import Chart, Charts
from sightline.report.words import listed, p_value, score_line
from sightline.results import Score
from sightline.results.differences import GroupDifference
from sightline.results.groups import TagGroups, ToRest

ORDER = ("accuracy", "balanced_accuracy", "sensitivity", "specificity", "auc", "brier", "epg")
COMPARED = ("accuracy", "auc", "epg")


@dataclass(frozen=True)
class Cell:
    """A score, and what is said below it."""

    score: Score | None
    below: str = ""


@dataclass(frozen=True)
class Row:
    """A line of a table; the group is named in its first line only."""

    group: str
    arm: str
    images: str
    cells: list[Cell]


@dataclass(frozen=True)
class Section:
    """What is shown of one tag.

    Attributes:
        columns: names of the scores.
        rows: groups x arms, and all images of each arm.
        rest: the same groups, minus all other images.
        compared: groups x arms, minus the base.
    """

    tag: str
    chart: Chart | None
    columns: list[str]
    rows: list[Row]
    rest: list[Row]
    compared: list[Row]
    sentences: list[str]


def sections(charts: Charts, runs: Sequence[Run], split: str, differences: Sequence[GroupDifference]) -> list[Section]:
    """Tags of which a run was scored, or runs were compared, by groups."""
    scored = dict(zip(names(runs), (run.scores[split].by for run in runs), strict=True))
    tags = dict.fromkeys([*(tag for by in scored.values() for tag in by), *(one.tag for one in differences)])
    return [_section(charts, tag, split, {name: by[tag] for name, by in scored.items() if tag in by}, differences) for tag in tags]


def _section(charts: Charts, tag: str, split: str, found: Mapping[str, TagGroups], differences: Sequence[GroupDifference]) -> Section:
    shown = {name: table for name, table in found.items() if table.groups}
    columns = [name for name in ORDER if any(name in table.whole.scores for table in shown.values())]
    chart = _chart(charts, tag, split, shown) if shown else None
    compared = list(_compared([one for one in differences if one.tag == tag]))
    return Section(
        tag,
        chart,
        [score_name(name) for name in columns],
        list(_rows(shown, columns)),
        list(_rest(shown, columns)),
        compared,
        _sentences(found),
    )


def _chart(charts: Charts, tag: str, split: str, found: Mapping[str, TagGroups]) -> Chart:
    said = [
        f"{name}, {group.name}: accuracy {score_line(group.scores['accuracy'])}, AUC {score_line(group.scores.get('auc'))}"
        for name, table in found.items()
        for group in table.groups
    ]
    caption = f"Groups of {tag} on {split}. Each line is an interval; the dashed line is the score of all images."
    return charts(group_chart(found), f"Accuracy and AUC by {tag}. {'; '.join(said)}", caption)


def _rows(found: Mapping[str, TagGroups], columns: Sequence[str]) -> Iterator[Row]:
    for group in [*_groups(found), "all"]:
        label = group
        for arm, table in found.items():
            for one in (*table.groups, table.whole):
                if one.name == group and (group != "all" or one is table.whole):
                    patients = "" if one.patients == one.n else f" of {one.patients:,} patients"
                    yield Row(label, arm, f"{one.n:,}{patients}", [Cell(one.scores.get(name)) for name in columns])
                    label = ""


def _rest(found: Mapping[str, TagGroups], columns: Sequence[str]) -> Iterator[Row]:
    for group in _groups(found):
        label = group
        for arm, table in found.items():
            one = next((one for one in table.groups if one.name == group), None)
            if one is None or not one.to_rest:
                continue
            changes = [one.to_rest.get(name) for name in columns]
            cells = [Cell(change, _below(change)) for change in changes]
            yield Row(label, arm, f"{one.n:,}", cells)
            label = ""


def _compared(differences: Sequence[GroupDifference]) -> Iterator[Row]:
    for group in dict.fromkeys(one.group for one in differences):
        label = group
        for arm in dict.fromkeys(one.run for one in differences if one.group == group):
            found = {one.metric: one for one in differences if (one.group, one.run) == (group, arm)}
            shown = [found.get(metric) for metric in COMPARED]
            cells = [Cell(one, _below(one)) for one in shown]
            yield Row(label, arm, f"{next(iter(found.values())).n:,}", cells)
            label = ""


def _below(change: ToRest | GroupDifference | None) -> str:
    """The corrected p, and the verdict where there is one."""
    if change is None:
        return ""
    return f"p {p_value(change.p_holm)}{'' if change.verdict == 'not distinguishable' else f', {change.verdict}'}"


def _sentences(found: Mapping[str, TagGroups]) -> list[str]:
    """What holds for all arms is said once."""
    said = {
        sentence: [name for name, table in found.items() if sentence in table.sentences]
        for table in found.values()
        for sentence in table.sentences
    }
    return [sentence if len(arms) == len(found) else f"{listed(arms)}: {sentence}" for sentence, arms in said.items()]


def _groups(found: Mapping[str, TagGroups]) -> list[str]:
    return list(dict.fromkeys(group.name for table in found.values() for group in table.groups))
