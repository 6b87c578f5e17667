"""The built-in chest radiographs with two findings that may both be there: an enlarged heart, and an opacity in a lung.

Each finding has its own mask. On request each has a shortcut of its own: electrodes give cardiomegaly away in training and a side marker
pneumonia, and both mislead afterwards.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sightline.data.findings import NONE, label_of
from sightline.data.sets.phantom_pictures import ChestImage, ChestMask
from sightline.data.sets.phantom_plan import TESTS, agreement, check_plan
from sightline.settings import CountFromZero, Fraction, Seed, Side
from sightline.types import Annotation, Record

FINDINGS = {"cardiomegaly": "heart", "pneumonia": "opacity"}  # and where each is to be seen
SHORTCUTS = {"cardiomegaly": "electrodes", "pneumonia": "token"}
WHERE = "Built in: drawn from a seed, nothing to download."
KIND = "xray"


def read(
    root: Path | None = None,
    *,
    size: Side = 128,
    train: CountFromZero = 400,
    val: CountFromZero = 100,
    test: CountFromZero = 200,
    correlation: Fraction | None = None,
    unknown: Fraction = 0,
    seed: Seed = 0,
) -> list[Record]:
    """The records of the splits `train`, `val` and `test`; with a `correlation`, `matched`, `flipped` and `removed` in place of `test`.

    A quarter of the images has neither finding, a quarter each of the two alone, and a quarter both. Each finding that is there has a mask.

    Args:
        root: not used; every data set has one.
        size: image side in pixels.
        train, val, test: images in `train`, in `val` and in each test set.
        correlation: share of the images in which a finding and its shortcut agree (both there, or both not), in `train`, `val` and
            `matched`. In `flipped` it is one minus that, in `removed` there are no shortcuts. None: no shortcuts at all.
        unknown: share of the labels of `train` that are not known, each finding for itself.
        seed: of everything.

    Raises:
        UserError: an option out of its range.
    """
    check_plan("phantom_findings", size, {"train": train, "val": val, "test": test}, correlation, seed)
    tests = ("test",) if correlation is None else TESTS
    records: list[Record] = []
    for stream, (splits, count) in enumerate([(("train",), train), (("val",), val), (tests, test)]):
        agrees = {name: _drawn(seed, stream, number, count, correlation or 0) for number, name in enumerate(FINDINGS)}
        hidden = {name: _drawn(seed, stream, 2 + number, count, unknown if stream == 0 else 0) for number, name in enumerate(FINDINGS)}
        for split in splits:
            for i in range(count):
                present = {name: bool(i >> number & 1) for number, name in enumerate(FINDINGS)}
                objects = {
                    SHORTCUTS[name]: split != "removed" and (bool(agrees[name][i]) != (split == "flipped")) == present[name]
                    for name in (FINDINGS if correlation is not None else ())
                }
                known = {name: None if hidden[name][i] else there for name, there in present.items()}
                records.append(_record((seed, stream, i), split, size, present, known, objects))
    return records


def _drawn(seed: int, stream: int, number: int, count: int, share: float) -> np.ndarray:
    """(count,) bool: that share of each of the four kinds of image."""
    return agreement(count, 4, share, np.random.default_rng((seed, stream, number)))


def _record(
    seed: tuple[int, ...], split: str, size: int, present: dict[str, bool], known: dict[str, bool | None], objects: dict[str, bool]
) -> Record:
    label = label_of(present).replace(NONE, "normal")
    marks = [_mask(seed, size, label, part, name) for name, part in FINDINGS.items() if known[name]]
    beside = tuple(name for name, there in objects.items() if there)
    home = split if split in ("train", "val") else "test"  # the three test sets share their chests
    return Record(
        id=f"findings-{split}-{seed[-1]:05d}",
        image=ChestImage(size, seed, label, "token" in beside, "electrodes" in beside),
        label=label_of(known),
        group=f"findings-{home}-{seed[-1]:05d}",
        split=split,
        annotations=tuple(marks),
        avoid=tuple(_mask(seed, size, label, name) for name in beside) or (Annotation("nothing"),),
        tags=dict(objects),
        findings=known,
    )


def _mask(seed: tuple[int, ...], size: int, label: str, part: str, finding: str | None = None) -> Annotation:
    return Annotation("mask", ChestMask(size, seed, label, part), finding=finding)
