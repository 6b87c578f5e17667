from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sightline.data.images import image_size, open_image
from sightline.errors import UserError

PIXELS = np.random.default_rng(0).integers(0, 256, (6, 9, 5), np.uint8)


def array(folder: Path, values: np.ndarray) -> Path:
    np.save(folder / "a.npy", values)
    return folder / "a.npy"


def test_array_is_read_whichever_axis_has_the_channels(tmp_path: Path) -> None:
    for stored in (PIXELS, np.moveaxis(PIXELS, 2, 0)):
        path = array(tmp_path, stored)
        assert np.array_equal(open_image(path, channels=5), PIXELS)
        assert image_size(path) == (6, 9)


def test_array_of_one_plane_is_a_grey_picture(tmp_path: Path) -> None:
    seen = open_image(array(tmp_path, PIXELS[..., 0]))
    assert seen.shape == (6, 9, 3)
    assert np.array_equal(seen[..., 2], PIXELS[..., 0])


def test_truth_values_are_black_and_white(tmp_path: Path) -> None:
    assert np.array_equal(open_image(array(tmp_path, PIXELS > 99), channels=5), np.where(PIXELS > 99, 255, 0))


def test_deep_channels_share_one_scale(tmp_path: Path) -> None:
    path = array(tmp_path, PIXELS.astype(np.float32) / 51)  # to 5 at most
    assert np.abs(open_image(path, (0, 5), channels=5).astype(int) - PIXELS).max() <= 1
    assert open_image(path, (0, 10), channels=5).max() == 128


def test_each_page_of_a_tiff_file_is_a_channel(tmp_path: Path) -> None:
    pages = [Image.fromarray(PIXELS[..., c]) for c in range(5)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    assert np.array_equal(open_image(tmp_path / "a.tif", channels=5), PIXELS)
    deep = [Image.fromarray(PIXELS[..., c].astype(np.uint16) * 257) for c in range(5)]
    deep[0].save(tmp_path / "b.tif", save_all=True, append_images=deep[1:])
    assert np.array_equal(open_image(tmp_path / "b.tif", channels=5), PIXELS)


def test_alpha_is_the_fourth_channel(tmp_path: Path) -> None:
    Image.fromarray(PIXELS[..., :4], "RGBA").save(tmp_path / "a.png")
    assert np.array_equal(open_image(tmp_path / "a.png", channels=4), PIXELS[..., :4])


def test_another_number_of_channels_is_refused_and_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"\(6, 9, 5\), of which no axis has 3 channels.*data.channels to 5"):
        open_image(array(tmp_path, PIXELS))
    Image.fromarray(PIXELS[..., :3]).save(tmp_path / "a.png")
    with pytest.raises(UserError, match=r"holds the channels RGB, but data\.channels is 4"):
        open_image(tmp_path / "a.png", channels=4)
    with pytest.raises(UserError, match="channels RGB"):
        open_image(tmp_path / "a.png", channels=2)


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    for values in (np.array(["a", "b"]), np.zeros((2, 3, 4, 5)), np.zeros((0, 3))):
        with pytest.raises(UserError, match="Save numbers as"):
            open_image(array(tmp_path, values))
    path = array(tmp_path, PIXELS)
    path.write_bytes(path.read_bytes()[:150])
    with pytest.raises(UserError, match="cut short or damaged"):
        open_image(path, channels=5)
