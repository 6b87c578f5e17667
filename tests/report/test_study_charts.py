"""The figures of a study."""

from __future__ import annotations

from typing import Any

import pytest
from matplotlib.axes import Axes

from sightline.explain.colours import INK, MUTED, RIGHT
from sightline.report.study_charts import curves, forest, front, unbeaten
from sightline.results.study import ArmDifference, ArmScore, Comparisons

NUMBERS = {"p": None, "confidence": 0.95, "seeds": 2, "images": 9, "patients": 9, "sd_seeds": None, "se_images": None}
NUMBERS |= {"se_own": None, "se": None, "seed_share": None}


def level(arm: str, value: float | None, score: str = "auc", setting: dict[str, Any] | None = None, wide: float = 0.1) -> ArmScore:
    low, high = (None, None) if value is None else (value - wide, value + wide)
    where = {"score": score, "split": "flipped", "setting": setting or {}, "arm": arm}
    return ArmScore(**NUMBERS, **where, value=value, low=low, high=high, per_seed=[value, None])


def difference(arm: str, value: float | None, word: str = "better", base: str = "label-only") -> ArmDifference:
    verdict = {"word": word, "sentence": "", "smallest": 0.05, "value": value, "low": None, "high": None}
    own, wide = level(arm, value), level(arm, value, wide=0.2)
    return ArmDifference(arm=arm, base=base, difference=own, simultaneous=wide, p_holm=None, verdict=verdict)


def part(*rows: ArmDifference) -> Comparisons:
    return Comparisons(score="auc", split="flipped", setting={}, family=len(rows), confidence=0.95, rows=list(rows))


def texts(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def test_differences_from_one_base_that_could_be_computed_are_drawn() -> None:
    rows = [difference("guided", 0.25), difference("random", 0.0, "not distinguishable"), difference("lost", None)]
    figure = forest(part(*rows, difference("guided", 0.5, base="random")), "label-only", 0.05)
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["guided", "random"]
    assert axes.get_title(loc="left") == "auc on flipped, minus label-only"
    thin, thick = (line for line in axes.lines if line.get_color() == RIGHT and len(line.get_xdata()) == 2)
    assert (list(thin.get_xdata()), list(thick.get_xdata())) == ([pytest.approx(0.05), 0.45], [0.15, 0.35])
    assert thin.get_linewidth() < thick.get_linewidth()
    assert any(line.get_color() == MUTED for line in axes.lines), "what cannot be told has no colour of a verdict"
    assert forest(part(difference("lost", None)), "label-only", 0.05) is None
    assert forest(part(*rows), "random", 0.05) is None


@pytest.mark.parametrize(
    ("values", "x"), [((1, 3, 10), [1.0, 3.0, 10.0]), ((True, False, "auto"), [0, 1, 2]), ((["a"], [], None), [0, 1, 1])]
)
def test_a_setting_that_is_no_number_has_places_in_its_order(values: tuple[Any, ...], x: list[float]) -> None:
    rows = [level("guided", 0.5, setting={"train.k": value}) for value in values]
    (axes,) = curves(rows, "train.k", "auc on flipped").axes
    assert list(axes.lines[0].get_xdata()) == x
    assert (axes.get_xlabel(), axes.get_title(loc="left")) == ("train.k", "auc on flipped")
    assert len(axes.collections) == 1, "the interval"


def test_a_curve_leaves_out_what_was_not_measured_and_has_no_band_with_a_gap() -> None:
    rows = [level("guided", value, setting={"k": k}) for k, value in ((1, 0.5), (2, None), (3, 0.75))]
    rows[2] = rows[2].but(low=None, high=None)
    (axes,) = curves(rows, "k", "t").axes
    assert list(axes.lines[0].get_xdata()) == [1, 3]
    assert len(axes.collections) == 0


def test_what_no_other_point_beats_is_ringed() -> None:
    points = {"a": (0.2, 0.9), "b": (0.5, 0.5), "c": (0.1, 0.8)}
    rows = [level(arm, value, score) for arm, pair in points.items() for score, value in zip(("epg", "auc"), pair, strict=True)]
    (axes,) = front(rows, "epg", "auc", "flipped").axes
    ringed = [(line.get_xdata()[0], line.get_ydata()[0]) for line in axes.lines if line.get_markeredgecolor() == INK]
    assert ringed == [(0.2, 0.9), (0.5, 0.5)]
    assert texts(axes) == ["a", "b", "c"]
    assert unbeaten({"a": (1, 1), "b": (1, 1)}) == {"a", "b"}, "equals do not beat each other"


def test_an_arm_that_no_setting_changes_is_one_point_without_a_setting() -> None:
    rows = []
    for k in (1, 2):
        rows += [level("same", 0.5, score, {"k": k}) for score in ("epg", "auc")]
        rows += [level("moves", k / 4, score, {"k": k}) for score in ("epg", "auc")]
    rows.append(level("half", 0.5, "epg", {"k": 1}))
    (axes,) = front(rows, "epg", "auc", "flipped").axes
    assert texts(axes) == ["same", "moves 1", "moves 2"]
