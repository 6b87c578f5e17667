"""Which training annotations may be used, said image by image instead of as a share."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

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
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        if "id" not in (reader.fieldnames or ()):
            raise UserError(path, "has no column 'id'", "Name the training images whose annotations may be used in a column id.")
        ids = [row["id"] for row in reader]
    has_annotation = {record.id: bool(record.annotations) for record in records}
    if strange := [i for i in ids if i not in has_annotation]:
        reason = f"{len(strange)} of its {len(ids)} ids are not those of training images, the first is {strange[0]!r}"
        raise UserError(path, reason, "Leave them out, and divide the data as the run did that the list comes from.")
    if bare := [i for i in ids if not has_annotation[i]]:
        raise UserError(path, f"{len(bare)} of its {len(ids)} images have no annotation, the first is {bare[0]!r}", "Annotate them first.")
    return frozenset(ids)
