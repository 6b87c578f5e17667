"""Batches of pictures, and the files that are written of each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sightline.engine.run import Run
from sightline.predict.batches import Work, batches
from sightline.predict.ensemble import ensemble
from sightline.predict.pictures import wanted
from sightline.predict.stream import predictions


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def three(pictures: Path) -> list[Path]:
    """The second is broken."""
    return [pictures / "a.png", pictures / "d.png", pictures / "more" / "g.png"]


def test_batches_come_in_order_with_their_files(first: Run, three: list[Path], tmp_path: Path) -> None:
    network = ensemble([first])
    for folder in ("maps", "drawings"):
        (tmp_path / folder).mkdir()
    work = Work(maps=tmp_path / "maps", drawings=tmp_path / "drawings", batch_size=2)
    made = batches(network, wanted(three), work, before=40)
    one = next(made)
    assert [said.image for said in one] == [str(path) for path in three[:2]]
    assert (len(names(tmp_path / "maps")), len(names(tmp_path / "drawings"))) == (1, 1), "of a broken picture nothing is drawn"
    (two,) = made
    assert len(two) == 1
    assert [name.partition("-")[0].lstrip("0") for name in names(tmp_path / "maps")] == ["41", "43"], "counted from 1, as the rows"
    (seen,) = next(predictions(network, wanted(three[:1]), maps=True))
    assert np.array_equal(np.load(tmp_path / "maps" / names(tmp_path / "maps")[0]), seen.map)


def test_maps_are_computed_only_where_they_are_kept(first: Run, three: list[Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[bool] = []
    monkeypatch.setattr("sightline.predict.batches.predictions", lambda *_, maps, **__: asked.append(maps) or iter(()))
    for work in (Work(), Work(maps=tmp_path), Work(drawings=tmp_path)):
        list(batches(ensemble([first]), [], work, 0))
    assert asked == [False, True, True]
