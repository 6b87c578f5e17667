"""REFLACX: chest X-rays read aloud by five radiologists, with their gaze, ellipses and certainties (Bigolin Lanfredi et al. 2022)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sightline.data.roots import existing
from sightline.data.sets.csv_columns import header, numbers, rows
from sightline.data.sets.mimic import IMAGES, RADIOGRAPHS, check_size, find_images
from sightline.data.splits import SPLIT_NAMES
from sightline.errors import UserError, nearest
from sightline.paths import expanded
from sightline.types import Annotation, Record

WHERE = f"Distributed by PhysioNet to credentialed users: https://physionet.org/content/reflacx-xray-localization/1.0.0. {IMAGES}."
KIND = "xray"
LAYOUT = "a folder with main_data/metadata_phase_1.csv (and 2, 3) and main_data/P102R.../"
TASKS = {"finding": {"absent": ["absent"], "present": ["present"]}}
PARTS = {
    **{f"main_data/metadata_phase_{phase}.csv": f"readings of phase {phase}: images, splits, certainties" for phase in (1, 2, 3)},
    "main_data/P*/fixations.csv": "gaze of a reading",
    "main_data/P*/anomaly_location_ellipses.csv": "ellipses around what was found",
    "main_data/P*/chest_bounding_box.csv": "box of the chest",
    **RADIOGRAPHS,
}
FIXED = ("id", "split", "eye_tracking_data_discarded", "image", "dicom_id", "subject_id", "image_size_x", "image_size_y")
BOX = ("xmin", "ymin", "xmax", "ymax")
PRESENT = 3  # of certainties 0 to 5: "possibly", from where the authors count a finding as there
CORNERS = 64  # of the polygon that stands for an ellipse: 0.2 % less area
SPLITS = SPLIT_NAMES | {"validate": "val"}


@dataclass(frozen=True)
class Reading:
    """One radiologist's look at one image.

    Attributes:
        size: (H, W) of the image.
        tracked: its eye-tracking data were kept.
        says: finding -> whether it is present, of the findings that this phase asked for.
    """

    id: str
    split: str
    tracked: bool
    path: str
    image: str
    subject: str
    size: tuple[int, int]
    says: dict[str, bool]


def read(
    root: Path | None,
    *,
    images: Path | None = None,
    finding: str = "Enlarged cardiac silhouette",
    annotation: Literal["gaze", "ellipses"] = "gaze",
) -> list[Record]:
    """The images whose readers were asked for one finding, `present` or `absent`, in the owner's split.

    Several readings of one image become one record: present if at least half of them say so (certainty 3 or more, or True), where to
    look is what any of them marked. A reading whose eye-tracking was discarded keeps its word and its ellipses.

    Regions: `chest`, and every finding under its name: its ellipses of certainty 3 or more; known to be empty where all readings call it
    absent; unknown where it is present without an ellipse (always so of `Support devices`). Tags: `readings`, `support_devices`.

    Args:
        images: folder of MIMIC-CXR that holds `files/` or its content; None: `root` holds it.
        finding: a label of the metadata tables. Phase 1 names some otherwise than phases 2 and 3; what a phase did not ask for is left out.
        annotation: `gaze`, fixations weighted by their durations, or the `ellipses` of the finding.

    Raises:
        UserError: not the layout of REFLACX, an unknown finding, no images, or images that were resized.
    """
    folder = existing(root, LAYOUT, WHERE) / "main_data"
    tables = sorted(folder.glob("metadata_phase_[123].csv"))
    if not tables:
        raise UserError(folder, "holds no metadata_phase_1.csv, _2.csv or _3.csv", f"Expected: {LAYOUT}. {WHERE}")
    readings = [reading for table in tables for reading in _readings(table)]
    if not any(finding in reading.says for reading in readings):
        raise UserError(
            "data.options.finding", f"unknown finding {finding!r}", nearest(finding, {name for r in readings for name in r.says})
        )
    of_image: dict[str, list[Reading]] = {}
    for reading in readings:
        if finding in reading.says:
            of_image.setdefault(reading.image, []).append(reading)
    files = find_images(expanded(images) if images else folder.parent, {id: some[0].path for id, some in of_image.items()})
    first = next(id for id, file in files.items() if file.is_file())
    check_size(files[first], of_image[first][0].size)
    return [_record(folder, files[id], some, finding, annotation) for id, some in of_image.items()]


def _readings(table: Path) -> list[Reading]:
    findings = [name for name in header(table) if name not in (*FIXED, "Other")]  # Other holds text
    found = []
    for line, cells in rows(table, *FIXED, *findings):
        id, split, discarded, path, image, subject, width, height = cells[: len(FIXED)]
        try:
            says = {name: _says(cell) for name, cell in zip(findings, cells[len(FIXED) :], strict=True) if cell}
            size = int(float(height)), int(float(width))
        except ValueError as error:
            raise UserError(f"{table} line {line}", str(error), "Fetch the original table again.") from None
        found.append(Reading(id, split, discarded.lower() != "true", path, image, subject, size, says))
    return found


def _says(cell: str) -> bool:
    return cell == "True" if cell in ("True", "False") else float(cell) >= PRESENT


def _record(folder: Path, image: Path, readings: Sequence[Reading], finding: str, annotation: str) -> Record:
    first = readings[0]
    regions = _regions(folder, readings)
    return Record(
        id=first.image,
        image=image,
        label="present" if 2 * sum(r.says[finding] for r in readings) >= len(readings) else "absent",
        group=first.subject,
        split=SPLITS.get(first.split.lower(), first.split) or None,
        annotations=_fixations(folder, readings) if annotation == "gaze" else regions.get(finding, ()),
        regions=regions,
        tags={"readings": len(readings), "support_devices": any(r.says.get("Support devices") for r in readings)},
    )


def _fixations(folder: Path, readings: Sequence[Reading]) -> tuple[Annotation, ...]:
    """The gaze of each reading that touched the image."""
    found = []
    for reading in readings:
        if not reading.tracked:
            continue
        height, width = reading.size
        table = folder / reading.id / "fixations.csv"
        fixations = numbers(table, ("x_position", "y_position", "timestamp_start_fixation", "timestamp_end_fixation"))
        points = tuple((x, y, end - start) for _, (x, y, start, end) in fixations if 0 <= x < width and 0 <= y < height)
        if points:
            found.append(Annotation("gaze", points=points, author=reading.id))
    return tuple(found)


def _regions(folder: Path, readings: Sequence[Reading]) -> dict[str, tuple[Annotation, ...]]:
    marks: dict[str, list[Annotation]] = {}
    for reading in readings:
        for _, box in numbers(folder / reading.id / "chest_bounding_box.csv", BOX):
            marks.setdefault("chest", []).append(Annotation("box", points=(box,), author=reading.id))
        for name, outline in _ellipses(folder / reading.id / "anomaly_location_ellipses.csv"):
            marks.setdefault(name, []).append(Annotation("polygon", points=outline, author=reading.id))
    said = {name: [r.says[name] for r in readings if name in r.says] for r in readings for name in r.says}
    empty = {name: (Annotation("nothing"),) for name, answers in said.items() if not any(answers)}
    return empty | {name: tuple(some) for name, some in marks.items()}


def _ellipses(table: Path) -> list[tuple[str, tuple[tuple[float, ...], ...]]]:
    """(finding, outline) of each ellipse of certainty 3 or more; one that stands for two findings comes twice."""
    findings = [name for name in header(table) if name not in (*BOX, "certainty")]
    found = []
    for flags, (certainty, *box) in numbers(table, ("certainty", *BOX), findings):
        if certainty >= PRESENT:
            found += [(name, ellipse(*box)) for name, flag in zip(findings, flags, strict=True) if flag == "True"]
    return found


def ellipse(xmin: float, ymin: float, xmax: float, ymax: float) -> tuple[tuple[float, ...], ...]:
    """The axis-aligned ellipse that a box circumscribes, as a polygon of 64 corners (x, y)."""
    x, y, a, b = (xmin + xmax) / 2, (ymin + ymax) / 2, (xmax - xmin) / 2, (ymax - ymin) / 2
    turns = [2 * math.pi * i / CORNERS for i in range(CORNERS)]
    return tuple((x + a * math.cos(t), y + b * math.sin(t)) for t in turns)
