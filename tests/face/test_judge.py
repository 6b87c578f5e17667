from __future__ import annotations

from pathlib import Path

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
    turned = sl.data(
        "phantom",
        image_size=32,
        options={"size": 64, "train": 12, "val": 8, "test": 8},
        classes={"melanoma": ["melanoma"], "nevus": ["nevus"]},
    )
    for classifier in (run.classifier(), sl.load(run.path)):
        with pytest.raises(
            sl.UserError, match=r"classes nevus, melanoma, in this order, and the data have melanoma, nevus.*`classes={'nevus'"
        ):
            sl.evaluate(classifier, turned["matched"])
    other = sl.build(run.recipe, classes=3)
    with pytest.raises(sl.UserError, match="answers for 3 classes, the data have 2"):
        sl.evaluate(other, run.datasets["matched"])


def test_the_folder_of_a_run_is_as_good_as_the_run(run: Run, tmp_path: Path) -> None:
    scores = sl.evaluate(run, ["matched"])
    assert sl.evaluate(run.path, "matched", device="cpu") == scores
    assert sl.evaluate(str(run.path), ["matched"], root=None) == scores
    with pytest.raises(sl.UserError, match="a run is scored on splits of its own"):
        sl.evaluate(run, run.datasets["matched"])  # type: ignore[call-overload]
    with pytest.raises(sl.UserError, match=r"`out=...`: is for another data set"):
        sl.evaluate(run, out=tmp_path)
    with pytest.raises(sl.UserError, match="`split='val'`: is a second split"):
        sl.evaluate(run, ["matched", "val"], data="phantom")
    with pytest.raises(sl.UserError, match=r"`coverage=...`: is for runs, and a classifier is given"):
        sl.evaluate(run.classifier(), run.datasets["matched"], coverage=0.9)


def test_scores_on_another_data_set_go_where_they_are_told(run: Run, hospital: Path, tmp_path: Path) -> None:
    found = sl.evaluate(run, "test", data="table", root=hospital, out=tmp_path / "there")
    assert {Path(file).parent for file in found.files} == {tmp_path / "there"}
    assert not (run.path / "external").exists()
