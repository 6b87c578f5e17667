"""Another data set, seen as a run sees its own: its labels become the run's classes, its pictures the run's squares."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sightline import catalog
from sightline.config import Data
from sightline.data.contents import contents
from sightline.data.dataset import ImageDataset
from sightline.data.problems import refuse
from sightline.data.reading import read, read_finding
from sightline.data.survey import survey
from sightline.engine.run import Run
from sightline.errors import UserError, nearest
from sightline.types import Record


@dataclass(frozen=True)
class OtherData:
    """Images of another data set.

    Attributes:
        split: the part of the data set; `all` for all of it.
        dataset: the images, with the run's classes.
        data: where they come from, and how they are prepared.
        matched: label of the other data set -> class of the run.
        left_out: labels that are no class of the run -> number of images that take no part.
        lacking: classes of the run without an image.
        seen_in_training: ids of images that the run was trained with.
    """

    split: str
    dataset: ImageDataset
    data: Data
    matched: Mapping[str, str]
    left_out: Mapping[str, int] = field(default_factory=dict)
    lacking: tuple[str, ...] = ()
    seen_in_training: tuple[str, ...] = ()


def other_data(
    run: Run, name: str | None, root: Path | None, split: str | None = None, classes: Mapping[str, str] | None = None
) -> OtherData:
    """Reads another data set for a run.

    Args:
        name: data set or reader; None: the reader of the run's data.
        root: its folder or file.
        split: part of the data set; None: its test set, or all of it if none is marked.
        classes: label of the other data set -> class of the run, for labels that are not called as the run's classes.

    Raises:
        UserError: no label that is a class of the run, an unknown label, class or split, or images that cannot be read.
    """
    data = _settings(run.recipe.data, name, root)
    labels = _labels(data)
    where = str(root or data.name)
    if run.finding is not None and labels.several:
        matched, given = _with_finding(data, run, labels, classes or {}, where)
    else:
        data, matched = _with_classes(data, run, labels, classes or {}, where)
        given = read(data, least=1).records
    wanted = _part(labels, split)
    records = [record for record in given if wanted in (None, record.split or "all")]
    looked = survey(records, gaze_blur=data.gaze_blur, grey=data.grey, channels=data.channels, annotated_on=data.annotated_on)
    refuse(looked.problems)
    counts = labels.total() if wanted is None else labels.of_split[wanted]
    there = {record.label for record in records}
    return OtherData(
        wanted or "all",
        ImageDataset(records, run.classes, data, train=False),
        data,
        matched,
        {} if labels.several else {label: count for label, count in counts.items() if label not in matched},
        tuple(name for name in run.classes if name not in there),
        _trained_with(run, records),
    )


def _part(labels: Labels, split: str | None) -> str | None:
    """The part that is asked for, or else the test set; None: all images, since none is marked as a test set."""
    if split is not None and split not in labels.of_split:
        raise UserError(f"split {split!r}", "the data set has no such split", nearest(split, labels.of_split))
    return split or ("test" if "test" in labels.of_split else None)


def _with_finding(data: Data, run: Run, labels: Labels, wished: Mapping[str, str], where: str) -> tuple[dict[str, str], list[Record]]:
    """See `members_of`; and the images of which the run's finding is known."""
    finding, total = str(run.finding), labels.total()
    matched = members_of(run, total, wished, where)
    if not matched:
        reason = f"has the findings {', '.join(sorted(total))}, and none is called {finding}"
        raise UserError(where, reason, f"Say which one it is, e.g. `classes={{{min(total)!r}: {finding!r}}}`.")
    return matched, read_finding(data, finding, list(matched))


def _settings(own: Data, name: str | None, root: Path | None) -> Data:
    """How the run's images are prepared, of another data set or another folder."""
    unset: dict[str, Any] = {"options": {}, "task": None, "classes": None, "kind": None, "root": None}
    data = own if name in (None, own.name) else own.model_copy(update={"name": name} | unset)
    return data.model_copy(update={"root": root or data.root, "decoy": None})


def _with_classes(data: Data, run: Run, labels: Labels, wished: Mapping[str, str], where: str) -> tuple[Data, dict[str, str]]:
    """The settings with the run's classes, and label -> class: by the words of the user, by a task, or by the names."""
    task = None if wished else _task(data, run.recipe.data, run.classes)
    if task is not None:
        matched = {label: name for name, members in _tasks(data)[task].items() for label in members or [name]}
        return data.model_copy(update={"task": task}), matched
    matched = _matched(labels.total(), run, wished, where)
    return data.model_copy(update={"task": None, "classes": _by_class(matched)}), matched


def _task(data: Data, own: Data, classes: tuple[str, ...]) -> str | None:
    """A task of the other data set that has the run's classes: the run's own, or else the first."""
    tasks = _tasks(data)
    fitting = [task for task, labels in tasks.items() if set(labels) == set(classes)]
    return own.task if own.task in fitting else next(iter(fitting), None)


def _tasks(data: Data) -> Mapping[str, Mapping[str, list[str]]]:
    reader = catalog.find("data", data.name)
    found: Mapping[str, Mapping[str, list[str]]] = getattr(sys.modules[reader.__module__], "TASKS", {})
    return found


@dataclass(frozen=True)
class Labels:
    """How many images have each label, as the data set has them, by split; with `several`, each finding."""

    of_split: Mapping[str, Counter[str]]
    several: bool = False

    def total(self) -> Counter[str]:
        """In all splits together; findings that no image has are there with 0."""
        found: Counter[str] = Counter()
        for counts in self.of_split.values():
            found.update(counts)
        return found


def _labels(data: Data) -> Labels:
    records: list[Record] = catalog.make("data", data.name, data.options, data.root, where="data.options")
    found: dict[str, Counter[str]] = {}
    several = any(record.findings for record in records)
    for record in records:
        said = {name: int(bool(present)) for name, present in record.findings.items()} if several else {record.label: 1}
        found.setdefault(record.split or "all", Counter()).update(said)
    return Labels(found, several)


def members_of(run: Run, labels: Mapping[str, int], wished: Mapping[str, str], where: str) -> dict[str, str]:
    """Finding of the other data set -> the finding that `run` is about, for all that mean it: as is wished, by its name, or by that of a
    finding that belongs to it in the run's own data.

    Args:
        labels: the findings of the other data set -> images.
        where: the place of the other data set.

    Raises:
        UserError: a wish that names no finding of either side.
    """
    finding = str(run.finding)
    _check_wished(labels, run, wished, where)
    if strange := [label for label, name in wished.items() if name != finding]:
        raise UserError(f"class {strange[0]!r}", "is a finding, which cannot mean that there is none", f"Map it to {finding!r}.")
    own = {_plain(name) for name in (finding, *(run.recipe.data.classes or {}).get(finding, ()))}
    return {label: finding for label in labels if _plain(label) in own} | dict(wished)


def labels_there(run: Run, name: str | None, root: Path | None) -> Labels:
    """What the images of another data set are labelled with."""
    return _labels(_settings(run.recipe.data, name, root))


def _matched(labels: Mapping[str, int], run: Run, wished: Mapping[str, str], where: str) -> dict[str, str]:
    """Label -> class of the run: as is wished, or else of the same name, upper and lower case, blanks and hyphens aside."""
    _check_wished(labels, run, wished, where)
    plain = {_plain(name): name for name in run.classes}
    found = {label: plain[_plain(label)] for label in labels if _plain(label) in plain} | dict(wished)
    if not found:
        reason = f"has the labels {', '.join(sorted(labels))}, and the run has the classes {', '.join(run.classes)}"
        raise UserError(where, reason, f"Say which label is which class, e.g. `classes={{{sorted(labels)[0]!r}: {run.classes[0]!r}}}`.")
    return found


def _check_wished(labels: Mapping[str, int], run: Run, wished: Mapping[str, str], where: str) -> None:
    for label, name in wished.items():
        if label not in labels:
            raise UserError(f"class {label!r}", f"{where} has no label {label!r}", nearest(label, labels))
        if name not in run.classes:
            raise UserError(f"class {label!r}", f"{run.path} has no class {name!r}", nearest(name, run.classes))


def _plain(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def _by_class(matched: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for label, name in matched.items():
        found.setdefault(name, []).append(label)
    return found


def _trained_with(run: Run, records: list[Record]) -> tuple[str, ...]:
    """Images with the very content of a training image; runs of earlier versions did not keep what this needs."""
    known = {row["picture"] for row in run.split_table if row["split"] == "train" and row.get("picture")}
    return tuple(id for id, content in contents(records).items() if content.picture in known) if known else ()
