"""The maps of a run on one scale for all cases."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from sightline.engine.run import Attention, Run
from sightline.review.cases import Cases
from sightline.review.maps import Maps


def test_one_scale_of_colours_for_all_cases(own_cases: Cases) -> None:
    highest = [own_cases.maps.of(case.split, case.id, "cam").max() for case in own_cases]
    assert own_cases.maps.scale("cam") == pytest.approx(np.percentile(highest, 95))


SOURCES = {"evidence": "cam", "unit": "decoder"}


def maps_of(raw: np.ndarray, kind: str = "evidence", thresholds: object = None) -> Maps:
    """Maps (N, h, w) of images a, b, ... of the split val, named m."""
    n = len(raw)
    said = Attention([chr(97 + i) for i in range(n)], np.ones(n, bool), np.zeros(n, int), {"m": raw}, {"m": raw}, np.zeros(n, int))
    recipe = SimpleNamespace(evaluate=SimpleNamespace(threshold=0.5), attention=SimpleNamespace(name=SOURCES[kind]))
    answers = {"every_prediction": lambda: {"val": None}, "attention": lambda split: said}
    return Maps(SimpleNamespace(**answers, recipe=recipe, thresholds=thresholds), ("val", "test"))  # type: ignore[arg-type]


def test_a_map_is_found_by_split_image_and_name() -> None:
    raw = np.arange(8.0).reshape(2, 2, 2)
    maps = maps_of(raw)
    assert (maps.names, maps.first) == (("m",), "m")
    assert np.array_equal(maps.of("val", "b", "m"), raw[1])
    assert maps.of("val", "c", "m") is maps.of("test", "a", "m") is maps.of("val", "a", "n") is None


def test_maps_without_evidence_do_not_count_for_the_scale() -> None:
    raw = np.full((3, 2, 2), -1.0)
    raw[0, 0, 0], raw[1, 0, 0] = 4, np.nan
    assert maps_of(raw).scale("m") == 4
    assert maps_of(np.full((2, 2, 2), -1.0)).scale("m") == 1, "no map has any"
    assert maps_of(raw / 8, "unit").scale("m") == 1


def test_a_case_has_a_scale_of_its_own() -> None:
    faint, blank = np.array([[0.25, 0.5]]), np.array([[-1.0, np.nan]])
    evidence = maps_of(np.stack([faint, faint * 8]))
    assert evidence.coloured(faint, "m", own=False)[1:] == ("evidence", evidence.scale("m"))
    assert evidence.coloured(faint, "m", own=True)[1:] == ("evidence", 0.5)
    unit = maps_of(np.stack([faint]), "unit")
    raw, kind, scale = unit.coloured(faint, "m", own=True)
    assert (raw.max(), kind, scale) == (1.0, "unit", 1.0), "the value 1 has the last colour"
    assert unit.own_scale(blank) == unit.own_scale(-faint) == 1
    assert (unit.highest(faint), unit.highest(blank)) == ("The highest value of this map is 0.5.", "")


def test_the_colours_are_explained() -> None:
    raw = np.ones((1, 2, 2)) * 0.123456
    assert maps_of(raw).meaning("m").startswith("Positive evidence for the class that is decided for, from 0 to 0.123 or more")
    assert "between 0 and 1 by itself" in maps_of(raw, "unit").meaning("m")
    assert maps_of(raw).own_meaning(raw[0]).startswith("Scale of this case alone: from 0 to 0.123,")


def test_the_threshold_is_the_kept_one_or_that_of_the_scores() -> None:
    raw = np.ones((1, 2, 2))
    kept = maps_of(raw, thresholds=SimpleNamespace(maps={"m": 0.25, "n": None}))
    assert [(kept.threshold(name), kept.keeps(name)) for name in ("m", "n", "o")] == [(0.25, True), (0.5, False), (0.5, False)]
    none = maps_of(raw, thresholds=None)
    assert (none.threshold("m"), none.keeps("m")) == (0.5, False)


def test_a_source_without_maps_has_no_names(own_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Run, "attention", lambda self, split: None)
    maps = Maps(own_run, ("val", "test"))
    assert (maps.names, maps.first, maps.of("val", "a", "")) == ((), "", None)
