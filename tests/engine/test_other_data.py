"""Another data set, seen as the run sees its own."""

from __future__ import annotations

import pytest

from sightline.data.contents import contents
from sightline.engine.external import validate
from sightline.engine.other_data import other_data
from sightline.engine.run import Run
from sightline.errors import UserError


def test_labels_are_matched_by_name_and_by_wish(small, hospital) -> None:
    found = other_data(small, "folder", hospital, classes={"MEL": "melanoma"})
    assert found.matched == {"Nevus": "nevus", "MEL": "melanoma"}
    assert found.left_out == {"keratosis": 2}
    assert found.dataset.classes == small.classes
    assert [small.classes[i] for i in found.dataset.labels].count("melanoma") == 5
    assert found.lacking == ()


def test_training_images_in_the_other_set_are_noticed(small, hospital, tmp_path, monkeypatch) -> None:
    records = other_data(small, "folder", hospital).dataset.records
    digests = {id: content.picture for id, content in contents(records).items()}
    known = [{"split": "train", "picture": digests[records[0].id]}, {"split": "test", "picture": digests[records[1].id]}]
    monkeypatch.setattr(Run, "split_table", [*small.split_table, *known])
    assert other_data(small, "folder", hospital).seen_in_training == (records[0].id,)
    found = validate(small, "folder", hospital, out=tmp_path / "out")
    assert f"1 of the images are training images of the run, so the scores are too good: {records[0].id}." in found.notes


@pytest.mark.parametrize(
    ("classes", "reason"),
    [({"MEL": "melanom"}, r'no class .melanom.\. Did you mean "melanoma"'), ({"Mel": "melanoma"}, "no label 'Mel'"), ({}, None)],
)
def test_what_cannot_be_matched_is_refused(small, hospital, classes, reason) -> None:
    if reason is None:
        for name in ("Nevus", "MEL", "keratosis"):
            (hospital / name).rename(hospital / f"x{name}")
        reason = "has the labels xMEL, xNevus, xkeratosis"
    with pytest.raises(UserError, match=reason):
        other_data(small, "folder", hospital, classes=classes)


def test_only_the_asked_split_counts(small, hospital) -> None:
    rows = [("Nevus/Nevus0.png", "nevus", "test"), ("MEL/MEL0.png", "melanoma", "test"), ("Nevus/Nevus1.png", "nevus", "train")]
    rows += [("keratosis/keratosis0.png", "keratosis", "test"), ("keratosis/keratosis1.png", "keratosis", "train")]
    table = hospital / "list.csv"
    table.write_text("\n".join(["image,label,split", *map(",".join, rows)]), encoding="utf-8")
    found = other_data(small, "table", table)
    assert (found.split, len(found.dataset), dict(found.left_out)) == ("test", 2, {"keratosis": 1})
    with pytest.raises(UserError, match="no such split"):
        other_data(small, "table", table, "tset")
