"""A run on another data set: labels are matched, what does not fit is said, and the change is a sentence that an interval bears out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from small_run import small_run

from sightline.data.contents import contents
from sightline.engine.external import _changes, validate
from sightline.engine.other_data import other_data
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.results.scores import Thresholds


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return small_run(tmp_path_factory.mktemp("external") / "run", 1, splits=("val", "matched"))


@pytest.fixture
def hospital(tmp_path: Path) -> Path:
    """Pictures in folders: Nevus (6), MEL (5), keratosis (2)."""
    rng = np.random.default_rng(1)
    for name, count in (("Nevus", 6), ("MEL", 5), ("keratosis", 2)):
        (tmp_path / name).mkdir()
        for i in range(count):
            Image.fromarray(rng.integers(0, 256, (40, 50, 3), dtype=np.uint8)).save(tmp_path / name / f"{name}{i}.png")
    return tmp_path


def test_labels_are_matched_by_name_and_by_wish(run, hospital) -> None:
    found = other_data(run, "folder", hospital, classes={"MEL": "melanoma"})
    assert found.matched == {"Nevus": "nevus", "MEL": "melanoma"}
    assert found.left_out == {"keratosis": 2}
    assert found.dataset.classes == run.classes
    assert [run.classes[i] for i in found.dataset.labels].count("melanoma") == 5
    assert found.lacking == ()


def test_a_class_that_is_lacking_is_said_and_enters_no_score(run, hospital, tmp_path) -> None:
    found = validate(run, "folder", hospital, out=tmp_path / "out")
    assert found.lacking == ("melanoma",)
    assert found.scores.n == 6
    assert found.scores.classification.auc.value is None
    assert any("no image of the class melanoma" in note for note in found.notes)
    assert any("cannot be computed on folder" in change.sentence for change in found.changes)


def test_scores_stand_beside_the_runs_own(run, hospital, tmp_path) -> None:
    found = validate(run, "folder", hospital, classes={"MEL": "melanoma"}, out=tmp_path / "out")
    assert found.own_split == "matched"
    accuracy = found.changes[0]
    assert accuracy.own == run.scores["matched"].classification.accuracy
    assert accuracy.difference.number == pytest.approx(found.scores.accuracy.number - accuracy.own.number)
    assert all(Path(path).is_file() for path in found.files)
    assert "MEL as melanoma" in found.notes[0]
    assert not list((run.path).glob("external*")), "the run's own files stay as they are"


def test_where_a_threshold_is_kept_the_change_is_that_of_the_decision(run, hospital, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(Run, "thresholds", Thresholds(decision=0.4, maps={}))
    found = validate(run, "folder", hospital, classes={"MEL": "melanoma"}, out=tmp_path / "out")
    assert found.scores.classification.at_threshold is not None
    changes = {change.score: change for change in _changes(found.scores, found.scores, "test", "folder")}
    assert list(changes)[:3] == ["sensitivity", "specificity", "auc"]
    assert changes["sensitivity"].elsewhere == found.scores.classification.at_threshold.sensitivity
    assert changes["specificity"].sentence.startswith("Specificity at the kept threshold: ")


def test_training_images_in_the_other_set_are_noticed(run, hospital, tmp_path, monkeypatch) -> None:
    records = other_data(run, "folder", hospital).dataset.records
    digests = {id: content.picture for id, content in contents(records).items()}
    known = [{"split": "train", "picture": digests[records[0].id]}, {"split": "test", "picture": digests[records[1].id]}]
    monkeypatch.setattr(Run, "split_table", [*run.split_table, *known])
    assert other_data(run, "folder", hospital).seen_in_training == (records[0].id,)
    found = validate(run, "folder", hospital, out=tmp_path / "out")
    assert f"1 of the images are training images of the run, so the scores are too good: {records[0].id}." in found.notes


@pytest.mark.parametrize(
    ("classes", "reason"),
    [({"MEL": "melanom"}, r'no class .melanom.\. Did you mean "melanoma"'), ({"Mel": "melanoma"}, "no label 'Mel'"), ({}, None)],
)
def test_what_cannot_be_matched_is_refused(run, hospital, classes, reason) -> None:
    if reason is None:
        for name in ("Nevus", "MEL", "keratosis"):
            (hospital / name).rename(hospital / f"x{name}")
        reason = "has the labels xMEL, xNevus, xkeratosis"
    with pytest.raises(UserError, match=reason):
        other_data(run, "folder", hospital, classes=classes)


def test_a_broken_picture_is_named_before_anything_is_scored(run, hospital) -> None:
    broken = hospital / "Nevus" / "Nevus0.png"
    broken.write_bytes(broken.read_bytes()[:200])
    with pytest.raises(UserError, match=r"Nevus0\.png"):
        validate(run, "folder", hospital)


def test_only_the_asked_split_counts(run, hospital) -> None:
    rows = [("Nevus/Nevus0.png", "nevus", "test"), ("MEL/MEL0.png", "melanoma", "test"), ("Nevus/Nevus1.png", "nevus", "train")]
    rows += [("keratosis/keratosis0.png", "keratosis", "test"), ("keratosis/keratosis1.png", "keratosis", "train")]
    table = hospital / "list.csv"
    table.write_text("\n".join(["image,label,split", *map(",".join, rows)]))
    found = other_data(run, "table", table)
    assert (found.split, len(found.dataset), dict(found.left_out)) == ("test", 2, {"keratosis": 1})
    with pytest.raises(UserError, match="no such split"):
        other_data(run, "table", table, "tset")


def test_scores_of_two_hospitals_of_one_format_lie_apart(run, tmp_path) -> None:
    north, south = tmp_path / "north.v2", tmp_path / "south.csv"
    north.mkdir()
    south.touch()
    assert run.external("folder", north).name == "folder-north.v2"
    assert run.external("table", south).name == "table-south"
    assert run.external("isic2017", north).name == "isic2017", "a data set that is one, wherever it lies"
    assert run.audit_folder("folder", north) == run.external("folder", north) / "audit"
