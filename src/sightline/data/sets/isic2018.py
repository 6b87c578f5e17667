"""ISIC 2018 challenge, task 3: dermoscopy, seven diagnoses, several images of some lesions, no masks (Tschandl et al. 2018)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sightline.data import table_cells
from sightline.data.roots import existing, nested
from sightline.data.sets.isic_tables import CHALLENGE, parts_of, rows, table_of
from sightline.errors import UserError
from sightline.types import Record

WHERE = f"{CHALLENGE}, page ISIC 2018: Task 3, data, ground truth, and lesion groupings of the training set."
KIND = "dermoscopy"
LAYOUT = "a folder with ISIC2018_Task3_Training_Input/, ISIC2018_Task3_Training_GroundTruth/, ISIC2018_Task3_Training_LesionGroupings.csv"
LABELS = ("MEL", "NV", "BCC", "AKIEC", "BKL", "DF", "VASC")
TASKS = {
    "seven": {label: [label] for label in LABELS},
    "melanoma": {"other": list(LABELS[1:]), "melanoma": ["MEL"]},
}
SETS = {"Training": "train", "Validation": "val", "Test": "test"}
GROUPS = "ISIC2018_Task3_Training_LesionGroupings"
PEOPLE = "HAM10000_metadata.csv"  # from the Harvard Dataverse (DBW86T), where the training images were published first
PARTS = parts_of(
    SETS,
    {
        "ISIC2018_Task3_{0}_Input/**/ISIC_*.jpg": "images",
        "**/ISIC2018_Task3_{0}_GroundTruth.csv": "diagnoses",
    },
) | {f"**/{GROUPS}.csv": "which images show the same lesion, train", f"**/{PEOPLE}": "age, sex and body site, train"}


def read(root: Path | None) -> list[Record]:
    """The sets whose diagnoses are there, in the owner's split; the images of one lesion form a group.

    How a diagnosis was confirmed becomes the tag `confirmed_by`. It tells much of the class, so it is no input for a classifier. Age, sex
    and body site (`site`) of the training images become tags where the table of HAM10000, which these are, lies in the folder.

    Raises:
        UserError: no set found, training images without their lesions (parts of one lesion would leak between splits or folds), or a
            table that is not the challenge's.
    """
    folder = existing(root, LAYOUT, WHERE)
    records: list[Record] = []
    for name in SETS:
        table = table_of(folder, f"ISIC2018_Task3_{name}_GroundTruth")
        if table.is_file():
            records += _read_set(folder, table, name)
    if not records:
        raise UserError(folder, "holds no diagnoses of ISIC 2018, task 3", f"Expected: {LAYOUT}. {WHERE}")
    return records


def _read_set(root: Path, table: Path, name: str) -> list[Record]:
    images = nested(root / f"ISIC2018_Task3_{name}_Input")
    lesions = _lesions(table_of(root, GROUPS)) if name == "Training" else {}
    people = _people(root / PEOPLE) if name == "Training" else {}
    records = []
    for line, row in rows(table, "image", *LABELS):
        lesion, confirmed_by = lesions.get(row["image"], ("", ""))
        records.append(
            Record(
                id=row["image"],
                image=images / f"{row['image']}.jpg",
                label=_label(row, f"{table} line {line}"),
                group=lesion or None,
                split=SETS[name],
                tags=({"confirmed_by": confirmed_by} if confirmed_by else {}) | people.get(row["image"], {}),
            )
        )
    return records


def _lesions(table: Path) -> dict[str, tuple[str, str]]:
    """Image -> its lesion, and how the diagnosis was confirmed. The columns after the first are known by their order alone."""
    if not table.is_file():
        raise UserError(table, "no such file", f"Without it, images of one lesion leak between splits. {WHERE}")
    lesions = {}
    for _, row in rows(table, "image"):
        image, lesion, confirmed_by, *_ = [*row.values(), "", ""]
        lesions[image] = lesion, confirmed_by
    return lesions


def _people(table: Path) -> dict[str, dict[str, Any]]:
    """Image -> what is known of its patient: age, sex, body site."""
    if not table.is_file():
        return {}
    columns = {"age": "age", "sex": "sex", "localization": "site"}
    return {
        row["image_id"]: {tag: table_cells.tag(row[name]) for name, tag in columns.items() if row[name] not in ("", "unknown")}
        for _, row in rows(table, "image_id", *columns)
    }


def _label(row: dict[str, str], where: str) -> str:
    marked = [label for label in LABELS if row[label] in ("1", "1.0")]
    if len(marked) != 1 or sum(row[label] in ("0", "0.0") for label in LABELS) != len(LABELS) - 1:
        raise UserError(where, "does not name one class", "One column has to be 1.0, all others 0.0. Fetch the original table again.")
    return marked[0]
