"""What counts as inside a mask: masks as people have them keep their area."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from dicoms import write_dicom
from PIL import Image, ImageDraw

from sightline.data.mask_levels import Levels, open_mask
from sightline.errors import UserError

SIDE = 200


def ellipse(side: int = SIDE) -> Image.Image:
    """White on black, its outline hard."""
    image = Image.new("L", (side, side))
    ImageDraw.Draw(image).ellipse([side // 4, side // 3, side * 3 // 4, side * 3 // 4], fill=255)
    return image


def smooth() -> tuple[Image.Image, float]:
    """White on black with a smooth outline, and the area of what it shows."""
    large = ellipse(8 * SIDE)
    return large.resize((SIDE, SIDE), Image.Resampling.BOX), np.count_nonzero(large) / 64


def saved(image: Image.Image | np.ndarray, path: Path, **options: object) -> Path:
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(path, **options)
    return path


def square(low: float, high: float, dtype: type) -> np.ndarray:
    """900 of 3,600 pixels are `high`."""
    pixels = np.full((60, 60), low, dtype)
    pixels[10:40, 10:40] = high
    return pixels


def labels(*levels: int) -> np.ndarray:
    """A square for each level after the first, side by side, 400 pixels each."""
    pixels = np.full((60, 30 * len(levels)), levels[0], np.uint8)
    for i, level in enumerate(levels[1:]):
        pixels[20:40, 30 * i + 5 : 30 * i + 25] = level
    return pixels


@pytest.mark.parametrize(
    ("low", "high", "dtype"),
    [
        *((0, high, np.uint8) for high in (1, 2, 128, 255)),
        *((0, high, np.uint16) for high in (1, 255, 4095, 65535)),
        *((0, high, np.float32) for high in (1, 255, 0.3)),
        (0, 1, np.int32),
        (100, 200, np.uint8),
        (254, 255, np.uint8),
        (-1, 1, np.float32),
    ],
)
def test_two_levels_are_exact(tmp_path: Path, low: float, high: float, dtype: type) -> None:
    pixels = square(low, high, dtype)
    assert (open_mask(saved(pixels, tmp_path / "mask.tif")) == (pixels == high)).all()


@pytest.mark.parametrize("quality", [95, 90, 75, 50])
def test_jpeg_keeps_the_area(tmp_path: Path, quality: int) -> None:
    hard, (soft, area) = ellipse(), smooth()
    assert open_mask(saved(hard, tmp_path / "hard.jpg", quality=quality)).sum() == pytest.approx(np.count_nonzero(hard), rel=0.01)
    assert open_mask(saved(soft, tmp_path / "soft.jpg", quality=quality)).sum() == pytest.approx(area, rel=0.01)


def test_jpeg_saved_as_png_keeps_the_area(tmp_path: Path) -> None:
    again = Image.open(saved(ellipse(), tmp_path / "hard.jpg", quality=75))
    assert open_mask(saved(again.convert("RGB"), tmp_path / "again.png")).sum() == pytest.approx(np.count_nonzero(ellipse()), rel=0.01)


@pytest.mark.parametrize("size", [(77, 91), (777, 651), (150, 150)])
@pytest.mark.parametrize(
    "filter", [Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS, Image.Resampling.NEAREST]
)
def test_resizing_keeps_the_area(tmp_path: Path, size: tuple[int, int], filter: Image.Resampling) -> None:
    share = np.count_nonzero(ellipse()) / SIDE**2
    assert open_mask(saved(ellipse().resize(size, filter), tmp_path / "mask.png")).mean() == pytest.approx(share, rel=0.01)


def test_a_smooth_outline_is_cut_in_its_middle(tmp_path: Path) -> None:
    soft, area = smooth()
    assert open_mask(saved(soft, tmp_path / "mask.png")).sum() == pytest.approx(area, rel=0.01)
    faint = np.asarray(soft, np.float32) / 255 * 0.4
    assert open_mask(saved(faint, tmp_path / "faint.tif")).sum() == pytest.approx(area, rel=0.01)


def test_one_level_is_all_or_nothing(tmp_path: Path) -> None:
    assert open_mask(saved(np.full((9, 9), 1, np.uint8), tmp_path / "full.png")).all()
    assert not open_mask(saved(np.zeros((9, 9), np.uint8), tmp_path / "empty.png")).any()
    noise = np.random.default_rng(0).integers(249, 256, (40, 40), np.uint8)
    assert open_mask(saved(noise, tmp_path / "noise.png")).all(), "a full mask after JPEG is not cut through its noise"


@pytest.mark.parametrize("levels", [(0, 128, 255), (0, 127, 255), (0, 1, 2), (0, 1, 2, 3), (0, 1, 255), (0, 254, 255), (0, 85, 170, 255)])
def test_more_than_two_levels_are_not_guessed_at(tmp_path: Path, levels: tuple[int, ...]) -> None:
    path = saved(labels(*levels), tmp_path / "labels.png")
    with pytest.raises(UserError, match=rf"labels\.png: holds more than two levels\. It holds {', '.join(map(str, levels))}: .*data\.mask"):
        open_mask(path)
    assert (open_mask(path, Levels(levels[1:2])) == (labels(*levels) == levels[1])).all()
    assert (open_mask(path, Levels(levels[1:])) == (labels(*levels) > 0)).all()
    assert (open_mask(path, Levels(least=levels[2])) == (labels(*levels) >= levels[2])).all()


def test_thin_lines_of_a_further_level_are_not_passed_over(tmp_path: Path) -> None:
    vessels = labels(0, 255)
    vessels[10, 5:55] = 127
    with pytest.raises(UserError, match="more than two levels"):
        open_mask(saved(vessels, tmp_path / "vessels.png"))


def test_labels_after_jpeg_and_soft_maps_are_not_guessed_at(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="more than two levels"):
        open_mask(saved(labels(0, 128, 255), tmp_path / "labels.jpg", quality=90))
    rows, columns = np.indices((100, 100)) - 50
    soft = (255 * np.exp(-(rows**2 + columns**2) / 800)).astype(np.uint8)
    with pytest.raises(UserError, match="a soft map is a heat map, not a mask"):
        open_mask(saved(soft, tmp_path / "soft.png"))


def coloured(outside: tuple[int, int, int], inside: tuple[int, int, int]) -> Image.Image:
    pixels = np.full((60, 60, 3), outside, np.uint8)
    pixels[10:40, 10:40] = inside
    return Image.fromarray(pixels)


@pytest.mark.parametrize(
    ("outside", "inside"),
    [
        ((0, 0, 0), (255, 0, 0)),
        ((0, 0, 0), (0, 0, 128)),
        ((255, 255, 255), (255, 0, 0)),
        ((255, 255, 255), (0, 0, 128)),
        ((68, 1, 84), (253, 231, 36)),  # as a plotting library colours 0 and 1
    ],
)
@pytest.mark.parametrize("how", ["png", "jpg", "palette"])
def test_two_colours_are_told_apart(tmp_path: Path, outside: tuple[int, int, int], inside: tuple[int, int, int], how: str) -> None:
    image = coloured(outside, inside)
    path = saved(image.quantize(2) if how == "palette" else image, tmp_path / f"mask.{'jpg' if how == 'jpg' else 'png'}")
    wanted = square(0, 1, np.uint8) > 0
    found = open_mask(path)
    assert found.sum() == pytest.approx(900, rel=0.01 if how == "jpg" else 0)
    assert (found != wanted).sum() < 10


def test_colours_of_which_neither_is_known_to_mark_are_refused(tmp_path: Path) -> None:
    path = saved(coloured((255, 0, 0), (0, 255, 0)), tmp_path / "mask.png")
    with pytest.raises(UserError, match=r"does not say which of its colours #ff0000 and #00ff00 is inside\. .*levels=\['#00ff00'\]"):
        open_mask(path)
    assert open_mask(path, Levels(("#00ff00",))).sum() == 900


def test_three_colours_are_not_guessed_at(tmp_path: Path) -> None:
    pixels = np.asarray(coloured((0, 0, 0), (255, 0, 0))).copy()
    pixels[45:50, 45:50] = (0, 255, 0)
    with pytest.raises(UserError, match=r"It holds '#000000', '#00ff00', '#ff0000': say which"):
        open_mask(saved(pixels, tmp_path / "colours.png"))
    index = Image.fromarray(labels(0, 1, 2), "P")
    index.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0])
    path = saved(index, tmp_path / "palette.png")
    with pytest.raises(UserError, match="It holds 0, 1, 2: say which"):
        open_mask(path)
    assert (open_mask(path, Levels((2,))) == (labels(0, 1, 2) == 2)).all()
    assert (open_mask(path, Levels(("#008000",))) == (labels(0, 1, 2) == 2)).all()


def test_a_palette_without_colours_is_read_by_its_indices(tmp_path: Path) -> None:
    index = Image.fromarray(square(0, 1, np.uint8), "P")
    index.putpalette([0, 0, 0] * 256)
    assert open_mask(saved(index, tmp_path / "mask.png")).sum() == 900


@pytest.mark.parametrize("colour", [(255, 0, 0), (0, 0, 0), (255, 255, 255)])
def test_a_mask_in_the_alpha_channel_is_read_from_there(tmp_path: Path, colour: tuple[int, int, int]) -> None:
    soft, area = smooth()
    image = Image.new("RGB", soft.size, colour)
    image.putalpha(soft)
    assert open_mask(saved(image, tmp_path / "mask.png")).sum() == pytest.approx(area, rel=0.01)
    grey = Image.merge("LA", (Image.new("L", soft.size, colour[0]), soft))
    assert open_mask(saved(grey, tmp_path / "grey.png")).sum() == pytest.approx(area, rel=0.01)


def test_colours_count_where_the_alpha_channel_says_nothing_more(tmp_path: Path) -> None:
    hard = ellipse()
    for name, alpha in (("opaque", Image.new("L", hard.size, 255)), ("clear", Image.new("L", hard.size)), ("same", hard)):
        path = saved(Image.merge("RGBA", (hard, hard, hard, alpha)), tmp_path / f"{name}.png")
        assert (open_mask(path) == (np.asarray(hard) > 0)).all(), name


def test_colours_and_alpha_that_disagree_are_refused(tmp_path: Path) -> None:
    hard = ellipse()
    other = Image.eval(hard, lambda v: 255 - v)
    with pytest.raises(UserError, match="marks different pixels by its colours and by its transparency"):
        open_mask(saved(Image.merge("RGBA", (hard, hard, hard, other)), tmp_path / "mask.png"))


def test_a_transparent_colour_of_a_png_is_no_alpha_channel(tmp_path: Path) -> None:
    path = saved(Image.fromarray(square(0, 255, np.uint8)), tmp_path / "mask.png", transparency=0)
    assert open_mask(path).sum() == 900


def test_undefined_values_are_named(tmp_path: Path) -> None:
    pixels = square(0, 1, np.float32)
    pixels[0, 0] = np.nan
    with pytest.raises(UserError, match=r"mask\.tif: holds undefined or infinite values"):
        open_mask(saved(pixels, tmp_path / "mask.tif"))


def test_a_mask_in_a_dicom_file_is_read(tmp_path: Path) -> None:
    pixels = square(0, 1, np.uint16)
    assert (open_mask(write_dicom(tmp_path / "1_mask.dcm", pixels)) == (pixels > 0)).all()


@pytest.mark.parametrize("colour", [(255, 0, 0), (0, 255, 0), (255, 255, 0), (0, 0, 255)])
@pytest.mark.parametrize("quality", [50, 60, 75])
def test_small_coloured_masks_saved_as_jpeg_keep_their_area(tmp_path: Path, colour: tuple[int, int, int], quality: int) -> None:
    inside = np.hypot(*np.mgrid[-50:50, -50:50]) < 15
    path = saved(np.where(inside[..., None], np.uint8(colour), np.uint8(0)), tmp_path / "m.jpg", quality=quality)
    assert open_mask(path).sum() == pytest.approx(inside.sum(), rel=0.02)


def test_an_area_of_a_third_colour_is_not_passed_over_in_a_jpeg(tmp_path: Path) -> None:
    pixels = np.zeros((100, 100, 3), np.uint8)
    pixels[20:80, 20:80] = (255, 0, 0)
    pixels[2:12, 2:12] = (0, 255, 0)
    with pytest.raises(UserError, match="more than two levels"):
        open_mask(saved(pixels, tmp_path / "m.jpg", quality=75))
