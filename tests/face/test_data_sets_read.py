"""A data set is read, looked through, divided and loaded, or refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest

import sightline as sl
from sightline.face.data_sets import DataSets


def test_packages_that_are_verbs_stay_packages(sets: DataSets) -> None:
    from sightline.audit import covers
    from sightline.data import reading

    assert (reading.__name__, covers.__name__) == ("sightline.data.reading", "sightline.audit.covers")
    assert len(sets) == 5


def test_data_are_read_divided_and_refused_in_words(sets: DataSets, tmp_path: Path) -> None:
    assert sets.classes == ("nevus", "melanoma")
    assert len(sets.train) == 12
    assert sets["flipped"].classes == sets.classes
    with pytest.raises(sl.UserError, match=r"split 'tset'.*Known: flipped, matched"):
        _ = sets["tset"]
    with pytest.raises(sl.UserError, match='Did you mean "image_size"'):
        sl.data("phantom", image_sise=32)
    with pytest.raises(sl.UserError, match="nowhere"):
        sl.data("folder", root=tmp_path / "nowhere")


def test_a_check_lists_what_a_training_would_refuse(tmp_path: Path) -> None:
    found = sl.check("phantom", image_size=32, options={"size": 64, "train": 12, "val": 8, "test": 8})
    assert found.problems.number == 0
    assert found.shortcuts.images == 12
    (tmp_path / "t.csv").write_text("image,label\ngone.png,cat\n", encoding="utf-8")
    assert "gone.png does not exist" in sl.check("table", root=tmp_path / "t.csv").problems.all[0]


def test_a_loader_gives_the_same_batches_for_the_same_seed_and_epoch(sets: DataSets) -> None:
    def ids(**options: int) -> list[str]:
        return [name for batch in sets.train.loader(batch_size=4, **options) for name in batch.ids]

    assert ids(seed=1) == ids(seed=1) != ids(seed=2)
    assert ids(seed=1, epoch=1) != ids(seed=1)
    assert [name for batch in sets.val.loader(batch_size=3) for name in batch.ids] == [record.id for record in sets.val.records]
