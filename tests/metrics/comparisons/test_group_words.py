"""What is said of groups, word by word."""

from __future__ import annotations

import pytest

from sightline.metrics.comparisons.group_words import listed, score_name, sentences
from sightline.results.base import Score
from sightline.results.groups import HiddenGroup, TagGroup, TagGroups, ToRest
from sightline.tag_groups import ByTag

WHOLE = TagGroup(name="all", n=100, patients=90, of_class={"a": 50, "b": 50}, scores={})


def group(name: str, accuracy: float | None = 0.8, *, n: int = 20, **more: object) -> TagGroup:
    scores = {"accuracy": Score(value=accuracy, low=None, high=None)}
    return TagGroup(**{"name": name, "n": n, "patients": n, "of_class": {}, "scores": scores} | more)


def change(value: float, verdict: str, p: float | None = None) -> ToRest:
    return ToRest(value=value, low=None, high=None, p=p, p_holm=p, verdict=verdict)


def said(*groups: TagGroup, hidden: tuple[HiddenGroup, ...] = (), comparisons: int = 1) -> list[str]:
    table = TagGroups(tag="site", groups=groups, hidden=hidden, whole=WHOLE, worst=None, comparisons=comparisons)
    return list(sentences(table, ByTag("site"), 20))


@pytest.mark.parametrize(
    ("names", "text"), [("v", "v (3 images)"), ("vwxyz", "v (3 images), w (3 images), x (3 images), y (3 images) and z (3 images)")]
)
def test_up_to_five_groups_are_named(names: str, text: str) -> None:
    assert said(hidden=tuple(HiddenGroup(name=name, n=3, patients=3) for name in names))[-1].endswith(f"{text}.")


def test_of_more_than_five_the_first_four_are_named_and_the_others_counted() -> None:
    hidden = tuple(HiddenGroup(name=name, n=1, patients=1) for name in "uvwxyz")
    named = "u (1 image), v (1 image), w (1 image), x (1 image) and 2 more"
    assert said(hidden=hidden) == [f"6 groups of site are hidden, since they have fewer than 20 images: {named}."]


def test_the_lowest_group_is_named_with_its_score_and_its_size() -> None:
    score = Score(value=0.5, low=0.25, high=0.75)
    low = group("arm", n=1234, scores={"accuracy": score})
    assert said(group("leg"), low) == [
        "Of the groups of site, “arm” has the lowest accuracy: 0.500 (interval 0.250 to 0.750), of 1,234 images."
    ]


def test_a_score_of_zero_is_the_lowest_and_one_that_is_missing_is_none() -> None:
    assert said(group("leg", 0.3), group("arm", 0.0))[0].startswith("Of the groups of site, “arm” has the lowest accuracy: 0.000")
    assert said(group("leg", 0.3), group("arm", None)) == [], "one group with a score has no other to compare it with"
    assert said(group("leg", 0.8), group("arm", 0.8)) == ["All groups of site have the same accuracy: 0.800."]


def lowest(size: float, verdict: str = "lower", p: float | None = None, comparisons: int = 1) -> str:
    groups = group("leg"), group("arm", 0.1, to_rest={"accuracy": change(size, verdict, p)})
    return said(*groups, comparisons=comparisons)[0].partition(" images. ")[2]


def test_its_difference_to_the_rest_is_told() -> None:
    assert lowest(-0.25) == "It is 0.250 lower than that of all other images."
    assert lowest(-0.25, p=0.0123) == "It is 0.250 lower than that of all other images; p = 0.012."
    assert lowest(-0.25, p=0.001) == "It is 0.250 lower than that of all other images; p = 0.001."
    assert lowest(-0.25, p=0.0009) == "It is 0.250 lower than that of all other images; p < 0.001."
    assert lowest(-0.25, p=0.02, comparisons=2).endswith("; p = 0.020, corrected for 2 comparisons.")
    assert lowest(-0.25, "not distinguishable").endswith("than that of all other images, a difference that chance may explain.")
    assert lowest(-0.0004, "not distinguishable") == "It is equal to that of all other images."
    assert lowest(-0.0005).startswith("It is 0.001 lower")
    assert lowest(0.25) == "", "the rest ranks images of different groups, too"


def test_differences_that_hold_are_listed_and_else_it_is_said_that_none_does() -> None:
    one = group(
        "arm", 0.1, to_rest={"accuracy": change(-0.7, "lower"), "auc": change(0.1, "higher"), "brier": change(0, "not distinguishable")}
    )
    two = group("leg", to_rest={"accuracy": change(0.7, "higher")})
    listing = "“arm”: accuracy lower, AUC higher; “leg”: accuracy higher"
    assert said(one, two)[-1] == f"Scores of groups of site that differ from those of all other images by more than chance: {listing}."
    none = group("leg", 0.9, to_rest={"accuracy": change(0.1, "not distinguishable")})
    assert said(group("arm"), none)[-1].startswith("No score of a group of site differs")


def test_scores_that_are_left_out_are_named_with_the_reason() -> None:
    few = {
        "auc": "fewer than 5 images of b",
        "balanced_accuracy": "fewer than 5 images of b",
        "epg": "fewer than 20 images with a known region",
    }
    found = said(group("arm", 0.1, left_out=few), group("leg", left_out=few))
    assert found[-2:] == [
        "The groups arm and leg of site have no AUC or balanced accuracy, since they have fewer than 5 images of b.",
        "The groups arm and leg of site have no EPG, since they have fewer than 20 images with a known region.",
    ]
    alone = said(group("arm", left_out={"auc": few["auc"]}))
    assert alone[0] == "Only one group of site is shown, so there is no other to compare it with."
    assert alone[1] == "The group arm of site has no AUC, since it has fewer than 5 images of b."


def test_words() -> None:
    assert [listed(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
    assert [score_name(name) for name in ("auc", "epg", "brier", "balanced_accuracy")] == ["AUC", "EPG", "Brier score", "balanced accuracy"]
