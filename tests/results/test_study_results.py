"""Results of a study: they are kept as JSON, older ones open, and they say where they hold."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from sightline.results.base import FORMAT
from sightline.results.study import Comparisons, StudyOutlook, StudyResult

BEFORE_SEARCHES: dict[str, Any] = {
    "name": "weights",
    "title": "",
    "recipe": "energy",
    "decides": ["auc", "test"],
    "matters": 0.02,
    "levels": [],
    "comparisons": [],
    "arms": [{"name": "a", "says": "the recipe", "trainings": 1, "candidates": [], "drawn": None, "seconds": 2.0}],
    "notes": [],
    "conclusion": [],
    "answer": [],
    "failed": [{"arm": "a", "seed": 1, "reason": "no memory"}],
    "missing": 1,
    "format": 2,
}


def test_a_result_that_knew_no_searches_opens_and_is_written_as_it_was() -> None:
    found = StudyResult.model_validate_json(json.dumps(BEFORE_SEARCHES))
    assert found.search is None
    assert found.failed[0].reason == "no memory"
    assert found.to_json() == BEFORE_SEARCHES


def test_a_result_of_a_later_version_is_refused() -> None:
    with pytest.raises(ValidationError, match="update sightline"):
        StudyResult.model_validate(BEFORE_SEARCHES | {"format": FORMAT + 1})


def test_a_comparison_says_where_it_holds() -> None:
    part = Comparisons(score="auc", split="flipped", setting={}, family=1, confidence=0.95, rows=[])
    assert part.where == "auc on flipped"
    assert part.but(setting={"data.decoy": {"artefact": "ruler"}}).where == "auc on flipped, data.decoy = artefact ruler"


def test_an_outlook_says_that_nothing_was_done() -> None:
    counts = {"settings": 1, "trainings": 2, "to_do": 2, "shared": 0, "workers": 1, "seconds": 3.0}
    outlook = StudyOutlook.model_validate({"study": "s", "name": "n", "title": "", "arms": [], "grid": {}} | counts)
    assert outlook.dry_run
    assert outlook.search is None
