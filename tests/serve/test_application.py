"""What a server answers, and what it refuses: with JSON, whatever is sent."""

from __future__ import annotations

import gzip
import io

import numpy as np
import pytest
from PIL import Image
from small_run import small_run

import sightline as sl
from sightline.serve.answers import Explained, Predictions


def files(*contents: bytes) -> list[tuple[str, tuple[str, bytes]]]:
    return [("file", (f"{i}.png", content)) for i, content in enumerate(contents)]


def test_the_answers_are_those_of_predict(client, run, pictures, tmp_path) -> None:
    for i, content in enumerate(pictures):
        (tmp_path / f"{i}.png").write_bytes(content)
    (tmp_path / "4.png").write_bytes(pictures[0][:300])
    answer = client.post("/predict", files=files(*pictures, pictures[0][:300]))
    assert answer.status_code == 200
    told = Predictions.model_validate(answer.json())
    table = sl.predict(run, [tmp_path / f"{i}.png" for i in range(5)])
    assert [one.image for one in told.predictions] == ["0.png", "1.png", "2.png", "3.png", "4.png"]
    for one, row in zip(told.predictions, table, strict=True):
        assert (one.prediction, one.threshold, one.note, list(one.probabilities)) == (
            row.prediction,
            row.threshold,
            row.note,
            list(row.probabilities),
        )
        assert one.probabilities == pytest.approx(row.probabilities, abs=1e-6)
        assert one.entropy == pytest.approx(row.entropy, abs=1e-6)
    assert table[4].note
    assert told.predictions[4].prediction is None


def test_an_ensemble_answers_as_one(run, pictures, tmp_path, clients) -> None:
    second = small_run(tmp_path / "second", 2)
    from fastapi.testclient import TestClient

    both = TestClient(sl.serve([run, second]), base_url="http://127.0.0.1")
    (tmp_path / "a.png").write_bytes(pictures[0])
    (row,) = sl.predict([run, second], tmp_path / "a.png")
    told = Predictions.model_validate(both.post("/predict", files=files(pictures[0])).json()).predictions[0]
    assert told.probabilities == pytest.approx(row.probabilities, abs=1e-6)
    assert told.spread == pytest.approx(row.spread, abs=1e-6)
    assert len(both.get("/model").json()["runs"]) == 2


def test_a_body_can_be_the_picture_itself(client, pictures) -> None:
    answer = client.post("/predict?name=a.png", content=pictures[0], headers={"Content-Type": "image/png"})
    assert answer.json()["predictions"][0]["image"] == "a.png"


def test_the_map_comes_as_numbers_with_its_place(client, run, pictures, tmp_path) -> None:
    (tmp_path / "a.png").write_bytes(pictures[0])
    told = Explained.model_validate(client.post("/explain", files=files(pictures[0])).json())
    found = sl.explain(run, tmp_path / "a.png").found[0]
    assert np.array(told.map.values, float) == pytest.approx(found.raw, rel=1e-4, abs=1e-5)
    assert (told.map.name, told.map.window) == (found.name, (0, 0, 50, 40))
    rows, columns = found.raw.shape
    assert told.map.cell == (pytest.approx(50 / columns, abs=1e-3), pytest.approx(40 / rows, abs=1e-3))
    assert told.rule == run.decision.words(run.classes)


@pytest.mark.parametrize("asked", [{"params": {"format": "png"}}, {"headers": {"Accept": "image/png"}}])
def test_the_map_comes_as_a_picture(client, pictures, asked) -> None:
    answer = client.post("/explain", files=files(pictures[0]), **asked)
    assert answer.headers["content-type"] == "image/png"
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.width > 256
        assert picture.height > picture.width * 40 / 50, "class, probability and colours stand below the picture"


def test_explaining_refuses_what_it_cannot_do(client, pictures) -> None:
    for asked, part in (
        ({"format": "tiff"}, "'tiff' is unknown"),
        ({"format": "dicom"}, "no DICOM file"),
        ({"finding": "nodule"}, "'nodule' is unknown"),
    ):
        answer = client.post("/explain", files=files(pictures[0]), params=asked)
        assert (answer.status_code, part in answer.json()["error"]) == (422, True)
    assert client.post("/explain", files=files(*pictures)).status_code == 422


def test_the_model_says_what_it_is(client, run) -> None:
    told = client.get("/model").json()
    assert (told["name"], told["classes"], told["image_size"]) == (run.name, list(run.classes), 32)
    assert len(told["runs"][0]["weights"]) == 64
    assert "not a medical device" in told["intended_use"]
    assert client.get("/health").json() == {"status": "ok", "pictures": 0}


def png_head(width: int, height: int) -> bytes:
    """A PNG that says it is large, and holds nothing."""
    import struct
    import zlib

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def tiff(pages: int) -> bytes:
    buffer = io.BytesIO()
    first, *others = [Image.new("L", (8, 8), i % 256) for i in range(pages)]
    first.save(buffer, "TIFF", save_all=True, append_images=others)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "status", "part"),
    [
        (b"", 422, "is empty"),
        (b"text", 415, "not a picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", 415, "not a picture"),
        (gzip.compress(b"volume"), 415, "not a picture"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, 422, "not an image"),
        (png_head(8000, 8000), 413, "8000 x 8000 pixels"),
        (png_head(60_000, 60_000), 413, "million pixels"),
        (b"\xff\xd8\xff" + b"\0" * 200, 422, "not an image"),
        (tiff(3), 422, "holds 3 pictures"),
        (tiff(70), 422, "more than 64 pages"),
    ],
    ids=["empty", "text", "eps", "gzip", "damaged", "bomb", "larger-bomb", "no-jpeg", "pages", "many-pages"],
)
def test_a_file_that_is_no_picture_is_named(client, content, status, part) -> None:
    answer = client.post("/predict", files={"file": ("a.png", content)})
    assert answer.status_code == status
    assert answer.json()["error"].startswith("a.png: ")
    assert part in answer.json()["error"]


def test_other_addresses_and_methods_are_answered_in_json(client) -> None:
    assert client.get("/nothing").json() == {"error": "There is nothing at this address. See /docs."}
    assert client.get("/predict").status_code == 405
    assert "error" in client.get("/predict").json()


def test_what_goes_wrong_inside_is_said_without_its_inside(run, pictures, monkeypatch) -> None:
    from fastapi.testclient import TestClient

    from sightline.serve.model import Model

    def fail(self: Model, batch: object) -> None:
        raise RuntimeError("secret place")

    monkeypatch.setattr(Model, "answer", fail)
    broken = TestClient(sl.serve(run), base_url="http://127.0.0.1", raise_server_exceptions=False)
    answer = broken.post("/predict", files=files(pictures[0]))
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert broken.get("/health").json()["pictures"] == 0


def test_several_findings_are_answered_each(tmp_path, pictures, findings_run) -> None:
    from fastapi.testclient import TestClient

    client = TestClient(sl.serve(findings_run), base_url="http://127.0.0.1")
    (tmp_path / "0.png").write_bytes(pictures[0])
    (row,) = sl.predict(findings_run, tmp_path / "0.png")
    told = client.post("/predict", files=files(pictures[0])).json()
    assert told["predictions"][0]["probabilities"] == pytest.approx(row.probabilities, abs=1e-6)
    assert told["predictions"][0]["prediction"] == row.prediction
    first = findings_run.findings[0]
    assert "Name the finding" in client.post("/explain", files=files(pictures[0])).json()["error"]
    told = client.post("/explain", files=files(pictures[0]), params={"finding": first}).json()
    assert (told["map"]["finding"], set(told["prediction"]["probabilities"])) == (first, {first, f"no {first}"})
    assert client.post("/look", files=files(pictures[0])).json()["overlay"].startswith("data:image/jpeg")
