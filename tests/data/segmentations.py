"""Segmentation objects over small DICOM pictures, as highdicom writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import highdicom
import numpy as np
from dicoms import write_picture
from pydicom import dcmread
from pydicom.sr.codedict import codes
from pydicom.uid import generate_uid

from sightline.data.annotation import render
from sightline.types import Record

EMPTY = dict.fromkeys(
    (
        *("PatientName", "PatientBirthDate", "PatientSex", "StudyID", "StudyDate", "StudyTime"),
        *("AccessionNumber", "ReferringPhysicianName"),
    ),
    "",
)
SIZE = (5, 7)  # 35 bits: frames begin in the middle of a byte


def block(x0: int, y0: int, x1: int, y1: int) -> np.ndarray:
    """(H, W) bool, true within the corners."""
    inside = np.zeros(SIZE, bool)
    inside[y0:y1, x0:x1] = True
    return inside


def segmentation(path: Path, pictures: list[Path], pixels: np.ndarray, labels: list[str], kind: str = "BINARY", **more: Any) -> Path:
    """An object of highdicom's over these pictures of one series; pixels are (F, H, W) or (F, H, W, S)."""
    described = [
        highdicom.seg.SegmentDescription(
            number,
            label,
            codes.SCT.MorphologicallyAbnormalStructure,
            codes.SCT.Lesion,
            highdicom.seg.SegmentAlgorithmTypeValues.MANUAL,
        )
        for number, label in enumerate(labels, start=1)
    ]
    made = highdicom.seg.Segmentation(
        [dcmread(one) for one in pictures],
        pixels,
        kind,
        described,
        generate_uid(),
        1,
        generate_uid(),
        1,
        "test",
        "test",
        "1",
        "1",
        omit_empty_frames=False,
        **more,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    made.save_as(path)
    return path


def series(root: Path, number: int = 3) -> list[Path]:
    """Slices of one study."""
    known = EMPTY | {"PatientID": "P1", "StudyInstanceUID": "1.2.3", "SeriesInstanceUID": "1.2.3.4"}
    place = {"FrameOfReferenceUID": "1.2.3.5", "ImageOrientationPatient": [1, 0, 0, 0, 1, 0], "PixelSpacing": [1, 1], "SliceThickness": 1}
    paths = []
    for slice in range(number):
        path = root / "mel" / f"{slice}.dcm"
        write_picture(path, slice, SIZE, **known, **place, ImagePositionPatient=[0, 0, slice])
        paths.append(path)
    return paths


def drawn(record: Record) -> np.ndarray | None:
    """The map of an image; None where it is unknown."""
    return render(record.annotations, SIZE, where=record.id)
