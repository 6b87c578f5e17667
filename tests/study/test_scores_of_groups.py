"""A score of a group is that of its images alone, and its name is read in one way."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.study.answers import Answers, beside, load, save, save_measured
from sightline.study.score_names import measures
from sightline.study.scores import applies, statistic

LABELS = np.array([0, 1, 0, 1, 0, 1])
SAID = np.array([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7], [0.6, 0.4], [0.8, 0.2], [0.1, 0.9]])  # right, right, wrong, wrong, right, right
FEMALE = np.array([1, 1, 1, 0, 0, np.nan])


@pytest.fixture
def answers() -> Answers:
    nothing = np.full(6, np.nan)
    measured = {"in-sex=female": FEMALE, "removed_flips": np.array([0, 1, np.nan, 0, 1, 1.0])}
    return Answers(list("abcdef"), LABELS, SAID, nothing, list("abcdef"), {}, measured)


def test_a_score_of_a_group_is_that_of_its_images(answers):
    ones = np.ones((1, 6))
    assert statistic("accuracy[sex=female]")(answers, ones)[0] == pytest.approx(2 / 3)
    assert statistic("accuracy[!sex=female]")(answers, ones)[0] == pytest.approx(1 / 2), "whose sex is not known is in neither"
    assert statistic("auc[sex=female]")(answers, ones)[0] == 1
    assert applies("accuracy[!sex=female]", answers).tolist() == [False, False, False, True, True, False]


def test_what_is_measured_can_be_taken_of_a_group(answers):
    assert measures(["removed_flips[sex=female]", "auc[sex=female]"]) == ("removed_flips", "in-sex=female")
    assert statistic("removed_flips[sex=female]")(answers, np.ones((1, 6)))[0] == 0.5


def test_a_group_is_kept_beside_the_answers_whatever_its_name(answers, tmp_path):
    path = tmp_path / "test.npz"
    save(answers, path)
    for measure in ("in-age=>=60", "in-site=head/neck"):
        save_measured(FEMALE, path, measure)
        assert beside(path, measure).parent == tmp_path
        np.testing.assert_array_equal(load(path, [measure]).measured[measure], FEMALE)
    assert np.isnan(load(path, ["in-age=<40"]).measured["in-age=<40"]).all()
