"""Annotations as the settings say that they are to be read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sightline.config import Data, Mask
from sightline.data import survey_store
from sightline.data.annotation import render
from sightline.data.images import image_size, open_image
from sightline.data.marks import as_set
from sightline.data.reading import read
from sightline.data.survey import survey
from sightline.types import Annotation, Record

ORIENTATION = 0x0112


@pytest.fixture(autouse=True)
def _store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey_store, "store_folder", lambda: tmp_path / "store")


def stored_spot() -> np.ndarray:
    """(20, 30) with one bright rectangle, far from every symmetry."""
    pixels = np.zeros((20, 30), np.uint8)
    pixels[3:7, 4:12] = 255
    return pixels


def photograph(path: Path, turn: int) -> Path:
    exif = Image.Exif()
    exif[ORIENTATION] = turn
    Image.fromarray(stored_spot()).convert("RGB").save(path, exif=exif)
    return path


def marks(folder: Path) -> dict[str, Annotation]:
    """The rectangle in every kind of annotation, on the pixels as stored."""
    Image.fromarray(stored_spot()).save(folder / "marks.png")
    seconds = tuple((x, y, 1.0) for y in range(3, 7) for x in range(4, 12))
    return {
        "mask": Annotation("mask", folder / "marks.png", size=(20, 30)),
        "heatmap": Annotation("heatmap", folder / "marks.png"),
        "box": Annotation("box", points=((4, 3, 12, 7),), size=(20, 30)),
        "polygon": Annotation("polygon", points=((4, 3), (12, 3), (12, 7), (4, 7))),
        "gaze": Annotation("gaze", points=seconds),
    }


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("kind", ["mask", "heatmap", "box", "polygon", "gaze"])
@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_annotations_made_on_the_stored_pixels_are_turned_as_the_photograph_is(tmp_path: Path, turn: int, kind: str, suffix: str) -> None:
    record = Record("a", photograph(tmp_path / f"a.{suffix}", turn), "x", annotations=(marks(tmp_path)[kind],))
    [upright] = as_set([record], Mask(), "stored")
    shown = open_image(record.image)[..., 0] > 0
    roi = render(upright.annotations, image_size(record.image), gaze_blur=1, where="a")
    assert roi is not None
    assert (roi == shown).all()


def folder(tmp_path: Path, turn: int, mask: np.ndarray) -> Data:
    for label in ("a", "b"):
        (tmp_path / "set" / label).mkdir(parents=True)
        for i in range(3):
            photograph(tmp_path / "set" / label / f"{i}.jpg", turn)
            Image.fromarray(mask).save(tmp_path / "set" / label / f"{i}_mask.png")
    return Data(name="folder", root=tmp_path / "set")


@pytest.mark.parametrize("turn", [5, 6, 7, 8])
def test_masks_of_turned_photographs_are_one_kind_of_problem_with_a_remedy(tmp_path: Path, turn: int) -> None:
    data = folder(tmp_path, turn, stored_spot())
    problems = survey(read(data).records, gaze_blur=5).problems
    assert len(problems) == 6
    assert {problem.reason for problem in problems} == {
        "the annotation was made on the photograph as stored, but the EXIF tag turns the photograph"
    }
    assert "data.annotated_on=stored" in problems[0].remedy
    stored = data.model_copy(update={"annotated_on": "stored"})
    found = survey(read(stored).records, gaze_blur=5, annotated_on="stored")
    assert not found.problems
    assert not found.remarks
    assert found.facts["a/0.jpg"].area == pytest.approx(32 / 600)


def test_photographs_whose_turn_does_not_show_in_the_size_are_listed(tmp_path: Path) -> None:
    found = survey(read(folder(tmp_path, 3, stored_spot())).records, gaze_blur=5)
    assert not found.problems
    assert {remark.reason for remark in found.remarks} == {
        "is turned by its EXIF tag, and its annotations are assumed to be made on the upright picture"
    }
    assert "data.annotated_on=stored" in found.remarks[0].remedy


def test_levels_hold_for_every_mask_file(tmp_path: Path) -> None:
    labels = stored_spot()
    labels[10:14, 10:14] = 128
    data = folder(tmp_path, 1, labels)
    assert {p.reason for p in survey(read(data).records, gaze_blur=5).problems} == {"holds more than two levels"}
    chosen = data.model_copy(update={"mask": Mask(levels=(128,))})
    assert survey(read(chosen).records, gaze_blur=5).facts["a/0.jpg"].area == pytest.approx(16 / 600)
    least = data.model_copy(update={"mask": Mask(least=100)})
    assert survey(read(least).records, gaze_blur=5).facts["a/0.jpg"].area == pytest.approx(48 / 600)


def test_levels_and_turn_go_together(tmp_path: Path) -> None:
    labels = stored_spot()
    labels[10:14, 10:14] = 128
    data = folder(tmp_path, 6, labels).model_copy(update={"mask": Mask(levels=(255,)), "annotated_on": "stored"})
    [record, *_] = read(data).records
    roi = render(record.annotations, image_size(record.image), where="a")
    assert (roi == (open_image(record.image)[..., 0] > 128)).mean() > 0.98, "JPEG blurs the photograph a little"


def test_masks_that_may_not_mean_what_they_say_are_listed(tmp_path: Path) -> None:
    odd = {"empty": np.zeros((20, 30), np.uint8), "full": np.full((20, 30), 255, np.uint8), "inverted": 255 - stored_spot()}
    records = []
    for name, pixels in {**odd, "fine": stored_spot()}.items():
        Image.fromarray(np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)).save(tmp_path / f"{name}.png")
        Image.fromarray(pixels).save(tmp_path / f"{name}_mask.png")
        records.append(Record(name, tmp_path / f"{name}.png", "x", annotations=(Annotation("mask", tmp_path / f"{name}_mask.png"),)))
    for _ in range(2):  # seen, and remembered
        remarks = survey(records, gaze_blur=5).remarks
        assert [Path(remark.where).stem for remark in remarks] == [f"{name}_mask" for name in odd]
        assert [remark.reason for remark in remarks] == [
            "this mask marks nothing",
            "this mask marks the whole image",
            "this mask marks most of the image and its border",
        ]
    assert not survey([Record("n", tmp_path / "fine.png", "x", annotations=(Annotation("nothing"),))], gaze_blur=5).remarks
