"""The verb `report`: the page of a run is written again, and elsewhere."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from report_verb import asked

from sightline.engine.run import Run
from sightline.errors import UserError


@pytest.fixture
def folder(guided: Run, tmp_path: Path) -> Path:
    shutil.copytree(guided.path, tmp_path / "run")
    return tmp_path / "run"


def test_the_page_is_written_again_and_elsewhere(folder: Path, label_only: Run, tmp_path: Path) -> None:
    assert asked(str(folder), "--title", "Again").startswith("Report: ")
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "<h1>Again</h1>" in page
    asked(str(folder), str(label_only.path), "--out", str(tmp_path / "deep" / "both.html"))
    assert "Does guidance help?" in (tmp_path / "deep" / "both.html").read_text(encoding="utf-8")


def test_mistakes_are_told(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not between 0 and 1"):
        asked(str(folder), "--prevalence", "5")
    with pytest.raises(UserError, match="is a folder"):
        asked(str(folder), "--out", str(tmp_path))


def test_the_file_is_named_to_scripts_and_options_are_handed_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen = {}
    monkeypatch.setattr("sightline.face.comparing.report", lambda *runs, **named: seen.update(named, runs=runs) or tmp_path / "r.html")
    words = ["a", "b", "--data", "folder", "--root", "there", "--map", "mel=melanoma", "--prevalence", "0.05"]
    assert asked(*words, "--json", str(tmp_path / "said.json")) == f"Report: {tmp_path / 'r.html'}\n"
    assert json.loads((tmp_path / "said.json").read_text(encoding="utf-8")) == {"report": str(tmp_path / "r.html")}
    assert (seen["runs"], seen["root"], seen["classes"], seen["prevalence"]) == (
        (Path("a"), Path("b")),
        Path("there"),
        {"mel": "melanoma"},
        0.05,
    )
