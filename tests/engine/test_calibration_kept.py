"""The calibration comes from the validation images, is kept beside the thresholds, and is judged on other images."""

from __future__ import annotations

import json

import numpy as np
import pytest
from untrained_run import untrained

import sightline as sl
from sightline.config import Evaluate
from sightline.engine.calibration import check_calibration, kept_sets
from sightline.engine.evaluate import evaluate
from sightline.engine.prepare import prepare
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.metrics.calibrate import fit


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, tiny_recipes) -> Run:
    return untrained(tmp_path_factory.mktemp("calibration") / "run", tiny_recipes({"evaluate.coverage": 0.9}))


def test_a_run_keeps_the_calibration_of_its_validation_images(run) -> None:
    said, kept = run.predictions("val"), json.loads((run.path / "thresholds.json").read_text(encoding="utf-8"))
    expected = fit(said.probabilities, said.labels)
    assert (run.calibration.slope, run.calibration.n) == (pytest.approx(expected.slope, rel=1e-9), 12)
    assert kept["calibration"] == run.calibration.to_json()
    tested = run.predictions("matched").probabilities
    assert run.calibration(tested) == pytest.approx(expected(tested))


def test_scores_of_validation_images_have_no_after_those_of_others_have(run) -> None:
    assert run.scores["val"].calibration.after is None
    assert run.scores["val"].sets is None
    found, said = run.scores["matched"].calibration, run.predictions("matched")
    for scores, shown in ((found.before, said.probabilities), (found.after, run.calibration(said.probabilities))):
        positive = shown[:, 1]
        assert scores.brier.value == pytest.approx(((positive - said.labels) ** 2).mean())
        assert 0 <= scores.ece.low <= scores.ece.high <= 1
    assert found.change.value == pytest.approx(found.after.brier.value - found.before.brier.value)
    assert "calibration" in json.loads((run.path / "metrics.json").read_text(encoding="utf-8"))["matched"]


def test_sets_are_those_that_the_validation_answers_decide(run) -> None:
    said, found = run.predictions("val"), run.scores["matched"].sets
    scores = np.sort(1 - run.calibration(said.probabilities)[np.arange(12), said.labels])
    assert found.least == pytest.approx(1 - scores[11])  # ceil(13 * 0.9) is 12
    assert (found.asked, found.n) == (0.9, 12)
    assert kept_sets(run, None) is None


def test_a_run_of_an_earlier_version_opens_and_has_none(tmp_path, tiny_recipe) -> None:
    run = untrained(tmp_path / "run", tiny_recipe())
    for name, path in (("thresholds", run.path / "thresholds.json"), ("metrics", run.path / "metrics.json")):
        tree = json.loads(path.read_text(encoding="utf-8"))
        for part in [tree] if name == "thresholds" else tree.values():
            del part["calibration"]
        path.write_text(json.dumps(tree), encoding="utf-8")
    assert run.calibration is None
    assert run.scores["matched"].calibration is None
    assert evaluate(run, ["matched"])["matched"].calibration.after is None
    evaluate(run, ["val"])
    assert run.calibration is not None


def test_none_is_fitted_where_none_is_wanted(tmp_path, tiny_recipe) -> None:
    run = untrained(tmp_path / "run", tiny_recipe({"evaluate.calibration": "none"}))
    assert run.calibration is None
    assert run.scores["matched"].calibration.after is None
    assert kept_sets(run, 0.9).q == pytest.approx(
        np.sort(1 - run.predictions("val").probabilities[np.arange(12), run.predictions("val").labels])[11]
    )


def test_platt_is_refused_for_more_than_two_classes_before_anything_starts(tiny_recipe) -> None:
    with pytest.raises(UserError, match=r"evaluate.calibration=platt`: is for two classes, and there are 3\. Choose"):
        check_calibration(Evaluate(calibration="platt"), 3, 100)
    assert check_calibration(Evaluate(calibration="platt"), 2, 0).calibration == "platt"
    with pytest.raises(UserError, match=r"`evaluate.coverage=0.99`: takes at least 99 validation images, and there are 12\."):
        prepare(tiny_recipe({"evaluate.coverage": 0.99}))


def test_a_coverage_can_be_asked_for_later_and_is_refused_before_the_work(run, monkeypatch) -> None:
    found = sl.evaluate(run, ["matched"], coverage=0.8)["matched"].sets
    assert found.asked == 0.8
    monkeypatch.setattr(Run, "classifier", lambda run: pytest.fail("nothing is computed"))
    with pytest.raises(UserError, match=r"`coverage=0.95`: takes at least 19 validation images, and there are 12\."):
        sl.evaluate(run, coverage=0.95)
    with pytest.raises(UserError, match=r"`coverage=1\.5`: is not between 0 and 1"):
        sl.evaluate(run, coverage=1.5)
    with pytest.raises(UserError, match=r"`prevalence=0\.0`: is not between 0 and 1"):
        sl.evaluate(run, prevalence=0.0)


def test_predictive_values_follow_from_the_kept_threshold(run) -> None:
    found = sl.evaluate(run, ["matched"], prevalence=0.05)["matched"]
    decided, values = found.classification.at_threshold, found.predictive
    assert (values.sensitivity, values.specificity) == (decided.sensitivity, decided.specificity)
    assert values.threshold == decided.threshold == run.decision.threshold
    se, sp = decided.sensitivity.value, decided.specificity.value
    assert values.npv.value == pytest.approx(sp * 0.95 / (sp * 0.95 + (1 - se) * 0.05))
    assert "predictive" not in json.loads((run.path / "metrics.json").read_text(encoding="utf-8"))["matched"]
    own = sl.evaluate(run.classifier(), run.datasets["matched"], prevalence=0.05, bootstrap=10)
    assert own.predictive.sensitivity == own.classification.positive.sensitivity, "no threshold is kept"
    assert own.predictive.threshold == 0.5
    assert own.calibration.after is None
