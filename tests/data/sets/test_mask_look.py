"""Whether a picture looks like a mask or like a photograph, whatever kind of file it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from class_folders import draw, mask
from PIL import Image, ImageDraw, ImageFilter

from sightline.data.sets.folder import read
from sightline.data.sets.mask_look import looks_like_mask, looks_like_photograph, mask_levels
from sightline.errors import UserError


def test_a_photograph_is_no_mask_whatever_its_name(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"1_lesion\.jpg: is a mask by its name or folder, but looks like a photograph"):
        read(draw(tmp_path, "cat/1.jpg cat/1_lesion.jpg dog/1.jpg"))


def test_masks_of_few_levels_saved_as_jpeg_or_with_small_numbers_are_seen_through(tmp_path: Path) -> None:
    root = draw(tmp_path, "cat/1.jpg dog/1.jpg")
    mask(root / "cat/1_x.png", level=1)
    with pytest.raises(UserError, match="looks like a mask"):
        read(root)
    (root / "cat/1_x.png").unlink()
    mask(root / "cat/1_x.jpg")
    with pytest.raises(UserError, match="looks like a mask"):
        read(root)


COLOURS = {"noise": None, "skin": ((210, 170, 150), (90, 50, 40)), "greys": ((0, 0, 0), (60, 60, 60), (120, 120, 120))}


@pytest.mark.parametrize("suffix", ["png", "jpg", "bmp", "tif"])
@pytest.mark.parametrize("mode", ["L", "1", "P", "I;16", "RGB", "RGBA", "red", "soft", "soft red"])
@pytest.mark.parametrize("drawing", COLOURS)
def test_a_mask_of_any_kind_is_told_from_a_photograph_and_from_a_drawing(tmp_path: Path, drawing: str, mode: str, suffix: str) -> None:
    if suffix in ("jpg", "bmp") and mode in ("1", "P", "I;16", "RGBA"):
        pytest.skip("no such files")
    disc = Image.new("L", (96, 96))
    ImageDraw.Draw(disc).ellipse((25, 20, 70, 60), fill=255)
    if "soft" in mode:
        disc = disc.filter(ImageFilter.GaussianBlur(1))
    for name in ("a/1", "b/2"):
        pixels = np.random.default_rng(1).integers(0, 255, (96, 96, 3), np.uint8)
        for number, colour in enumerate(COLOURS[drawing] or ()):
            pixels[20 * number :, 10 * number :] = colour
        (tmp_path / name).parent.mkdir()
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
        black = Image.new("L", disc.size)
        picture = Image.merge("RGB", [disc, black, black]) if "red" in mode else disc
        if mode == "I;16":
            picture = Image.fromarray(np.asarray(disc, np.uint16) * 257)
        elif mode == "RGBA":
            picture = Image.merge("RGBA", [black, black, black, disc])
        elif mode in ("1", "P", "RGB"):
            picture = disc.convert(mode)
        picture.save(tmp_path / f"{name}_x.{suffix}")
    with pytest.raises(UserError, match=rf"1_x\.{suffix}: looks like a mask of a/1\.png"):
        read(tmp_path)


def saved(path: Path, pixels: np.ndarray, **options: object) -> Path:
    Image.fromarray(pixels.astype(np.uint8)).save(path, **options)
    return path


def test_levels_are_counted_and_a_photograph_has_none(tmp_path: Path) -> None:
    levels = np.repeat(np.arange(8) * 30, 8)[None].repeat(64, axis=0)
    assert mask_levels(saved(tmp_path / "8.png", levels)) == 8
    assert mask_levels(saved(tmp_path / "9.png", np.repeat(np.arange(9) * 28, 7)[None].repeat(63, axis=0))) == 0, "more than a few"
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3))
    assert mask_levels(saved(tmp_path / "noise.png", noise)) == 0
    assert looks_like_photograph(tmp_path / "noise.png")
    assert not looks_like_photograph(tmp_path / "8.png")


def test_a_few_colours_are_a_mask_if_black_is_among_them(tmp_path: Path) -> None:
    pixels = np.zeros((40, 40, 3))
    pixels[10:20, 10:20] = (200, 30, 30)
    assert mask_levels(saved(tmp_path / "black.png", pixels)) == 2
    pixels[pixels.sum(axis=2) == 0] = (20, 90, 40)
    assert mask_levels(saved(tmp_path / "green.png", pixels)) == 0


def test_soft_edges_are_left_out_of_account_but_a_gradient_is_no_mask(tmp_path: Path) -> None:
    disc = Image.new("L", (200, 200))
    ImageDraw.Draw(disc).ellipse((50, 50, 150, 150), fill=255)
    soft = np.asarray(disc.filter(ImageFilter.GaussianBlur(2)))
    assert mask_levels(saved(tmp_path / "soft.png", soft)) == 2
    assert mask_levels(saved(tmp_path / "gradient.png", np.linspace(0, 255, 200)[None].repeat(200, axis=0))) == 0


def test_what_cannot_be_read_looks_like_neither(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")
    assert not looks_like_mask(tmp_path / "a.png")
    assert not looks_like_photograph(tmp_path / "a.png")
    assert not looks_like_mask(tmp_path / "gone.png")
