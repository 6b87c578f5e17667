"""Scores of groups of images, as objects."""

from __future__ import annotations

from kept import SCORE, kept, lacks, refuses

from sightline.results.groups import HiddenGroup, TagGroup, TagGroups, ToRest

REST = ToRest(**SCORE.fields(), p=0.02, p_holm=0.04, verdict="lower")
WOMEN = TagGroup(name="female", n=12, patients=9, of_class={"nevus": 12}, scores={"accuracy": SCORE}, to_rest={"accuracy": REST})
SEX = TagGroups(
    tag="sex", groups=(WOMEN,), hidden=(HiddenGroup(name="other", n=2, patients=2),), whole=WOMEN, worst="female", comparisons=1
)


def test_groups_are_kept_with_their_difference_to_the_rest() -> None:
    plain = kept(SEX)
    assert plain["groups"][0]["to_rest"]["accuracy"]["verdict"] == "lower"
    assert plain["hidden"] == [{"name": "other", "n": 2, "patients": 2}]
    assert (SEX.edges, SEX.sentences, WOMEN.left_out) == ((), (), {})
    lacks(SEX, "tag", "groups", "whole", "worst", "comparisons")


def test_a_verdict_is_one_of_three() -> None:
    for verdict in ("higher", "lower", "not distinguishable"):
        assert kept(REST.but(verdict=verdict))["verdict"] == verdict
    refuses(REST, verdict="worse", p=float("nan"))


def test_of_groups_too_small_to_show_none_is_the_worst() -> None:
    assert kept(SEX.but(groups=(), worst=None))["worst"] is None
    refuses(WOMEN, n=-1, patients=None)
    refuses(SEX, edges="40")
