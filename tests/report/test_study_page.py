"""What a study leaves for people: the rows of its tables, and its Markdown."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from sightline.report.study import detectable, drawn, markdown, tables
from sightline.results.study import DrawnRegions, StudyResult

NUMBERS: dict[str, Any] = {"p": 0.04, "confidence": 0.95, "seeds": 2, "images": 9, "patients": 9, "sd_seeds": 0.01, "se_images": None}
NUMBERS |= {"se_own": None, "se": 0.02, "seed_share": None, "per_seed": [], "low": 0.25, "high": 0.75}


def result(**facts: Any) -> StudyResult:
    where = {"score": "auc", "split": "flipped", "setting": {"k": 1}}
    levels = [NUMBERS | where | {"arm": arm, "value": value} for arm, value in (("label-only", 0.5), ("guided", None))]
    verdict = {"word": "better", "sentence": "", "smallest": 0.05, "value": 0.1, "low": None, "high": None, "detectable": 0.125}
    moved = NUMBERS | {"value": -0.1, "low": -0.2, "high": 0.1}
    row = {"arm": "guided", "base": "label-only", "difference": moved, "simultaneous": moved, "p_holm": 0.05, "verdict": verdict}
    told = {"name": "mine", "title": "", "recipe": "energy", "decides": ("auc", "flipped"), "matters": 0.05, "arms": [], "levels": levels}
    told |= {"comparisons": [where | {"family": 1, "confidence": 0.95, "rows": [row]}], "notes": [], "conclusion": ["It helps."]}
    return StudyResult.model_validate(told | {"answer": ["Better."], "failed": [], "missing": 0} | facts)


STUDY = SimpleNamespace(
    plan=SimpleNamespace(
        splits=("flipped", "removed"),
        arms=[SimpleNamespace(name=name) for name in ("guided", "label-only", "waiting")],
        scores_on=lambda split: ("auc", "epg"),
    )
)


def test_there_is_a_table_for_each_setting_and_split_that_was_judged_in_the_order_of_the_plan() -> None:
    (table,) = tables(STUDY, result())
    assert (table.setting, table.split, table.scores) == ("k = 1", "flipped", ("auc", "epg"))
    assert [(row.arm, row.seeds, row.images, list(row.scores)) for row in table.rows] == [
        ("guided", 2, 9, ["auc"]),
        ("label-only", 2, 9, ["auc"]),
    ]


def test_the_markdown_has_the_answer_first_and_a_dash_for_what_is_not_known() -> None:
    lines = markdown(STUDY, result()).splitlines()
    assert lines[:4] == ["# mine", "", "It helps.", ""]
    assert "- Better." in lines
    assert "## Scores on flipped, k = 1" in lines
    assert "| guided | 2 | 9 | – | – |" in lines
    assert "| label-only | 2 | 9 | 0.500 [0.250–0.750] | – |" in lines
    assert "## Differences: auc on flipped, k = 1 (corrected for 1 comparison)" in lines
    assert "| guided | label-only | −0.100 [−0.200 to 0.100] | −0.200 to 0.100 | 0.050 | 0.010 | – | 0.125 | better |" in lines
    assert not any("missing" in line or "failed" in line for line in lines)


@pytest.mark.parametrize(("missing", "said"), [(1, "1 training is missing."), (2, "2 trainings are missing.")])
def test_what_is_missing_and_what_failed_is_listed(missing: int, said: str) -> None:
    failed = [{"arm": "guided", "seed": 3, "reason": "out of memory"}]
    lines = markdown(STUDY, result(missing=missing, failed=failed, title="Does it help?", notes=["Few images."])).splitlines()
    assert lines[0] == "# Does it help?"
    assert {said, "Few images.", "- failed: guided, seed 3: out of memory"} <= set(lines)


def test_a_difference_that_is_more_than_possible_cannot_be_found() -> None:
    (row,) = result().comparisons[0].rows
    blind = row.but(verdict=row.verdict.but(detectable=None))
    assert [detectable(one) for one in (row, blind, blind.but(difference=row.difference.but(se=None)))] == [
        "0.125",
        "more than possible",
        "–",
    ]


def test_drawn_regions_are_told_with_the_range_of_their_dice() -> None:
    found = drawn(DrawnRegions(drawings=3, dice=0.8, low=0.75, high=0.85, kept=0.9))
    assert found == "90% of the drawn masks are kept; held-out Dice 0.800 (0.750 to 0.850, 3 drawings)"
