"""What one training answered for each image of a split: all that the analysis needs, in one small file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sightline.engine.compare import judged
from sightline.engine.files import write_whole
from sightline.engine.run import Run
from sightline.metrics.bootstrap import Array
from sightline.study.swapped import swapped


@dataclass(frozen=True)
class Answers:
    """Of N images.

    Attributes:
        ids: names of the images.
        labels: (N,) class indices.
        probabilities: (N, C).
        swapped: (2, N, C) probabilities with the region on a background of its own class, and of another; NaN where it does not apply.
        epg: (N,) energy of the first map inside the region, NaN where it does not apply.
        groups: patient or lesion of each image, or its id.
        tags: tag -> (N,) 1, 0, or NaN where nobody said.
    """

    ids: list[str]
    labels: Array
    probabilities: Array
    swapped: Array
    epg: Array
    groups: list[str]
    tags: dict[str, Array]


def collect(run: Run, split: str) -> Answers:
    """Reads them off an evaluated run."""
    said = judged(run, split)
    records = {record.id: record for record in run.datasets[split].records}
    chosen = [records[i] for i in said.ids]
    given = [{k: bool(v) for k, v in r.tags.items() if isinstance(v, bool | np.bool_)} for r in chosen]
    tags = {name: np.array([float(tag.get(name, np.nan)) for tag in given]) for name in sorted(set().union(*given))}
    epg = np.full(len(said.ids), np.nan) if said.epg is None else said.epg
    other = swapped(run, split, said.ids)
    return Answers(said.ids, said.labels, said.probabilities, other, epg, [r.group or r.id for r in chosen], tags)


def save(answers: Answers, path: Path) -> None:
    """Writes the file, whole or not at all."""
    arrays: dict[str, Any] = {name: getattr(answers, name) for name in ("labels", "probabilities", "swapped", "epg")}
    arrays |= {f"tag:{name}": values for name, values in answers.tags.items()}
    names = np.frombuffer(json.dumps({"ids": answers.ids, "groups": answers.groups}).encode(), np.uint8)

    def write(partial: Path) -> None:
        with partial.open("wb") as file:
            np.savez_compressed(file, names=names, **arrays)

    write_whole(path, write)


def load(path: Path) -> Answers:
    """Reads the file."""
    with np.load(path) as file:
        names = json.loads(file["names"].tobytes())
        tags = {key.removeprefix("tag:"): file[key] for key in file.files if key.startswith("tag:")}
        return Answers(names["ids"], file["labels"], file["probabilities"], file["swapped"], file["epg"], names["groups"], tags)
