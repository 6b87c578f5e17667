"""What the terminal says of several findings per image."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import invented_scores
import pytest

from sightline.cli.findings import say_findings_elsewhere, say_scores
from sightline.engine.decision import Decision
from sightline.results import Score, SplitScores
from sightline.results.calibration import Calibration
from sightline.results.external import Change, ExternalFindings, ExternalScores
from sightline.results.findings import FindingsScores, Macro
from sightline.results.scores import Decided

HALF, LOW = Score(value=0.5, low=0.25, high=0.75), Score(value=0.125, low=None, high=None)


def of_finding(name: str) -> SplitScores:
    scores = invented_scores.scored(((5, 1), (2, 4)), (f"no {name}", name), n=12)
    at = Decided(threshold=0.25, sensitivity=HALF, specificity=LOW, balanced_accuracy=HALF, oracle=None)
    ranked = scores.classification.per_class[name].but(auc=HALF, average_precision=LOW)
    return scores.but(classification=scores.classification.but(at_threshold=at, per_class={name: ranked}))


def of_run(name: str) -> SimpleNamespace:
    kept = Calibration(method="temperature", slope=0.5, n=40, note="Only 40 images.") if name == "mass" else None
    return SimpleNamespace(classes=(f"no {name}", name), decision=Decision(0.25, kept), calibration=kept, scores={"test": of_finding(name)})


RUN = SimpleNamespace(
    name="chest", findings=("mass", "effusion"), of=of_run, finding_folder=lambda name: Path("runs/chest/findings") / name, calibration=None
)


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sightline.cli.console.console.width", 200)


def lines_of(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]


def test_each_finding_has_a_row_a_decision_and_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    means = Macro(auc=HALF, average_precision=LOW, sensitivity=LOW)
    scores = FindingsScores(n=12, findings={name: of_finding(name) for name in RUN.findings}, macro=means)
    say_scores("chest", RUN, {"test": scores})
    lines = lines_of(capsys)
    assert "test, mass 6/12 0.500 [0.250, 0.750] 0.125 0.500 [0.250, 0.750] 0.125 -" in lines
    assert "test, mean 12 0.500 [0.250, 0.750] 0.125 0.125 - -" in lines
    mass, effusion, folder = lines[-3:]
    assert mass.startswith("mass: decided for mass from a probability of")
    assert mass.endswith("Calibration: temperature 2.00, from 40 validation images. Only 40 images.")
    assert effusion.startswith("effusion: decided for effusion from a probability of 0.250")
    assert effusion.endswith("Calibration: none.")
    assert folder.endswith("e.g. runs/chest/findings/mass")


def test_scores_of_classes_go_into_the_table_of_classes(capsys: pytest.CaptureFixture[str]) -> None:
    run = SimpleNamespace(decision=Decision(), calibration=Calibration(method="temperature", slope=0.5, n=40))
    say_scores("lesions", run, {"val": invented_scores.scored(((5, 1), (2, 4)), n=12, accuracy=HALF)})
    lines = lines_of(capsys)
    assert any(line.startswith("val 12 0.500") for line in lines)
    assert lines[-1] == "Calibration: temperature 2.00, from 40 validation images."


@pytest.mark.parametrize("own", ["test", None])
def test_another_data_set_stands_below_the_runs_own(capsys: pytest.CaptureFixture[str], own: str | None) -> None:
    where = {"run": "r", "data": "chest14", "root": None, "split": "all"}
    change = Change(score="auc", own=HALF, elsewhere=HALF, difference=LOW, sentence="AUC is as high.")
    rest = {"matched": {}, "left_out": {}, "lacking": (), "notes": ("Few images.",)}
    mass = ExternalScores(**where, scores=of_finding("mass"), own_split=own, changes=(change,), **rest)
    say_findings_elsewhere(RUN, ExternalFindings(**where, findings={"mass": mass}, left_out={}, lacking=("effusion",), files=("a.json",)))
    lines = lines_of(capsys)
    assert [line.split(" 6/12")[0] for line in lines if "6/12" in line] == ([f"{own}, mass"] if own else []) + ["chest14, all, mass"]
    assert lines[-4:] == ["mass: AUC is as high.", "mass: Few images.", "The data set says nothing of effusion.", "a.json"]
