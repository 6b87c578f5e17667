"""A list of the images whose annotations may be used, instead of a share of all images."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sightline.data.formulas import from_text
from sightline.data.sheet import read_sheet
from sightline.errors import UserError
from sightline.types import Record


def annotated_in(path: Path, records: Sequence[Record]) -> frozenset[str]:
    """The ids that a CSV names in its column `id`; what its other columns say is left alone.

    Args:
        records: the training images.

    Raises:
        UserError: no such file or column, or it names something that is not a training image or has no annotation.
    """
    if not path.is_file():
        raise UserError(path, "no such file", "Give data.annotated a CSV with a column id.")
    sheet = read_sheet(path, lambda name: name.lower() == "id")
    column = next((i for i, name in enumerate(sheet.header) if name.lower() == "id"), None)
    if column is None:
        raise UserError(path, "has no column 'id'", "Name the training images whose annotations may be used in a column id.")
    ids = [from_text(cells[column]) for _, cells in sheet.rows if cells[column]]
    has_annotation = {record.id: bool(record.annotations) for record in records}
    if strange := [i for i in ids if i not in has_annotation]:
        reason = f"{len(strange)} of its {len(ids)} ids are not those of training images, the first is {strange[0]!r}"
        raise UserError(path, reason, "Leave them out, and divide the data as in the run that wrote the list.")
    if bare := [i for i in ids if not has_annotation[i]]:
        raise UserError(path, f"{len(bare)} of its {len(ids)} images have no annotation, the first is {bare[0]!r}", "Annotate them first.")
    return frozenset(ids)
