"""Pictures are kept up to a number of bytes, and the map lies on the picture as elsewhere."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from sightline.explain.overlay import overlay
from sightline.review.pictures import Kept, layer, whole


def test_pictures_are_kept_up_to_a_number_of_bytes() -> None:
    made: list[int] = []
    kept = Kept(most=100)

    def get(number: int) -> bytes:
        def make() -> bytes:
            made.append(number)
            return bytes(40)

        return kept.get((number,), make)

    for number in (1, 2, 1, 3, 1, 2):
        assert len(get(number)) == 40
    assert made == [1, 2, 3, 2]  # the one that was used longest ago had to go
    assert kept._bytes == 80


def test_a_layer_over_the_picture_is_the_overlay_of_the_report() -> None:
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 255, (20, 30, 3), np.uint8)
    values = rng.random((20, 30)).astype(np.float32)
    found = Image.open(io.BytesIO(layer(values, "unit", 1.0, (0, 0, 30, 20), (20, 30))))
    over = Image.alpha_composite(Image.fromarray(picture).convert("RGBA"), found)
    assert np.abs(np.asarray(over)[..., :3].astype(int) - overlay(picture, values)).max() <= 3


def test_a_layer_darkens_what_the_network_did_not_see_and_has_one_scale() -> None:
    raw = np.ones((2, 2))
    raw[0, 0] = 2
    strong, weak = (np.asarray(Image.open(io.BytesIO(layer(raw, "evidence", top, (10, 0, 20, 10), (10, 20))))) for top in (2.0, 8.0))
    assert (strong[:, :9] == (0, 0, 0, 150)).all()
    assert strong[..., 3].max() > 2 * weak[:, 10:, 3].max()


def test_large_pictures_are_sent_smaller() -> None:
    pixels = np.zeros((2100, 2000, 3), np.uint8)
    assert whole(pixels)[1] == "image/jpeg"
    assert whole(pixels[:1900])[1] == "image/png"
