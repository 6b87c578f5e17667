"""The drawn map as a DICOM file that lies beside its picture in the archive: Secondary Capture (PS3.3 A.8.1) of the same study."""

from __future__ import annotations

import io
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
REQUIRED = ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "StudyID", "AccessionNumber")  # type 2
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
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    for keyword in (*PATIENT, *STUDY):
        if keyword in of:
            made[keyword] = of[keyword]
    for keyword in (*REQUIRED, "ReferringPhysicianName"):
        if keyword not in made:
            setattr(made, keyword, "")
    if "StudyInstanceUID" not in made:
        made.StudyInstanceUID = generate_uid()
    if "SpecificCharacterSet" in of:
        made.SpecificCharacterSet = of.SpecificCharacterSet
    made.SOPClassUID, made.SOPInstanceUID = SecondaryCaptureImageStorage, meta.MediaStorageSOPInstanceUID
    _series(made, of)
    _image(made, picture, description, of)
    buffer = io.BytesIO()
    made.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _series(made: FileDataset, of: Dataset) -> None:
    now = datetime.now()
    made.Modality = str(of.get("Modality") or "OT")
    made.SeriesInstanceUID = generate_uid()
    made.SeriesDescription = SERIES
    made.SeriesNumber, made.InstanceNumber = None, 1
    made.SeriesDate = made.ContentDate = made.DateOfSecondaryCapture = now.strftime("%Y%m%d")
    made.SeriesTime = made.ContentTime = made.TimeOfSecondaryCapture = now.strftime("%H%M%S")
    made.ConversionType = "WSD"  # by a workstation
    made.SecondaryCaptureDeviceManufacturer = "sightline"
    made.SecondaryCaptureDeviceSoftwareVersions = version("sightline")


def _image(made: FileDataset, picture: np.ndarray, description: str, of: Dataset) -> None:
    made.ImageType = ["DERIVED", "SECONDARY"]
    made.BurnedInAnnotation = "YES"  # class and probability
    made.PatientOrientation = ""
    made.DerivationDescription = description.encode("ascii", "backslashreplace").decode()[:TEXT]  # whatever the character set is
    if "SOPClassUID" in of and "SOPInstanceUID" in of:
        source = Dataset()
        source.ReferencedSOPClassUID, source.ReferencedSOPInstanceUID = of.SOPClassUID, of.SOPInstanceUID
        made.SourceImageSequence = Sequence([source])
    made.Rows, made.Columns = picture.shape[:2]
    made.SamplesPerPixel, made.PhotometricInterpretation, made.PlanarConfiguration = 3, "RGB", 0
    made.BitsAllocated = made.BitsStored = 8
    made.HighBit, made.PixelRepresentation = 7, 0
    content = np.ascontiguousarray(picture).tobytes()
    made.PixelData = content + b"\0" * (len(content) % 2)
    made["PixelData"].VR = "OB"
