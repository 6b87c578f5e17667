"""Differences between runs, as objects."""

from __future__ import annotations

from invented_scores import scored
from kept import SCORE, kept, lacks, refuses

from sightline.results.differences import AreaTest, Comparison, Difference, GroupDifference, McNemar, Paired, SeedDifference

PAIRED = Paired(**SCORE.fields(), p=0.03, p_holm=0.06, verdict="higher")
DIFFERENCE = Difference(**PAIRED.fields(), run="b", base="a", split="test", metric="auc")
COMPARISON = Comparison(
    split="test",
    scores={"a": scored([[3, 1], [2, 4]], n=10)},
    differences=(DIFFERENCE,),
    comparisons=1,
    exchanges=999,
    notes=(),
    seeds=(),
    files=("compare.html",),
)


def test_the_closed_test_is_that_of_the_areas_or_of_the_decisions() -> None:
    areas, decisions = AreaTest(**SCORE.fields(), se=0.02, z=1.9, p=0.05), McNemar(only_a=3, only_b=9, p=0.14)
    assert PAIRED.closed is None
    assert PAIRED.but(delong=areas).closed == areas
    assert PAIRED.but(mcnemar=decisions).closed == decisions
    assert kept(PAIRED.but(delong=areas))["delong"]["z"] == 1.9
    refuses(decisions, only_a=-1, p=float("nan"))


def test_a_difference_names_both_runs_the_split_and_the_score() -> None:
    assert kept(DIFFERENCE)["base"] == "a"
    lacks(DIFFERENCE, "run", "base", "split", "metric", "verdict")
    group = GroupDifference(**DIFFERENCE.fields() | {"n": 12}, tag="sex", group="female")
    assert kept(group)["group"] == "female"
    lacks(group, "tag", "group", "n")


def test_the_scores_of_a_comparison_are_called_metrics_in_the_file() -> None:
    plain = kept(COMPARISON)
    assert plain["metrics"]["a"]["classification"]["confusion"] == [[3, 1], [2, 4]]
    assert "scores" not in plain
    assert Comparison.model_validate(COMPARISON.fields()) == COMPARISON
    lacks(COMPARISON, "metrics", "differences", "exchanges")


def test_a_comparison_of_an_earlier_version_has_no_groups() -> None:
    assert (COMPARISON.groups, COMPARISON.replaced) == ((), False)
    refuses(COMPARISON, comparisons=-1)


def test_over_one_training_there_is_no_deviation_and_no_test() -> None:
    one = SeedDifference(median=0.8, base_median=0.7, sd=None, base_sd=None, difference=0.1, p=None, smallest_p=None)
    assert kept(one)["sd"] is None
    assert (one.trainings, one.p_anova) == (0, None)
    lacks(one, "median", "sd", "smallest_p")
