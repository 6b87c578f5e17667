"""Scores of groups beside those of all images."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes

from sightline.explain.group_chart import group_chart
from sightline.results import Score
from sightline.results.groups import TagGroup, TagGroups


def score(value: float | None, wide: float | None = 0.125) -> Score:
    low, high = (None, None) if value is None or wide is None else (value - wide, value + wide)
    return Score(value=value, low=low, high=high)


def group(name: str, **scores: Score) -> TagGroup:
    return TagGroup(name=name, n=9, patients=9, of_class={"nevus": 9}, scores=scores, to_rest={})


def table(*groups: TagGroup, **whole: Score) -> TagGroups:
    return TagGroups(tag="sex", groups=groups, whole=group("all", **whole), worst=None, comparisons=0)


def marks(axes: Axes) -> dict[float, float]:
    """Height -> value of the dots."""
    return {round(float(line.get_ydata()[0]), 3): float(line.get_xdata()[0]) for line in axes.lines if line.get_marker() == "o"}


def test_there_is_a_panel_of_auc_only_where_a_group_has_one() -> None:
    (alone,) = group_chart({"run": table(group("f", accuracy=score(0.5)), accuracy=score(0.75), auc=score(0.9))}).axes
    assert alone.get_title(loc="left") == "Accuracy"
    both = group_chart({"run": table(group("f", accuracy=score(0.5), auc=score(0.625)), group("m", accuracy=score(0.25)))}).axes
    assert [axes.get_title(loc="left") for axes in both] == ["Accuracy", "AUC"]
    assert marks(both[1]) == {0: 0.625}


def test_groups_stand_below_each_other_with_interval_and_the_line_of_all_images() -> None:
    groups = (group("f", accuracy=score(0.5)), group("m", accuracy=score(0.25, None)), group("x", accuracy=score(None)))
    found = table(*groups, accuracy=score(0.75))
    (axes,) = group_chart({"run": found}).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["f", "m", "x"]
    assert marks(axes) == {0: 0.5, 1: 0.25}, "what could not be computed has no mark"
    assert [list(line.get_xdata()) for line in axes.lines if line.get_marker() != "o" and line.get_linestyle() == "-"] == [[0.375, 0.625]]
    assert [line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == "--"] == [0.75]
    assert axes.get_ylim()[0] > axes.get_ylim()[1], "the first group on top"


def test_runs_stand_side_by_side_in_a_group_and_have_a_key() -> None:
    first = table(group("f", accuracy=score(0.5)))
    second = table(group("m", accuracy=score(0.25)), group("f", accuracy=score(0.75)))
    figure = group_chart({"one": first, "two": second})
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["f", "m"]
    assert marks(axes) == pytest.approx({-0.125: 0.5, 1.125: 0.25, 0.125: 0.75})
    (key,) = figure.legends
    assert [text.get_text() for text in key.get_texts()] == ["one", "two"]
    assert len({tuple(np.ravel(line.get_color())) for line in axes.lines if line.get_marker() == "o"}) == 2
    assert group_chart({"one": first}).legends == []
