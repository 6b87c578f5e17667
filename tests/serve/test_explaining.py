"""A map in the form that was asked for."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("starlette")

from starlette.requests import Request

from sightline.engine.decision import Decision
from sightline.serve import explaining
from sightline.serve.explaining import form_of
from sightline.serve.refused import Refused, Unreadable
from sightline.serve.upload import Upload


def accepting(kinds: str | None) -> Request:
    headers = [] if kinds is None else [(b"accept", kinds.encode())]
    return Request({"type": "http", "headers": headers})


@pytest.mark.parametrize(
    ("accept", "wanted", "form"),
    [
        (None, None, "json"),
        ("*/*", None, "json"),
        ("text/html, IMAGE/PNG;q=0.9, application/json", None, "png"),
        ("application/dicom", None, "dicom"),
        ("image/png", "json", "json"),
        (None, "sr", "sr"),
    ],
)
def test_the_form_is_the_one_in_the_address_or_the_first_that_is_accepted(accept: str | None, wanted: str | None, form: str) -> None:
    assert form_of(accepting(accept), wanted) == form


def test_an_unknown_form_is_refused_with_those_that_are_there() -> None:
    with pytest.raises(Refused, match=r"format 'pdf' is unknown. Known: json, png, dicom, sr") as refused:
        form_of(accepting(None), "pdf")
    assert refused.value.status == 422


def test_what_goes_into_a_study_has_to_come_from_one(tmp_path: Path, pictures: list[bytes]) -> None:
    (tmp_path / "a").write_bytes(pictures[0])
    with pytest.raises(Unreadable, match=r"a\.png: is no DICOM file, so there is no patient"):
        explaining.require_dicom(Upload("a.png", tmp_path / "a"))
    (tmp_path / "b").write_bytes(bytes(128) + b"DICM")
    explaining.require_dicom(Upload("b.dcm", tmp_path / "b"))


def test_a_report_needs_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explaining, "find_spec", lambda name: None)
    with pytest.raises(Refused, match=r"pip install 'sightline\[dicom-seg\]'") as refused:
        explaining.require_highdicom()
    assert refused.value.status == 501


@pytest.mark.parametrize(
    ("way", "asked", "said"), [("as_report", "structured_report", "Ask for json."), ("as_dicom", "secondary_capture", "Ask for png.")]
)
def test_damaged_attributes_are_those_of_the_file(monkeypatch: pytest.MonkeyPatch, way: str, asked: str, said: str) -> None:
    def damaged(*_: object) -> bytes:
        raise ZeroDivisionError("deep inside")

    network = SimpleNamespace(decision=Decision(), classes=("nevus", "melanoma"), map="cam")
    model = SimpleNamespace(name="r", weights=["0" * 64], networks={"": network})
    seen = SimpleNamespace(prediction=SimpleNamespace(prediction="nevus", probabilities={}))
    monkeypatch.setattr(explaining, asked, damaged)
    monkeypatch.setattr(explaining, "as_drawing", lambda *_: None)
    with pytest.raises(Unreadable) as refused:
        getattr(explaining, way)(model, seen, "", Upload("a.dcm", Path("x")))
    assert refused.value.status == 422
    assert str(refused.value).startswith("a.dcm: has ")
    assert "(ZeroDivisionError)" in str(refused.value)
    assert str(refused.value).endswith(said)
