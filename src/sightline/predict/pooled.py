"""The predictions for volumes: a table beside that of their slices."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sightline.data.formulas import from_text
from sightline.data.sets.slices import split_number
from sightline.engine.files import write_table
from sightline.metrics.scores.pooled import Pool, pooled
from sightline.metrics.scores.thresholds import decided
from sightline.predict.table import DIGITS


def write_pooled(table: Path, classes: Sequence[str], how: Pool) -> Path | None:
    """Writes `NAME-volumes.csv`: a row for each volume among the pictures of a table of predictions.

    Its columns are `image` (the volume), `slices` (that could be read), `prediction`, and `p_CLASS`, which are pooled
    from those of the slices. The last of two classes is predicted from the threshold of the slices on, if there is one; otherwise the most
    probable class is.

    Returns:
        The file; None where there are no volumes.
    """
    said: dict[str, list[list[float]]] = {}
    threshold: float | None = None
    with table.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        for row in csv.DictReader(file):
            volume, number = split_number(from_text(row["image"]))
            if number is not None and row["prediction"]:
                threshold = float(row["threshold"]) if row["threshold"] else None  # the same in every row
                said.setdefault(volume, []).append([float(row[f"p_{name}"]) for name in classes])
    if not said:
        return None
    rows = []
    for volume, slices in said.items():
        found = pooled(np.array(slices), how)
        named = {f"p_{name}": f"{p:.{DIGITS}f}" for name, p in zip(classes, found.tolist(), strict=True)}
        rows.append({"image": volume, "slices": len(slices), "prediction": classes[int(decided(found, threshold))], **named})
    path = table.with_name(f"{table.stem}-volumes.csv")
    write_table(path, rows, list(rows[0]))
    return path
