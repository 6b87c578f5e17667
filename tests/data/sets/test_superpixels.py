"""Dermoscopic features on superpixels: 003-22, 003-46."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from isic_files import superpixels

from sightline.data.annotation import render
from sightline.data.guide.guiding import named
from sightline.data.sets.superpixels import SuperpixelMask, read_features, superpixel_indices
from sightline.errors import UserError
from sightline.types import Record

FEATURES = ("pigment_network", "negative_network", "milia_like_cyst", "streaks")


@pytest.fixture
def index(tmp_path: Path) -> np.ndarray:
    """(30, 40): 600 superpixels of two pixels each, so that the green channel matters, shuffled over the picture; saved as a PNG."""
    index = np.random.default_rng(0).permutation(1200).reshape(30, 40) // 2
    superpixels(tmp_path / "superpixels.png", index)
    return index


def features(folder: Path, count: int = 600, **present: list[int]) -> Path:
    marks = {name: [float(i in present.get(name, [])) for i in range(count)] for name in FEATURES}
    path = folder / "features.json"
    path.write_text(json.dumps(marks), encoding="utf-8")
    return path


def test_the_colour_is_the_index_least_significant_channel_first() -> None:
    colours = np.array([[[7, 0, 0], [0, 1, 0], [255, 255, 0], [1, 2, 3]]], np.uint8)
    assert superpixel_indices(colours).tolist() == [[7, 256, 65535, 1 + 2 * 256 + 3 * 65536]]


def test_features_become_the_pixels_of_their_superpixels(tmp_path: Path, index: np.ndarray) -> None:
    found = read_features(features(tmp_path, streaks=[0, 300, 599], pigment_network=[44]), tmp_path / "superpixels.png")
    assert tuple(found) == FEATURES
    for name, members in {"streaks": [0, 300, 599], "pigment_network": [44]}.items():
        region = render(found[name], (30, 40), where=name)
        assert region is not None
        assert np.array_equal(region > 0, np.isin(index, members))  # 300 = 44 + 256: without the green channel they would be one
        assert np.array_equal(np.unique(region), [0, 1])


def test_a_list_of_zeros_is_looked_for_and_absent(tmp_path: Path, index: np.ndarray) -> None:
    found = read_features(features(tmp_path, streaks=[3]), tmp_path / "superpixels.png")
    for name in set(FEATURES) - {"streaks"}:
        assert [mark.kind for mark in found[name]] == ["nothing"]
        region = render(found[name], (30, 40), where=name)
        assert region is not None
        assert not region.any()


def test_the_union_of_all_features_is_the_dermoscopic_roi_and_may_be_empty(tmp_path: Path, index: np.ndarray) -> None:
    found = read_features(features(tmp_path, streaks=[3, 4], milia_like_cyst=[4, 5]), tmp_path / "superpixels.png")
    union = render([mark for marks in found.values() for mark in marks], (30, 40), where="union")
    assert union is not None
    assert np.array_equal(union > 0, np.isin(index, [3, 4, 5]))
    empty = read_features(features(tmp_path), tmp_path / "superpixels.png")
    union = render([mark for marks in empty.values() for mark in marks], (30, 40), where="union")
    assert union is not None
    assert not union.any()


def test_without_truth_or_without_superpixels_a_feature_is_unknown(tmp_path: Path) -> None:
    assert read_features(tmp_path / "absent.json", tmp_path / "superpixels.png") == {}
    assert read_features(features(tmp_path, streaks=[3]), tmp_path / "superpixels.png") == {}
    assert set(read_features(features(tmp_path), tmp_path / "superpixels.png")) == set(FEATURES)  # nothing has to be drawn


def test_003_22_the_union_of_all_features_is_unknown_where_one_of_them_cannot_be_drawn(tmp_path: Path) -> None:
    """Not known and empty, which would teach the gates that there is nothing to see."""
    found = read_features(features(tmp_path, streaks=[3]), tmp_path / "superpixels.png")
    record = Record(id="a", image=tmp_path / "a.png", label="nevus", regions=found)
    assert render(named(record, FEATURES).annotations, (30, 40), where="union") is None


def test_equal_keys_equal_pixels(tmp_path: Path, index: np.ndarray) -> None:
    path = tmp_path / "superpixels.png"
    first = SuperpixelMask(path, (1, 2), 600)
    assert first.key == SuperpixelMask(path, (1, 2), 600).key
    assert first.key != SuperpixelMask(path, (12,), 600).key
    before = first.key
    superpixels(path, np.zeros((3, 4), np.int64))
    assert first.key != before
    assert pickle.loads(pickle.dumps(first)) == first


def test_superpixels_that_the_features_do_not_describe_are_refused(tmp_path: Path, index: np.ndarray) -> None:
    found = read_features(features(tmp_path, count=599, streaks=[3]), tmp_path / "superpixels.png")
    with pytest.raises(UserError, match=r"superpixels\.png: has a superpixel 599, but .* 599 superpixels\. It may have been resized"):
        render(found["streaks"], (30, 40), where="image")


@pytest.mark.parametrize("content", ["{", "[1, 0]", '{"streaks": 1}', '{"streaks": ["a"]}', '{"streaks": [[0, 1]]}'])
def test_what_is_no_list_of_features_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "features.json").write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=r"features\.json: does not hold lists of numbers by feature"):
        read_features(tmp_path / "features.json", tmp_path / "superpixels.png")
