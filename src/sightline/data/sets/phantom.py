"""The built-in data set: skin lesions drawn from a seed, with an artefact that gives the class away in training and misleads afterwards.

Whether a lesion is a nevus or a melanoma shows in its border, its colours and its texture. A ruler, a sticker, ink or gel bubbles lie
beside most melanomas and few nevi, so a network that learns from labels alone learns the artefact. Three test sets tell: they hold the
same lesions, with the artefact as in training (`matched`), on the other images (`flipped`), and nowhere (`removed`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, get_args

from sightline.data.sets.phantom_pictures import PhantomImage, PhantomMask
from sightline.data.sets.phantom_plan import check_choices, check_plan, outlined, placed
from sightline.phantom import parts
from sightline.phantom.scene import ARTEFACTS, Scene
from sightline.settings import CountFromZero, Fraction, Seed, Side
from sightline.types import Annotation, Record

CLASSES = ("nevus", "melanoma")
TASKS = {"melanoma": {"nevus": ["nevus"], "melanoma": ["melanoma"]}}
WHERE = "Built in: drawn from a seed, nothing to download."
KIND = "dermoscopy"

Artefact = Literal["ruler", "sticker", "ink", "gel", "mixed"]
Hint = Literal["mask", "box", "polygon", "gaze"]


def read(
    root: Path | None = None,
    *,
    size: Side = 96,
    train: CountFromZero = 640,
    val: CountFromZero = 160,
    test: CountFromZero = 240,
    correlation: Fraction = 0.95,
    artefact: Artefact = "ruler",
    annotation: Hint = "mask",
    seed: Seed = 0,
) -> list[Record]:
    """The records of the splits `train`, `val`, `matched`, `flipped` and `removed`.

    Args:
        root: not used; every data set has one.
        size: image side in pixels. The scenes do not depend on it.
        train, val, test: images in `train`, in `val` and in each of the three test sets, half of them per class.
        correlation: share of the images whose artefact agrees with the class (there on melanoma, absent on nevus), in `train`, `val`
            and `matched`. In `flipped` it is one minus that, in `removed` there is none.
        artefact: which; `mixed` draws one of the four for each image.
        annotation: what the expert gave for each image.
        seed: of everything.

    Raises:
        UserError: an option out of its range.
    """
    counts = {"train": train, "val": val, "test": test}
    check_plan("phantom", size, counts, correlation, seed)
    check_choices("phantom", {"artefact": (artefact, get_args(Artefact)), "annotation": (annotation, get_args(Hint))})
    records = []
    for split, number, scene, shown in placed(counts, CLASSES, correlation, seed, Scene):
        kind = str(scene.stream("kind").choice(list(ARTEFACTS))) if artefact == "mixed" else artefact
        records.append(_record(scene, split, number, size, kind if shown else None, annotation))
    return records


def _record(scene: Scene, split: str, number: int, size: int, artefact: str | None, annotation: Hint) -> Record:
    tags: dict[str, Any] = {kind: kind == artefact for kind in ARTEFACTS}
    tags |= {"skin_type": scene.skin_type, "hair": scene.hair, "lesion_area": round(scene.outline.area, 4)}
    avoid = Annotation("nothing")
    if artefact:
        avoid = Annotation("mask", PhantomMask(size, scene.seed, scene.label, artefact))
    lesion = Annotation("mask", PhantomMask(size, scene.seed, scene.label, "lesion"))
    home = split if split in ("train", "val") else "test"  # the three test sets share their lesions
    return Record(
        id=f"phantom-{split}-{number:05d}",
        image=PhantomImage(size, scene.seed, scene.label, artefact),
        label=scene.label,
        group=f"phantom-{home}-{number:05d}",
        split=split,
        annotations=(outlined(scene, size, annotation, lesion, "simulated reader"),),
        avoid=(avoid,),
        regions={part: (_region(scene, size, part, artefact),) for part in parts.PARTS},
        tags=tags,
    )


def _region(scene: Scene, size: int, part: str, artefact: str | None) -> Annotation:
    """What a perfect expert would mark as `part`; hair and artefacts are often not there."""
    if (part == "hair" and not scene.hair) or (part in ARTEFACTS and part != artefact):
        return Annotation("nothing")
    return Annotation("mask", PhantomMask(size, scene.seed, scene.label, part, artefact if part == "skin" else None))
