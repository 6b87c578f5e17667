"""Encodings of pictures, and files that are none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL
import pytest
from PIL import Image, ImageCms, TiffImagePlugin

from sightline.data.images import image_size, open_image, open_map
from sightline.errors import UserError


@pytest.fixture
def colours() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (6, 9, 3), np.uint8)


def saved(image: Image.Image, path: Path, **options: object) -> Path:
    image.save(path, **options)
    return path


def test_rgb_png_is_read_as_it_is(tmp_path: Path, colours: np.ndarray) -> None:
    path = saved(Image.fromarray(colours), tmp_path / "a b (1).png")
    assert np.array_equal(open_image(path), colours)
    assert image_size(path) == (6, 9)


@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_exif_rotation_is_applied_to_pixels_and_size(tmp_path: Path, suffix: str) -> None:
    pixels = np.zeros((8, 16, 3), np.uint8)
    pixels[:, :8] = 255  # left half bright; orientation 6 turns it clockwise: the bright half comes to the top
    exif = Image.Exif()
    exif[0x0112] = 6
    path = saved(Image.fromarray(pixels), tmp_path / f"turned.{suffix}", exif=exif)
    image = open_image(path)
    assert image.shape == (16, 8, 3) == (*image_size(path), 3)
    assert image[:6].min() > 200
    assert image[10:].max() < 50


def test_sixteen_bit_greys_keep_their_steps_instead_of_saturating(tmp_path: Path) -> None:
    deep = np.linspace(0, 65535, 64).astype(np.uint16).reshape(8, 8)
    image = open_image(saved(Image.fromarray(deep), tmp_path / "deep.png"))
    assert image.shape == (8, 8, 3)
    assert np.array_equal(image[..., 0], np.rint(deep / 257))


def test_twelve_bits_in_sixteen_do_not_come_out_black(tmp_path: Path) -> None:
    deep = np.linspace(0, 4000, 64).astype(np.uint16).reshape(8, 8)
    image = open_image(saved(Image.fromarray(deep), tmp_path / "deep.tif"))
    assert np.array_equal(image[..., 0], np.rint(deep * (255 / 4095)))


def test_float_greys_in_the_unit_range(tmp_path: Path) -> None:
    image = open_image(saved(Image.fromarray(np.array([[0, 0.5, 1]], np.float32)), tmp_path / "unit.tif"))
    assert image[0, :, 0].tolist() == [0, 128, 255]


def test_negative_greys_are_refused_by_name(tmp_path: Path) -> None:
    path = saved(Image.fromarray(np.array([[-5, 7]], np.int32)), tmp_path / "ct.tif")
    with pytest.raises(UserError, match=r"ct\.tif: holds negative grey values\. They reach from -5 to 7: .*data\.grey"):
        open_image(path)


def test_transparent_parts_of_an_image_turn_black(tmp_path: Path) -> None:
    pixels = np.full((2, 2, 4), 200, np.uint8)
    pixels[..., 3] = [[255, 0], [255, 255]]
    image = open_image(saved(Image.fromarray(pixels), tmp_path / "alpha.png"))
    assert image[..., 0].tolist() == [[200, 0], [200, 200]]


def test_palette_one_bit_grey_alpha_and_cmyk_images(tmp_path: Path, colours: np.ndarray) -> None:
    rgb = Image.fromarray(colours)
    few = rgb.quantize(8)
    assert np.array_equal(open_image(saved(few, tmp_path / "palette.png")), np.asarray(few.convert("RGB")))
    bits = Image.fromarray(np.array([[True, False]]))
    assert open_image(saved(bits, tmp_path / "bits.png"))[0, :, 1].tolist() == [255, 0]
    grey = Image.fromarray(np.array([[[7, 255], [9, 0]]], np.uint8), "LA")
    assert open_image(saved(grey, tmp_path / "la.png"))[0, :, 2].tolist() == [7, 0]
    flat = Image.new("CMYK", (4, 4), (0, 255, 255, 0))  # red
    red, green, _ = open_image(saved(flat, tmp_path / "cmyk.jpg"))[0, 0]
    assert red > 200
    assert green < 60


def test_masks_of_one_bit_and_eight_bits_agree(tmp_path: Path) -> None:
    inside = np.eye(5, dtype=bool)
    one = open_map(saved(Image.fromarray(inside), tmp_path / "one.png"))
    eight = open_map(saved(Image.fromarray(inside.astype(np.uint8) * 255), tmp_path / "eight.png"))
    assert np.array_equal(one, eight)
    assert np.array_equal(one, inside * 255)


def test_alpha_is_not_the_mask(tmp_path: Path) -> None:
    pixels = np.zeros((3, 3, 4), np.uint8)
    pixels[1, 1, :3] = 255
    pixels[..., 3] = 255
    assert (open_map(saved(Image.fromarray(pixels), tmp_path / "opaque.png")) > 0).sum() == 1
    pixels[..., 3] = 0
    assert (open_map(saved(Image.fromarray(pixels), tmp_path / "clear.png")) > 0).sum() == 1


def test_faint_marks_stay_marks(tmp_path: Path) -> None:
    ones = np.array([[0, 1]], np.uint16)
    assert (open_map(saved(Image.fromarray(ones), tmp_path / "sixteen.png")) > 0).tolist() == [[False, True]]
    blue = np.array([[[0, 0, 0], [0, 0, 1]]], np.uint8)  # weighs 0.1 of a grey level
    assert (open_map(saved(Image.fromarray(blue), tmp_path / "blue.png")) > 0).tolist() == [[False, True]]
    index = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    index.putpalette([0, 0, 0, 128, 0, 0])
    assert (open_map(saved(index, tmp_path / "index.png")) > 0).tolist() == [[False, True]]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    for use in (open_image, open_map, image_size):
        with pytest.raises(UserError, match=r"gone\.png: no such file\. Check the path"):
            use(tmp_path / "gone.png")


@pytest.mark.parametrize("suffix", ["png", "jpg", "tif"])
def test_a_truncated_file_is_named(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"half.{suffix}"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(UserError, match=rf"half\.{suffix}: is (cut short or damaged|not an image)"):
        open_image(path)


@pytest.mark.parametrize("content", [b"", b"a text file, by mistake named png\n" * 9])
def test_a_file_that_is_no_image_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.png"
    path.write_bytes(content)
    for use in (open_image, open_map, image_size):
        with pytest.raises(UserError, match=r"notes\.png: is not an image that can be read\. Save it as PNG"):
            use(path)


def test_a_folder_is_not_an_image(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is a folder, not an image"):
        open_image(tmp_path)


@dataclass(frozen=True)
class Square:
    side: int

    @property
    def key(self) -> str:
        return f"square {self.side}"

    def draw(self) -> np.ndarray:
        return np.full((self.side, self.side, 3), 9, np.uint8)


def test_drawables_are_drawn() -> None:
    assert open_image(Square(3)).shape == (3, 3, 3)
    assert image_size(Square(4)) == (4, 4)


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
def test_the_size_is_that_of_the_pixels_however_the_file_is_turned(tmp_path: Path, turn: int, suffix: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    path = saved(Image.new("RGB", (9, 6)), tmp_path / f"turned.{suffix}", exif=exif)
    assert image_size(path) == open_image(path).shape[:2] == ((6, 9) if turn < 5 else (9, 6))


@pytest.mark.parametrize("suffix", ["tif", "gif", "webp", "png"])
def test_a_file_with_several_pictures_is_refused(tmp_path: Path, suffix: str) -> None:
    pages = [Image.fromarray(np.full((8, 8, 3), 80 * i, np.uint8)) for i in range(3)]
    path = saved(pages[0], tmp_path / f"pages.{suffix}", save_all=True, append_images=pages[1:])
    for use in (open_image, open_map):
        with pytest.raises(UserError, match=rf"pages\.{suffix}: holds 3 pictures\. Save the one"):
            use(path)


def test_smaller_copies_in_a_tiff_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "pyramid.tif"
    with TiffImagePlugin.AppendingTiffWriter(path, True) as file:
        Image.new("RGB", (8, 8), (9, 8, 7)).save(file, "TIFF")
        file.newFrame()
        Image.new("RGB", (4, 4)).save(file, "TIFF", tiffinfo={254: 1})
    assert open_image(path)[0, 0].tolist() == [9, 8, 7]


def test_lab_and_ycbcr_are_shown_in_their_colours(tmp_path: Path) -> None:
    profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    lab = ImageCms.applyTransform(Image.new("RGB", (4, 4), (200, 30, 30)), ImageCms.buildTransform(*profiles, "RGB", "LAB"))
    assert lab.mode == "LAB"
    assert np.allclose(open_image(saved(lab, tmp_path / "lab.tif"))[0, 0], (200, 30, 30), atol=4)
    ycc = Image.new("RGB", (8, 8), (200, 30, 30)).convert("YCbCr")
    for compression in ("tiff_lzw", "raw") if int(PIL.__version__.split(".")[0]) >= 13 else ("tiff_lzw",):  # Pillow 12 cannot read `raw`
        path = saved(ycc, tmp_path / f"{compression}.tif", compression=compression)
        assert np.allclose(open_image(path)[0, 0], (200, 30, 30), atol=4)


def test_too_large_pictures_are_named_in_one_line(tmp_path: Path) -> None:
    path = saved(Image.new("1", (20_000, 10_000)), tmp_path / "slide.png")
    for use in (open_image, open_map, image_size):
        with pytest.raises(UserError, match=r"slide\.png: has more than 179 million pixels"):
            use(path)


def test_a_float_heat_map_that_reaches_over_one_is_not_empty(tmp_path: Path) -> None:
    path = saved(Image.fromarray(np.array([[0, 0.51, 1.02]], np.float32)), tmp_path / "heat.tif")
    assert open_map(path).tolist() == [[0, 128, 255]]
