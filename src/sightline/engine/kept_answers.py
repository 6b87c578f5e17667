"""The answers and maps of a run, as they are stored: `predictions.csv` and `attention/SPLIT.npz`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sightline.engine.read_files import Damaged, Row, read_arrays, read_table
from sightline.short import short_repr

_SUM = 1e-3  # by which the probabilities of an image may miss 1, for those who rounded them


@dataclass(frozen=True)
class Predictions:
    """The answers of a run to one split: labels (N,), probabilities (N, C)."""

    ids: list[str]
    labels: np.ndarray
    probabilities: np.ndarray
    __repr__ = short_repr


@dataclass(frozen=True)
class Attention:
    """Where a run looked on one split.

    Attributes:
        known: (N,) bool.
        explained: (N,) the class whose map is scored.
        maps: name -> (N, h, w), of that class.
        said: name -> (N, h, w), of the class decided for, which is what a person wants to see; the same for a class-agnostic map.
        decided: (N,) the class decided for.
    """

    ids: list[str]
    known: np.ndarray
    explained: np.ndarray
    maps: dict[str, np.ndarray]
    said: dict[str, np.ndarray]
    decided: np.ndarray
    __repr__ = short_repr

    @property
    def first(self) -> np.ndarray:
        """The first map, (N, h, w); a run without maps keeps none of this."""
        return next(iter(self.maps.values()))


def read_predictions(path: Path, classes: Sequence[str], remedy: str) -> dict[str, Predictions]:
    """Split -> the answers to its images.

    Raises:
        Damaged: names the line that holds no prediction.
    """
    rows: dict[str, list[tuple[str, int, list[float]]]] = {}
    seen: dict[tuple[str, str], int] = {}
    for row in read_table(path, ["split", "id", "label", *(f"p:{c}" for c in classes)], remedy):
        where = f"{path} line {row.line}"
        if row["label"] not in classes:
            raise Damaged(where, f"the label {row['label']!r} is none of the run's classes ({', '.join(classes)})", remedy)
        if first := seen.get((row["split"], row["id"])):
            raise Damaged(where, f"image {row['id']!r} of {row['split']!r} is already in line {first}", remedy)
        seen[row["split"], row["id"]] = row.line
        rows.setdefault(row["split"], []).append((row["id"], classes.index(row["label"]), _probabilities(row, classes, where, remedy)))
    return {
        split: Predictions([i for i, _, _ in found], np.array([c for _, c, _ in found]), np.array([p for _, _, p in found]))
        for split, found in rows.items()
    }


def _probabilities(row: Row, classes: Sequence[str], where: str, remedy: str) -> list[float]:
    found = []
    for name in classes:
        cell = row[f"p:{name}"]
        try:
            value = float(cell)
        except ValueError:
            raise Damaged(where, f"p:{name} is {cell!r}, which is not a number", remedy) from None
        if not 0 <= value <= 1:  # also what is not a number
            raise Damaged(where, f"p:{name} is {cell}, which is not a probability", remedy)
        found.append(value)
    if abs(math.fsum(found) - 1) > _SUM:
        raise Damaged(where, f"the probabilities add up to {math.fsum(found):.3g}, not to 1", remedy)
    return found


def read_attention(path: Path, answers: Predictions, remedy: str) -> Attention:
    """Where it looked.

    Args:
        answers: of the same images. A file of an earlier version does not say whose maps are shown: those of the most probable class.

    Raises:
        Damaged: an array is missing, does not have the form that it was written in, or is of other images.
    """
    arrays = read_arrays(path, remedy)
    for name in ("ids", "known", "explained"):
        if name not in arrays:
            raise Damaged(path, f"holds no array {name!r}", remedy)
    ids, known, explained = (arrays[name] for name in ("ids", "known", "explained"))
    are_names = ids.ndim == 1 and ids.dtype.kind == "U"
    if are_names and sorted(ids.tolist()) != sorted(answers.ids):
        raise Damaged(path, "holds maps of other images than predictions.csv", remedy)
    names = [str(i) for i in ids.ravel()]
    probable = dict(zip(answers.ids, answers.probabilities.argmax(axis=1).tolist(), strict=True))
    decided = arrays.get("decided", np.array([probable.get(name, -1) for name in names]))
    maps, said = ({k.removeprefix(p): v for k, v in arrays.items() if k.startswith(p)} for p in ("map:", "said:"))
    found = Attention(names, known, explained, maps, said, decided)
    if not (are_names and _is_whole(found, answers.probabilities.shape[1])):
        raise Damaged(path, "does not hold one map of each image", remedy)
    return found


def _is_whole(found: Attention, classes: int) -> bool:
    """Each image has one map under each name, and one of the run's classes wherever a class is told."""
    count, maps = len(found.ids), (*found.maps.values(), *found.said.values())
    of_images = found.known.shape == found.explained.shape == found.decided.shape == (count,) and found.known.dtype == bool
    are_classes = all(c.dtype.kind in "iu" and ((c >= 0) & (c < classes)).all() for c in (found.explained, found.decided))
    are_maps = all(v.ndim == 3 and len(v) == count and v.size > 0 and v.dtype.kind == "f" for v in maps)
    return of_images and are_classes and bool(maps) and are_maps and found.maps.keys() == found.said.keys()
