"""The tasks of a Label Studio export, in either of its two JSON forms, as regions and choices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from sightline.data.sets.export_files import mapping, sequence
from sightline.data.sets.told import is_fact
from sightline.data.sets.walk import SUFFIXES
from sightline.errors import UserError

GEOMETRY = ("x", "points", "rle")  # one of these stands in every region
CHOICES = {"choice", "choices"}  # what Label Studio calls a question by itself
OWN = {"id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "file_upload", "agreement", "project", "inner_id"}


@dataclass
class Task:
    """One image, and what was said of it.

    Attributes:
        where: names it in messages.
        image: its address or path.
        upload: the name of the file as Label Studio stored it.
        regions: geometry, with the names under `labels`, the `answers` to questions on each region, and the size of the image.
        choices: question -> answers on the image as a whole.
        texts: what else the short form holds: an answer, or a fact that came with the task.
        facts: what came with the task, see `told`.
        looked: somebody submitted an annotation.
        united: how many people's annotations these are.
    """

    where: str
    image: str
    upload: str
    regions: list[dict[str, Any]] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    looked: bool = False
    united: int = 1


def tasks(content: Any, file: str) -> list[Task]:
    """The tasks of an export.

    Of several annotations of an image those that are marked as ground truth count, or else all; skipped ones and predictions never.

    Raises:
        UserError: not a list of tasks, or one without image.
    """
    found = []
    for number, entry in enumerate(sequence(content, file), start=1):
        task = mapping(entry, f"{file} task {number}")
        where = f"{file} task {task.get('id', number)}"
        found.append(_full(task, where) if isinstance(task.get("data"), dict) else _short(task, where))
    return found


def _full(entry: Mapping[str, Any], where: str) -> Task:
    task = Task(where, _image(mapping(entry["data"], where), where), str(entry.get("file_upload") or ""), facts=entry["data"])
    given = [mapping(one, where) for one in entry.get("annotations") or entry.get("completions") or []]
    given = [one for one in given if not one.get("was_cancelled") and not one.get("skipped")]
    counting = [one for one in given if one.get("ground_truth")] or given
    task.united = len(counting)
    for annotation in counting:
        task.looked = True
        regions: dict[str, dict[str, Any]] = {}
        for number, result in enumerate(sequence(annotation.get("result"), where)):
            one = mapping(result, where)
            value = mapping(one.get("value") or {}, where)
            if any(key in value for key in GEOMETRY):
                region = regions.setdefault(str(one.get("id", number)), {"labels": [], "answers": {}})
                _add(region, {**one, **value})
            elif "choices" in value:
                task.choices.setdefault(str(one.get("from_name")), []).extend(map(str, value["choices"]))
        task.regions += regions.values()
    return task


def _short(entry: Mapping[str, Any], where: str) -> Task:
    """A task of the short form, in which every question is a key beside the image."""
    task = Task(where, _image(entry, where), str(entry.get("file_upload") or ""), facts=entry, looked=True)
    for key, value in entry.items():
        if key in OWN or value == task.image or is_fact(key):
            continue
        if isinstance(value, list) and all(isinstance(one, dict) for one in value):
            for one in value:
                region: dict[str, Any] = {"labels": [], "answers": {}}
                _add(region, {"from_name": key, **one})
                task.regions.append(region)
        elif isinstance(value, dict) and isinstance(value.get("choices"), list):
            task.choices[key] = [str(answer) for answer in value["choices"]]
        elif isinstance(value, str | int):
            (task.choices if key in CHOICES else task.texts)[key] = [str(value)]
    return task


def _add(region: dict[str, Any], value: Mapping[str, Any]) -> None:
    """Unites the entries of one region: its shape, and the names and answers that were given to it one by one."""
    names = [name for key, listed in value.items() if key.endswith("labels") and isinstance(listed, list) for name in listed]
    region.update({key: one for key, one in value.items() if not key.endswith("labels")})
    region["labels"] += map(str, names)
    if isinstance(value.get("choices"), list) and value["choices"]:
        region["answers"].setdefault(str(value.get("from_name")), []).extend(map(str, value["choices"]))


def _image(data: Mapping[str, Any], where: str) -> str:
    """The image of a task: what is called so, or the only thing that ends as a picture."""
    if isinstance(data.get("image"), str):
        return str(data["image"])
    found = list(_pictures(data))
    if len(found) != 1:
        reason = f"names {len(found)} images" if found else "names no image"
        raise UserError(where, reason, "sightline reads tasks of one image each.")
    return found[0]


def _pictures(data: Mapping[str, Any]) -> Iterator[str]:
    for value in data.values():
        if isinstance(value, str) and ("?d=" in value or PurePosixPath(value.split("?")[0].lower()).suffix in SUFFIXES):
            yield value
