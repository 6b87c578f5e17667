"""Heat maps in files: what says how much, and what does not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sightline.config import Data
from sightline.data.annotation import render
from sightline.data.heat import open_heat
from sightline.data.reading import read
from sightline.data.survey import survey
from sightline.errors import UserError
from sightline.types import Annotation, Record

HEIGHT, WIDTH = 12, 16


def spot(peak: float = 1.0) -> np.ndarray:
    """(H, W) in [0, peak]: a smooth spot that fades to 0."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    return peak * np.clip(1 - np.hypot(x - 7, y - 5) / 5, 0, 1)


def saved(path: Path, pixels: np.ndarray, mode: str | None = None) -> Path:
    Image.fromarray(pixels, mode).save(path)
    return path


def coloured(heat: np.ndarray) -> np.ndarray:
    """(H, W, 3): blue, green, red from little to much."""
    return (255 * np.stack([heat, 1 - np.abs(2 * heat - 1), 1 - heat], axis=2)).astype(np.uint8)


def test_a_heat_map_in_colours_is_refused(tmp_path: Path) -> None:
    jet = coloured(spot())
    for name, pixels in {"jet": jet, "overlay": (jet // 2 + 60).astype(np.uint8)}.items():
        with pytest.raises(UserError, match=rf"{name}\.png: is a heat map in colours.* Export its values as a grey picture"):
            open_heat(saved(tmp_path / f"{name}.png", pixels))


def test_greys_are_read_in_whatever_they_are_saved(tmp_path: Path) -> None:
    grey = (255 * spot()).astype(np.uint8)
    rgb = np.repeat(grey[..., None], 3, axis=2)
    shown = np.dstack([rgb, np.where(grey > 0, 255, 0).astype(np.uint8)])  # what is black is transparent
    for name, pixels in {"l": grey, "rgb": rgb, "opaque": np.dstack([rgb, np.full_like(grey, 255)]), "rgba": shown}.items():
        assert np.array_equal(open_heat(saved(tmp_path / f"{name}.png", pixels)), grey)
    Image.fromarray(rgb).save(tmp_path / "rgb.jpg", quality=60)
    assert np.abs(open_heat(tmp_path / "rgb.jpg").astype(int) - grey).mean() < 9


def test_where_the_opacity_alone_varies_it_says_how_much(tmp_path: Path) -> None:
    grey = (255 * spot()).astype(np.uint8)
    red = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    red[grey > 0, 0] = 255  # transparent pixels may have any colour
    for name, rgb in {"white": np.full_like(red, 255), "red": red}.items():
        assert np.array_equal(open_heat(saved(tmp_path / f"{name}.png", np.dstack([rgb, grey]))), grey)
    both = np.dstack([np.repeat(grey[::-1, :, None], 3, axis=2), grey])
    with pytest.raises(UserError, match="shows different values by its greys and by its transparency"):
        open_heat(saved(tmp_path / "both.png", both))


@pytest.mark.parametrize(
    ("suffix", "kind", "full", "said"),
    [
        ("png", np.uint16, 1000, "heatmap: 1000, the largest value of the data set (whole numbers), counts as 1"),
        ("tiff", np.float32, 0.02, "heatmap: 0.02, the largest value of the data set (floats), counts as 1"),
    ],
)
def test_deep_heat_maps_share_the_scale_of_their_data_set(tmp_path: Path, suffix: str, kind: type, full: float, said: str) -> None:
    rows = ["image,label,heatmap"]
    for name, label, peak in (("a", "cat", 1.0), ("b", "dog", 0.5)):
        saved(tmp_path / f"{name}.png", np.random.default_rng(ord(name)).integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8))
        saved(tmp_path / f"{name}_heat.{suffix}", spot(peak * full).astype(kind))
        rows.append(f"{name}.png,{label},{name}_heat.{suffix}")
    (tmp_path / "t.csv").write_text("\n".join(rows), encoding="utf-8")
    dataset = read(Data(name="table", root=tmp_path / "t.csv"))
    maps = [render(record.annotations, (HEIGHT, WIDTH), where=record.id) for record in dataset.records]
    assert [float(heat.max()) for heat in maps if heat is not None] == pytest.approx([1, 0.5], abs=0.01)
    assert said in dataset.notes


def test_heat_maps_get_the_remarks_of_masks(tmp_path: Path) -> None:
    image = saved(tmp_path / "image.png", np.random.default_rng(0).integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8))
    maps = {
        "fine": spot(),
        "soft": 0.3 * spot() + 0.05,
        "empty": spot(0),
        "full": np.full((HEIGHT, WIDTH), 0.7),
        "inverted": 1 - spot(),
        "faint": spot(0.01),
    }
    marks = {name: Annotation("heatmap", saved(tmp_path / f"{name}.png", (255 * heat).astype(np.uint8))) for name, heat in maps.items()}
    seen = survey([Record(name, image, "x", annotations=(mark,)) for name, mark in marks.items()], gaze_blur=5)
    assert {Path(remark.where).stem: remark.reason for remark in seen.remarks} == {
        "empty": "this heat map marks nothing",
        "full": "this heat map marks the whole image",
        "inverted": "this heat map marks most of the image and its border",
        "faint": "this heat map is nowhere stronger than a tenth",
    }
