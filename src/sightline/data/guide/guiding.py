"""Which annotations guide the training: those of the records, of named regions, masks that a network drew, or control regions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sightline.config import Roi
from sightline.data.formulas import from_text
from sightline.data.guide.control import controlled
from sightline.data.sheet import read_sheet
from sightline.data.table_cells import flag
from sightline.errors import UserError, nearest
from sightline.types import Annotation, Record


def guided_by(records: Sequence[Record], settings: Roi, *, gaze_blur: int = 200) -> list[Record]:
    """Training records with the annotations that the settings choose; first `of`, then `pseudo`, then `control`.

    Args:
        gaze_blur: as in the training, see `render`; the area of a control depends on it.

    Raises:
        UserError: a region that no record names, a folder of masks that cannot be used, or a control that needs more regions.
    """
    chosen = [named(record, settings.of) for record in records] if settings.of else list(records)
    for name in settings.of:
        known = {region for record in records for region in record.regions}
        if name not in known:
            remedy = nearest(name, known) if known else "They have no named regions: leave data.roi.of out."
            raise UserError("data.roi.of", f"no training image has a region {name!r}", remedy)
    if settings.pseudo:
        chosen = with_masks(chosen, settings.pseudo)
    return controlled(chosen, settings.control, seed=settings.seed, gaze_blur=gaze_blur) if settings.control else chosen


def named(record: Record, names: Sequence[str]) -> Record:
    """The record with its regions of these names in place of its annotations; unknown where nobody looked for any of them."""
    return replace(record, annotations=tuple(mark for name in names for mark in record.regions.get(name, ())))


def with_masks(records: Sequence[Record], folder: Path) -> list[Record]:
    """The records with the kept masks of `folder` in place of their annotations; records without one stay as they are (003-32).

    Args:
        folder: `pseudo.csv` with the columns id and kept (0 or 1), and a grey map `masks/<id>.png` for each that is kept.

    Raises:
        UserError: the folder or a part of it is missing, or it has no mask for any of the records.
    """
    kept = kept_masks(folder)
    if not kept & {record.id for record in records}:
        raise UserError(folder, "keeps no mask of a training image", "Draw masks for this data set with `sightline pseudo-mask`.")
    return [replace(r, annotations=(drawn_mask(folder, r.id),)) if r.id in kept else r for r in records]


def kept_masks(folder: Path) -> set[str]:
    """The images of which the folder of `pseudo-mask` keeps a mask.

    Raises:
        UserError: the table is missing or lacks a column.
    """
    path = folder / "pseudo.csv"
    if not path.is_file():
        raise UserError(path, "no such file", "Give a folder written by `sightline pseudo-mask`.")
    sheet = read_sheet(path, {"id", "kept"}.__contains__)
    if missing := {"id", "kept"} - set(sheet.header):
        raise UserError(path, f"has no column {min(missing)!r}", "Write it with `sightline pseudo-mask`.")
    image, kept = sheet.header.index("id"), sheet.header.index("kept")
    return {from_text(cells[image]) for line, cells in sheet.rows if flag(cells[kept], f"{path} line {line}")}


def mask_path(folder: Path, image: str) -> Path:
    """Where the mask of an image lies, inside the folder whatever the image is called.

    >>> mask_path(Path("drawn"), "ward/1").as_posix(), mask_path(Path("drawn"), "../1").as_posix()
    ('drawn/masks/ward/1.png', 'drawn/masks/%2E%2E/1.png')
    """
    parts = [part if part.strip(".") else part.replace(".", "%2E") or "%" for part in image.split("/")]
    return folder / "masks" / f"{'/'.join(parts)}.png"


def drawn_mask(folder: Path, image: str) -> Annotation:
    """The mask of an image.

    Raises:
        UserError: the file is missing.
    """
    path = mask_path(folder, image)
    if not path.is_file():
        raise UserError(path, "no such file, although pseudo.csv lists it as kept", "Write the folder again with `sightline pseudo-mask`.")
    return Annotation("heatmap", source=path, author="pseudo-mask")
