"""One scale for the deep pictures of a data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sightline.config import Data
from sightline.data import dataset, survey_store
from sightline.data.cache import cache_key
from sightline.data.images import open_image
from sightline.data.survey import survey
from sightline.errors import UserError
from sightline.types import Record


@pytest.fixture(autouse=True)
def _store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey_store, "store_folder", lambda: tmp_path / "store")


def ramp(path: Path, high: float, dtype: type, low: float = 0) -> Record:
    """A picture whose greys run from `low` to `high`."""
    Image.fromarray(np.linspace(low, high, 400).reshape(20, 20).astype(dtype)).save(path)
    return Record(path.name, path, "x")


def mean(record: Record, grey: tuple[float, float] | None) -> float:
    return float(open_image(record.image, grey).mean())


def test_twelve_bit_pictures_share_the_scale_of_all(tmp_path: Path) -> None:
    records = [ramp(tmp_path / f"{high}.png", high, np.uint16) for high in (4095, 4100, 2000)]
    grey = survey(records, gaze_blur=5).grey
    assert grey == (0, 8191)
    means = [mean(record, grey) for record in records]
    assert means[0] == pytest.approx(means[1], abs=1)
    assert means[2] == pytest.approx(means[0] * 2000 / 4095, abs=1)


def test_floats_that_reach_a_little_over_one_are_not_black(tmp_path: Path) -> None:
    records = [ramp(tmp_path / f"{i}.tif", high, np.float32) for i, high in enumerate((1.02, 0.9))]
    assert mean(records[0], None) == pytest.approx(127.5, abs=1)
    grey = survey(records, gaze_blur=5).grey
    assert grey == (0, pytest.approx(1.02))
    assert mean(records[1], grey) == pytest.approx(127.5 * 0.9 / 1.02, abs=1)


def test_pictures_of_eight_bits_need_no_scale(tmp_path: Path) -> None:
    records = [ramp(tmp_path / "8.png", 255, np.uint8), ramp(tmp_path / "16.png", 60000, np.uint16)]
    assert survey(records[:1], gaze_blur=5).grey is None
    assert survey(records, gaze_blur=5).grey == (0, 65535)
    assert mean(records[0], (0, 65535)) == mean(records[0], None)


def test_a_second_survey_finds_the_same_scale_from_what_it_remembers(tmp_path: Path) -> None:
    records = [ramp(tmp_path / "a.tif", 3.5, np.float32)]
    assert survey(records, gaze_blur=5).grey == survey(records, gaze_blur=5).grey == (0, 3.5)


def test_negative_greys_need_a_scale(tmp_path: Path) -> None:
    record = ramp(tmp_path / "ct.tif", 1000, np.int32, low=-1000)
    assert "holds negative grey values" in survey([record], gaze_blur=5).problems[0].reason
    found = survey([record], gaze_blur=5, grey=(-200, 200))
    assert not found.problems
    assert found.grey == (-200, 200)
    assert open_image(record.image, (-200, 200)).min() == 0
    assert open_image(record.image, (-200, 200)).max() == 255
    assert survey([record], gaze_blur=5).problems, "what was seen with a scale is not remembered without one"


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_undefined_greys_are_named(tmp_path: Path, value: float) -> None:
    pixels = np.ones((4, 4), np.float32)
    pixels[2, 2] = value
    Image.fromarray(pixels).save(tmp_path / "a.tif")
    for grey in (None, (0.0, 1.0)):
        with pytest.raises(UserError, match=r"a\.tif: holds undefined or infinite grey values"):
            open_image(tmp_path / "a.tif", grey)


def test_whole_numbers_beside_floats_fit_no_scale(tmp_path: Path) -> None:
    records = [ramp(tmp_path / "a.tif", 1, np.float32), ramp(tmp_path / "b.png", 60000, np.uint16)]
    [problem] = survey(records, gaze_blur=5).problems
    assert "no scale fits both" in problem.reason
    assert not survey(records, gaze_blur=5, grey=(0, 100)).problems


def test_a_picture_that_one_bright_pixel_makes_black_is_listed(tmp_path: Path) -> None:
    records = [ramp(tmp_path / f"{high}.tif", high, np.float32) for high in (1, 5000)]
    [remark] = survey(records, gaze_blur=5).remarks
    assert remark.where.endswith("1.tif")
    assert remark.reason == "is almost of one grey"
    assert "data.grey" in remark.remedy


def test_white_is_zero_is_turned_round(tmp_path: Path) -> None:
    deep = np.array([[0, 40000]], np.uint16)
    Image.fromarray(deep).save(tmp_path / "a.tif", tiffinfo={262: 0})
    with Image.open(tmp_path / "a.tif") as image:
        assert image.tag_v2[262] == 0  # type: ignore[attr-defined]
    assert open_image(tmp_path / "a.tif")[0, :, 0].tolist() == [255, 255 - round(40000 * 255 / 65535)]


def test_the_scale_reaches_the_network_and_names_the_cache(tmp_path: Path) -> None:
    record = ramp(tmp_path / "a.png", 4095, np.uint16)
    narrow, wide = (Data(image_size=20, grey=(0, high), cache=False) for high in (4095, 8191))
    assert dataset.decode(record, narrow).pixels[0].mean() == pytest.approx(2 * dataset.decode(record, wide).pixels[0].mean(), rel=0.02)
    assert cache_key([record], narrow) != cache_key([record], wide)
