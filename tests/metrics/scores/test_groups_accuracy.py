from __future__ import annotations

import json

import numpy as np
import pytest

from sightline.metrics.confidence.bootstrap import interval
from sightline.metrics.scores.groups import group_accuracy, group_names
from sightline.results.base import Score
from sightline.results.scores import Groups


def test_one_artefact_divides_each_class() -> None:
    tags = [{"ruler": True, "age": 40}, {"ruler": False}, {"ruler": np.True_}, {"age": 70}]
    assert group_names(["nevus", "nevus", "melanoma", "melanoma"], tags) == [
        "nevus, ruler",
        "nevus, no ruler",
        "melanoma, ruler",
        "melanoma, unknown",
    ]


def test_several_artefacts_are_named_together() -> None:
    tags = [{"ruler": True, "gel": True}, {"ruler": False, "gel": False}, {"ruler": False, "gel": True}]
    assert group_names(["nevus"] * 3, tags) == ["nevus, ruler + gel", "nevus, no artefact", "nevus, gel"]


def test_artefacts_that_never_occur_do_not_change_the_names() -> None:
    """A data set may say of every kind whether it is there, though one kind only was ever put in."""
    tags = [{"ruler": True, "ink": False}, {"ruler": False, "ink": False}]
    assert group_names(["nevus"] * 2, tags) == ["nevus, ruler", "nevus, no ruler"]
    assert group_names(["nevus"], tags[1:]) == ["nevus, no artefact"]


def test_the_caller_says_which_tags_count() -> None:
    tags = [{"ruler": True, "plaster": False}]
    assert group_names(["nevus"], tags, ("ruler",)) == ["nevus, ruler"]
    assert group_names(["nevus"], tags, ("plaster",)) == ["nevus, no artefact"]


@pytest.mark.parametrize("tags", [[{}, {}], [{"age": 40}, {"sex": "f"}], [{"ruler": "yes"}, {"ruler": 1}], [{"adult": True}, {}]])
def test_without_a_true_or_false_artefact_there_are_no_groups(tags: list[dict]) -> None:
    assert group_names(["nevus", "nevus"], tags) is None


def test_accuracy_by_group_and_the_worst() -> None:
    labels = np.array([1, 1, 1, 1, 0, 0, 0, 0])
    predicted = np.array([1, 1, 1, 0, 0, 0, 1, 1])
    groups = ["m, ruler"] * 2 + ["m, no ruler"] * 2 + ["n, ruler"] * 4
    found = group_accuracy(labels, predicted, groups, bootstrap=200, seed=4)
    assert {name: (g.accuracy.value, g.n) for name, g in found.by_group.items()} == {
        "m, ruler": (1, 2),
        "m, no ruler": (0.5, 2),
        "n, ruler": (0.5, 4),
    }
    assert found.worst_group == "m, no ruler"
    assert found.worst == found.by_group["m, no ruler"].accuracy
    assert found.by_group["n, ruler"].accuracy == interval(np.array([1.0, 1, 0, 0]), bootstrap=200, seed=4)
    json.dumps(found.to_json(), allow_nan=False)


def test_a_shortcut_hides_in_the_mean_but_not_in_the_worst_group() -> None:
    """95 of 100 melanomas come with a ruler, and a model that reads rulers is right for those."""
    ruler = np.arange(100) < 95
    found = group_accuracy(np.ones(100, int), ruler.astype(int), ["m, ruler" if r else "m, no ruler" for r in ruler], bootstrap=50)
    assert ruler.mean() == 0.95
    assert found.worst.value == 0


def test_patients_are_drawn_whole() -> None:
    labels, predicted = np.ones(40, int), np.repeat([1, 0, 1, 1, 0, 1, 1, 1], 5)
    patients = [f"p{i // 5}" for i in range(40)]
    naive = group_accuracy(labels, predicted, ["g"] * 40, bootstrap=400).worst
    grouped = group_accuracy(labels, predicted, ["g"] * 40, clusters=patients, bootstrap=400).worst
    assert grouped.high - grouped.low > 1.5 * (naive.high - naive.low)


def test_no_images_have_no_worst_group() -> None:
    found = group_accuracy(np.empty(0), np.empty(0), [])
    assert found == Groups(worst=Score(value=None, low=None, high=None), worst_group=None, by_group={})


def test_a_group_in_which_nothing_is_right_is_the_worst() -> None:
    found = group_accuracy(np.ones(4, int), np.array([0, 0, 0, 1]), ["none"] * 2 + ["half"] * 2, bootstrap=20)
    assert (found.worst_group, found.worst.value) == ("none", 0)
