"""Outlines that a segmentation network proposes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from sightline.data.guide.guiding import mask_path
from sightline.data.images import image_size
from sightline.errors import UserError
from sightline.metrics.scores.localisation import jaccard
from sightline.review.app import app
from sightline.review.cases import Cases
from sightline.review.desk import Desk
from sightline.review.drawn import Drawn
from sightline.review.outlines import Outline
from sightline.review.store import Store

PORT, TOKEN = 8711, "a-token-of-this-test"


def filled(found: list[Outline], size: tuple[int, int]) -> np.ndarray:
    from sightline.data.annotation import polygon_map

    mask = np.zeros(size, bool)
    for outline in found:
        mask |= polygon_map(outline, size) > 0.5
    return mask


@pytest.fixture
def masks(own_cases: Cases, tmp_path: Path) -> Path:
    """Of the first case a disc and a speck, kept; of the second the same, not kept."""
    folder = tmp_path / "drawn"
    first, second = own_cases[0], own_cases[1]
    folder.mkdir()
    (folder / "pseudo.csv").write_text(f"id,kept\n{first.id},1\n{second.id},0\n", encoding="utf-8")
    height, width = image_size(own_cases.record(first).image)
    y, x = np.mgrid[:height, :width]
    disc = (x - width * 0.4) ** 2 + (y - height * 0.5) ** 2 < (0.3 * height) ** 2
    disc[0, 0] = True
    for case in (first, second):
        path = mask_path(folder, case.id)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.where(disc, np.uint8(230), np.uint8(20))).save(path)
    return folder


def test_the_outline_is_that_of_the_kept_mask(own_cases: Cases, masks: Path) -> None:
    drawn, case = Drawn(masks, own_cases), own_cases[0]
    size = image_size(own_cases.record(case).image)
    found = drawn.outlines(case, size)
    assert len(found) == 1, "without the speck"
    wanted = np.asarray(Image.open(mask_path(masks, case.id))) > 128
    assert jaccard(filled(found, size)[None].astype(np.float32), wanted[None].astype(np.float32))[0] > 0.95
    assert own_cases[1] not in drawn
    assert drawn.outlines(own_cases[1], size) == []


def test_the_page_offers_it_where_there_is_one(own_cases: Cases, masks: Path, tmp_path: Path) -> None:
    desk = Desk(own_cases, Store(tmp_path / "r.sqlite", own_cases.model), drawn=Drawn(masks, own_cases))
    first, second = own_cases[0], own_cases[1]
    with TestClient(app(desk, PORT, TOKEN), base_url=f"http://127.0.0.1:{PORT}") as browser:
        browser.get(f"/?token={TOKEN}")
        assert "Start from the drawn mask" in browser.get(f"/case/{first.key}").text
        assert "Start from the drawn mask" not in browser.get(f"/case/{second.key}").text
        size = image_size(own_cases.record(first).image)
        assert browser.get(f"/outlines/{first.key}/drawn").json()["outlines"] == [
            [list(point) for point in outline]
            for outline in desk.drawn.outlines(first, size)  # type: ignore[union-attr]
        ]
        assert browser.get(f"/outlines/{second.key}/drawn").json()["outlines"] == []


def test_a_folder_for_other_images_is_refused(own_cases: Cases, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        Drawn(tmp_path, own_cases)
    (tmp_path / "pseudo.csv").write_text("id,kept\nelsewhere,1\n", encoding="utf-8")
    with pytest.raises(UserError, match="keeps no mask of an image under review"):
        Drawn(tmp_path, own_cases)
