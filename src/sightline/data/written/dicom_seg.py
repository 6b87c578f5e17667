"""DICOM segmentation objects, written by highdicom: one for each picture, with one binary segment."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sightline.data.formulas import as_text
from sightline.data.frames import is_dicom
from sightline.data.written.entries import Box, Content, Drawn, Entry, relative
from sightline.errors import UserError

if TYPE_CHECKING:
    from pydicom import Dataset

TABLE = "labels.csv"
LONGEST = 64  # characters of a segment's label (VR LO)
NEEDED = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID", "Modality", "Rows", "Columns")
MAY_BE_EMPTY = ("PatientID", "PatientName", "PatientBirthDate", "PatientSex", "StudyID", "StudyDate", "StudyTime", "AccessionNumber")


def content(entries: Sequence[Entry], out: Path, classes: Sequence[str]) -> Content:
    """A segmentation object for each picture that is annotated, and `labels.csv` with class, group, split and tags of every picture.

    The objects repeat the patient and the study of their pictures, as the standard wants it. One in which the expert found nothing to mark
    marks no pixel.

    Raises:
        UserError: highdicom is not installed; a picture that is no DICOM file of one frame, or lacks what refers to it; a class that is no
            label of a segment.
    """
    _check(entries, classes)
    from pydicom.uid import generate_uid

    series: dict[str, Any] = {}
    rows = []
    for number, entry in enumerate(entries, start=1):
        source, drawn = _source(entry.path), entry.drawn()
        rows.append({"uid": str(source.SOPInstanceUID), "image": relative(entry.path, out), "label": entry.record.label, **drawn.facts})
        if drawn.shapes or drawn.nothing:
            uid = series.setdefault(str(source.StudyInstanceUID), generate_uid())
            yield f"{entry.name.as_posix()}.seg.dcm", _object(source, _inside(drawn), entry.record.label, uid, number)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: as_text(cell) for name, cell in row.items()} for row in rows)
    yield TABLE, text.getvalue().encode()


def notes(entries: Sequence[Entry]) -> list[str]:
    """How the objects are read again."""
    way = f"`data.options={{table: {TABLE}, images: FOLDER}}` reads them with the pictures in FOLDER"
    return [f"{TABLE} tells class, group, split and tags: {way}"]


def _check(entries: Sequence[Entry], classes: Sequence[str]) -> None:
    try:
        import highdicom  # noqa: F401
    except ImportError:
        raise UserError("`to='dicom_seg'`", "needs highdicom", "Install it with pip install 'sightline[dicom-seg]'.") from None
    for name in classes:
        if len(name) > LONGEST or "\\" in name or not name.strip():
            reason = f"cannot be the label of a segment, which has up to {LONGEST} characters and no backslash"
            raise UserError(f"class {name!r}", reason, "Rename it with `data.classes`.")
    for entry in entries:
        if not is_dicom(entry.path):
            reason = "is no DICOM file, and segmentation objects refer to DICOM files alone"
            raise UserError(entry.path, reason, "Choose another format, or convert the pictures to DICOM first.")


def _source(path: Path) -> Dataset:
    """The head of a picture, with what highdicom copies from it."""
    from sightline.data.dicom import frames, head

    if frames(path) > 1:
        raise UserError(path, f"holds {frames(path)} frames", "Write each frame as a DICOM file of its own.")
    file = head(path)
    if missing := [keyword for keyword in NEEDED if not file.get(keyword)]:
        reason = f"has no {missing[0]}, without which no object can refer to it"
        raise UserError(path, reason, "Export the picture again from the archive or device that made it.")
    for keyword in (*MAY_BE_EMPTY, "ReferringPhysicianName"):
        if keyword not in file:
            setattr(file, keyword, "")
    return file


def _inside(drawn: Drawn) -> np.ndarray:
    """(H, W) bool; of a box that covers a part of a pixel, the pixels of which it covers half."""
    from sightline.data.annotation import box_map, polygon_map

    found = np.zeros(drawn.size, bool)
    for shape in drawn.shapes:
        if isinstance(shape, Box):
            found |= box_map(shape.corners, drawn.size) >= 0.5
        else:
            for points in shape.outlines():
                found |= polygon_map(points, drawn.size) > 0
    return found


def _object(source: Dataset, inside: np.ndarray, label: str, series: Any, number: int) -> bytes:
    import highdicom
    from pydicom.sr.codedict import codes
    from pydicom.uid import generate_uid

    described = highdicom.seg.SegmentDescription(
        segment_number=1,
        segment_label=label,
        segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
        segmented_property_type=codes.SCT.Lesion,
        algorithm_type=highdicom.seg.SegmentAlgorithmTypeValues.MANUAL,
    )
    made = highdicom.seg.Segmentation(
        source_images=[source],
        pixel_array=inside[None],
        segmentation_type=highdicom.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=[described],
        series_instance_uid=series,
        series_number=1000,
        sop_instance_uid=generate_uid(),
        instance_number=number,
        manufacturer="sightline",
        manufacturer_model_name="sightline",
        software_versions=version("sightline"),
        device_serial_number="0",
        omit_empty_frames=False,
    )
    held = io.BytesIO()
    made.save_as(held)
    return held.getvalue()
