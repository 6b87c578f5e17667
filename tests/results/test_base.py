"""Results as values: nothing of a file is lost, and what a file must not hold is refused."""

from __future__ import annotations

import importlib
import json
import pkgutil

import pytest
from invented_run import invent
from pydantic import ValidationError

from sightline import results
from sightline.results import Score, SplitScores
from sightline.results.scores import Level


def test_a_split_is_read_and_written_without_loss(tmp_path) -> None:  # type: ignore[no-untyped-def]
    run = invent(tmp_path / "run", splits=("matched",))
    plain = json.loads((run.path / "metrics.json").read_text(encoding="utf-8"))["matched"]
    scores = run.scores["matched"]
    assert scores.to_json() == plain
    assert SplitScores.model_validate(scores.to_json()) == scores
    assert scores.classification.accuracy.value == plain["classification"]["accuracy"]["value"]


def test_no_field_of_any_result_can_be_reassigned() -> None:
    for module in pkgutil.iter_modules(results.__path__):
        for kind in vars(importlib.import_module(f"sightline.results.{module.name}")).values():
            if isinstance(kind, type) and issubclass(kind, results.base.Result):
                assert kind.model_config["frozen"], kind


def test_a_deep_copy_of_scores_can_be_worked_on(tmp_path) -> None:  # type: ignore[no-untyped-def]
    scores = invent(tmp_path / "run", splits=("matched",)).scores["matched"]
    copy = scores.model_copy(deep=True)
    copy.classes.append("another")
    assert "another" not in scores.classes


def test_values_cannot_be_changed_and_have_to_be_numbers() -> None:
    score = Score(value=0.5, low=0.4, high=None)
    with pytest.raises(ValidationError):
        score.value = 0.6
    with pytest.raises(ValidationError):
        Score(value=float("nan"), low=0, high=1)
    assert str(score) == "Score(0.500 [0.400, -])"
    assert str(Level(value=None, low=None, high=None)) == "Level(- [-, -])"
