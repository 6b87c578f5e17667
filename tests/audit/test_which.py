"""The images that an audit is about: the run's own, or another data set's."""

from __future__ import annotations

import pytest
from PIL import Image
from small_run import small_run

from sightline.audit.which import _trained_on, other, own
from sightline.engine.run import Run
from sightline.errors import UserError


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return small_run(tmp_path_factory.mktemp("runs") / "tiny", 0, splits=("matched",))


def test_another_data_set_of_the_same_classes_can_be_given(run, tmp_path):
    which = other(run, "phantom", None, "flipped")
    assert which.split == "phantom, flipped"
    assert which.predictions is None
    assert len(which.training) == len(run.datasets["train"]), "what was trained on is known, whatever is looked at"
    assert all(record.split == "flipped" for record in which.dataset.records)
    for label in ("cat", "dog"):
        (tmp_path / label).mkdir()
        Image.new("RGB", (8, 8)).save(tmp_path / label / "a.png")
    with pytest.raises(UserError, match="has the labels cat, dog, and the run has the classes nevus, melanoma"):
        other(run, "folder", tmp_path, None)
    with pytest.raises(UserError, match="no such split"):
        other(run, None, None, "fliped")
    part = other(run, "folder", tmp_path, None, classes={"cat": "nevus"})
    assert part.notes[1] == "Labels that are not classes of the run are left out: dog (1 image)."


def test_of_the_runs_own_images_the_first_test_split_is_meant_and_its_answers_are_known(run):
    which = own(run, None)
    assert which.split == "matched"
    assert which.predictions.ids == [record.id for record in which.dataset.records]
    assert which.training == run.datasets["train"].records
    assert (which.data, which.notes) == (run.recipe.data, ())


def test_a_split_that_was_not_scored_has_no_answers_and_one_that_is_not_there_is_refused(run):
    assert own(run, "flipped").predictions is None
    with pytest.raises(UserError, match=r'has no such split.*Did you mean "flipped"'):
        own(run, "fliped")


def test_training_images_that_are_not_there_any_more_are_none():
    class Moved:
        @property
        def datasets(self):
            raise UserError("folder", "is not there", "Restore it.")

    assert _trained_on(Moved()) is None
