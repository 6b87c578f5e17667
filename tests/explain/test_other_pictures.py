"""Some pictures of another data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.explain.other_pictures import other_pictures


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files: 6 of nevus and 2 of MEL, with a box each, and one of a class that the run does not know."""
    import csv

    from PIL import Image

    folder = tmp_path_factory.mktemp("hospital")
    rows = []
    for i, label in enumerate(["nevus"] * 6 + ["MEL"] * 2 + ["keratosis"]):
        Image.fromarray(np.full((40, 50, 3), 20 * i, np.uint8)).save(folder / f"{i}.png")
        rows.append({"image": f"{i}.png", "label": label, "box": "4 4 20 20"})
    with (folder / "t.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return folder / "t.csv"


def test_as_many_of_each_class_as_there_are_with_labels_of_the_run(guided: Run, hospital: Path) -> None:
    found = other_pictures(guided, "table", hospital, classes={"MEL": "melanoma"}, count=4)
    assert sorted(found.labels) == ["melanoma", "melanoma", "nevus", "nevus"]
    assert [path.parent for path in found.pictures] == [hospital.parent] * 4
    assert all((int(path.stem) >= 6) == (label == "melanoma") for path, label in zip(found.pictures, found.labels, strict=True))
    assert [len(marks) for marks in found.annotations] == [1] * 4
    assert any("keratosis (1 image)" in note for note in found.notes)


def test_there_are_never_more_than_there_are(guided: Run, hospital: Path) -> None:
    assert len(other_pictures(guided, "table", hospital, classes={"MEL": "melanoma"}, count=99).pictures) == 8
    with pytest.raises(UserError):
        other_pictures(guided, "table", hospital, split="moon", classes={"MEL": "melanoma"})


def test_what_is_drawn_comes_as_pixels(guided: Run) -> None:
    found = other_pictures(guided, "phantom", split="flipped", count=2)
    assert {picture.shape for picture in found.pictures} == {(224, 224, 3)} or {picture.ndim for picture in found.pictures} == {3}
    assert {picture.dtype for picture in found.pictures} == {np.dtype(np.uint8)}
