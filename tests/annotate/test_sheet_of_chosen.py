"""The sheet of images to annotate next."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from sightline.annotate import sheet
from sightline.annotate.sheet import Chosen, contact_sheet
from sightline.explain.run_pictures import SIDE
from sightline.results.annotations import ChosenImage


def chosen(count: int, mapped: bool) -> list[Chosen]:
    facts = {"image": "", "label": "nevus", "group": "", "probability": 0.7, "entropy": 0.9, "spread": None, "score": 1}
    rows = [ChosenImage(rank=n + 1, id=f"i{n}", predicted="melanoma" if n % 2 else "nevus", **facts) for n in range(count)]
    picture, ramp = np.full((20, 20, 3), 90, np.uint8), np.linspace(0, 1, 25, dtype=np.float32).reshape(5, 5)
    return [Chosen(row, picture, ramp if mapped else None) for row in rows]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    """Cells, titles and note of each sheet, in place of the sheet."""
    kept: list[tuple] = []
    monkeypatch.setattr(sheet, "panel", lambda *parts: (kept.append(parts), Figure())[1])
    return kept


def test_each_image_stands_beside_its_map_with_the_prediction(drawn):
    contact_sheet(chosen(2, mapped=True), "unit", 2)
    ((first, looked, second, other),), titles, note = drawn[0]
    assert titles == ["image", "where it looks"] * 2
    assert (first.caption, second.caption) == ("1. nevus", "2. nevus")
    assert (looked.caption, looked.right) == ("nevus 0.70 ✓", True)
    assert (other.caption, other.right) == ("melanoma 0.70 ✗", False)
    assert first.picture.shape == looked.picture.shape == (SIDE, SIDE, 3)
    assert (first.picture == 90).all()
    assert looked.picture.std() > 5
    assert note == "Numbered as in next.csv. Under each map: the prediction and its probability."


def test_a_run_without_maps_shows_images_alone_and_says_so(drawn):
    contact_sheet(chosen(3, mapped=False), "unit", 3)
    ((*cells,),), titles, note = drawn[0]
    assert [cell.caption for cell in cells] == ["1. nevus", "2. nevus", "3. nevus"]
    assert titles == ["image"] * 3
    assert note.endswith("This run has no attention maps.")


def test_the_last_row_is_filled_up_with_white_and_what_is_left_out_is_counted(drawn):
    contact_sheet(chosen(5, mapped=True), "unit", 40, note="They are calibrated.")
    rows, titles, note = drawn[0]
    assert [len(row) for row in rows] == [8, 8]
    assert len(titles) == 8
    assert all((cell.picture == 255).all() and cell.caption == "" for cell in rows[1][2:])
    assert note.endswith("the prediction and its probability. They are calibrated. Shown are the first 5 of 40.")
