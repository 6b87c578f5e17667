"""A run is scored by groups: in its own evaluation, again with other tags, and on other images in the same bins."""

from __future__ import annotations

import json

import numpy as np
import pytest
from untrained_run import untrained

import sightline as sl
from sightline.engine.by_tags import groups_elsewhere, own_groups
from sightline.engine.compare import judged
from sightline.engine.prepare import prepare
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.results import SplitScores
from sightline.tag_groups import ByTag
from sightline.types import Record

SETTINGS = {
    "evaluate.by": ["lesion_area", "ruler"],
    "evaluate.by_least": 2,
    "evaluate.by_least_of_class": 1,
    "data.options.test": 16,
    "evaluate.splits": ["val", "matched"],
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, tiny_recipes) -> Run:
    return untrained(tmp_path_factory.mktemp("groups") / "run", tiny_recipes(SETTINGS))


def test_the_recipe_says_which_groups_and_the_run_keeps_their_scores(run):
    scores = run.scores["matched"]
    assert list(scores.by) == ["lesion_area", "ruler"]
    ruler = scores.by["ruler"]
    assert sum(group.n for group in ruler.groups) == scores.n == ruler.whole.n
    assert ruler.whole.scores["accuracy"].value == scores.accuracy.value
    assert ruler.whole.scores["epg"].value == pytest.approx(scores.first_map.epg.value, abs=0.01)
    assert ruler.whole.scores["sensitivity"].value == scores.classification.at_threshold.sensitivity.value
    assert ruler.whole.scores["brier"].value == pytest.approx(scores.calibration.after.brier.value)


def test_a_group_has_the_scores_of_its_images(run):
    said = judged(run, "matched")
    with_ruler = np.array([bool(record.tags["ruler"]) for record in run.datasets["matched"].records])
    group = next(group for group in run.scores["matched"].by["ruler"].groups if group.name == "yes")
    right = said.probabilities.argmax(axis=1) == said.labels
    assert group.n == with_ruler.sum()
    assert group.scores["accuracy"].value == pytest.approx(right[with_ruler].mean())
    assert group.scores["epg"].value == pytest.approx(np.nanmean(said.epg[with_ruler]), abs=1e-3)


def test_all_splits_have_the_same_bins(run):
    edges = {split: scores.by["lesion_area"].edges for split, scores in run.scores.items()}
    assert edges["val"] == edges["matched"] == own_groups(run)[0].edges
    assert len(edges["val"]) == 3


def test_other_tags_can_be_asked_for(run):
    found = sl.evaluate(run, ["matched"], by=["lesion_area=0.1"])["matched"]
    assert (list(found.by), found.by["lesion_area"].edges) == (["lesion_area"], (0.1,))
    with pytest.raises(UserError, match=r'no image has a known tag .*Did you mean "ruler"'):
        sl.evaluate(run, ["matched"], by=["rulr"])
    sl.evaluate(run, ["matched"])
    assert list(run.scores["matched"].by) == ["lesion_area", "ruler"]


def test_a_classifier_is_scored_by_groups_of_its_images(run):
    dataset = run.datasets["matched"]
    found = sl.evaluate(run.classifier(), dataset, by=["ruler"], bootstrap=20, by_least=2)
    assert [group.name for group in found.by["ruler"].groups] == ["no", "yes"]
    assert sl.evaluate(run.classifier(), dataset, bootstrap=20).by == {}


def test_scores_of_earlier_versions_are_read_and_lack_groups(run):
    kept = json.loads((run.path / "metrics.json").read_text(encoding="utf-8"))["matched"]
    again = SplitScores.model_validate(kept)
    assert again.by["ruler"].groups[0].to_rest["accuracy"].p_holm is not None
    assert again.to_json() == kept
    del kept["by"]
    old = SplitScores.model_validate(kept)
    assert old.by == {}
    assert "by" not in old.to_json()


def test_a_tag_that_no_image_has_stops_a_training_before_it_starts(tiny_recipe):
    with pytest.raises(UserError, match=r"evaluate\.by=sex.*no image has a known tag 'sex'"):
        prepare(tiny_recipe({"evaluate.by": ["sex"]}))


def test_another_data_set_is_divided_in_the_bins_of_the_run(run):
    records = [Record(str(i), run.path, "nevus", tags={"lesion_area": i / 10}) for i in range(10)]
    (by,), lacking = groups_elsewhere(run, records)
    assert by == ByTag("lesion_area", own_groups(run)[0].edges)
    assert lacking == ("ruler",)
    assert groups_elsewhere(run, records, ["lesion_area=0.5"])[0] == (ByTag("lesion_area", (0.5,)),)
    with pytest.raises(UserError, match="no image has a known tag 'ruler'"):
        groups_elsewhere(run, records, ["ruler"])
