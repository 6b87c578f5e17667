"""One picture explained, in memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sightline.errors import UserError
from sightline.explain.explanation import Explanation, Found, scale_of

LOW, HIGH = np.array([[0.0, 1.0]]), np.array([[-4.0, 2.0]])


def explained(*found: Found, where: tuple[float, float, float, float] = (0, 0, 40, 20)) -> Explanation:
    return Explanation(np.full((20, 40, 3), 200, np.uint8), "nevus", {"nevus": 0.75, "melanoma": 0.25}, found, where)


TWO = explained(Found("cam", "nevus", LOW, "evidence"), Found("cam", "melanoma", HIGH, "evidence"), Found("gate", None, LOW, "unit"))


def test_maps_of_several_classes_have_the_class_in_their_name() -> None:
    assert list(TWO.maps) == ["cam:nevus", "cam:melanoma", "gate"]
    assert TWO.maps["cam:melanoma"] is HIGH
    assert list(explained(Found("cam", "nevus", LOW, "evidence")).maps) == ["cam"]


def test_the_first_map_is_shown_unless_another_is_named() -> None:
    assert np.array_equal(TWO.overlay(), TWO.overlay("cam:nevus"))
    assert not np.array_equal(TWO.overlay(), TWO.overlay("gate"))
    assert TWO.overlay().shape == (20, 40, 3)
    with pytest.raises(UserError, match=r"map 'cam': is not among the maps"):
        TWO.overlay("cam")
    with pytest.raises(UserError, match="rainbow"):
        TWO.overlay(colours="rainbow")


def test_classes_of_a_picture_share_one_scale_and_other_maps_do_not() -> None:
    cam, other, gate = TWO.found
    assert scale_of(cam, TWO.found, "jet") == scale_of(other, TWO.found, "jet") == 2
    assert scale_of(gate, TWO.found, "jet") == 1
    broken = Found("cam", "keratosis", np.array([[np.nan, 9.0]]), "evidence")
    assert scale_of(cam, (*TWO.found, broken), "jet") == 2, "what is no number sets no scale"
    assert scale_of(broken, (broken,), "jet") == 0


def test_what_the_network_did_not_see_is_darkened() -> None:
    part = explained(Found("cam", None, LOW, "evidence"), where=(0, 0, 20, 20))
    unseen = part.overlay()[:, 30]
    assert (unseen == unseen[0]).all()
    assert unseen.max() < part.pixels[0, 30, 0]


def test_it_is_saved_as_a_png(tmp_path: Path) -> None:
    path = TWO.save(tmp_path / "a.map", "gate")
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        assert np.array_equal(np.asarray(picture), TWO.overlay("gate"))
