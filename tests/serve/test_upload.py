"""A file that was sent is judged by its content before anything is decoded."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sightline.serve import upload as room
from sightline.serve.limits import Limits
from sightline.serve.refused import Unreadable
from sightline.serve.upload import Upload, check, kind_of

PIXELS = np.zeros((40, 50, 3), np.uint8)


@pytest.fixture
def sent(tmp_path: Path):  # type: ignore[no-untyped-def]
    def made(content: bytes, name: str = "a.exe") -> Upload:
        (tmp_path / "0").write_bytes(content)
        return Upload(name, tmp_path / "0")

    return made


def encoded(kind: str, **more: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(PIXELS).save(buffer, kind, **more)
    return buffer.getvalue()


def array(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, pixels)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("kind", "suffix"), [("PNG", ".png"), ("JPEG", ".jpg"), ("TIFF", ".tif"), ("BMP", ".bmp"), ("GIF", ".gif"), ("WEBP", ".webp")]
)
def test_a_picture_is_known_by_its_content_whatever_it_is_called(sent, kind: str, suffix: str) -> None:  # type: ignore[no-untyped-def]
    one = sent(encoded(kind))
    assert kind_of(one) == suffix
    check(one, Limits())


def test_arrays_and_dicom_are_known_too(sent) -> None:  # type: ignore[no-untyped-def]
    assert kind_of(sent(bytes(128) + b"DICM")) == ".dcm"
    assert kind_of(sent(array(PIXELS))) == ".npy"


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [(b"", 422, "is empty"), (b"%PDF-1.7", 415, "Send PNG"), (b"%!PS-Adobe", 415, "Send PNG"), (b"RIFF1234WAVE", 415, "Send PNG")],
)
def test_other_kinds_are_not_opened(sent, content: bytes, status: int, said: str, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(room.Image, "open", None)
    with pytest.raises(Unreadable, match=said) as refused:
        check(sent(content, "scan"), Limits())
    assert refused.value.status == status
    assert str(refused.value).startswith("scan: ")


def test_a_picture_that_is_too_large_is_refused_by_its_head(sent, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    exact = Limits(max_megapixels=0.002)
    for content in (encoded("PNG"), array(PIXELS)):
        check(sent(content), exact)
    with pytest.raises(Unreadable, match=r"has 50 x 40 pixels, and 0\.0019 million are the most") as refused:
        check(sent(encoded("PNG")[:60]), Limits(max_megapixels=0.0019))
    assert refused.value.status == 413
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 500)
    with pytest.raises(Unreadable, match=r"million pixels\. Send it smaller") as refused:
        check(sent(encoded("PNG")), Limits())
    assert refused.value.status == 413


def test_without_a_head_the_reading_says_what_is_wrong(sent) -> None:  # type: ignore[no-untyped-def]
    check(sent(encoded("PNG")[:12]), Limits())


def test_a_file_of_many_pages_is_no_picture(sent, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(room, "MOST_CHANNELS", 2)
    page = Image.fromarray(PIXELS)
    check(sent(encoded("TIFF", save_all=True, append_images=[page])), Limits())
    with pytest.raises(Unreadable, match=r"holds more than 2 pages\. Save the one"):
        check(sent(encoded("TIFF", save_all=True, append_images=[page, page])), Limits())
