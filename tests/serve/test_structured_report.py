"""The prediction as a DICOM Structured Report, read back by pydicom and highdicom."""

from __future__ import annotations

import io

import pytest
from highdicom.sr import ComprehensiveSR
from pydicom import dcmread
from test_secondary_capture import ask, dicom

from sightline.serve import explaining


def test_class_and_probabilities_come_back_as_a_report_of_the_same_study(client, tmp_path) -> None:
    source = dicom(tmp_path / "a.dcm", AccessionNumber="A7")
    answer = ask(client, source, "/explain?format=sr")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/dicom"
    own, made = dcmread(source), dcmread(io.BytesIO(answer.content))
    assert made.SOPClassUID.name == "Comprehensive SR Storage"
    for keyword in ("PatientID", "PatientName", "StudyInstanceUID", "AccessionNumber"):
        assert made[keyword].value == own[keyword].value
    assert made.SeriesInstanceUID != own.SeriesInstanceUID
    said = ask(client, source, "/predict").json()["predictions"][0]
    (group,) = ComprehensiveSR.from_dataset(made).content.get_image_measurement_groups()
    shares = {one.name.meaning.removeprefix("Probability of "): float(one.value) for one in group.get_measurements()}
    assert shares == pytest.approx(said["probabilities"], abs=1e-6)
    evaluations = {one.name.meaning: one.value.meaning for one in group.get_qualitative_evaluations()}
    assert evaluations["Predicted class"] == said["prediction"]
    assert "not a medical device" in evaluations["Intended use"]
    assert own.SOPInstanceUID in answer.content.decode("latin-1"), "the picture is the evidence"


def test_without_a_study_or_without_highdicom_it_says_so(client, tmp_path, monkeypatch) -> None:
    bare = dcmread(dicom(tmp_path / "b.dcm"))
    del bare.StudyInstanceUID
    bare.save_as(tmp_path / "c.dcm")
    answer = ask(client, tmp_path / "c.dcm", "/explain?format=sr")
    assert answer.status_code == 422
    assert "a report can copy" in answer.json()["error"]
    monkeypatch.setattr(explaining, "find_spec", lambda name: None)
    answer = ask(client, tmp_path / "b.dcm", "/explain?format=sr")
    assert answer.status_code == 501
    assert "sightline[dicom-seg]" in answer.json()["error"]
