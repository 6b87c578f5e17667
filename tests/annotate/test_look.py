"""What a classifier says of the images that may be annotated next."""

from __future__ import annotations

import numpy as np
import pytest
from small_run import small_run

from sightline.annotate.look import impressions, looks, maps_of
from sightline.annotate.score import entropy, spread
from sightline.attention.classifier import GuidedClassifier, build
from sightline.data.dataset import ImageDataset
from sightline.engine.decision import Decision
from sightline.engine.run import Run
from sightline.results.calibration import Calibration

PLACES = [3, 0, 2]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return small_run(tmp_path_factory.mktemp("look") / "run", 0, splits=())


@pytest.fixture(scope="module")
def images(run: Run) -> ImageDataset:
    return run.datasets["test"] if "test" in run.datasets else run.datasets["matched"]


@pytest.fixture(scope="module")
def classifier(run: Run) -> GuidedClassifier:
    return run.classifier()


def test_images_are_looked_at_in_their_order_in_batches(classifier, images):
    parts = list(looks(classifier, images, PLACES, 2, Decision()))
    assert [len(said) for said, _ in parts] == [2, 1]
    said, maps = (np.concatenate(column) for column in zip(*parts, strict=True))
    for row, place in enumerate(PLACES):
        look = classifier.look(images[place].image[None])
        assert said[row] == pytest.approx(look.logits[0].detach().double().softmax(0).numpy(), abs=1e-6)
        assert maps[row] == pytest.approx(look.first[0, 0].detach().numpy(), abs=1e-4)


def test_impressions_are_the_decision_its_probability_as_shown_and_the_entropy_as_it_is(classifier, images):
    said, maps = next(looks(classifier, images, PLACES, 3, Decision()))
    decision = Decision(threshold=float(np.sort(said[:, 1])[1]), calibration=Calibration(method="temperature", slope=0.3, n=9))
    done = []
    seen = impressions(classifier, images, PLACES, 2, lambda *both: done.append(both), decision)
    assert done == [(2, 3), (3, 3)]
    assert sorted(seen.predicted) == [0, 1, 1], "at or above the threshold, the last class"
    assert seen.probability == pytest.approx(decision.shown(said)[[0, 1, 2], seen.predicted], abs=1e-5)
    assert seen.entropy == pytest.approx(entropy(said), abs=1e-5)
    plain = impressions(classifier, images, PLACES, 3, lambda *_: None, Decision())
    assert plain.spread == pytest.approx(spread(maps), abs=1e-5)


def test_maps_are_those_of_the_class_decided_for(classifier, images):
    first, *_ = maps_of(classifier, images, PLACES, 2, Decision())
    never = maps_of(classifier, images, PLACES, 2, Decision(threshold=0.0))
    always = maps_of(classifier, images, PLACES, 2, Decision(threshold=1.0))
    assert len(never) == 3
    assert any(np.allclose(first, one[0]) for one in (never, always))
    assert not np.allclose(never[0], always[0])


def test_a_classifier_without_maps_has_no_spread(run, images):
    recipe = run.recipe.model_copy(update={"attention": run.recipe.attention.model_copy(update={"name": "none"})})
    plain = build(recipe, 2).eval()
    assert impressions(plain, images, PLACES, 2, lambda *_: None, Decision()).spread is None
    assert maps_of(plain, images, PLACES, 2, Decision()) == [None, None, None]
