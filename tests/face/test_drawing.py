from __future__ import annotations

from pathlib import Path

import pytest

import sightline as sl
from sightline.engine.run import Run


def test_a_figure_is_given_and_written_where_it_is_told(run: Run, tmp_path: Path) -> None:
    before = sorted(run.path.rglob("*"))
    assert sl.figure("roc", run, split="matched").axes
    assert sorted(run.path.rglob("*")) == before
    sl.figure("roc", run.path, split="matched", out=tmp_path / "figures", device="cpu")
    assert {path.name for path in (tmp_path / "figures").iterdir()} == {"roc.png", "roc.pdf"}
    with pytest.raises(sl.UserError, match='Did you mean "roc"'):
        sl.figure("rock", run)


def test_what_has_to_be_known_of_another_data_set_is_told(run: Run, hospital: Path) -> None:
    told: list[str] = []
    sl.figure("roc", run, data="table", root=hospital, split="test", say=told.append)
    assert all(line.endswith(".") for line in told)
    with pytest.raises(sl.UserError, match=r"`classes=...`: is for another data set"):
        sl.figure("roc", run, classes={"a": "nevus"})


def test_every_figure_is_listed() -> None:
    assert {"roc", "diagram"} <= {one.name for one in sl.figures()}
