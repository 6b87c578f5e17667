"""An artefact that a model relies on is found beyond its control; what any change does is not."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from readers import CORNER, INSIDE, SAMPLING, SIDE, Reader, pictures

from sightline.audit.budget import Budget
from sightline.audit.counterfactuals import clean, effect, excess_flips, marked
from sightline.data import counterfactual
from sightline.metrics.confidence.bootstrap import Array


@pytest.fixture
def lamp(monkeypatch):
    """Pasting lights the corner; filling in takes the colour beside it."""

    def paste(image: Array, artefact: str, rng: np.random.Generator, roi: Array | None = None) -> tuple[Array, Array]:
        mask = np.zeros((SIDE, SIDE), bool)
        mask[CORNER] = True
        return np.where(mask[..., None], np.uint8(250 if artefact == "lamp" else 80), image), mask

    monkeypatch.setattr(counterfactual, "paste", paste)
    monkeypatch.setattr(counterfactual, "inpaint", lambda image, mask: np.where(mask[..., None], np.uint8(80), image))


def measured(reader, what="lamp", how="pasted", images=None):
    dark = pictures(20, shortcut=1.0)
    ground = images or dark.at(np.flatnonzero(dark.labels == 0))
    return effect(reader, ground, what, how, ("dark", "bright"), Budget(60), 1, SAMPLING)


@pytest.mark.usefixtures("lamp")
def test_a_model_that_reads_the_corner_is_moved_by_what_is_pasted_there_and_not_by_its_control():
    found, pairs = measured(Reader(CORNER))
    assert (found.flips.value, found.control_flips.value, found.excess_flips.value) == (1, 0, 1)
    change = found.change["bright"]
    assert 0 < change.low <= change.value <= change.high
    assert change.p < 0.01
    assert found.n == change.n == 10
    assert found.attention.value > 0.5 > found.area.value > 0
    assert len(pairs) == 3
    assert pairs[0].said[0][1] < 0.1 < 0.9 < pairs[0].said[1][1]
    assert np.array_equal(pairs[0].before[~pairs[0].mask], pairs[0].after[~pairs[0].mask])


@pytest.mark.usefixtures("lamp")
def test_nothing_is_found_where_the_model_does_not_read_or_the_artefact_is_like_skin():
    for found in (measured(Reader(INSIDE))[0], measured(Reader(CORNER), what="skin")[0]):
        assert found.flips.value == 0
        assert abs(found.change["bright"].value) < 0.5
    assert measured(Reader(INSIDE))[0].change["bright"].p == 1, "no change at all is no evidence"


@pytest.mark.usefixtures("lamp")
def test_taking_out_what_is_marked_turns_the_decision_and_filling_in_elsewhere_does_not():
    images = pictures(20)
    bright = images.at(np.flatnonzero(images.labels == 1))
    bright.avoid[:, :, CORNER[0], CORNER[1]] = 255
    found, pairs = measured(Reader(CORNER), how="removed", images=bright)
    assert (found.flips.value, found.control_flips.value) == (1, 0)
    assert found.probability["bright"].value < -0.5
    assert pairs[0].mask[:6, :6].all(), "the mark, and a rim around it"


@pytest.mark.usefixtures("lamp")
def test_the_flips_of_each_image_are_those_beyond_its_control():
    images = pictures(20)
    dark, bright = (images.at(np.flatnonzero(images.labels == label)) for label in (0, 1))
    assert excess_flips(Reader(CORNER), dark, "lamp", "pasted").tolist() == [1.0] * 10
    assert excess_flips(Reader(INSIDE), dark, "lamp", "pasted").tolist() == [0.0] * 10
    assert excess_flips(Reader(CORNER), dark, "skin", "pasted").tolist() == [0.0] * 10
    assert excess_flips(Reader(CORNER), dark.at([]), "lamp", "pasted").shape == (0,)
    bright.avoid[:, :, CORNER[0], CORNER[1]] = 255
    assert excess_flips(Reader(CORNER), bright, "lamp", "removed").tolist() == [1.0] * 10


@pytest.mark.usefixtures("lamp")
def test_flips_are_of_the_decision_at_the_threshold_that_the_run_keeps():
    dark = pictures(20).at(np.arange(0, 20, 2))
    weak = Reader(CORNER, gain=1.0)  # the corner takes the probability from about .41 to .72
    for threshold, flips in ((None, 1.0), (0.2, 0.0), (0.9, 0.0)):
        assert excess_flips(weak, dark, "lamp", "pasted", threshold).mean() == flips
        arguments = ("lamp", "pasted", ("dark", "bright"), Budget(60), 1, SAMPLING)
        assert effect(weak, dark, *arguments, threshold=threshold)[0].flips.value == flips


@pytest.mark.usefixtures("lamp")
def test_images_without_artefact_and_with_are_found_by_tags_and_marks():
    images = pictures(6, tags=[{"ruler": True}, {"ruler": False}, {}, {"ruler": True, "ink": True}, {"ruler": False}, {"hair": True}])
    images.avoid[[0, 3, 4], :, :4, :4] = 255
    assert clean(images).tolist() == [1, 2, 5]
    assert {name: places.tolist() for name, places in marked(images).items()} == {"ruler": [0], "ruler + ink": [3], "artefact": [4]}


@pytest.mark.parametrize("artefact", counterfactual.ARTEFACTS)
def test_the_real_artefacts_are_pasted_and_filled_in(artefact):
    images = pictures(4)
    before = images.pixels.clone()
    found, pairs = effect(Reader(CORNER), images, artefact, "pasted", ("dark", "bright"), Budget(60), 1, SAMPLING)
    assert 0 < found.area.value < 0.6
    assert torch.equal(images.pixels, before), "the images stay as they are"
    images.avoid[:] = torch.from_numpy(pairs[0].mask)[None, None] * 255
    assert effect(Reader(CORNER), images, artefact, "removed", ("dark", "bright"), Budget(60), 1, SAMPLING)[0].n == 4


def test_several_classes_each_have_their_change(lamp):
    reader = Reader(CORNER)
    two = reader.forward
    reader.forward = lambda images: torch.cat([two(images), torch.full((len(images), 1), -3.0)], 1)
    dark = pictures(8).at([0, 2, 4, 6])
    found, _ = effect(reader, dark, "lamp", "pasted", ("a", "b", "c"), Budget(60), 1, SAMPLING)
    assert set(found.change) == {"a", "b", "c"}
    assert found.change["a"].value < 0 < found.change["b"].value
