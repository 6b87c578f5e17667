"""Which pictures look alike: all pairs that correlate, and none besides."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from looked_through import facts, look, record
from PIL import Image, ImageEnhance, ImageOps
from scipy.ndimage import gaussian_filter

from sightline.data.alike import How, links
from sightline.data.facts import Facts, thumbnail
from sightline.data.leaks import find_leaks, near_duplicate_groups
from sightline.data.survey import Survey


def every_pair(ids: list[str], seen: Survey) -> set[tuple[str, str]]:
    found = links(np.stack([seen.facts[id].thumbnail for id in ids]))  # type: ignore[misc]
    return {(ids[a], ids[b]) for some in found for a, b in zip(some.a, some.b, strict=True)}


@pytest.mark.parametrize("smooth", [0, 1, 2])
def test_near_duplicates_against_all_correlations(smooth: float) -> None:
    """From noise, of which the low frequencies are a fifth, to what they are nearly all of."""
    looks = [gaussian_filter(look(i).astype(float), smooth) if smooth else look(i) for i in range(40)]
    looks += [look(100 + i, looks[i] / np.linalg.norm(looks[i].astype(float)), 0.01 * i) for i in range(40)]
    ids = [str(i) for i in range(80)]
    seen = Survey({id: facts(small, id) for id, small in zip(ids, looks, strict=True)}, [])
    every = np.corrcoef(np.stack([small.ravel().astype(float) for small in looks]))
    expected = {(str(i), str(j)) for i in range(80) for j in range(i + 1, 80) if every[i, j] > 0.99}
    assert len(expected) > 3
    assert every_pair(ids, seen) == expected


def test_blocks_do_not_change_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = [look(i % 7) for i in range(30)]
    seen = Survey({str(i): facts(small, str(i)) for i, small in enumerate(looks)}, [])
    ids = [str(i) for i in range(30)]
    whole = every_pair(ids, seen)
    assert len(whole) == 2 * 10 + 5 * 6
    monkeypatch.setattr("sightline.data.alike.CELLS", 4 * 60)
    assert every_pair(ids, seen) == whole


def picture(seed: int, size: tuple[int, int] = (192, 240)) -> Image.Image:
    """Blobs of all sizes."""
    rng = np.random.default_rng(seed)
    grey = sum(gaussian_filter(rng.normal(size=size), sigma, mode="wrap") * sigma for sigma in (2, 5, 12, 30))
    return Image.fromarray((255 * (grey - grey.min()) / np.ptp(grey)).astype(np.uint8)).convert("RGB")


def cut(image: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    w, h = image.size
    return image.crop((round(left * w), round(top * h), round((1 - right) * w), round((1 - bottom) * h)))


def saved(image: Image.Image) -> Image.Image:
    stream = BytesIO()
    image.save(stream, "JPEG", quality=40)
    return Image.open(BytesIO(stream.getvalue())).convert("RGB")


COPIES: dict[str, tuple[How, Callable[[Image.Image], Image.Image]]] = {
    "left-right": ("turned", ImageOps.mirror),
    "upside down": ("turned", ImageOps.flip),
    "90": ("turned", lambda image: image.transpose(Image.Transpose.ROTATE_90)),
    "180": ("turned", lambda image: image.transpose(Image.Transpose.ROTATE_180)),
    "270": ("turned", lambda image: image.transpose(Image.Transpose.ROTATE_270)),
    "transposed": ("turned", lambda image: image.transpose(Image.Transpose.TRANSPOSE)),
    "transversed": ("turned", lambda image: image.transpose(Image.Transpose.TRANSVERSE)),
    "cropped all round": ("cropped", lambda image: cut(image, 0.05, 0.05, 0.05, 0.05)),
    "cropped a little": ("cropped", lambda image: cut(image, 0.025, 0.025, 0.025, 0.025)),
    "cropped on the left": ("cropped", lambda image: cut(image, 0.05, 0, 0, 0)),
    "cropped in a corner": ("cropped", lambda image: cut(image, 0, 0.05, 0.05, 0)),
    "cropped and resized": ("cropped", lambda image: cut(image, 0.05, 0.05, 0.05, 0.05).resize(image.size)),
    "cropped and turned": ("cropped", lambda image: cut(image, 0.05, 0.05, 0.05, 0.05).transpose(Image.Transpose.ROTATE_90)),
    "cropped and mirrored": ("cropped", lambda image: ImageOps.mirror(cut(image, 0.05, 0.05, 0.05, 0.05))),
    "JPEG": ("", saved),
    "half": ("", lambda image: image.resize((image.width // 2, image.height // 2))),
    "darker": ("", lambda image: ImageEnhance.Brightness(image).enhance(0.7)),
    "greyer": ("", lambda image: ImageEnhance.Contrast(image).enhance(0.6)),
}


@pytest.fixture(scope="module")
def crowd() -> dict[str, np.ndarray]:
    return {str(i): thumbnail(np.asarray(picture(i))) for i in range(40)}


@pytest.mark.parametrize("kind", COPIES)
@pytest.mark.parametrize("copy_first", [False, True])
def test_a_changed_copy_in_the_test_set_is_found_and_nothing_else(crowd: dict[str, np.ndarray], kind: str, copy_first: bool) -> None:
    how, change = COPIES[kind]
    looks = {**crowd, "copy": thumbnail(np.asarray(change(picture(7))))}
    seen = Survey({id: Facts((8, 8), id, id, small, False, None) for id, small in looks.items()}, [])
    rest, copy = [record(id) for id in crowd], [record("copy")]
    found = find_leaks({"train": copy, "test": rest} if copy_first else {"train": rest, "test": copy}, seen)
    assert [(leak.kind, {leak.a, leak.b}, leak.how) for leak in found] == [("near-duplicate", {"7", "copy"}, how)]
    assert near_duplicate_groups([*rest, *copy], seen) == {"7": "like 7", "copy": "like 7"}


@pytest.mark.parametrize("noise", [0, 2])
def test_a_thousand_like_images_take_little(noise: float) -> None:
    """Identical ones, and ones that differ by noise: the lists grow with the images, not with their pairs."""
    base = np.asarray(thumbnail(np.asarray(picture(0))), float)
    rng = np.random.default_rng(0)
    looks = {str(i): (base + noise * rng.normal(size=base.shape)).clip(0, 255).astype(np.uint8) for i in range(1000)}
    seen = Survey({id: Facts((8, 8), id, id if noise else "p", small, False, None) for id, small in looks.items()}, [])
    some = [record(id) for id in looks]
    tracemalloc.start()
    leaks = find_leaks({"train": some[:500], "test": some[500:]}, seen)
    groups = near_duplicate_groups(some, seen)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert {id for leak in leaks for id in (leak.a, leak.b)} == set(looks)
    assert len(leaks) <= 1000
    assert set(groups.values()) == {"like 0"}
    assert peak < 200e6


def test_copies_of_one_colour_are_grouped_although_they_correlate_with_nothing() -> None:
    blank = np.zeros((16, 16), np.float16)
    seen = Survey({"1": facts(blank, "p"), "2": facts(blank, "p"), "3": facts(blank, "q")}, [])
    assert near_duplicate_groups([record("1"), record("2"), record("3")], seen) == {"1": "like 1", "2": "like 1"}
