"""What a run folder answers."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from small_run import small_run

from sightline.engine.files import write_json
from sightline.engine.read_files import Damaged
from sightline.engine.run import Run, scoring
from sightline.errors import UserError
from sightline.results.calibration import Calibration


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_run(tmp_path_factory.mktemp("runs") / "run", 0, splits=("val", "matched")).path


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Run:
    shutil.copytree(made, tmp_path / "run")
    return Run(tmp_path / "run")


def test_answers_scores_and_maps_are_of_the_same_images(run):
    said, looked = run.predictions("matched"), run.attention("matched")
    assert said.ids == looked.ids == [record.id for record in run.datasets["matched"].records]
    assert run.scores["matched"].n == len(said.ids) == len(said.probabilities)
    assert set(run.every_prediction()) == {"val", "matched"}


def test_a_split_that_was_not_evaluated_is_said_with_the_call_that_does_it(run):
    with pytest.raises(UserError, match=r"split 'flipped' was not evaluated\. Run `sightline\.evaluate\(.*split=\['flipped'\]\)`"):
        run.predictions("flipped")
    assert run.attention("flipped") is None
    assert scoring(run) == f"`sightline.evaluate(sightline.Run({str(run.path)!r}))`"


def test_before_an_evaluation_there_are_no_scores_and_the_most_probable_class_is_decided_for(run):
    for name in ("metrics.json", "predictions.csv", "thresholds.json"):
        (run.path / name).unlink()
    assert (run.scores, run.thresholds, run.calibration, run.every_prediction()) == ({}, None, None, {})
    assert run.decision.threshold is None


def test_thresholds_that_are_lost_are_refused_and_those_kept_decide(run):
    kept = run.thresholds.but(decision=0.3, calibration=Calibration(method="temperature", slope=0.5, n=9))
    write_json(run.path / "thresholds.json", kept)
    assert (run.decision.threshold, run.calibration) == (0.3, kept.calibration)
    (run.path / "thresholds.json").unlink()
    with pytest.raises(UserError, match=r"thresholds\.json"):
        _ = run.thresholds


def test_pictures_are_as_the_network_sees_them_and_unknown_ones_are_refused(run):
    first, second = run.predictions("matched").ids[:2]
    pictures = run.pictures("matched", [second, first])
    assert [one.id for one in pictures] == [second, first]
    assert pictures[0].image.shape == (32, 32, 3)
    assert pictures[0].image.dtype == np.uint8
    assert pictures[0].roi.max() == 1
    with pytest.raises(Damaged, match=r"predictions\.csv.*names image 'stranger', which split\.csv does not"):
        run.pictures("matched", ["stranger"])
    with pytest.raises(Damaged, match="names no image of split 'other'"):
        run.pictures("other", [first])


def test_groups_are_patients_and_none_where_nobody_has_two_images(run, monkeypatch):
    rows = [{"id": "a", "group": "p"}, {"id": "b", "group": ""}, {"id": "c", "group": "p"}]
    monkeypatch.setattr(Run, "split_table", rows)
    assert run.groups(["a", "b", "c"]).tolist() == ["p", "b", "p"]
    assert run.groups(["a", "b"]) is None
    with pytest.raises(Damaged, match="names image 'd'"):
        run.groups(["a", "d"])


def test_the_classifier_is_that_of_the_file_in_evaluation_mode_and_there_is_none_before_the_end(run):
    assert not run.classifier().training
    (run.path / "model.safetensors").unlink()
    with pytest.raises(Damaged, match=r"model\.safetensors: is missing\. Copy the run folder again, or train again"):
        run.classifier()
    (run.path / "model.json").unlink()
    with pytest.raises(UserError, match=r"its training has not ended.*`resume=True`"):
        run.classifier()


def test_a_finding_that_the_run_does_not_have_is_refused(run):
    with pytest.raises(UserError, match=r"finding 'edema'.*is not among those of.*Its images have one label each"):
        run.of("edema")


def test_data_that_have_moved_are_asked_for(run, tmp_path):
    text = (run.path / "config.yaml").read_text(encoding="utf-8")
    (run.path / "config.yaml").write_text(text.replace("root: null", f"root: {tmp_path / 'gone'}", 1), encoding="utf-8")
    with pytest.raises(UserError, match=r"gone: does not exist; this place of the data comes from .*`root=\.\.\.`"):
        _ = Run(run.path).datasets
