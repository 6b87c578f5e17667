from __future__ import annotations

import pytest
from invented_scores import scored

from sightline.explain.bars import Arm, arms_chart, localisation_bars
from sightline.results.scores import Level


def test_localisation_marks_stand_at_the_levels(guided):
    epg = guided.scores["matched"].localisation["cam"].epg
    axes = localisation_bars(guided, "matched").axes[0]
    marks = [float(line.get_xdata()[0]) for line in axes.lines if line.get_linestyle() == "None"]
    assert marks == pytest.approx([epg.uniform, epg.centre, epg.shuffled])
    assert axes.patches[0].get_width() == pytest.approx(epg.value)
    assert [float(x) for x in axes.lines[0].get_xdata()] == pytest.approx([epg.low, epg.high])


def test_localisation_bars_of_nothing_are_none(guided):
    run = type("R", (), {"scores": {"matched": scored([[1, 0], [0, 1]])}, "name": "r", "path": guided.path})()
    assert localisation_bars(run, "matched") is None


def test_the_arms_chart_draws_scores_that_could_not_be_computed():
    empty = Level(value=None, low=None, high=None)
    half = Level(value=0.5, low=None, high=None)
    figure = arms_chart([Arm("a", {"matched": half, "flipped": empty}, None), Arm("b", {"matched": half}, half)])
    assert "no map" in [t.get_text() for t in figure.axes[1].texts]
    assert figure.axes[0].texts[0].get_text() == "0.50"
