"""What one training answered for each image of a split: all that the analysis needs, in one small file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from sightline.engine.compare import judged
from sightline.engine.files import safe_name, write_whole
from sightline.engine.read_files import Damaged, read_array, read_arrays
from sightline.engine.run import Run
from sightline.metrics.confidence.bootstrap import Array
from sightline.study.score_names import SWAPPED

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


def collect(run: Run, split: str) -> Answers:
    """Reads them off an evaluated run."""
    said = judged(run, split)
    records = {record.id: record for record in run.datasets[split].records}
    chosen = [records[i] for i in said.ids]
    given = [{k: bool(v) for k, v in r.tags.items() if isinstance(v, bool | np.bool_)} for r in chosen]
    tags = {name: np.array([float(tag.get(name, np.nan)) for tag in given]) for name in sorted(set().union(*given))}
    epg = np.full(len(said.ids), np.nan) if said.epg is None else said.epg
    return Answers(said.ids, said.labels, said.probabilities, epg, [r.group or r.id for r in chosen], tags)


def save(answers: Answers, path: Path) -> None:
    """Writes the file, whole or not at all."""
    arrays: dict[str, Any] = {name: getattr(answers, name) for name in ("labels", "probabilities", "epg")}
    arrays |= {f"tag:{name}": values for name, values in answers.tags.items()}
    names = np.frombuffer(json.dumps({"ids": answers.ids, "groups": answers.groups}).encode(), np.uint8)

    def write(partial: Path) -> None:
        with partial.open("wb") as file:
            np.savez_compressed(file, names=names, **arrays)

    write_whole(path, write)


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
    numbers = all(one.dtype.kind in "fiub" for one in (said, labels, energy, *tags.values()))
    fits = numbers and len(ids) == len(groups) == count and all(one.shape == (count,) for one in (labels, energy, *tags.values()))
    if not fits or not np.isfinite(said).all() or labels.dtype.kind not in "iu" or not ((labels >= 0) & (labels < said.shape[1])).all():
        raise Damaged(path, "does not hold one answer for each image", AGAIN)
    return Answers(ids, labels, said, energy, groups, tags, {name: _measured(path, name, said) for name in measures})


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
