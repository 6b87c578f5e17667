"""What one training answered for each image of a split: all that the analysis needs, in one small file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from sightline.engine.compare import judged
from sightline.engine.evaluate_findings import answers
from sightline.engine.files import safe_name, write_whole
from sightline.engine.read_files import Damaged, read_array, read_arrays
from sightline.engine.run import Run
from sightline.metrics.confidence.bootstrap import Array
from sightline.study.score_names import SWAPPED
from sightline.types import Record

AGAIN = "Give the study's command again: it makes the file anew."


@dataclass(frozen=True)
class Answers:
    """Of N images.

    Attributes:
        ids: names of the images.
        labels: (N,) class indices.
        probabilities: (N, C).
        epg: (N,) energy of the first map inside the region, NaN where it does not apply.
        groups: patient or lesion of each image, or its id.
        tags: tag -> (N,) 1, 0, or NaN where nobody said.
        findings: names of the findings, of images that can have several; `labels` (NaN where not known), `probabilities` and `epg` are then
            (N, C). Empty where each image has one label.
        measured: what scores ask for beyond that, see `measure.py`; kept in files of its own, since not every plan asks for it. NaN where
            it does not apply, and where nobody measured.
    """

    ids: list[str]
    labels: Array
    probabilities: Array
    epg: Array
    groups: list[str]
    tags: dict[str, Array]
    measured: dict[str, Array] = field(default_factory=dict)
    findings: tuple[str, ...] = ()

    def of(self, finding: str) -> tuple[Answers, Array]:
        """The answers for one finding as those of two classes, and which images (N,) they are of: those of which it is known."""
        c = self.findings.index(finding)
        known = ~np.isnan(self.labels[:, c])
        said, places = self.probabilities[known, c], np.flatnonzero(known).tolist()
        one = Answers(
            [self.ids[i] for i in places],
            self.labels[known, c].astype(np.int64),
            np.stack([1 - said, said], axis=1),
            self.epg[known, c],
            [self.groups[i] for i in places],
            {name: values[known] for name, values in self.tags.items()},
            {name: values[known] for name, values in self.measured.items() if values.ndim == 1},
        )
        return one, known


def collect(run: Run, split: str) -> Answers:
    """Reads them off an evaluated run."""
    records = {record.id: record for record in run.datasets[split].records}
    if run.findings:
        labels, probabilities, energy, patients = answers(run, split)
        ids = [row["id"] for row in run.split_table if row["split"] == split]
        return Answers(ids, labels, probabilities, energy, patients, _tags([records[i] for i in ids]), findings=run.findings)
    said = judged(run, split)
    chosen = [records[i] for i in said.ids]
    epg = np.full(len(said.ids), np.nan) if said.epg is None else said.epg
    return Answers(said.ids, said.labels, said.probabilities, epg, [r.group or r.id for r in chosen], _tags(chosen))


def _tags(records: Sequence[Record]) -> dict[str, Array]:
    given = [{k: bool(v) for k, v in r.tags.items() if isinstance(v, bool | np.bool_)} for r in records]
    return {name: np.array([float(tag.get(name, np.nan)) for tag in given]) for name in sorted(set().union(*given))}


def save(said: Answers, path: Path) -> None:
    """Writes the file, whole or not at all."""
    arrays: dict[str, Any] = {name: getattr(said, name) for name in ("labels", "probabilities", "epg")}
    arrays |= {f"tag:{name}": values for name, values in said.tags.items()}
    names = np.frombuffer(json.dumps(_names(said)).encode(), np.uint8)

    def write(partial: Path) -> None:
        with partial.open("wb") as file:
            np.savez_compressed(file, names=names, **arrays)

    write_whole(path, write)


def _names(said: Answers) -> dict[str, Any]:
    of_findings = {"findings": said.findings} if said.findings else {}
    return {"ids": said.ids, "groups": said.groups} | of_findings


def beside(path: Path, measure: str) -> Path:
    """Where it is kept what was measured of the images whose answers are at `path`."""
    return path.with_name(f"{path.stem}.{safe_name(measure)}.npy")


def save_measured(values: Array, path: Path, measure: str) -> None:
    """Writes it beside the answers, whole or not at all."""

    def write(partial: Path) -> None:
        with partial.open("wb") as file:
            np.save(file, values)

    write_whole(beside(path, measure), write)


def load(path: Path, measures: Iterable[str] = ()) -> Answers:
    """Reads the file, and what was measured beside it; NaN where nothing was.

    Raises:
        Damaged: a file cannot be read, or holds something else.
    """
    arrays = read_arrays(path, AGAIN)
    said = arrays.get("probabilities", np.empty(0))  # (N, C)
    count = len(said) if said.ndim == 2 else -1
    try:
        names = json.loads(arrays["names"].tobytes())
        ids, groups = ([str(name) for name in names[key]] for key in ("ids", "groups"))
    except (KeyError, ValueError, TypeError):
        raise Damaged(path, "does not name its images", AGAIN) from None
    tags = {key.removeprefix("tag:"): value for key, value in arrays.items() if key.startswith("tag:")}
    labels, energy = arrays.get("labels", np.empty(0)), arrays.get("epg", np.empty(0))
    findings = tuple(map(str, names.get("findings", ())))
    numbers = all(one.dtype.kind in "fiub" for one in (said, labels, energy, *tags.values()))
    alike = (count, len(findings)) if findings else (count,)
    fits = numbers and len(ids) == len(groups) == count and all(one.shape == (count,) for one in tags.values())
    fits = fits and labels.shape == energy.shape == alike and np.isfinite(said).all()
    if not fits or not (_are_findings(labels, said) if findings else _are_classes(labels, said)):
        raise Damaged(path, "does not hold one answer for each image", AGAIN)
    return Answers(ids, labels, said, energy, groups, tags, {name: _measured(path, name, said) for name in measures}, findings)


def _are_classes(labels: Array, said: Array) -> bool:
    return labels.dtype.kind in "iu" and bool(((labels >= 0) & (labels < said.shape[1])).all())


def _are_findings(labels: Array, said: Array) -> bool:
    return labels.shape == said.shape and bool((np.isnan(labels) | (labels == 0) | (labels == 1)).all())


def readable(path: Path, measures: Iterable[str] = ()) -> bool:
    """Whether the file is there and whole, and everything that was measured beside it."""
    try:
        load(path, measures)
    except Damaged:
        return False
    return all(beside(path, name).exists() for name in measures)


def _measured(path: Path, name: str, said: Array) -> Array:
    other, shape = beside(path, name), (2, *said.shape) if name == SWAPPED else (len(said),)
    if not other.exists():
        return np.full(shape, np.nan)
    values = read_array(other, AGAIN)
    if values.shape != shape or values.dtype.kind != "f":
        raise Damaged(other, "does not hold one measurement for each image", AGAIN)
    return values
