"""A prediction as a DICOM Structured Report of the picture's study: an imaging measurement report (PS3.16, TID 1500), by highdicom."""

from __future__ import annotations

import io
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from pydicom import dcmread

from sightline.serve.secondary_capture import REQUIRED

if TYPE_CHECKING:
    from highdicom.sr import CodedConcept

SCHEME = "99SIGHTLINE"  # of codes of our own: classes have no common ones
TEXT = 64  # letters of the meaning of a code (VR LO)
SERIES = "Prediction (research use only)"


def structured_report(source: Path, prediction: str, probabilities: Mapping[str, float], model: str, rule: str) -> bytes:
    """A whole DICOM file (Comprehensive SR): the predicted class as an evaluation, the calibrated probabilities as measurements.

    Args:
        source: the DICOM file that the picture was read from; patient and study are copied from it, and it is the evidence.
        probabilities: class -> probability.
        model: its name and weights, as the name of the device that observed.
        rule: how the class is decided.

    Raises:
        ImportError: highdicom is not installed (extra `dicom-seg`).
        ValueError, AttributeError: the picture lacks what a report has to copy, such as its study.
    """
    from highdicom import UID, sr
    from pydicom.sr.codedict import codes

    of = dcmread(source, stop_before_pixels=True)
    for keyword in REQUIRED:
        if keyword not in of:
            setattr(of, keyword, "")
    device = sr.DeviceObserverIdentifyingAttributes(uid=UID(), name=_short(model), manufacturer_name="sightline", model_name=_short(model))
    observer = sr.ObserverContext(observer_type=codes.DCM.Device, observer_identifying_attributes=device)
    evaluations = [
        sr.QualitativeEvaluation(name=_code("predicted", "Predicted class"), value=_code("class", prediction)),
        sr.QualitativeEvaluation(name=_code("rule", "Rule of the decision"), value=_code("rule", rule)),
        sr.QualitativeEvaluation(name=_code("use", "Intended use"), value=_code("research", "Research use only; not a medical device")),
    ]
    unit = codes.UCUM.NoUnits
    measured = [
        sr.Measurement(name=_code("probability", f"Probability of {name}"), value=round(share, 6), unit=unit)
        for name, share in probabilities.items()
    ]
    group = sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=sr.TrackingIdentifier(uid=UID(), identifier="prediction"),
        source_images=[sr.SourceImageForMeasurementGroup.from_source_image(of)],
        qualitative_evaluations=evaluations,
        measurements=measured,
    )
    report = sr.MeasurementReport(
        observation_context=sr.ObservationContext(observer_device_context=observer),
        procedure_reported=_code("classification", "Classification of an image by a network"),
        imaging_measurements=[group],
    )
    made = sr.ComprehensiveSR(
        evidence=[of],
        content=report,
        series_instance_uid=UID(),
        series_number=1,
        sop_instance_uid=UID(),
        instance_number=1,
        manufacturer="sightline",
        series_description=SERIES,
        software_versions=version("sightline"),
    )
    buffer = io.BytesIO()
    made.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _short(text: str) -> str:
    """In letters that fit every character set, no more than a code's meaning may have."""
    return text.encode("ascii", "backslashreplace").decode()[:TEXT]


def _code(value: str, meaning: str) -> CodedConcept:
    from highdicom.sr import CodedConcept

    return CodedConcept(value=value[:16], scheme_designator=SCHEME, meaning=_short(meaning))
