"""`evaluate.point_into`, from the recipe to metrics.json."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.ndimage import binary_dilation

from sightline.attention.classifier import build
from sightline.data.look_through import check_point_into
from sightline.data.reading import Dataset
from sightline.data.regions import region_mask
from sightline.engine.evaluate import observe, pointing, score
from sightline.engine.prepare import prepare
from sightline.errors import UserError
from sightline.types import Record

INTO = {"cardiomegaly": ["heart"], "pneumonia": ["right_lung", "left_lung"]}
DATA = {"name": "phantom_cxr", "image_size": 32, "gaze_blur": 9, "options": {"size": 48, "train": 6, "val": 3, "test": 12}}


@pytest.fixture
def recipe(tiny_recipe):
    def make(settings: dict[str, object] | None = None):
        return tiny_recipe({"evaluate.point_into": INTO} | (settings or {}), data=DATA)

    return make


def perfect(dataset, regions: dict[str, str]) -> np.ndarray:
    """Maps that are highest in the middle of a region of the class."""
    maps = np.zeros((len(dataset), 32, 32), np.float32)
    for i, record in enumerate(dataset.records):
        mask = region_mask(record, (regions.get(record.label, "heart"),), dataset.data)
        rows, columns = np.nonzero(mask)
        middle = len(rows) // 2
        maps[i, rows[middle], columns[middle]] = 1
    return maps


def test_the_scores_stand_in_the_metrics_of_a_split_with_interval_and_chance(recipe):
    settled = recipe({"evaluate.bootstrap": 20})
    dataset = prepare(settled).datasets["test"]
    torch.manual_seed(0)
    found = score(observe(build(settled, 3), dataset, settled), dataset, settled).pointing["cam"]
    assert set(found) == set(INTO)
    for label, names in INTO.items():
        fields = {"value", "low", "high", "n", "chance", "left_out"}
        assert set(found[label].fields()) == fields | ({"method"} if found[label].value in (0, 1) else set())  # Wilson's interval
        areas = [region_mask(r, names, dataset.data).mean() for r in dataset.records if r.label == label]
        assert (found[label].n, found[label].left_out) == (4, 0)
        assert found[label].chance == pytest.approx(np.mean(areas))


def test_a_recipe_that_does_not_ask_has_no_such_scores(recipe):
    settled = recipe({"evaluate.point_into": {}})
    dataset = prepare(settled).datasets["test"]
    assert score(observe(build(settled, 3), dataset, settled), dataset, settled).pointing == {}


def test_maps_in_the_right_organ_hit_and_maps_in_another_miss(recipe):
    dataset = prepare(recipe()).datasets["test"]
    right = perfect(dataset, {"cardiomegaly": "heart", "pneumonia": "left_lung"})
    wrong = perfect(dataset, {"cardiomegaly": "left_lung", "pneumonia": "heart"})
    found = pointing({"right": right, "wrong": wrong}, dataset.records, dataset.data, INTO, bootstrap=10)
    assert [found["right"][label].value for label in INTO] == [1, 1]
    assert [found["wrong"][label].value for label in INTO] == [0, 0]


def test_004_20_the_setting_within_reaches_the_criterion(recipe):
    """A cell beside the heart misses it once the map is enlarged, and hits where a cell is allowed."""
    found = {}
    for within in (None, 1):
        settled = recipe({"evaluate.bootstrap": 10, "evaluate.point_within": within})
        dataset = prepare(settled).datasets["test"]
        torch.manual_seed(0)
        observed = observe(build(settled, 3), dataset, settled)
        beside = np.zeros((len(dataset), 8, 8), np.float32)
        for map_, record in zip(beside, dataset.records, strict=True):
            inside = region_mask(record, ("heart",), dataset.data)[::4, ::4]  # (8, 8)
            row, column = np.argwhere(~inside & binary_dilation(inside, np.ones((3, 3))))[-1]  # below it, to the right
            map_[row, column] = 1
        observed.attention.maps["cam"] = beside
        found[within] = score(observed, dataset, settled).pointing["cam"]["cardiomegaly"].value
    assert found == {None: 0, 1: 1}


def test_the_scores_are_those_of_the_labelled_classs_map_in_any_batch_size(recipe):
    results = []
    for size in (1, 5):
        settled = recipe({"train.batch_size": size})
        dataset = prepare(settled).datasets["test"]
        torch.manual_seed(0)
        observed = observe(build(settled, 3), dataset, settled)
        assert np.array_equal(observed.attention.explained, observed.predictions.labels)
        results.append(score(observed, dataset, settled).pointing)
    assert results[0] == results[1]


def test_images_whose_region_is_not_known_are_left_out_and_counted(recipe):
    dataset = prepare(recipe()).datasets["test"]
    records = list(dataset.records)
    sick = [i for i, r in enumerate(records) if r.label == "pneumonia"]
    records[sick[0]] = replace(records[sick[0]], regions={"left_lung": records[sick[0]].regions["left_lung"]})  # half of the union
    maps = {"cam": perfect(dataset, {"pneumonia": "left_lung"})}
    found = pointing(maps, records, dataset.data, INTO, bootstrap=10)["cam"]["pneumonia"]
    assert (found.value, found.n, found.left_out) == (1, len(sick) - 1, 1)


@pytest.mark.parametrize(
    ("into", "message"),
    [
        ({"cardiomegali": ["heart"]}, 'unknown class.*Did you mean "cardiomegaly"'),
        ({"cardiomegaly": ["haert"]}, 'no image has a region.*Did you mean "heart"'),
    ],
)
def test_an_unknown_class_or_region_is_refused_before_training(recipe, into, message):
    with pytest.raises(UserError, match=message):
        prepare(recipe({"evaluate.point_into": into}))


def test_a_data_set_without_regions_and_maps_of_another_class_are_refused(recipe):
    dataset = Dataset([Record("one", Path("one.png"), "melanoma")], ("nevus", "melanoma"))
    with pytest.raises(UserError, match="no named regions"):
        check_point_into(recipe({"evaluate.point_into": {"melanoma": ["heart"]}}), dataset)
    with pytest.raises(UserError, match="explain=label"):
        prepare(recipe({"evaluate.explain": "predicted"}))
