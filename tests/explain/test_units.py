"""Units named by data (002-12 to 002-16, 002-18, 002-21)."""

from __future__ import annotations

import csv
import re

import numpy as np
import pytest
from cnn4_run import cnn4_run
from PIL import Image

from sightline.config import Data
from sightline.data.sets.phantom import read
from sightline.engine.elsewhere import elsewhere
from sightline.errors import UserError
from sightline.explain.concepts import concepts_of
from sightline.explain.units import name_units
from sightline.metrics.scores.overlap import concept_overlap


@pytest.fixture(scope="module")
def named(tmp_path_factory):
    """A run in which one filter answers to what is dark, and what was found in it."""
    run = cnn4_run(tmp_path_factory.mktemp("runs") / "planted")
    return run, name_units(run, ["0"], out=run.path / "units")


def rows(run):
    with (run.path / "units" / "units.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_filter_that_answers_to_dark_pixels_is_named_and_silent_ones_are_not(named):
    run, _ = named
    table = rows(run)
    assert [row["unit"] for row in table] == [str(k) for k in range(8)]
    assert table[0]["concept"] in ("lesion", "dark")
    assert float(table[0]["iou"]) > float(table[0]["level"]) > float(table[0]["expected"]) > 0
    assert all(row["concept"] == "" for row in table[1:])


def test_beside_each_score_stands_the_effect_of_the_unit(named):
    run, _ = named
    table = rows(run)
    assert {"accuracy", "auc", "flips", "score:nevus", "score:melanoma"} <= set(table[0])
    assert float(table[0]["score:nevus"]) != 0, "all that the network sees goes through this filter"
    assert all(float(row["score:nevus"]) == 0 for row in table[1:]), "silent filters have no effect"


def test_concepts_that_no_image_shows_or_no_unit_stands_for_are_said(named):
    run, found = named
    assert set(found.absent) >= {"sticker", "ink", "gel"}
    best = {one.concept: one for one in found.concepts}
    unit = best["lesion"]
    row = next(row for row in rows(run) if int(row["unit"]) == unit.unit)
    assert [float(row[name]) for name in ("accuracy", "flips", "score:nevus")] == pytest.approx(
        [unit.accuracy, unit.flips, unit.to_json()["score:nevus"]], abs=1e-5
    )
    assert set(best) >= {"lesion", "border", "dark", "skin", "ruler"}
    assert not best["skin"].named, "a filter for dark pixels does not stand for skin"
    page = (run.path / "units" / "units.html").read_text(encoding="utf-8")
    assert re.search(r"no unit stands for:.*skin", page)
    assert not re.search(r'src\s*=\s*"(?!data:)|https?://', page)


def test_a_picture_shows_the_best_unit_of_each_concept(named):
    run, found = named
    assert [f.rsplit("/", 1)[1] for f in found.files] == ["units.csv", "units.html", "units.png"]
    with Image.open(run.path / "units" / "units.png") as picture:
        assert picture.width > 800


def test_the_last_layer_is_taken_if_none_is_named_and_effects_can_be_left_out(named, tmp_path):
    run, _ = named
    found = name_units(run, out=tmp_path, images=6, effect=False)
    assert {one.number for one in found.concepts} == {7}
    assert found.concepts[0].accuracy is None
    assert found.images == 6


def test_mistakes_are_refused(named, tmp_path):
    run, _ = named
    with pytest.raises(UserError, match="no such split"):
        name_units(run, split="mached", out=tmp_path / "x")
    with pytest.raises(UserError, match="from 0 to 7"):
        name_units(run, ["9"], out=tmp_path / "x", images=4)
    assert not (tmp_path / "x").exists()


def test_002_12_to_16_a_unit_that_shows_one_thing_has_its_name():
    """Perfect detectors of border, dark parts, skin, hair and each artefact, among each other: none is taken for another."""
    records = read(train=40, val=0, test=0, size=48, artefact="mixed")
    concepts = concepts_of(records, Data(image_size=48))
    noise = 1e-3 * np.random.default_rng(0).random(concepts.masks.shape, np.float32)  # a mask has two levels, and a threshold lies between
    maps = concepts.masks + noise
    found = concept_overlap(maps, concepts.masks, concepts.known, shuffles=10, groups=[record.group for record in records])
    beyond = found.iou - found.level
    assert [concepts.names[c] for c in beyond.argmax(1)] == concepts.names
    assert (beyond.max(1) > 0).all()


def test_002_a_run_on_images_without_marks_is_named_on_another_data_set(named, tmp_path):
    """The download of the ISIC Archive has no masks; another data set has them."""
    run, here = named
    there = elsewhere(run, "phantom")
    found = name_units(there, ["0"], there.split, tmp_path, effect=False)
    assert {one.concept for one in found.concepts} == {one.concept for one in here.concepts}
