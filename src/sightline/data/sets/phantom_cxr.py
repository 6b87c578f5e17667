"""The built-in chest radiographs, drawn from a seed: normal, cardiomegaly or pneumonia, with the gaze of a simulated radiologist.

A cardiomegaly differs from a normal chest in its heart alone, a pneumonia in a cloud inside one lung. The patient's left side lies on the
right of the image. On request a side marker gives pneumonia away in training and misleads afterwards, as a hospital's own markers did
across hospitals (Zech et al. 2018).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import numpy as np
from pydantic import Field

from sightline.data.sets.phantom_pictures import ChestImage, ChestMask
from sightline.data.sets.phantom_plan import TESTS, check_choices, check_plan, placed
from sightline.errors import UserError
from sightline.phantom.cxr_gaze import samples, simulate_reading
from sightline.phantom.cxr_scene import ChestScene
from sightline.settings import NUMBER, CountFromZero, Fraction, Seed, Side
from sightline.types import Annotation, Record

CLASSES = ("normal", "cardiomegaly", "pneumonia")
TASKS = {
    "three": {name: [name] for name in CLASSES},
    "pneumonia": {"other": ["normal", "cardiomegaly"], "pneumonia": ["pneumonia"]},
}
WHERE = "Built in: drawn from a seed, nothing to download."
KIND = "xray"

Hint = Literal["gaze", "mask", "box"]
Gaze = Literal["fixations", "raw"]
_ORIGINAL = 2544  # pixels across a radiograph of EGD-CXR, in which Zhu et al. 2022 state their tracker's error


def read(
    root: Path | None = None,
    *,
    size: Side = 128,
    train: CountFromZero = 600,
    val: CountFromZero = 150,
    test: CountFromZero = 300,
    correlation: Fraction | None = None,
    annotation: Hint = "gaze",
    gaze: Gaze = "fixations",
    tracker_error: Annotated[float, Field(ge=0, le=10_000), NUMBER] = 200,
    seed: Seed = 0,
) -> list[Record]:
    """The records of the splits `train`, `val` and `test`; with a `correlation`, `matched`, `flipped` and `removed` in place of `test`.

    Regions: `heart`, `right_lung`, `left_lung`, `lungs`. The finding is the heart of a cardiomegaly and the cloud of a pneumonia.

    Args:
        root: not used; every data set has one.
        size: image side in pixels. The scenes do not depend on it.
        train, val, test: images in `train`, in `val` and in each test set, a third of them per class.
        correlation: share of the images whose side marker agrees with the class (there on pneumonia, absent otherwise), in `train`, `val`
            and `matched`. In `flipped` it is one minus that, in `removed` there is none. None: no markers at all.
        annotation: `gaze` on every image; `mask` or `box` of the finding, and on a normal chest nothing.
        gaze: `fixations`, weighted by their durations, or `raw`: 60 samples a second of the same reading, those of saccades too, each of
            weight one.
        tracker_error: of the gaze, root mean square in pixels of a radiograph 2544 pixels wide (Zhu et al. 2022: 100 to 400), scaled to
            `size`.
        seed: of everything.

    Raises:
        UserError: an option out of its range.
    """
    counts = {"train": train, "val": val, "test": test}
    check_plan("phantom_cxr", size, counts, correlation, seed)
    check_choices("phantom_cxr", {"annotation": (annotation, get_args(Hint)), "gaze": (gaze, get_args(Gaze))})
    if tracker_error < 0:
        raise UserError("phantom_cxr tracker_error", f"{tracker_error} is negative", "Use 0 or more pixels.")
    tests = ("test",) if correlation is None else TESTS
    marks: dict[tuple[int, ...], Annotation] = {}  # of a scene, whatever the test set
    records = []
    for split, number, scene, shown in placed(counts, CLASSES, correlation or 0, seed, ChestScene, tests):
        if scene.seed not in marks:
            marks[scene.seed] = _annotation(scene, size, annotation, gaze, tracker_error)
        token = None if correlation is None else shown
        records.append(_record(scene, split, number, size, token, marks[scene.seed]))
    return records


def _record(scene: ChestScene, split: str, number: int, size: int, token: bool | None, finding: Annotation) -> Record:
    tags: dict[str, Any] = {"cardiothoracic_ratio": round(scene.chest.cardiothoracic_ratio, 4)}
    tags |= {"opacity": round(scene.opacity.strength if scene.opacity else 0, 4)}
    if token is not None:
        tags["token"] = token
    organs = {part: (_mask(scene, size, part),) for part in ("heart", "right_lung", "left_lung")}
    home = split if split in ("train", "val") else "test"  # the three test sets share their chests
    return Record(
        id=f"cxr-{split}-{number:05d}",
        image=ChestImage(size, scene.seed, scene.label, bool(token)),
        label=scene.label,
        group=f"cxr-{home}-{number:05d}",
        split=split,
        annotations=(finding,),
        avoid=(_mask(scene, size, "token") if token else Annotation("nothing"),),
        regions=organs | {"lungs": organs["right_lung"] + organs["left_lung"]},
        tags=tags,
    )


def _annotation(scene: ChestScene, size: int, kind: Hint, gaze: Gaze, tracker_error: float) -> Annotation:
    if kind == "gaze":
        error = tracker_error / _ORIGINAL
        reading = simulate_reading(scene.stream("gaze"), scene.chest, scene.label, scene.opacity, error)
        raw = gaze == "raw"
        rows = samples(scene.stream("samples"), reading, error) * size if raw else reading * [size, size, 1]
        return Annotation("gaze", points=tuple(map(tuple, rows.round(3).tolist())), author="simulated radiologist")
    if scene.label == "normal":
        return Annotation("nothing")
    finding = _mask(scene, size, "opacity" if scene.opacity else "heart")
    if kind == "mask":
        return finding
    assert isinstance(finding.source, ChestMask)
    y, x = np.nonzero(finding.source.draw())
    return Annotation("box", points=((float(x.min()), float(y.min()), float(x.max() + 1), float(y.max() + 1)),))


def _mask(scene: ChestScene, size: int, part: str) -> Annotation:
    return Annotation("mask", ChestMask(size, scene.seed, scene.label, part))
