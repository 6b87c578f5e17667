"""The section on probabilities says what an interval bears out, and nothing else."""

from __future__ import annotations

import re
import shutil

import pytest

from sightline.engine.files import write_json
from sightline.engine.run import Run
from sightline.report import report
from sightline.report.probabilities import are_they_right, calibrations, rows
from sightline.results import Score
from sightline.results.calibration import BinnedError, Calibration, CalibrationScores, ProbabilityScores


def of(value, low=None, high=None) -> Score:
    return Score(value=value, low=low, high=high)


def scored(sure: Score, change: Score | None = None, if_right: float | None = 0.12, high: float | None = 0.2) -> CalibrationScores:
    ece = BinnedError(value=0.1, low=0.05, high=0.2, if_right=if_right, if_right_high=high)
    one = ProbabilityScores(brier=of(0.2, 0.1, 0.3), ece=ece, overconfidence=sure)
    return CalibrationScores(before=one, after=change and one, change=change)


def test_too_high_or_too_low_only_where_the_interval_excludes_zero() -> None:
    high = are_they_right(scored(of(0.12, 0.08, 0.16)), "test")
    assert "its probabilities are too high" in high
    assert "12 points above the share of images that are of this class (95% interval 8 to 16)" in high
    low = are_they_right(scored(of(-0.12, -0.16, -0.08)), "test", 0.9)
    assert "too low" in low
    assert "12 points below the share of images that are of this class (90% interval 8 to 16)" in low
    unclear = are_they_right(scored(of(0.02, -0.01, 0.05)), "test")
    assert "no sign that its probabilities are too high or too low on average (+2 points, 95% interval −1 to +5)" in unclear
    assert "cannot be said: no interval" in are_they_right(scored(of(0.1)), "test")
    assert "earlier version" in are_they_right(None, "test")


@pytest.mark.parametrize(("if_right", "high"), [(0.04, 0.07), (0.04, 0.11), (0.04, None)])
def test_an_error_above_chance_is_never_called_no_sign(if_right: float, high: float | None) -> None:
    said = are_they_right(scored(of(0.02, -0.01, 0.05), if_right=if_right, high=high), "test")
    assert "no sign" not in said
    assert "calibration error (ECE) of 0.100 is more than 0.040, which exactly right ones would show by chance on average" in said
    assert ("they are not right in every range" in said) == (high == 0.07)
    assert ("Whether they are right in every range cannot be told." in said) == (high is None)
    assert ("exceed 0.110 once in 20 times, so that whether they are right in every range cannot be told." in said) == (high == 0.11)


def test_the_calibration_helps_only_where_the_interval_of_the_change_says_so() -> None:
    sure = of(0.02, -0.01, 0.05)
    better = are_they_right(scored(sure, of(-0.011, -0.015, -0.007)), "test")
    assert "makes them better: their Brier score falls by 0.011 (0.007 to 0.015)." in better
    assert "makes them worse: their Brier score rises by 0.011" in are_they_right(scored(sure, of(0.011, 0.007, 0.015)), "test")
    unclear = are_they_right(scored(sure, of(-0.004, -0.01, 0.003)), "test")
    assert "cannot be said: their Brier score changes by −0.004 (−0.010 to +0.003)." in unclear
    assert "leaves them as they are" in are_they_right(scored(sure, of(0.0, 0.0, 0.0)), "test")


@pytest.fixture
def calibrated(guided, tmp_path) -> Run:
    shutil.copytree(guided.path, tmp_path / "calibrated")
    found = Calibration(method="temperature", slope=0.5, n=6, note="Only 6 validation images.")
    write_json(tmp_path / "calibrated" / "thresholds.json", {"from": "val", "decision": 0.4, "maps": {}, "calibration": found.to_json()})
    run = Run(tmp_path / "calibrated")
    run.__dict__["datasets"] = guided.datasets
    return run


def test_the_page_has_the_section_with_a_picture_before_and_after(calibrated, guided) -> None:
    text = report(calibrated)
    section = re.search(r'<section id="probabilities">.*?</section>', text, re.DOTALL)[0]
    assert "Are its probabilities right?" in section
    assert "As the network gives them:" in section
    assert "Calibrated:" in section
    assert "calibrated: temperature 2.00, from 6 validation images. Only 6 validation images." in section
    alone = re.search(r'<section id="probabilities">.*?</section>', report(guided), re.DOTALL)[0]
    assert "Calibrated:" not in alone
    assert "guided: no calibration is kept." in alone


def test_rows_are_those_that_were_scored(guided) -> None:
    before = rows([guided], "matched")
    assert [(row.arm, row.which) for row in before] == [("guided", "as the network gives them")]
    assert before[0].scores == guided.scores["matched"].calibration.before
    assert calibrations([guided]) == ["guided: no calibration is kept."]
