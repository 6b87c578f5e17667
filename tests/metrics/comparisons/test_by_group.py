"""Groups of images: values by hand, what is hidden and why, and differences that hold among many."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sightline.data.divide import divide
from sightline.metrics.comparisons.by_group import Least, by_groups
from sightline.metrics.scores.answered import Answered
from sightline.tag_groups import by_tag
from sightline.types import Record


def answered(labels, positive, **more):
    labels, p = np.asarray(labels), np.asarray(positive, dtype=float)
    return Answered(labels, np.stack([1 - p, p], 1), (p >= 0.5).astype(int), ["nevus", "melanoma"], **more)


def division(tag, values, text=None):
    return divide([Record(str(i), Path("x"), "nevus", tags={tag: value}) for i, value in enumerate(values)], by_tag(text or tag))


def parted(n=200, skill=(0.95, 0.6), seed=0):
    """Women are right nine times in ten, men six."""
    rng = np.random.default_rng(seed)
    labels, sex = rng.integers(2, size=n), np.where(np.arange(n) % 2, "m", "f").astype(object)
    right = rng.random(n) < np.where(sex == "f", *skill)
    p = np.where(right, labels, 1 - labels) * 0.6 + 0.2 + 0.1 * rng.random(n)
    return labels, p, sex


def test_values_by_hand():
    found = by_groups(
        answered([0, 0, 1, 1, 0, 0, 1, 1], [0.1, 0.6, 0.7, 0.9, 0.2, 0.3, 0.4, 0.2], patients=[0, 0, 1, 2, 3, 4, 5, 6]),
        [division("sex", list("ffffmmmm"))],
        least=Least(4, 2),
        bootstrap=50,
    )["sex"]
    women, men = found.groups
    assert (women.name, women.n, women.patients, women.of_class) == ("f", 4, 3, {"nevus": 2, "melanoma": 2})
    assert {name: round(score.number, 4) for name, score in women.scores.items()} == {
        "accuracy": 0.75,
        "balanced_accuracy": 0.75,
        "sensitivity": 1.0,
        "specificity": 0.5,
        "auc": 1.0,
        "brier": round((0.01 + 0.36 + 0.09 + 0.01) / 4, 4),
    }
    assert {name: score.n for name, score in women.scores.items()} == dict.fromkeys(women.scores, 4) | {"sensitivity": 2, "specificity": 2}
    assert (women.to_rest["auc"].n, found.whole.scores["auc"].n) == (8, 8)
    assert men.scores["auc"].value == pytest.approx(0.625)
    assert women.to_rest["sensitivity"].value == 1
    assert men.to_rest["sensitivity"].value == -1
    assert found.whole.scores["accuracy"].value == 0.625
    assert (found.worst, found.whole.n) == ("m", 8)


def test_a_real_difference_is_found_and_named():
    labels, p, sex = parted()
    found = by_groups(answered(labels, p), [division("sex", sex)], bootstrap=200)["sex"]
    assert {group.name: group.to_rest["accuracy"].verdict for group in found.groups} == {"f": "higher", "m": "lower"}
    assert "“m” has the lowest accuracy" in found.sentences[0]
    assert "lower than that of all other images" in found.sentences[0]
    assert "chance" not in found.sentences[0]


def test_of_two_groups_the_difference_counts_once():
    labels, p, sex = parted()
    one = by_groups(answered(labels, p), [division("sex", sex)], bootstrap=20)["sex"]
    women, men = one.groups
    assert one.comparisons == len(women.to_rest) == 6
    assert women.to_rest["auc"].p_holm == men.to_rest["auc"].p_holm


def test_p_values_are_corrected_over_all_tags_together():
    labels, p, sex = parted(skill=(0.9, 0.7), seed=4)
    site = np.random.default_rng(3).choice(["arm", "leg", "back"], size=len(labels))
    alone = by_groups(answered(labels, p), [division("sex", sex)], bootstrap=20)["sex"]
    both = by_groups(answered(labels, p), [division("sex", sex), division("site", site)], bootstrap=20)
    assert both["sex"].comparisons == both["site"].comparisons == 6 + 18
    first, second = (found.groups[0].to_rest["accuracy"] for found in (alone, both["sex"]))
    assert first.p_holm >= first.p
    assert second.p_holm > first.p_holm
    for found in both.values():
        for group in found.groups:
            assert all(one.verdict == "not distinguishable" for one in group.to_rest.values() if one.p_holm > 0.05)


def test_small_groups_are_hidden_and_counted():
    labels, p, sex = parted()
    sex[:5] = "unknown"
    found = by_groups(answered(labels, p), [division("sex", sex)], bootstrap=20)["sex"]
    assert [(one.name, one.n) for one in found.hidden] == [("not known", 5)]
    assert "1 group of sex is hidden, since it has fewer than 20 images: not known (5 images)." in found.sentences
    assert [group.name for group in found.groups] == ["f", "m"]


def test_a_class_that_is_missing_in_a_group_takes_its_scores_away_and_no_others():
    labels, p, sex = parted()
    labels = np.where(sex == "f", 0, labels)
    found = by_groups(answered(labels, p), [division("sex", sex)], bootstrap=20)["sex"]
    women, men = found.groups
    assert set(women.scores) == {"accuracy", "specificity", "brier"}
    assert set(women.to_rest) == {"accuracy", "specificity", "brier"}
    assert set(men.to_rest) == {"accuracy", "specificity", "brier"}, "the rest lacks what the group has"
    assert set(men.scores) == {"accuracy", "balanced_accuracy", "sensitivity", "specificity", "auc", "brier"}
    missing = "The group f of sex has no balanced accuracy, sensitivity or AUC"
    assert f"{missing}, since it has fewer than 5 images of melanoma." in found.sentences


def test_epg_is_left_out_where_few_regions_are_known():
    labels, p, sex = parted()
    epg = np.where(sex == "f", 0.5, np.where(np.arange(len(sex)) < 20, 0.2, np.nan))
    women, men = by_groups(answered(labels, p, epg=epg), [division("sex", sex)], bootstrap=20)["sex"].groups
    assert women.scores["epg"].value == 0.5
    assert men.left_out == {"epg": "fewer than 20 images with a known region"}
    assert "epg" not in women.to_rest


def test_a_group_without_any_other_is_compared_with_nothing():
    labels, p, sex = parted()
    found = by_groups(answered(labels, p), [division("sex", np.full(len(sex), "f"))], bootstrap=20)["sex"]
    assert found.groups[0].to_rest == {}
    assert found.comparisons == 0
    assert found.sentences == ("Only one group of sex is shown, so there is no other to compare it with.",)


def test_groups_that_fare_alike_are_called_equal():
    labels, sex = np.tile([0, 1], 40), np.repeat(["f", "m"], 40)
    found = by_groups(answered(labels, np.where(labels == 1, 0.9, 0.1)), [division("sex", sex)], bootstrap=20)["sex"]
    assert found.sentences[0] == "All groups of sex have the same accuracy: 1.000."
    assert found.sentences[2] == "No score of a group of sex differs from that of all other images by more than chance may explain."


def test_whole_patients_are_drawn():
    """Twenty alike images of each patient tell no more than one."""
    labels, patients = np.tile([0, 1], 200), np.arange(400) // 20
    p, sex = np.where(patients % 4 < 3, labels, 1 - labels), np.where(patients < 10, "f", "m")
    tables = [by_groups(answered(labels, p, patients=of), [division("sex", sex)], bootstrap=200) for of in (None, patients)]
    groups = [table["sex"].groups[0] for table in tables]
    assert [group.patients for group in groups] == [200, 10]
    alone, together = (np.diff(group.scores["accuracy"].interval)[0] for group in groups)
    assert together > 3 * alone


def test_epg_is_given_from_as_many_known_regions_as_a_group_needs_images():
    labels, p, sex = parted()
    for known, given in ((20, True), (19, False)):
        epg = np.full(len(sex), np.nan)
        epg[sex == "f"] = 0.5
        epg[np.flatnonzero(sex == "m")[:known]] = 0.25
        men = by_groups(answered(labels, p, epg=epg), [division("sex", sex)], bootstrap=20)["sex"].groups[1]
        assert ("epg" in men.scores) is given
        assert ("epg" in men.to_rest) is given


def test_of_three_classes_a_rare_one_takes_away_what_all_classes_decide():
    rng = np.random.default_rng(0)
    labels, sex = rng.integers(3, size=120), np.repeat(["f", "m"], 60)
    labels[(labels == 2) & (sex == "m")] = 0
    said = rng.dirichlet(np.ones(3), size=120)
    found = by_groups(Answered(labels, said, said.argmax(1), ["a", "b", "c"]), [division("sex", sex)], bootstrap=20)["sex"]
    assert found.groups[1].left_out == dict.fromkeys(("balanced_accuracy", "auc"), "fewer than 5 images of c")
    assert set(found.groups[0].scores) == {"accuracy", "balanced_accuracy", "auc", "brier"}
    assert set(found.groups[0].to_rest) == {"accuracy", "brier"}


def test_a_class_that_no_image_has_asks_for_nothing():
    labels, said = np.arange(80) % 2, np.random.default_rng(0).dirichlet(np.ones(3), size=80)
    found = by_groups(Answered(labels, said, said.argmax(1), ["a", "b", "c"]), [division("sex", list("ffmm") * 20)], bootstrap=20)
    assert [group.left_out for group in found["sex"].groups] == [{}, {}]
