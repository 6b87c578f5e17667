"""Scores do not depend on batches, and say what the predictions say."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from sightline.attention.classifier import build
from sightline.engine.compare import judged
from sightline.engine.evaluate import evaluate, observe, score
from sightline.engine.prepare import prepare
from sightline.engine.train import train
from sightline.errors import UserError


@pytest.fixture
def observed(tiny_recipe):
    def make(settings: dict[str, object]):
        recipe = tiny_recipe(settings)
        dataset = prepare(recipe).datasets["matched"]
        torch.manual_seed(0)
        return observe(build(recipe, 2), dataset, recipe), dataset, recipe

    return make


def test_scores_do_not_depend_on_the_batch_size(observed):
    one, dataset, recipe = observed({"train.batch_size": 1})
    all_at_once, *_ = observed({"train.batch_size": 8})
    np.testing.assert_allclose(one.predictions.probabilities, all_at_once.predictions.probabilities, atol=1e-5)
    np.testing.assert_allclose(one.attention.maps["cam"], all_at_once.attention.maps["cam"], atol=1e-5)
    first, second = score(one, dataset, recipe), score(all_at_once, dataset, recipe)
    assert first.localisation["cam"].epg.value == pytest.approx(second.localisation["cam"].epg.value, abs=1e-5)


def test_the_map_that_is_scored_is_the_labels_or_the_predicted_classs(observed):
    by_label, *_ = observed({"evaluate.explain": "label"})
    by_prediction, *_ = observed({"evaluate.explain": "predicted"})
    of_last, *_ = observed({"evaluate.explain": "last"})
    assert (of_last.attention.explained == 1).all()
    (name, maps), melanoma = next(iter(of_last.attention.maps.items())), by_label.predictions.labels == 1
    assert np.allclose(maps[melanoma], by_label.attention.maps[name][melanoma], atol=1e-5)
    assert not np.allclose(maps[~melanoma], by_label.attention.maps[name][~melanoma], atol=1e-5)
    assert np.array_equal(by_label.attention.explained, by_label.predictions.labels)
    assert np.array_equal(by_prediction.attention.explained, by_prediction.predictions.probabilities.argmax(1))


def test_the_localisation_score_is_that_of_the_annotated_region(observed):
    """A map that is the ROI itself scores (nearly) one, whatever the classifier."""
    found, dataset, recipe = observed({})
    perfect = dataclasses.replace(found.attention, maps={"cam": (found.rois > 127).astype(np.float32)})
    scores = score(dataclasses.replace(found, attention=perfect), dataset, recipe).localisation["cam"]
    assert scores.epg.value > 0.9
    assert scores.pointing.value > 0.95
    assert scores.epg.shuffled < 0.6


def test_001_25_a_map_between_0_and_1_is_also_scored_as_a_mask(observed):
    """Overlap, and the shares of empty and of whole masks (001-26); evidence has no threshold of its own and is not."""
    seen, dataset, recipe = observed({"attention": {"name": "decoder"}})
    scores = score(seen, dataset, recipe).masks["decoder"]
    assert set(scores.fields()) == {"n", "jaccard", "dice", "empty", "whole"}
    seen.attention.maps["decoder"][:] = 0.1
    assert score(seen, dataset, recipe).masks["decoder"].empty.value == 1
    evidence, dataset, recipe = observed({})
    assert score(evidence, dataset, recipe).masks == {}


def test_a_split_that_is_not_there_is_named(tiny_recipe, tmp_path):
    run = train(tiny_recipe({"train.epochs": 1}), tmp_path / "run", say=lambda _: None)
    with pytest.raises(UserError, match='Did you mean "flipped"'):
        evaluate(run, ["fliped"])
    evaluate(run, ["matched"])
    answers = judged(run, "matched")
    assert np.nanmean(answers.epg) == pytest.approx(run.scores["matched"].localisation["cam"].epg.value, abs=0.01)


def test_the_map_that_people_see_is_the_predicted_classs(observed):
    found, *_ = observed({})
    predicted = found.predictions.probabilities.argmax(1)
    same = predicted == found.predictions.labels
    assert same.any()
    assert not same.all()
    maps, said = found.attention.maps["cam"], found.attention.said["cam"]
    assert np.array_equal(maps[same], said[same])
    assert all((m != s).any() for m, s in zip(maps[~same], said[~same], strict=True))
