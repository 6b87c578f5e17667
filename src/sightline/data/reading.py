"""From the settings to records whose labels are the classes of the task."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sightline import catalog
from sightline.config import Data
from sightline.data.findings import grouped, of_finding
from sightline.data.groups import alike_groups, check_groups
from sightline.data.heat import on_one_scale, scale_notes
from sightline.data.labels import alike_labels, check_classes, check_labels
from sightline.data.marks import as_set
from sightline.data.problems import Several, refuse
from sightline.data.reading_findings import findings_of_task
from sightline.errors import UserError, nearest
from sightline.types import Picture, Record, Records

LONGEST = 255  # characters of a label, a group or a split
ONE_LABEL = "Give data with one label per image, such as a table with one of the findings in its column label."


@dataclass(frozen=True)
class Dataset:
    """Records with labels out of `classes`, which stand in the order of the logits; `left_out` counts the labels of no class; `notes` are
    the reader's. With `several`, the classes are findings, of which an image can have any number."""

    records: list[Record]
    classes: tuple[str, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    several: bool = False


def read(data: Data, least: int = 2, *, several: bool = False) -> Dataset:
    """Reads a data set of the catalogue and maps its labels to the classes of a task; other labels are left out.

    The task is `data.classes` (one's own), else `data.task`, else the first that the data set names, else every label as it is, as
    in a task that names no classes.

    Args:
        least: classes that there have to be: two for a classifier, one for a segmentation network.
        several: whether the caller can take images with several findings.

    Raises:
        UserError: an unknown task or label, too few classes, a class without images, an id twice, an image with two labels, labels that
            are two spellings of one; images with several findings, where the caller cannot take these.
    """
    dataset, problems = look(data, least)
    refuse(problems)
    if dataset.several and not several:
        raise UserError(str(data.root or data.name), "has several findings per image, for which this is not done", ONE_LABEL)
    return dataset


def read_finding(data: Data, finding: str, members: Sequence[str]) -> list[Record]:
    """The images of which one finding is known, with two classes, see `of_finding`; of a data set that may have other findings as well.

    Args:
        members: findings of the data set of which any means this one.

    Raises:
        UserError: an id twice, or names that no file could hold.
    """
    given, problems = _given(data)
    where = str(data.root or data.name)
    refuse([*problems, *_twice(given, where), *_refused(lambda: _check_names(given, where))])
    kept = on_one_scale([grouped(record, {finding: members}) for record in given])
    return of_finding(as_set(kept, data.mask, data.annotated_on), finding)


def look(data: Data, least: int = 2) -> tuple[Dataset, list[UserError]]:
    """See `read`: the data set, and what is wrong with it. Of records with the same id only the first is there.

    Raises:
        UserError: it cannot be read at all, or there is no such task.
    """
    reader = catalog.find("data", data.name)
    given, problems = _given(data)
    where = str(data.root or data.name)
    problems += [*_twice(given, where), *_two_labels(given, where), *_refused(lambda: _check_names(given, where))]
    problems += _refused(lambda: check_groups(given, where))
    records = list({record.id: record for record in reversed(given)}.values())[::-1]
    tasks = getattr(sys.modules[reader.__module__], "TASKS", {})
    if any(record.findings for record in records):
        return _with_findings(records, given, data, where, problems)
    if data.classes is None and not tasks:
        problems += _refused(lambda: check_labels(Counter(r.label for r in records), where))
    classes = _classes(data, tasks, sorted({r.label for r in records}))
    class_of = {label: name for name, labels in classes.items() for label in labels}
    kept = on_one_scale([replace(r, label=class_of[r.label]) for r in records if r.label in class_of])
    problems += _of_classes(records, kept, classes, least, where)
    left_out = Counter(r.label for r in records if r.label not in class_of)
    dataset = _dataset(kept, tuple(classes), dict(left_out.most_common()), given, data)
    if data.classes is None and not tasks:
        dataset = replace(dataset, notes=(*dataset.notes, *alike_labels(Counter(r.label for r in kept))))
    return dataset, problems


def _of_classes(records: Sequence[Record], kept: Sequence[Record], classes: Collection[str], least: int, where: str) -> list[UserError]:
    """Too few classes, or some without images."""
    if not records:
        return [UserError(where, "holds no images", "Give a data set with images.")]
    found = []
    if len(classes) < least:
        found.append(UserError(where, f"has only the class {', '.join(classes) or '(none)'}", "A classifier needs at least two."))
    if empty := sorted(set(classes) - {r.label for r in kept}):
        reason = f"has no image of the class{'es' * (len(empty) > 1)} {', '.join(map(repr, empty))}"
        found.append(UserError(where, reason, "Complete the data, or choose another data.task or data.classes."))
    return found


def _with_findings(
    records: list[Record], given: Sequence[Record], data: Data, where: str, problems: list[UserError]
) -> tuple[Dataset, list[UserError]]:
    """The data set of images with several findings."""
    try:
        if data.task is not None:
            raise UserError("data.task", "names a task of one label per image", "Choose findings with data.classes.")
        kept, names, left_out = findings_of_task(records, data, where)
    except UserError as error:
        return Dataset([], (), notes=given.notes if isinstance(given, Records) else ()), [*problems, error]
    return replace(_dataset(on_one_scale(kept), names, left_out, given, data), several=True), problems


def _dataset(kept: list[Record], classes: tuple[str, ...], left_out: Mapping[str, int], given: Sequence[Record], data: Data) -> Dataset:
    notes = (*(given.notes if isinstance(given, Records) else ()), *scale_notes(kept), *alike_groups(given))
    return Dataset(as_set(kept, data.mask, data.annotated_on), classes, left_out, notes)


def _given(data: Data) -> tuple[list[Record], list[UserError]]:
    """What the reader reads, and what of it cannot be read."""
    options = data.options
    if data.classes and "classes" in catalog.options_of(catalog.find("data", data.name)):
        options = {"classes": data.classes} | options  # of objects in one image, those of one class belong together
    try:
        given: list[Record] = catalog.make("data", data.name, options, data.root, where="data.options")
    except Several as several:
        if not several.rest:
            raise
        return several.rest, list(several.problems)
    return given, []


def _classes(data: Data, tasks: Mapping[str, dict[str, list[str]]], labels: Sequence[str]) -> dict[str, list[str]]:
    """Class name -> its labels."""
    if data.classes is not None:
        check_classes(data.classes, labels)
        return data.classes
    if data.task is not None:
        if data.task not in tasks:
            remedy = nearest(data.task, tasks) if tasks else f"{data.name} has no named tasks: write data.classes."
            raise UserError("data.task", f"unknown task {data.task!r}", remedy)
        return tasks[data.task] or {label: [label] for label in labels}
    return next(iter(tasks.values()), {label: [label] for label in labels})


def _twice(records: Sequence[Record], where: str) -> list[UserError]:
    again = [id for id, count in Counter(record.id for record in records).items() if count > 1]
    if not again:
        return []
    more = f", and so do {len(again) - 1} more" if len(again) > 1 else ""
    return [UserError(where, f"the id {again[0]!r} occurs twice{more}", "Give every image its own id.")]


def _two_labels(records: Sequence[Record], where: str) -> list[UserError]:
    images: dict[str, Record] = {}
    found = []
    for record in records:
        first = images.setdefault(_name(record.image), record)
        if first.label != record.label:
            found.append(f"{_name(record.image)} is {first.label!r} as {first.id} and {record.label!r} as {record.id}")
    more = f" ({len(found) - 1} more images have two labels)" if len(found) > 1 else ""
    return [UserError(where, found[0] + more, "Keep the right one.")] if found else []


def _refused(check: Callable[[], None]) -> list[UserError]:
    try:
        check()
    except UserError as error:
        return [error]
    return []


def _check_names(records: Sequence[Record], where: str) -> None:
    """Refuses names that no file of a run could hold: bytes that are not UTF-8, as other systems' files may be called, or several lines."""
    for record in records:
        texts = {"id": record.id, "label": record.label, "group": record.group or "", "split": record.split or ""}
        for name in (*texts.values(), _name(record.image)):
            if any("\ud800" <= sign <= "\udfff" for sign in name):
                remedy = "Rename it, for example with `convmv`, in letters of Unicode."
                raise UserError(repr(where), f"the name {name!r} is not UTF-8", remedy)
        for kind, text in texts.items():
            if any(sign < " " for sign in text):
                raise UserError(where, f"the {kind} {text[:LONGEST]!r} holds a line break or another control character", "Take it out.")
            if kind != "id" and len(text) > LONGEST and not (kind == "label" and record.findings):
                raise UserError(where, f"a {kind} is {len(text)} characters long: {text[:40]!r}...", "Give it a short name.")


def _name(picture: Picture) -> str:
    return str(picture.absolute()) if isinstance(picture, Path) else picture.key
