from __future__ import annotations

import invented_scores
import pytest

from sightline.report.verdict import (
    comparison_in_words as compared,
)
from sightline.report.verdict import (
    guidance_helps,
    habit,
    headline,
    how_good,
    looking,
    reliance,
    where_it_fails,
    where_it_looks,
)
from sightline.results.differences import Paired
from sightline.results.scores import Decided, Group, Groups, Level


def of(value, low=None, high=None, **levels):
    return Level(value=value, low=low, high=high, **levels)


def change(value, low=None, high=None, verdict="", p_holm=None):
    """A difference; without a verdict only its interval speaks."""
    return Paired(value=value, low=low, high=high, verdict=verdict, p_holm=p_holm)


def scored(accuracy, balanced=None, n=200, confusion=((90, 10), (20, 80)), groups=None):
    return invented_scores.scored(confusion, accuracy=accuracy, balanced=balanced, n=n, groups=groups)


def worst(name, accuracy, n):
    return Groups(worst=accuracy, worst_group=name, by_group={name: Group(accuracy=accuracy, n=n)})


LEVELS = {"uniform": 0.2, "centre": 0.4, "shuffled": 0.45}


def test_better_than_guessing_only_with_an_interval_above_it():
    assert "better than guessing" in how_good(scored(of(0.85, 0.8, 0.9)), "test")
    assert "not distinguishable from guessing" in how_good(scored(of(0.55, 0.48, 0.62)), "test")
    assert "worse than guessing" in how_good(scored(of(0.3, 0.2, 0.4)), "test")
    without = how_good(scored(of(0.85)), "test")
    assert "cannot be told from guessing" in without
    assert "better" not in without


def test_accuracy_alone_does_not_beat_guessing_where_one_class_is_rare():
    always_nevus = scored(of(0.95, 0.92, 0.98), balanced=of(0.5, 0.5, 0.5))
    assert "not distinguishable from guessing" in how_good(always_nevus, "test")


def test_where_a_threshold_is_kept_the_answer_is_about_the_decisions():
    kept = Decided(threshold=0.2, sensitivity=of(0.9), specificity=of(0.8), balanced_accuracy=of(0.85, 0.75, 0.95), oracle=None)
    scores = scored(of(0.6, 0.5, 0.7))
    text = how_good(scores.but(classification=scores.classification.but(at_threshold=kept)), "test")
    assert "its decisions are right for 170 of 200 images, a balanced accuracy of 85% (95% interval 75% to 95%)" in text
    assert "better than guessing" in text


def test_how_good_names_set_size_and_confidence():
    text = how_good(scored(of(0.85, 0.8, 0.9)), "matched", 0.9)
    assert "On the matched images its most probable class is right for 85% of 200 images (90% interval 80% to 90%)" in text
    assert "AUC of 0.91" in text


def test_how_good_needs_an_accuracy():
    assert "could not be computed" in how_good(scored(of(None)), "test")


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        (of(0.7, 0.65, 0.75, **LEVELS), "region"),
        (of(0.5, 0.44, 0.56, **LEVELS), "middle"),  # above centre, but the interval holds the shuffled level
        (of(0.3, 0.25, 0.35, **LEVELS), "middle"),
        (of(0.22, 0.18, 0.26, **LEVELS), "not"),
        (of(0.1, 0.05, 0.15, **LEVELS), "away"),
        (of(0.7, None, None, **LEVELS), "unsure"),
        (of(0.7, 0.65, 0.75), "unsure"),
        (of(None, None, None, **LEVELS), "unmeasured"),
        (None, "unmeasured"),
        (of(0.3, 0.25, 0.35, uniform=0.2, centre=0.24, shuffled=None), "region"),
    ],
)
def test_pitfall_28_it_looks_at_the_region_only_if_it_beats_every_map_that_knows_nothing(score, expected):
    assert looking(score) == expected


def test_where_it_looks_puts_the_levels_beside_the_score():
    text = where_it_looks(of(0.7, 0.65, 0.75, **LEVELS))
    assert "70% lies inside the annotated region (65% to 75%)" in text
    for level in ("everywhere 20%", "centre 40%", "regions 45%"):
        assert level in text
    assert "It looks at the region that belongs to the image" in text


@pytest.mark.parametrize(
    "score", [of(0.5, 0.44, 0.56, **LEVELS), of(0.22, 0.18, 0.26, **LEVELS), of(0.1, 0.05, 0.15, **LEVELS), of(0.7, **LEVELS)]
)
def test_it_is_never_said_to_look_at_the_region_without_the_interval(score):
    assert "It looks at the region" not in where_it_looks(score)


def test_where_it_looks_unmeasured():
    assert "not measured" in where_it_looks(None)


def test_aligned_yet_relying():
    usual, changed = scored(of(0.95, 0.92, 0.98)), scored(of(0.3, 0.25, 0.35))
    assert reliance(usual, changed, "region").startswith("Aligned, yet relying")
    assert reliance(usual, changed, "away") == (
        "Its accuracy falls from 95% to 30% (25% to 35%) when the artefact changes sides: the decision rests on the artefact."
    )
    assert headline("region", habit(usual, changed)).startswith("Aligned, yet relying")


def test_a_fall_within_the_intervals_is_not_called_one():
    usual, changed = scored(of(0.9, 0.86, 0.94)), scored(of(0.85, 0.8, 0.9))
    assert habit(usual, changed) == "holds"
    text = reliance(usual, changed, "region")
    assert "not distinguishable" in text
    assert "falls" not in text


def test_reliance_without_intervals_or_without_the_test_says_so():
    assert "chance cannot be ruled out" in reliance(scored(of(0.9)), scored(of(0.3)), "region")
    assert reliance(scored(of(0.9, 0.8, 0.95)), None, "region") == ""
    assert habit(scored(of(0.3, 0.2, 0.4)), scored(of(0.9, 0.8, 1.0))) == "rises"


def test_every_headline_exists_and_only_alignment_claims_the_region():
    for looks in ("region", "middle", "not", "away", "unsure", "unmeasured"):
        for found in ("falls", "holds", "rises", "unsure", "untested"):
            line = headline(looks, found)
            assert line
            assert line.startswith("It looks at the annotated region") == (looks == "region" and found != "falls")
            assert ("by the artefact" in line) == (found == "falls")


def test_where_it_fails_names_the_weakest_class_and_the_worst_group():
    groups = worst("melanoma, no ruler", of(0.4, 0.2, 0.6), 20)
    text = where_it_fails(scored(of(0.85, 0.8, 0.9), groups=groups), "test")
    assert "wrong 30 times in 200" in text
    assert "Of class melanoma it finds the fewest: 80%" in text
    assert "“melanoma, no ruler” with 40% right of 20 images (20% to 60%)" in text


def test_a_group_of_a_few_images_is_not_taken_seriously():
    groups = worst("nevus, ruler", of(0.0, 0.0, 0.0), 2)
    assert "too few to say more" in where_it_fails(scored(of(0.85, 0.8, 0.9), groups=groups), "test")


def test_no_error_is_said():
    assert "no error" in where_it_fails(scored(of(1.0, 1.0, 1.0), confusion=((100, 0), (0, 100))), "test")


def test_better_only_if_the_interval_of_the_difference_excludes_zero():
    assert "is better than base in accuracy, by 5 points (2 to 8)" in compared("new", "base", "accuracy", change(0.05, 0.02, 0.08), "test")
    assert "is worse than base in AUC, by 0.050 (0.020 to 0.080)" in compared("new", "base", "auc", change(-0.05, -0.08, -0.02), "test")
    assert "is higher than base in share of evidence" in compared("new", "base", "epg", change(0.4, 0.3, 0.5), "test")
    unclear = compared("new", "base", "accuracy", change(0.05, -0.01, 0.11), "test")
    assert "not distinguishable in accuracy (−1 to +11 points)" in unclear
    assert "better" not in unclear
    assert "no interval was computed" in compared("new", "base", "accuracy", change(0.05), "test")
    assert "could not be compared" in compared("new", "base", "auc", change(None), "test")


def test_a_difference_that_its_corrected_test_does_not_bear_out_is_not_better():
    lost = change(0.05, 0.02, 0.08, verdict="not distinguishable", p_holm=0.12)
    said = compared("new", "base", "accuracy", lost, "test")
    assert "not distinguishable in accuracy (+2 to +8 points; p = 0.120 once corrected for all comparisons)" in said
    assert "cannot be said" in guidance_helps({"test": {"accuracy": lost}}, "new", "base")
    kept = lost.but(verdict="higher", p_holm=0.01)
    assert "better than base" in compared("new", "base", "accuracy", kept, "test")
    assert guidance_helps({"test": {"accuracy": kept}}, "new", "base").startswith("Guidance helps")


def test_guidance_helps_set_by_set():
    up, down, same, bare = change(0.1, 0.05, 0.15), change(-0.1, -0.15, -0.05), change(0.0, -0.1, 0.1), change(0.3)

    def said(**sets):
        return guidance_helps({name: {"accuracy": d} for name, d in sets.items()}, "guided", "plain")

    assert said(flipped=up, matched=same) == (
        "Guidance helps: guided is more often right than plain on flipped. On matched the two are not distinguishable."
    )
    assert said(matched=down).startswith("Guidance costs accuracy")
    assert said(flipped=up, matched=down) == "Guidance helps on flipped and costs accuracy on matched."
    assert said(matched=same, flipped=bare).startswith("Whether guidance helps the accuracy cannot be said")


def test_guidance_is_judged_by_the_decisions_where_both_runs_keep_a_threshold():
    up, same = change(0.1, 0.05, 0.15), change(0.0, -0.1, 0.1)
    both = {"accuracy": same, "decided_balanced_accuracy": up}
    assert guidance_helps({"test": both}, "guided", "plain") == (
        "Guidance helps: the decisions of guided have a higher balanced accuracy than those of plain on test."
    )
    assert "cannot be said" in guidance_helps({"test": both, "val": {"accuracy": same}}, "guided", "plain")
    assert "better than plain in balanced accuracy of its decisions" in compared("guided", "plain", "decided_balanced_accuracy", up, "test")
