"""The drawn map as a DICOM file that lies beside its picture in the archive: Secondary Capture (PS3.3 A.8.1) of the same study."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
from pydicom import Dataset, dcmread
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

PATIENT = ("PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientSex", "PatientAge")
STUDY = ("StudyInstanceUID", "StudyDate", "StudyTime", "StudyID", "AccessionNumber", "StudyDescription", "ReferringPhysicianName")
REQUIRED = (*PATIENT[:2], *PATIENT[3:5], "StudyDate", "StudyTime", "StudyID", "AccessionNumber", "ReferringPhysicianName")  # may be empty
TEXT = 1024  # letters that a derivation description (VR ST) can have
SERIES = "Attention map (research use only)"


def secondary_capture(source: Path, picture: np.ndarray, description: str) -> bytes:
    """A whole DICOM file.

    Args:
        source: the DICOM file that the picture was read from; patient and study are copied from it, nothing else.
        picture: (H, W, 3) uint8, with class and probability written into it.
        description: how it was made.
    """
    of = dcmread(source, stop_before_pixels=True)
    own = generate_uid()
    meta = FileMetaDataset()
    _fill(meta, {"MediaStorageSOPClassUID": SecondaryCaptureImageStorage, "MediaStorageSOPInstanceUID": own})
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    for keyword in (*PATIENT, *STUDY, "SpecificCharacterSet"):
        if keyword in of:
            made[keyword] = of[keyword]
    _fill(made, {keyword: "" for keyword in REQUIRED if keyword not in made})
    if "StudyInstanceUID" not in made:
        made.StudyInstanceUID = generate_uid()
    same = {"SOPClassUID": SecondaryCaptureImageStorage, "SOPInstanceUID": own}
    _fill(made, same | _series(of) | _image(picture) | _derived(of, description))
    buffer = io.BytesIO()
    made.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _fill(made: Dataset, values: Mapping[str, object]) -> None:
    for keyword, value in values.items():
        setattr(made, keyword, value)


def _series(of: Dataset) -> dict[str, object]:
    """A series of its own, made now by a workstation."""
    now = datetime.now()
    days = dict.fromkeys(("SeriesDate", "ContentDate", "DateOfSecondaryCapture"), now.strftime("%Y%m%d"))
    times = dict.fromkeys(("SeriesTime", "ContentTime", "TimeOfSecondaryCapture"), now.strftime("%H%M%S"))
    return {
        "Modality": str(of.get("Modality") or "OT"),
        "SeriesInstanceUID": generate_uid(),
        "SeriesDescription": SERIES,
        "SeriesNumber": None,
        "InstanceNumber": 1,
        "ConversionType": "WSD",
        "SecondaryCaptureDeviceManufacturer": "sightline",
        "SecondaryCaptureDeviceSoftwareVersions": version("sightline"),
        **days,
        **times,
    }


def _derived(of: Dataset, description: str) -> dict[str, object]:
    """How it came from which picture."""
    said: dict[str, object] = {
        "DerivationDescription": description.encode("ascii", "backslashreplace").decode()[:TEXT]
    }  # fits every charset
    if "SOPClassUID" in of and "SOPInstanceUID" in of:
        one = Dataset()
        _fill(one, {"ReferencedSOPClassUID": of.SOPClassUID, "ReferencedSOPInstanceUID": of.SOPInstanceUID})
        said["SourceImageSequence"] = Sequence([one])
    return said


def _image(picture: np.ndarray) -> dict[str, object]:
    """(H, W, 3) uint8."""
    content = np.ascontiguousarray(picture).tobytes()
    return {
        "ImageType": ["DERIVED", "SECONDARY"],
        "BurnedInAnnotation": "YES",  # class and probability
        "PatientOrientation": "",
        "Rows": picture.shape[0],
        "Columns": picture.shape[1],
        "SamplesPerPixel": 3,
        "PhotometricInterpretation": "RGB",
        "PlanarConfiguration": 0,
        "BitsAllocated": 8,
        "BitsStored": 8,
        "HighBit": 7,
        "PixelRepresentation": 0,
        "PixelData": content + b"\0" * (len(content) % 2),
    }
