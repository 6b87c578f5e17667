from __future__ import annotations

import pytest

import sightline as sl
from sightline.engine.run import Run


def test_a_classifier_is_scored_as_a_run_is(run: Run) -> None:
    scores = sl.evaluate(run, ["matched"])["matched"]
    again = sl.evaluate(run.classifier(), run.datasets["matched"], bootstrap=10)
    assert again.classification.auc == scores.classification.auc
    assert again.localisation["cam"].epg == scores.localisation["cam"].epg
    assert run.scores["matched"] == scores
    with pytest.raises(sl.UserError, match="a classifier is scored on images"):
        sl.evaluate(run.classifier())  # type: ignore[call-overload]
    other = sl.build(run.recipe, classes=3)
    with pytest.raises(sl.UserError, match="answers for 3 classes, the data have 2"):
        sl.evaluate(other, run.datasets["matched"])
