"""Facts about one image: size, digests, a thumbnail, its region, and what is odd."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from blobs import spot_record
from looked_through import noise
from PIL import Image

from sightline.data.facts import Facts, digest, examine, share_of, thumbnail
from sightline.errors import UserError
from sightline.types import Annotation, Record


def test_thumbnails_correlate_like_their_images() -> None:
    rng = np.random.default_rng(0)
    first, other = (np.repeat(np.repeat(rng.integers(0, 200, (16, 16, 1), np.uint8), 3, axis=2), 4, axis=0) for _ in range(2))
    brighter = first // 2 + 60
    a, b, c = (thumbnail(i).ravel().astype(float) for i in (first, brighter, other))
    assert a.shape == (48 * 48,)
    assert (a.min(), a.max()) == (0, 255)
    assert np.corrcoef(a, b)[0, 1] > 0.999
    assert np.corrcoef(a, c)[0, 1] == pytest.approx(np.corrcoef(first[::4, :, 0].ravel(), other[::4, :, 0].ravel())[0, 1], abs=0.03)
    assert not thumbnail(np.full((9, 9, 3), 77, np.uint8)).any()


def seen(image: Path, *marks: Annotation, avoid: tuple[Annotation, ...] = ()) -> Facts:
    return examine(Record("a", image, "x", annotations=marks, avoid=avoid), gaze_blur=5)


def mask(path: Path, inside: np.ndarray, high: int = 255) -> Path:
    Image.fromarray(np.where(inside, np.uint8(high), np.uint8(0))).save(path)
    return path


def test_size_digests_and_area_of_an_image(tmp_path: Path) -> None:
    first, copy, other = noise(tmp_path / "a.png"), tmp_path / "a.bmp", noise(tmp_path / "b.png", 1)
    Image.open(first).save(copy)
    one, same, third = seen(first), seen(copy), seen(other)
    assert (one.size, one.known, one.area, one.file) == ((20, 30), False, None, digest(first.read_bytes()))
    assert one.pixels == same.pixels != third.pixels
    assert one.file != same.file
    assert one.thumbnail is not None
    assert (one.thumbnail.shape, one.thumbnail.dtype) == ((48, 48), np.uint8)
    boxed = seen(first, Annotation("box", points=((0, 0, 15, 20),)))
    assert (boxed.known, boxed.area) == (True, 0.5)
    assert (seen(first, Annotation("nothing")).known, seen(first, Annotation("nothing")).area) == (True, 0)
    assert not seen(first, avoid=(Annotation("box", points=((0, 0, 15, 20),)),)).known


def test_a_picture_of_a_picture_of_another_shape_has_other_pixels(tmp_path: Path) -> None:
    pixels = np.arange(24, dtype=np.uint8)
    for name, shape in (("a", (4, 6)), ("b", (6, 4))):
        Image.fromarray(pixels.reshape(shape)).save(tmp_path / f"{name}.png")
    assert seen(tmp_path / "a.png").pixels != seen(tmp_path / "b.png").pixels


def test_a_drawable_is_not_drawn() -> None:
    found = examine(spot_record(0), gaze_blur=5)
    assert (found.size, found.file, found.thumbnail, found.known, found.area, found.looks) == (None, None, None, True, None, None)
    assert found.pixels == digest(spot_record(0).image.key.encode())  # type: ignore[union-attr]


SIDE = np.hypot(*np.mgrid[-20:20, -20:20])
ODD: dict[str, tuple[np.ndarray, str | None]] = {
    "a disc": (SIDE < 10, None),
    "empty": (SIDE < 0, "empty"),
    "full": (SIDE < 99, "full"),
    "all but a disc": (SIDE > 8, "inverted"),
    "a ring around much": ((SIDE < 12) & (SIDE > 10), "outline"),
    "a ring around little": ((SIDE < 12) & (SIDE > 4), None),
}


@pytest.mark.parametrize("case", ODD)
def test_masks_that_may_not_mean_what_they_say(tmp_path: Path, case: str) -> None:
    inside, odd = ODD[case]
    path = mask(tmp_path / "m.png", inside)
    found = seen(noise(tmp_path / "a.png", size=SIDE.shape), Annotation("mask", path))
    assert [why for _, _, why in found.odd] == ([odd] if odd else [])
    assert all((where, what) == (str(path), "mask") for where, what, _ in found.odd)


def test_of_a_heat_map_the_upper_half_counts_and_a_weak_one_is_faint(tmp_path: Path) -> None:
    image = noise(tmp_path / "a.png", size=SIDE.shape)
    for level, odd in ((255, []), (20, ["faint"]), (0, ["empty"])):
        heat = Annotation("heatmap", mask(tmp_path / "h.png", SIDE < 10, level))
        assert [(what, why) for _, what, why in seen(image, heat).odd] == [("heat map", why) for why in odd]


def test_gaze_outside_of_the_image_is_counted_and_blinks_are_not(tmp_path: Path) -> None:
    nan = float("nan")
    gaze = Annotation("gaze", points=((1.0, 1.0), (99.0, 1.0), (-1.0, 2.0), (nan, nan), (0.0, 0.0)))
    assert seen(noise(tmp_path / "a.png"), gaze).gaze == (2, 3)


def test_an_annotation_made_on_a_turned_photograph_is_said_with_the_remedy(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (30, 20)).save(tmp_path / "a.jpg", exif=exif)
    stored = Annotation("mask", mask(tmp_path / "m.png", np.ones((20, 30), bool)))
    with pytest.raises(UserError, match=r"made on the photograph as stored, but the EXIF tag turns .*data\.annotated_on=stored"):
        seen(tmp_path / "a.jpg", stored)
    assert seen(tmp_path / "a.jpg").turned
    assert seen(tmp_path / "a.jpg").size == (30, 20)


def test_the_spread_of_greys_leaves_single_pixels_out(tmp_path: Path) -> None:
    pixels = np.full((40, 40, 3), 100, np.uint8)
    pixels[20:] = 150
    pixels[0, 0] = 255
    Image.fromarray(pixels).save(tmp_path / "a.png")
    assert seen(tmp_path / "a.png").spread == 50


def test_a_deep_picture_takes_its_share_of_the_scale_of_the_data_set(tmp_path: Path) -> None:
    Image.fromarray(np.arange(600, dtype=np.uint16).reshape(20, 30) * 2).save(tmp_path / "a.png")
    deep = seen(tmp_path / "a.png").deep
    assert deep is not None
    assert deep[1:] == (0, 1198)
    assert share_of(deep, (0.0, 4095.0)) < share_of(deep, (0.0, 1198.0)) <= 1
    assert share_of(deep, (0.0, 10.0)) == 1
