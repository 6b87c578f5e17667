"""The built-in breast ultrasound, drawn from a seed: benign or malignant masses, with a sonographer's mark that misleads afterwards.

Whether a mass is benign or malignant shows in its shape (along the probe or taller than wide), its margin (smooth or spiculated) and the
echoes behind it (enhanced or shadowed). A body marker, a line of text or calipers come with most malignant masses and few benign ones, so
a network that learns from labels alone learns the mark. Three test sets tell: they hold the same masses, with the mark as in training
(`matched`), on the other images (`flipped`), and nowhere (`removed`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, get_args

from sightline.data.sets.phantom_pictures import UltrasoundImage, UltrasoundMask
from sightline.data.sets.phantom_plan import check_choices, check_plan, outlined, placed
from sightline.phantom import us_parts
from sightline.phantom.us_scene import ARTEFACTS, UltrasoundScene
from sightline.settings import CountFromZero, Fraction, Seed, Side
from sightline.types import Annotation, Record

CLASSES = ("benign", "malignant")
TASKS = {"malignant": {"benign": ["benign"], "malignant": ["malignant"]}}
WHERE = "Built in: drawn from a seed, nothing to download."
KIND = "ultrasound"

Artefact = Literal["body_marker", "text", "caliper", "mixed"]
Hint = Literal["box", "mask", "polygon", "gaze"]


def read(
    root: Path | None = None,
    *,
    size: Side = 96,
    train: CountFromZero = 640,
    val: CountFromZero = 160,
    test: CountFromZero = 240,
    correlation: Fraction = 0.95,
    artefact: Artefact = "body_marker",
    annotation: Hint = "box",
    seed: Seed = 0,
) -> list[Record]:
    """The records of the splits `train`, `val`, `matched`, `flipped` and `removed`.

    Regions: `lesion`, `border`, `behind` (the mass), `skin`, `gland`, `muscle`, and each mark.

    Args:
        root: not used; every data set has one.
        size: image side in pixels. The scenes do not depend on it.
        train, val, test: images in `train`, in `val` and in each of the three test sets, half of them per class.
        correlation: share of the images whose mark agrees with the class (there on malignant, absent on benign), in `train`, `val` and
            `matched`. In `flipped` it is one minus that, in `removed` there is none.
        artefact: which mark. `body_marker` and `text` keep away from the mass; `caliper` are crosses at its ends, as sonographers place
            them when they measure; `mixed` draws one of the three for each image.
        annotation: what the expert gave for each image.
        seed: of everything.

    Raises:
        UserError: an option out of its range.
    """
    counts = {"train": train, "val": val, "test": test}
    check_plan("phantom_ultrasound", size, counts, correlation, seed)
    check_choices("phantom_ultrasound", {"artefact": (artefact, get_args(Artefact)), "annotation": (annotation, get_args(Hint))})
    records = []
    for split, number, scene, shown in placed(counts, CLASSES, correlation, seed, UltrasoundScene):
        kind = str(scene.stream("kind").choice(list(ARTEFACTS))) if artefact == "mixed" else artefact
        records.append(_record(scene, split, number, size, kind if shown else None, annotation))
    return records


def _record(scene: UltrasoundScene, split: str, number: int, size: int, artefact: str | None, annotation: Hint) -> Record:
    tags: dict[str, Any] = {kind: kind == artefact for kind in ARTEFACTS}
    tags["lesion_area"] = round(scene.outline.area, 4)
    home = split if split in ("train", "val") else "test"  # the three test sets share their masses
    there = [part for part in us_parts.PARTS if part not in ARTEFACTS or part == artefact]
    return Record(
        id=f"ultrasound-{split}-{number:05d}",
        image=UltrasoundImage(size, scene.seed, scene.label, artefact),
        label=scene.label,
        group=f"ultrasound-{home}-{number:05d}",
        split=split,
        annotations=(outlined(scene, size, annotation, _mask(scene, size, "lesion"), "simulated sonographer"),),
        avoid=(_mask(scene, size, artefact) if artefact else Annotation("nothing"),),
        regions={part: (_mask(scene, size, part) if part in there else Annotation("nothing"),) for part in us_parts.PARTS},
        tags=tags,
    )


def _mask(scene: UltrasoundScene, size: int, part: str) -> Annotation:
    return Annotation("mask", UltrasoundMask(size, scene.seed, scene.label, part))
