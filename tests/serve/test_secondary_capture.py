"""The drawn map as DICOM: of the same study, and nothing else of the original."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    SecondaryCaptureImageStorage,
    UltrasoundImageStorage,
    generate_uid,
)


def dicom(path: Path, frames: int = 1, **attributes: object) -> Path:
    """An ultrasound picture of 60 x 80 pixels."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = UltrasoundImageStorage, generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    file = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    file.SOPClassUID, file.SOPInstanceUID = UltrasoundImageStorage, meta.MediaStorageSOPInstanceUID
    file.SpecificCharacterSet = "ISO_IR 100"
    file.PatientName, file.PatientID, file.PatientBirthDate, file.PatientSex = "Müller^Anna", "17", "19700101", "F"
    file.StudyInstanceUID, file.SeriesInstanceUID, file.StudyDate, file.StudyID = generate_uid(), generate_uid(), "20200102", "S1"
    file.Modality, file.AccessionNumber, file.InstitutionName = "US", "A5", "Clinic"
    file.Rows, file.Columns, file.SamplesPerPixel, file.PhotometricInterpretation = 60, 80, 1, "MONOCHROME2"
    file.BitsAllocated = file.BitsStored = 8
    file.HighBit, file.PixelRepresentation = 7, 0
    if frames > 1:
        file.NumberOfFrames = frames
    for name, value in attributes.items():
        setattr(file, name, value)
    file.PixelData = np.random.default_rng(0).integers(0, 256, (frames, 60, 80), dtype=np.uint8).tobytes()
    file.save_as(path, enforce_file_format=True)
    return path


def ask(client, path: Path, address: str = "/explain?format=dicom"):
    return client.post(address, files={"file": ("a.dcm", path.read_bytes())})


def test_the_map_comes_back_as_dicom_of_the_same_study(client, tmp_path) -> None:
    source = dicom(tmp_path / "a.dcm")
    answer = ask(client, source)
    assert answer.headers["content-type"] == "application/dicom"
    made, of = dcmread(io.BytesIO(answer.content)), dcmread(source)
    for keyword in (
        "PatientName",
        "PatientID",
        "PatientBirthDate",
        "PatientSex",
        "StudyInstanceUID",
        "StudyDate",
        "StudyID",
        "AccessionNumber",
    ):
        assert made[keyword].value == of[keyword].value, keyword
    assert str(made.PatientName) == "Müller^Anna"
    assert made.SOPClassUID == made.file_meta.MediaStorageSOPClassUID == SecondaryCaptureImageStorage
    assert made.SOPInstanceUID == made.file_meta.MediaStorageSOPInstanceUID
    assert len({made.SOPInstanceUID, of.SOPInstanceUID, made.SeriesInstanceUID, of.SeriesInstanceUID}) == 4
    assert (made.BurnedInAnnotation, made.Modality, made.ImageType[0]) == ("YES", "US", "DERIVED")
    assert "Research use only" in made.DerivationDescription
    assert made.SourceImageSequence[0].ReferencedSOPInstanceUID == of.SOPInstanceUID
    assert "InstitutionName" not in made
    png = client.post("/explain?format=png", files={"file": ("a.dcm", source.read_bytes())})
    from PIL import Image

    assert np.array_equal(made.pixel_array, np.asarray(Image.open(io.BytesIO(png.content)))), "the same drawing"


def test_attributes_that_are_missing_are_empty(client, tmp_path) -> None:
    source = dicom(tmp_path / "a.dcm")
    file = dcmread(source)
    del file.PatientName, file.StudyInstanceUID, file.StudyDate
    file.save_as(source)
    made = dcmread(io.BytesIO(ask(client, source).content))
    assert made.PatientName == ""
    assert made.StudyDate == ""
    assert made.StudyInstanceUID


def test_dicom_is_predicted_as_from_the_disk(client, run, tmp_path) -> None:
    import sightline as sl

    source = dicom(tmp_path / "a.dcm")
    (row,) = sl.predict(run, source)
    told = ask(client, source, "/predict").json()["predictions"][0]
    assert told["probabilities"] == pytest.approx(row.probabilities, abs=1e-6)


def test_what_cannot_be_taken_is_said(client, tmp_path) -> None:
    several = ask(client, dicom(tmp_path / "b.dcm", frames=3), "/predict")
    assert (several.status_code, "3 frames" in several.json()["error"]) == (422, True)
    file = dcmread(dicom(tmp_path / "c.dcm"))
    file.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    file.save_as(tmp_path / "c.dcm")
    deflated = ask(client, tmp_path / "c.dcm", "/predict")
    assert (deflated.status_code, "deflated" in deflated.json()["error"]) == (415, True)
    cut = tmp_path / "d.dcm"
    cut.write_bytes(dicom(tmp_path / "e.dcm").read_bytes()[:-2000])
    assert ask(client, cut, "/predict").status_code == 422
