"""What one training answered for each image of a split: all that the analysis needs, in one small file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from sightline.engine.compare import judged
from sightline.engine.files import write_whole
from sightline.engine.run import Run
from sightline.metrics.bootstrap import Array
from sightline.study.score_names import SWAPPED


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
    return path.with_name(f"{path.stem}.{measure}.npy")


def save_measured(values: Array, path: Path, measure: str) -> None:
    """Writes it beside the answers, whole or not at all."""

    def write(partial: Path) -> None:
        with partial.open("wb") as file:
            np.save(file, values)

    write_whole(beside(path, measure), write)


def load(path: Path, measures: Iterable[str] = ()) -> Answers:
    """Reads the file, and what was measured beside it; NaN where nothing was."""
    found = {name: beside(path, name) for name in measures}
    with np.load(path) as file:
        names = json.loads(file["names"].tobytes())
        tags = {key.removeprefix("tag:"): file[key] for key in file.files if key.startswith("tag:")}
        said = file["probabilities"]  # (N, C)
        nothing = {name: np.full((2, *said.shape) if name == SWAPPED else len(said), np.nan) for name in found}
        measured = {name: np.load(other) if other.is_file() else nothing[name] for name, other in found.items()}
        return Answers(names["ids"], file["labels"], said, file["epg"], names["groups"], tags, measured)
