"""A light is green only if the interval leaves no room for harm, and red only if it shows harm."""

from __future__ import annotations

import invented_scores
import pytest

from sightline.report import lights
from sightline.results import Score
from sightline.results.audit import AuditFacts
from sightline.results.groups import TagGroup, TagGroups, ToRest


def of(value: float | None, low: float | None = None, high: float | None = None) -> Score:
    return Score(value=value, low=low, high=high)


@pytest.mark.parametrize(
    ("score", "light"),
    [(of(0.7, 0.6, 0.8), "good"), (of(0.6, 0.5, 0.7), "open"), (of(0.4, 0.3, 0.49), "warning"), (of(0.9), "open"), (of(None), "untested")],
)
def test_guessing(score, light) -> None:
    assert lights.of_guessing(invented_scores.scored(((1, 0), (0, 1)), accuracy=score)) == light


@pytest.mark.parametrize(
    ("after", "light"),
    [
        (of(0.90, 0.86, 0.94), "good"),  # at most .04 below
        (of(0.88, 0.80, 0.93), "open"),  # not distinguishable, yet .1 below is not excluded
        (of(0.60, 0.50, 0.70), "warning"),
        (of(0.88), "open"),
        (of(None), "untested"),
    ],
)
def test_that_no_fall_is_seen_is_not_enough(after, light) -> None:
    before = invented_scores.scored(((1, 0), (0, 1)), accuracy=of(0.9, 0.85, 0.95))
    assert lights.of_artefact(before, invented_scores.scored(((1, 0), (0, 1)), accuracy=after)) == light
    assert lights.of_artefact(before, None) == "untested"


@pytest.mark.parametrize(
    ("flag", "images", "light"),
    [
        ("relying", 200, "warning"),
        ("aligned but relying", 200, "warning"),
        ("no sign of relying", 200, "good"),
        ("no sign of relying", 20, "open"),
        ("thrown off", 200, "open"),
        ("not tested", 200, "untested"),
    ],
)
def test_an_audit(flag, images, light) -> None:
    assert lights.of_audit(AuditFacts(flag=flag, images=images)) == light


@pytest.mark.parametrize(
    ("sure", "light"),
    [
        (of(0.01, -0.02, 0.04), "good"),
        (of(0.0, -0.08, 0.02), "open"),
        (of(0.1, 0.05, 0.2), "warning"),
        (of(-0.1, -0.2, -0.05), "warning"),
        (None, "untested"),
    ],
)
def test_probabilities(sure, light) -> None:
    assert lights.of_probabilities(sure) == light


def test_probabilities_that_are_wrong_in_some_range() -> None:
    fine = of(0.01, -0.02, 0.04)
    assert [lights.of_probabilities(fine, found) for found in ("no", "unclear", "yes")] == ["good", "open", "warning"]


@pytest.mark.parametrize(
    ("score", "change", "light"),
    [
        ("accuracy", (-0.01, -0.04, 0.03, "not distinguishable"), "good"),
        ("accuracy", (-0.05, -0.20, 0.05, "not distinguishable"), "open"),
        ("accuracy", (-0.30, -0.40, -0.20, "lower"), "warning"),
        ("brier", (0.20, 0.10, 0.30, "higher"), "warning"),  # a high Brier score is bad
        ("brier", (-0.20, -0.30, -0.10, "lower"), "good"),
        ("brier", (0.02, -0.05, 0.20, "not distinguishable"), "open"),
    ],
)
def test_groups(score, change, light) -> None:
    value, low, high, verdict = change
    rest = ToRest(value=value, low=low, high=high, verdict=verdict)
    group = TagGroup(name="f", n=40, patients=40, of_class={}, scores={}, to_rest={score: rest})
    whole = TagGroup(name="all", n=80, patients=80, of_class={}, scores={})
    assert lights.of_groups([TagGroups(tag="sex", groups=(group,), whole=whole, worst="f", comparisons=1)]) == light
    assert lights.of_groups([]) == "untested"


def test_every_light_has_a_shape_a_word_and_a_meaning() -> None:
    assert lights.SHAPES.keys() == lights.WORDS.keys() == lights.LEGEND.keys()
    assert len(set(lights.SHAPES.values())) == len(lights.SHAPES), "colours are not needed to tell them apart"
    assert (lights.Point("?", "so", "warning").shape, lights.Point("?", "so").word) == ("▲", "")
