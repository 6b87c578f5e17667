"""Calibrated probabilities and conformal sets of new pictures."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import sightline as sl
from sightline.engine.files import write_json
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.metrics.scores.conformal import conformal_sets
from sightline.predict.coverage import sets_of
from sightline.predict.ensemble import ensemble
from sightline.predict.to_files import predict_to_files
from sightline.results.calibration import Calibration


def keeping(run: Run, folder: Path, calibration: Calibration | None, threshold: float | None = None, times: int = 3) -> Run:
    """A copy of a run that keeps another calibration and threshold; its validation images count several times, so that they suffice."""
    shutil.copytree(run.path, folder)
    kept = {"from": "val", "decision": threshold, "maps": {}} | ({"calibration": calibration.to_json()} if calibration else {})
    write_json(folder / "thresholds.json", kept)
    with (folder / "predictions.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    more = [[row[0], f"{row[1]}-{i}", *row[2:]] for i in range(times) for row in rows]
    with (folder / "predictions.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *more])
    return Run(folder)


FLAT, SHARP = Calibration(method="platt", slope=0.3, intercept=0.7, n=12), Calibration(method="temperature", slope=4.0, n=12)


@pytest.mark.parametrize("views", ["none", "flips"])
@pytest.mark.parametrize("calibration", [FLAT, SHARP])
def test_one_run_decides_as_before_while_its_probabilities_are_others(first, pictures, tmp_path, calibration, views) -> None:
    raw = sl.predict(keeping(first, tmp_path / "raw", None), pictures, tta=views)
    between = sorted(row.probabilities["melanoma"] for row in raw if row.prediction)[4]  # the threshold is one of the answers
    run = keeping(first, tmp_path / "run", calibration, between)
    before, after = (sl.predict(run, pictures, tta=views, calibration=on) for on in (False, True))
    assert {row.prediction for row in before} == {"nevus", "melanoma", None}
    assert [row.prediction for row in after] == [row.prediction for row in before]
    for one, other in zip(before, after, strict=True):
        if one.prediction:
            said = np.array([one.probabilities[name] for name in run.classes])
            assert [other.probabilities[name] for name in run.classes] == pytest.approx(calibration(said))
            assert other.threshold == pytest.approx(calibration(np.array([1 - between, between]))[1])
            assert (other.probabilities["melanoma"] >= other.threshold - 1e-12) == (other.prediction == "melanoma")
            assert one.threshold == between


def test_several_runs_are_the_mean_of_calibrated_ones_in_the_first_ones_order(first, second, pictures, tmp_path, monkeypatch) -> None:
    one, two = keeping(first, tmp_path / "one", FLAT, 0.4), keeping(second, tmp_path / "two", SHARP, 0.6)
    alone = [[row.probabilities["nevus"] for row in sl.predict(run, pictures) if row.prediction] for run in (one, two)]
    both = sl.predict([one, two], pictures)
    assert [row.probabilities["nevus"] for row in both if row.prediction] == pytest.approx(np.mean(alone, axis=0))
    assert both[0].threshold == pytest.approx((FLAT.threshold(0.4) + SHARP.threshold(0.6)) / 2)
    monkeypatch.setattr(Run, "classes", property(lambda run: ("melanoma", "nevus") if run.path == two.path else ("nevus", "melanoma")))
    mixed = sl.predict([one, two], pictures)
    assert [row.probabilities["melanoma"] for row in mixed if row.prediction] == pytest.approx(
        (1 - np.array(alone[0]) + np.array(alone[1])) / 2
    ), "what the second run calls nevus is what it called melanoma"


def test_the_file_beside_the_table_says_what_the_probabilities_are(first, second, pictures, tmp_path) -> None:
    run = keeping(first, tmp_path / "run", SHARP, 0.5)
    done = predict_to_files([run, second], [pictures], tmp_path / "a.csv")
    facts = json.loads((tmp_path / "a.csv.json").read_text(encoding="utf-8"))
    assert facts["calibration"] == [SHARP.to_json(), None]
    assert facts["sets"] is None
    assert done.uncalibrated == (str(second.path),)
    predict_to_files([run], [pictures], tmp_path / "b.csv", calibration=False, coverage=0.8)
    facts = json.loads((tmp_path / "b.csv.json").read_text(encoding="utf-8"))
    assert (facts["calibration"], facts["threshold"]) == ([None], 0.5)
    assert (facts["sets"]["coverage"], facts["sets"]["validation_images"]) == (0.8, 12)
    with pytest.raises(UserError, match=r"was made in another way \(calibration, threshold\)|\(calibration, sets\)|\(calibration\)"):
        predict_to_files([run], [pictures], tmp_path / "b.csv", coverage=0.8, resume=True)


def test_sets_are_those_of_the_probabilities_in_the_table(first, pictures, tmp_path) -> None:
    run = keeping(first, tmp_path / "run", SHARP, 0.5)
    predict_to_files([run], [pictures], tmp_path / "t.csv", coverage=0.8)
    said = run.predictions("val")
    rule = conformal_sets(SHARP(said.probabilities), said.labels, 0.8)
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [name for name in rows[0] if not name.startswith("p_")] == [
        *("image", "prediction", "threshold", "entropy", "spread", "set", "looks", "note")
    ]
    for row in rows:
        inside = [name for name in run.classes if row[f"p_{name}"] and 1 - float(row[f"p_{name}"]) <= rule.q]
        assert sorted(row["set"].split("|")) == sorted(inside or [""])
    table = sl.predict(run, pictures, coverage=0.8)
    assert table.to_pandas()["set"].dropna().tolist() == [row["set"] for row in rows if row["prediction"]]
    assert [row.set for row in table if row.prediction is None] == [None]
    assert "set" not in sl.predict(run, pictures).to_pandas()


def test_an_ensemble_has_the_sets_of_its_mean_on_the_same_validation_images(first, second, tmp_path) -> None:
    one, two = keeping(first, tmp_path / "one", FLAT), keeping(second, tmp_path / "two", None)
    found = sets_of(ensemble([one, two]), [one, two], 0.8)
    said = [run.predictions("val") for run in (one, two)]
    mean = (FLAT(said[0].probabilities) + said[1].probabilities) / 2
    assert found == conformal_sets(mean, said[0].labels, 0.8)
    other = keeping(second, tmp_path / "other", None, times=4)
    with pytest.raises(UserError, match=r"other: has other validation images than .*one, so it may have learned from those\. Leave"):
        sets_of(ensemble([one, other]), [one, other], 0.8)


def test_sets_that_nothing_bears_out_are_refused(first, pictures, tmp_path) -> None:
    run = keeping(first, tmp_path / "run", None)
    with pytest.raises(UserError, match=r"`coverage=0.95`: takes at least 19 validation images, and there are 12\."):
        sl.predict(run, pictures, coverage=0.95)
    with pytest.raises(UserError, match="without test-time augmentation"):
        sl.predict(run, pictures, coverage=0.8, tta="flips")
    with pytest.raises(UserError, match="is not between 0 and 1"):
        sl.predict(run, pictures, coverage=1)
