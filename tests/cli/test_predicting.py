"""The verb `predict`: which words are runs and which are pictures, and what is said at the end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sightline.cli.predicting import _divided
from sightline.errors import UserError
from sightline.results.predictions import Predicted


def run_at(folder: Path, name: str = "config.yaml") -> Path:
    folder.mkdir(parents=True)
    (folder / name).write_text("", encoding="utf-8")
    return folder


def test_runs_come_first_and_everything_behind_them_is_a_picture(tmp_path: Path) -> None:
    one, finding = run_at(tmp_path / "one"), run_at(tmp_path / "two", "finding.json")
    assert _divided([one, finding, tmp_path, one]) == ([one, finding], [tmp_path, one])


def test_the_folder_of_a_cross_validation_stands_for_its_runs(tmp_path: Path) -> None:
    five = tmp_path / "five"
    folds = [run_at(five / f"fold-{i}") for i in (1, 2)]
    (five / "folds.json").write_text("{}", encoding="utf-8")
    assert _divided([five, Path("photos")]) == (folds, [Path("photos")])


def test_without_a_run_or_a_picture_the_remedy_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"photos: is not a run folder \(it has no config\.yaml\)\. Give a folder that `train` wrote"):
        _divided([Path("photos"), run_at(tmp_path / "one")])
    with pytest.raises(UserError, match="no picture is given"):
        _divided([tmp_path / "one"])


@pytest.mark.parametrize(
    ("found", "words", "said"),
    [
        ({"before": 0, "failed": 0}, [], []),
        ({"before": 1, "failed": 0}, [], ["1 row was there already; the numbers above are of the others."]),
        ({"before": 2, "failed": 1}, [], ["2 rows were there already", "1 picture could not be read: see the column `note`."]),
        ({"before": 0, "failed": 0, "uncalibrated": ("a", "b")}, [], ["Not calibrated, since no calibration is kept: a, b."]),
        ({"before": 0, "failed": 0, "uncalibrated": ("a",)}, ["--no-calibration"], []),
        ({"before": 0, "failed": 0, "left_out": {".gif": 1200, "no suffix": 1}}, [], ["left out, by suffix: .gif 1,200, no suffix 1."]),
        ({"before": 0, "failed": 0, "volumes": "v.csv"}, [], ["A row for each volume, pooled over its slices: v.csv"]),
    ],
)
def test_only_what_happened_is_said(
    call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, found: dict[str, Any], words: list[str], said: list[str]
) -> None:
    made = Predicted(out="p.csv", pictures=1234, counts={"nevus": 1200, "melanoma": 34}, **found)
    asked: list[Any] = []
    monkeypatch.setattr("sightline.face.predictions.predict", lambda *given, **named: asked.append((given, named)) or made)
    written, told = call("predict", run_at(tmp_path / "one"), "photos", "--tta", "flips", *words)
    ((given, named),) = asked
    assert given == ([tmp_path / "one"], [Path("photos")])
    assert (named["tta"], named["calibration"], named["out"]) == ("flips", not words, Path("predictions.csv"))
    assert "nevus 1,200" in told
    assert "1,234 rows: p.csv" in told.splitlines()
    notes = ("already", "could not be read", "Not calibrated", "each volume", "left out")
    assert [note for note in notes if note in told] == [note for note in notes if any(note in line for line in said)]
    assert all(line in told for line in said)
    assert written == made.to_json()
