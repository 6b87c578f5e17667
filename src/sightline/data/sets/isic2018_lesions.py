"""ISIC 2018 challenge, tasks 1 and 2: dermoscopy with lesion masks and dermoscopic features, no diagnoses (Codella et al. 2019)."""

from __future__ import annotations

from pathlib import Path

from sightline.data.roots import existing, nested
from sightline.data.sets.isic_tables import CHALLENGE, parts_of
from sightline.errors import UserError
from sightline.types import Annotation, Record

WHERE = f"{CHALLENGE}, page ISIC 2018: Tasks 1-2 data, and the ground truth of Task 1 and Task 2."
KIND = "dermoscopy"
LAYOUT = "a folder with ISIC2018_Task1-2_Training_Input/, ISIC2018_Task1_Training_GroundTruth/, ISIC2018_Task2_Training_GroundTruth_v3/"
SETS = {"Training": "train", "Validation": "val", "Test": "test"}
FEATURES = ("pigment_network", "negative_network", "streaks", "milia_like_cyst", "globules")
PARTS = parts_of(
    SETS,
    {
        "ISIC2018_Task1-2_{0}_Input/**/ISIC_*.jpg": "images",
        "ISIC2018_Task1_{0}_GroundTruth/**/ISIC_*_segmentation.png": "lesion masks",
        "ISIC2018_Task2_{0}_GroundTruth*/**/ISIC_*_attribute_*.png": "masks of the dermoscopic features",
    },
)


def read(root: Path | None) -> list[Record]:
    """The images that are there, in the owner's split, all labelled `lesion`: what a segmentation network learns from.

    Each dermoscopic feature is a region. Its mask may be all black: then it was looked for, and is absent. A feature without mask is
    unknown, like a lesion without one.

    Raises:
        UserError: no images found.
    """
    folder = existing(root, LAYOUT, WHERE)
    records = [record for name in SETS for record in _read_set(folder, name)]
    if not records:
        raise UserError(folder, "holds no images of ISIC 2018, tasks 1 and 2", f"Expected: {LAYOUT}. {WHERE}")
    return records


def _read_set(root: Path, name: str) -> list[Record]:
    images = nested(root / f"ISIC2018_Task1-2_{name}_Input")
    masks = nested(root / f"ISIC2018_Task1_{name}_GroundTruth")
    versions = [root / f"ISIC2018_Task2_{name}_GroundTruth{version}" for version in ("_v3", "")]  # the owner corrected the training set's
    attributes = nested(next((version for version in versions if version.is_dir()), versions[-1]))
    return [
        Record(
            id=image.stem,
            image=image,
            label="lesion",
            split=SETS[name],
            annotations=_mask(masks / f"{image.stem}_segmentation.png"),
            regions={f: marks for f in FEATURES if (marks := _mask(attributes / f"{image.stem}_attribute_{f}.png"))},
        )
        for image in sorted(images.glob("ISIC_*.jpg"))
    ]


def _mask(file: Path) -> tuple[Annotation, ...]:
    return (Annotation("mask", file),) if file.is_file() else ()
