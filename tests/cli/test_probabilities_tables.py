"""What the terminal says of probabilities."""

from __future__ import annotations

import json

import invented_scores
import pytest
from typer.testing import CliRunner
from untrained_run import untrained

from sightline.cli import app
from sightline.cli.scores_tables import scores_table
from sightline.engine.decision import Decision
from sightline.engine.run import Run
from sightline.results import Score
from sightline.results.calibration import BinnedError, Calibration, CalibrationScores, PredictiveValues, ProbabilityScores, SetScores


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, tiny_recipes) -> Run:
    return untrained(tmp_path_factory.mktemp("tables") / "run", tiny_recipes(), scored=False)


def test_only_what_was_scored_is_shown(capsys, monkeypatch) -> None:
    monkeypatch.setattr("sightline.cli.console.console.width", 140)
    bare = invented_scores.scored(((5, 1), (1, 5)))
    scores_table("run", {"test": bare})
    assert "Brier" not in capsys.readouterr().out
    share = Score(value=0.25, low=0.125, high=0.5)
    one = ProbabilityScores(brier=share, ece=BinnedError(value=0.1, low=0.05, high=0.2, if_right=0.0625), overconfidence=share)
    sets = SetScores(asked=0.9, least=0.4, n=20, coverage=share, size=Score(value=1.5, low=1.25, high=1.75))
    values = PredictiveValues(
        prevalence=0.05, label="melanoma", threshold=0.375, sensitivity=share, specificity=share, ppv=share, npv=share
    )
    scores_table("run", {"test": bare.but(calibration=CalibrationScores(before=one), sets=sets, predictive=values)})
    said = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "split Brier calibrated ECE calibrated ECE if right" in said
    assert "test 0.250 [0.125, 0.500] - 0.100 [0.050, 0.200] - 0.062" in said
    assert any(line.startswith("test 0.375 0.250") for line in said)
    decision = Decision(0.375, Calibration(method="temperature", slope=0.5, n=40))
    scores_table("run", {"test": bare.but(predictive=values)}, decisions={"test": decision})
    shown = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert any(line.startswith(f"test {decision.shown_at(0.375):.3f} 0.250") for line in shown)
    assert decision.shown_at(0.375) == pytest.approx(0.4365, abs=1e-4)
    assert "test 0.9 0.250 [0.125, 0.500] 1.50 [1.25, 1.75] 0.400" in said
    assert "Predictive values at a prevalence of 0.05 of melanoma" in said


def test_evaluate_prints_and_writes_all_of_it(run, tmp_path) -> None:
    asked = ["evaluate", str(run.path), "--split", "val", "--split", "matched", "--prevalence", "0.05", "--coverage", "0.9"]
    said = CliRunner().invoke(app, [*asked, "--device", "cpu", "--json", str(tmp_path / "e.json")], catch_exceptions=False).output
    assert f"Calibration: {run.calibration.words()}. Only 12 validation images" in " ".join(said.split())
    for words in ("Brier", "Conformal sets", "PPV", "NPV"):
        assert words in said
    found = json.loads((tmp_path / "e.json").read_text(encoding="utf-8"))["metrics"]["matched"]
    assert found["predictive"]["prevalence"] == 0.05
    assert found["sets"]["asked"] == 0.9
    assert found["calibration"]["after"]["brier"]["value"] > 0
