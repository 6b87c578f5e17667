"""The page of a run with several findings per image: its sentences and rows."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import invented_scores
import pytest

from sightline.engine.decision import Decision
from sightline.report import findings
from sightline.results import Score, SplitScores
from sightline.results.calibration import Calibration
from sightline.results.findings import FindingsScores, Macro
from sightline.results.scores import AUC, Decided

NONE = Score(value=None, low=None, high=None)


def scored(name: str, auc: float | None) -> SplitScores:
    scores = invented_scores.scored(((5, 1), (2, 4)), (f"no {name}", name), n=1200)
    return scores.but(classification=scores.classification.but(auc=AUC(value=auc, low=None, high=None)))


def of_two(first: float | None, second: float | None, mean: Score = NONE) -> FindingsScores:
    found = {"mass": scored("mass", first), "effusion": scored("effusion", second)}
    return FindingsScores(n=1200, findings=found, macro=Macro(auc=mean, average_precision=NONE))


@pytest.mark.parametrize(
    ("mean", "said"),
    [
        (Score(value=0.8, low=0.75, high=0.85), "is 0.800 (95% interval 0.750 to 0.850) on the 1,200 images of test"),
        (Score(value=0.8, low=None, high=None), "is 0.800 (no interval) on the 1,200 images of test"),
        (NONE, "The AUC cannot be computed on the 1,200 images of test"),
    ],
)
def test_the_headline_has_the_mean_with_its_interval(mean: Score, said: str) -> None:
    told = findings._headline(of_two(0.8, 0.9, mean), "test", 0.95)
    assert told.endswith(said)
    assert told.startswith("The mean AUC of mass and effusion" if mean.value else "The AUC cannot")


def test_the_weakest_finding_is_named_where_there_are_two_to_compare() -> None:
    assert findings._weakest(of_two(0.8, 0.7)) == "effusion is told worst: AUC 0.700"
    assert findings._weakest(of_two(0.8, None)) == ""


def test_a_row_leads_to_the_page_of_its_finding_with_the_threshold_that_people_see() -> None:
    decision = Decision(0.25, Calibration(method="temperature", slope=0.5, n=40))
    run = SimpleNamespace(
        path=Path("runs/x"), finding_folder=lambda name: Path("runs/x/findings") / name, of=lambda name: SimpleNamespace(decision=decision)
    )
    half = Score(value=0.5, low=None, high=None)
    scores = scored("mass", 0.8)
    row = findings._row(run, "mass", scores)
    assert (row["page"], row["present"], row["threshold"], row["epg"]) == ("findings/mass/report.html", "6 of 1,200", None, None)
    assert row["decided"] == [None, None]
    at = Decided(threshold=0.25, sensitivity=half, specificity=NONE, balanced_accuracy=half, oracle=None)
    row = findings._row(run, "mass", scores.but(classification=scores.classification.but(at_threshold=at)))
    assert (row["threshold"], row["decided"]) == (decision.shown_at(0.25), [half, NONE])
    assert row["threshold"] != 0.25
