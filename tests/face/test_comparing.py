from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import sightline as sl
from sightline.engine.run import Run


@pytest.fixture(scope="module")
def twin(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another run with the same answers."""
    return shutil.copytree(run.path, tmp_path_factory.mktemp("twins") / "twin")


def test_a_comparison_needs_two_runs_and_writes_only_where_it_is_told(run: Run, twin: Path) -> None:
    before = sorted(run.path.rglob("*"))
    found = sl.compare(run, twin, split="matched")
    assert {row.metric for row in found.differences} >= {"accuracy", "auc"}
    assert found.files == ()
    assert sorted(run.path.rglob("*")) == before
    with pytest.raises(sl.UserError, match="1 run given"):
        sl.compare(run)


def test_a_run_beside_itself_is_refused_however_its_folder_is_written(run: Run, twin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(run.path.parent)
    for again in (run, run.path, f"{run.path}/", run.path.name, run.path / ".." / run.path.name):
        with pytest.raises(sl.UserError, match=r"run: is given twice\. Give each run once"):
            sl.compare(run.path, twin, again)
        with pytest.raises(sl.UserError, match="is given twice"):
            sl.report(run, again, out=twin / "page.html")
    assert not (twin / "page.html").exists()
