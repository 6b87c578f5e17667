"""The ISIC Archive: skin lesions from many sources, benign or malignant, as isic-cli or the older ISIC-Archive-Downloader saves them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sightline.data import table_cells
from sightline.data.roots import existing
from sightline.data.sets.isic_tables import ID, rows
from sightline.errors import UserError
from sightline.types import Annotation, Record, Records

WHERE = (
    "Distributed by the ISIC Archive (https://www.isic-archive.com): the program isic-cli fetches images and table with "
    "`isic image download FOLDER`."
)
KIND = "dermoscopy"
LAYOUT = "a folder with metadata.csv and ISIC_*.jpg beside it, or one with Images/ and Descriptions/"
TASKS = {"malignancy": {"benign": ["benign"], "malignant": ["malignant"]}}
PARTS = {
    "**/ISIC_???????.*": "images",
    "metadata.csv": "what is known of each image; the older downloader wrote the folder Descriptions in its place",
}
UNLABELLED = "unlabelled"
SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff")
NO_TAGS = ("isic_id", "attribution", "copyright_license", "patient_id", "lesion_id")


def read(root: Path | None, *, without: Path | None = None, image_type: str | None = None) -> Records:
    """Every image with its metadata; the images of one patient, else of one lesion, form a group. The archive gives no split.

    The label is the archive's word in small letters, or `unlabelled`. The task takes the benign and the malignant; `data check` counts
    what it leaves out. Further facts become tags. Downloads differ in their columns, so none but the id has to be there.

    Args:
        without: a file that names images to leave out by their ids, in whatever form. The archive holds the test images of all
            challenges: before testing on ISIC 2017, leave out its ISIC-2017_Test_v2_Part3_GroundTruth.csv.
        image_type: the only type of image that is read, in the archive's words: `dermoscopic`, `clinical: overview`, `TBP tile: close-up`,
            ...; images of which it names no type are read, too. None: all.

    Raises:
        UserError: no image of that type, neither layout, a description that cannot be read, no ids in `without`.
    """
    folder = existing(root, LAYOUT, WHERE)
    table = folder / "metadata.csv"
    old = next((top for top in (folder, folder / "Data") if (top / "Descriptions").is_dir()), None)
    masks: dict[str, list[Path]] = {}
    if table.is_file():
        images, facts = folder, [(row["isic_id"], dict[str, Any](row)) for _, row in rows(table, "isic_id")]
    elif old:
        images, facts = old / "Images", list(_descriptions(old / "Descriptions"))
        for mask in sorted(old.glob("Segmentation*/ISIC_*.png")):
            masks.setdefault(mask.name[:12], []).append(mask)
    else:
        raise UserError(folder, "is not a download of the ISIC Archive", f"Expected: {LAYOUT}. {WHERE}")
    files = {file.stem: file for file in images.glob("ISIC_*") if file.suffix.lower() in SUFFIXES}
    left_out = _ids_in(without) if without else set()
    facts = [(id, known) for id, known in facts if id not in left_out]
    of_type = [(id, known) for id, known in facts if image_type is None or known.get("image_type") in (None, "", image_type)]
    if facts and not of_type:
        types = ", ".join(sorted({str(known["image_type"]) for _, known in facts}))
        raise UserError("data.options.image_type", f"no image is of the type {image_type!r}", f"There are: {types}.")
    notes = [f"{len(facts) - len(of_type)} images of other types than {image_type!r} left out"] if len(of_type) < len(facts) else []
    return Records([_record(id, files.get(id, images / f"{id}.jpg"), masks.get(id, []), known) for id, known in of_type], notes)


def _descriptions(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """(id, facts) from one JSON text per image, in files without suffix; any key may be missing or null."""
    for file in sorted(folder.glob("ISIC_*")):
        try:
            content = json.loads(file.read_bytes())
            meta = content.get("meta") or {}
            dataset = (content.get("dataset") or {}).get("name")
            yield file.stem, {**(meta.get("acquisition") or {}), **(meta.get("clinical") or {}), "dataset": dataset}
        except (ValueError, AttributeError, TypeError):
            raise UserError(file, "is not a description of an image", "Fetch it again, or remove it.") from None


def _ids_in(file: Path) -> set[str]:
    ids = set(ID.findall(file.read_text(encoding="utf-8", errors="replace"))) if file.is_file() else set()
    if not ids:
        raise UserError(file, "names no images to leave out", "Give a file that holds ids of the form ISIC_0000000.")
    return ids


def _record(id: str, image: Path, masks: list[Path], facts: dict[str, Any]) -> Record:
    known = {name: cell for name, cell in facts.items() if cell not in (None, "")}
    label = known.get("diagnosis_1") or known.get("benign_malignant") or UNLABELLED  # the newer column, the older one
    tags = {name: table_cells.tag(cell) for name, cell in known.items() if name not in NO_TAGS}
    if "age_approx" in tags:
        tags["age"] = tags.pop("age_approx")  # as ISIC 2017 names it
    return Record(
        id=id,
        image=image,
        label=str(label).lower(),
        group=known.get("patient_id") or known.get("lesion_id"),
        annotations=tuple(Annotation("mask", mask) for mask in masks),
        tags=tags,
    )
