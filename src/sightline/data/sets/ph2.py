"""PH2: 200 dermoscopic images of common and atypical nevi and melanomas, with lesion masks (Mendonça et al., EMBC 2013)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sightline.data.roots import existing
from sightline.data.table_cells import missing, tag
from sightline.data.text import text_of
from sightline.errors import UserError
from sightline.types import Annotation, Record

WHERE = "Distributed on request by the ADDI project, University of Porto (https://www.fc.up.pt/addi/ph2%20database.html), as PH2Dataset."
KIND = "dermoscopy"
LAYOUT = "PH2Dataset/ with PH2_dataset.txt and the folder 'PH2 Dataset images'"
TASKS = {
    "melanoma": {"other": ["common_nevus", "atypical_nevus"], "melanoma": ["melanoma"]},  # named as of the ISIC challenges
    "three": {"common_nevus": ["common_nevus"], "atypical_nevus": ["atypical_nevus"], "melanoma": ["melanoma"]},
}
PARTS = {
    "**/PH2_dataset.txt": "diagnoses and clinical features",
    "**/IMD*_Dermoscopic_Image/IMD*.bmp": "images",
    "**/IMD*_lesion/IMD*_lesion.bmp": "lesion masks",
    "**/IMD*_roi/IMD*_R*_Label*.bmp": "masks of colours, of some images",
}
IMAGES, TABLE = "PH2 Dataset images", "PH2_dataset.txt"
DIAGNOSES = {"0": "common_nevus", "1": "atypical_nevus", "2": "melanoma"}
COLOURS = {"1": "white", "2": "red", "3": "light_brown", "4": "dark_brown", "5": "blue_grey", "6": "black"}
NO_FACTS = ("histological_diagnosis", "colors")  # the one is the label in other words, the other a list
COLOUR = re.compile(r"IMD\d+_R\d+_Label(?P<code>[1-6])\.bmp")


def read(root: Path | None) -> list[Record]:
    """All images that the table names; the owner gives no split.

    The clinical features of the table (`asymmetry`, `pigment_network`, ...) are tags. The masks of colours that some images have are
    regions (`white` to `black`); where an image has none, its colours are not known.

    Raises:
        UserError: not the layout of PH2, or a table that is not its own.
    """
    folder = existing(root, LAYOUT, WHERE)
    top = next((place for place in (folder, folder / "PH2Dataset") if (place / IMAGES).is_dir()), None)
    if top is None:
        raise UserError(folder, "is not the folder of PH2", f"Expected: {LAYOUT}. {WHERE}")
    table = top / TABLE
    if not table.is_file():
        raise UserError(table, "no such file", f"It comes with the images, beside PH2_dataset.xlsx. {WHERE}")
    return [_record(top / IMAGES, table, line, row) for line, row in _rows(table)]


def _rows(table: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells of each image, by the names of the columns. What follows the table (its legend) has no name of an image."""
    header: Sequence[str] = ()
    for number, line in enumerate(text_of(table, lenient=True)[0].splitlines(), 1):
        cells = [cell.strip() for cell in line.split("||")][1:-1]  # empty cells stay
        if "Clinical Diagnosis" in cells:
            header = ["name", *(re.sub(r"\W+", "_", cell).lower() for cell in cells[1:])]
        elif cells and re.fullmatch(r"IMD\d+", cells[0]):
            if len(cells) != len(header):
                raise UserError(
                    f"{table} line {number}", f"has {len(cells)} columns, and the header {len(header)}", f"Fetch it again. {WHERE}"
                )
            yield number, dict(zip(header, cells, strict=True))
    if not header:
        raise UserError(table, "has no column 'Clinical Diagnosis'", f"Columns are divided by ||. Fetch the original table again. {WHERE}")


def _record(images: Path, table: Path, line: int, row: dict[str, str]) -> Record:
    id, code = row.pop("name"), row.pop("clinical_diagnosis")
    if code not in DIAGNOSES:
        raise UserError(
            f"{table} line {line}", f"the clinical diagnosis is {code!r}", "It has to be 0, 1 or 2. Fetch the original table again."
        )
    mask = images / id / f"{id}_lesion" / f"{id}_lesion.bmp"
    regions: dict[str, tuple[Annotation, ...]] = {}
    for file in sorted((images / id / f"{id}_roi").glob("*.bmp")):
        if found := COLOUR.fullmatch(file.name):
            name = COLOURS[found["code"]]
            regions[name] = (*regions.get(name, ()), Annotation("mask", file))
    facts: dict[str, Any] = {name: tag(cell) for name, cell in row.items() if not missing(cell) and name not in NO_FACTS}
    return Record(
        id=id,
        image=images / id / f"{id}_Dermoscopic_Image" / f"{id}.bmp",
        label=DIAGNOSES[code],
        annotations=(Annotation("mask", mask),) if mask.is_file() else (),
        regions=regions,
        tags=facts,
    )
