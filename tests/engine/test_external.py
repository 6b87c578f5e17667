"""A run on another data set: labels are matched, what does not fit is said, and the change is a sentence that an interval bears out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sightline.engine.external import _changes, validate
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.results.scores import Thresholds


def test_a_class_that_is_lacking_is_said_and_enters_no_score(small, hospital, tmp_path) -> None:
    found = validate(small, "folder", hospital, out=tmp_path / "out")
    assert found.lacking == ("melanoma",)
    assert found.scores.n == 6
    assert found.scores.classification.auc.value is None
    assert any("no image of the class melanoma" in note for note in found.notes)
    assert any("cannot be computed on folder" in change.sentence for change in found.changes)


def test_scores_stand_beside_the_runs_own(small, hospital, tmp_path) -> None:
    found = validate(small, "folder", hospital, classes={"MEL": "melanoma"}, out=tmp_path / "out")
    assert found.own_split == "matched"
    accuracy = found.changes[0]
    assert accuracy.own == small.scores["matched"].classification.accuracy
    assert accuracy.difference.number == pytest.approx(found.scores.accuracy.number - accuracy.own.number)
    assert all(Path(path).is_file() for path in found.files)
    assert "MEL as melanoma" in found.notes[0]
    assert not list((small.path).glob("external*")), "the run's own files stay as they are"


def test_where_a_threshold_is_kept_the_change_is_that_of_the_decision(small, hospital, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(Run, "thresholds", Thresholds(decision=0.4, maps={}))
    found = validate(small, "folder", hospital, classes={"MEL": "melanoma"}, out=tmp_path / "out")
    assert found.scores.classification.at_threshold is not None
    changes = {change.score: change for change in _changes(found.scores, found.scores, "test", "folder")}
    assert list(changes)[:3] == ["sensitivity", "specificity", "auc"]
    assert changes["sensitivity"].elsewhere == found.scores.classification.at_threshold.sensitivity
    assert changes["specificity"].sentence.startswith("Specificity at the kept threshold: ")


def test_a_broken_picture_is_named_before_anything_is_scored(small, hospital) -> None:
    broken = hospital / "Nevus" / "Nevus0.png"
    broken.write_bytes(broken.read_bytes()[:200])
    with pytest.raises(UserError, match=r"Nevus0\.png"):
        validate(small, "folder", hospital)


def test_scores_of_two_hospitals_of_one_format_lie_apart(small, tmp_path) -> None:
    north, south = tmp_path / "north.v2", tmp_path / "south.csv"
    north.mkdir()
    south.touch()
    assert small.external("folder", north).name == "folder-north.v2"
    assert small.external("table", south).name == "table-south"
    assert small.external("isic2017", north).name == "isic2017", "a data set that is one, wherever it lies"
    assert small.audit_folder("folder", north) == small.external("folder", north) / "audit"


def test_scores_on_a_folder_of_the_same_name_are_not_written_over(small, hospital, tmp_path_factory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    out, other = elsewhere / "out", Path(shutil.copytree(hospital, elsewhere / hospital.name))
    there = {"classes": {"MEL": "melanoma"}, "out": out}
    kept = validate(small, "folder", hospital, **there)
    assert validate(small, "folder", hospital, **there) == kept  # the same again is no loss
    before = (out / "scores.json").read_bytes()
    with pytest.raises(UserError, match=rf"out: holds the scores on all of .*{hospital.name}, which would be lost\. Give another folder"):
        validate(small, "folder", other, **there)
    assert (out / "scores.json").read_bytes() == before
    (out / "scores.json").write_text("{", encoding="utf-8")
    validate(small, "folder", other, **there)  # damaged: nothing could be lost
