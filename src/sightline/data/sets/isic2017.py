"""ISIC 2017 challenge: dermoscopy, three diagnoses, a lesion mask and dermoscopic features for every image (Codella et al. 2018)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sightline.data.roots import existing, nested
from sightline.data.sets.isic_tables import CHALLENGE, parts_of, rows, table_of
from sightline.data.sets.superpixels import read_features
from sightline.errors import UserError
from sightline.types import Annotation, Record

WHERE = f"{CHALLENGE}, page ISIC 2017: Data, and the ground truth of Part 1, 2 and 3, of each set."
KIND = "dermoscopy"
LAYOUT = "a folder with ISIC-2017_Training_Data/, ISIC-2017_Training_Part1_GroundTruth/, ISIC-2017_Training_Part3_GroundTruth.csv"
TASKS = {
    "melanoma": {"other": ["nevus", "seborrheic_keratosis"], "melanoma": ["melanoma"]},
    "keratosis": {"other": ["nevus", "melanoma"], "keratosis": ["seborrheic_keratosis"]},
    "three": {"nevus": ["nevus"], "seborrheic_keratosis": ["seborrheic_keratosis"], "melanoma": ["melanoma"]},
}
SETS = {"Training": "train", "Validation": "val", "Test_v2": "test"}
ARTEFACTS = ("ruler", "band_aid", "skin_marker")
PARTS = parts_of(
    SETS,
    {
        "ISIC-2017_{0}_Data/**/ISIC_*.jpg": "images",
        "ISIC-2017_{0}_Data/**/ISIC-2017_{0}_Data_metadata.csv": "age and sex",
        "ISIC-2017_{0}_Data/**/ISIC_*_superpixels.png": "superpixels, on which the features are marked",
        "ISIC-2017_{0}_Part1_GroundTruth/**/ISIC_*_segmentation.png": "lesion masks",
        "ISIC-2017_{0}_Part2_GroundTruth/**/ISIC_*_features.json": "dermoscopic features",
        "**/ISIC-2017_{0}_Part3_GroundTruth.csv": "diagnoses",
    },
)


def read(root: Path | None) -> list[Record]:
    """The sets that are there, in the owner's split.

    Masks are found by the image's id; an image without one is unknown. The dermoscopic features (pigment network, negative network,
    milia-like cyst, streaks) become regions where part 2 is there. Age and sex become tags where the metadata table lies among the
    images. Where somebody added `artifacts/presence.csv` and `artifacts/<artefact>/ISIC_*.png`, the presence of each artefact becomes
    a tag and its mask a place to avoid (the presence list decides: a mask of an absent artefact is passed over).

    Raises:
        UserError: no set found, or a table that a spreadsheet has spoilt.
    """
    folder = existing(root, LAYOUT, WHERE)
    found = [name for name in SETS if (folder / f"ISIC-2017_{name}_Data").is_dir()]
    if not found:
        raise UserError(folder, "holds no set of ISIC 2017", f"Expected: {LAYOUT}. {WHERE}")
    presence = _presence(folder / "artifacts")
    return [record for name in found for record in _read_set(folder, name, presence)]


def _read_set(root: Path, name: str, presence: dict[str, dict[str, bool]]) -> list[Record]:
    images = nested(root / f"ISIC-2017_{name}_Data")
    masks = nested(root / f"ISIC-2017_{name}_Part1_GroundTruth")
    features = nested(root / f"ISIC-2017_{name}_Part2_GroundTruth")
    people = _people(images / f"ISIC-2017_{name}_Data_metadata.csv")
    table = table_of(root, f"ISIC-2017_{name}_Part3_GroundTruth")
    if not table.is_file():
        raise UserError(table, "no such file", f"It holds the diagnoses. {WHERE}")
    records = []
    for line, row in rows(table, "image_id", "melanoma", "seborrheic_keratosis"):
        id, mask = row["image_id"], masks / f"{row['image_id']}_segmentation.png"
        records.append(
            Record(
                id=id,
                image=images / f"{id}.jpg",
                label=_label(row, f"{table} line {line}"),
                split=SETS[name],
                annotations=(Annotation("mask", mask),) if mask.is_file() else (),
                avoid=_avoid(root / "artifacts", id, presence.get(id, {})),
                regions=read_features(features / f"{id}_features.json", images / f"{id}_superpixels.png"),
                tags=people.get(id, {}) | presence.get(id, {}),
            )
        )
    return records


def _label(row: dict[str, str], where: str) -> str:
    match row["melanoma"], row["seborrheic_keratosis"]:
        case (("1.0" | "1"), ("0.0" | "0")):
            return "melanoma"
        case (("0.0" | "0"), ("1.0" | "1")):
            return "seborrheic_keratosis"
        case (("0.0" | "0"), ("0.0" | "0")):
            return "nevus"
        case melanoma, keratosis:
            reason = f"melanoma is {melanoma!r} and seborrheic_keratosis {keratosis!r}"
            raise UserError(where, reason, "Each has to be 0.0 or 1.0, and not both 1.0. Fetch the original table again.")


def _people(table: Path) -> dict[str, dict[str, Any]]:
    if not table.is_file():
        return {}
    people: dict[str, dict[str, Any]] = {}
    for _, row in rows(table, "image_id", "age_approximate", "sex"):
        tags = people.setdefault(row["image_id"], {})
        if row["age_approximate"].isdigit():
            tags["age"] = int(row["age_approximate"])
        if row["sex"] in ("male", "female"):
            tags["sex"] = row["sex"]
    return people


def _presence(folder: Path) -> dict[str, dict[str, bool]]:
    table = folder / "presence.csv"
    if not table.is_file():
        return {}
    return {row["image_id"]: {name: row[name] == "1" for name in ARTEFACTS} for _, row in rows(table, "image_id", *ARTEFACTS)}


def _avoid(folder: Path, id: str, present: dict[str, bool]) -> tuple[Annotation, ...]:
    masks = [folder / name / f"{id}.png" for name, there in present.items() if there]
    return tuple(Annotation("mask", mask) for mask in masks if mask.is_file())
