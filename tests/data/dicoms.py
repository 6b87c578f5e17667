"""Small DICOM files, written by pydicom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from pydicom import Dataset, FileMetaDataset, dcmread
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from sightline.data.dicom import decode


def write_dicom(path: Path, pixels: np.ndarray, photometric: str = "MONOCHROME2", bits: int = 12, **attributes: Any) -> Path:
    """A file with these stored pixels (H, W) or (H, W, 3); `attributes` go into it by their DICOM keyword."""
    file = Dataset()
    file.file_meta = FileMetaDataset()
    file.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    file.SOPClassUID, file.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.1.1", generate_uid()
    pixels = pixels.astype(np.uint8 if bits == 8 else np.uint16)
    file.set_pixel_data(pixels, photometric, bits)
    for keyword, value in attributes.items():
        setattr(file, keyword, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    file.save_as(path, enforce_file_format=True)
    return path


def write_picture(path: Path, number: int = 0, size: tuple[int, int] = (24, 32), **attributes: Any) -> str:
    """A radiograph of (H, W) that other objects can refer to; its SOP instance UID."""
    pixels = np.arange(size[0] * size[1]).reshape(size) * (number + 3) % 251
    uids = {"StudyInstanceUID": f"1.2.{number + 1}", "SeriesInstanceUID": f"1.2.{number + 1}.1"}
    write_dicom(path, pixels, bits=8, **{**uids, "Modality": "CR", "PatientID": f"P{number}", **attributes})
    return str(dcmread(path).SOPInstanceUID)


RAMP = np.array([[0, 1000, 2000, 2730]])


def greys(path: Path) -> list[int]:
    pixels = decode(path)
    assert pixels.dtype == np.uint8
    assert (pixels == pixels[..., :1]).all()
    return pixels[0, :, 0].tolist()
