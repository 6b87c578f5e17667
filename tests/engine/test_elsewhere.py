"""A run on another data set is a run like any other: compared, drawn and explained on images that it does not come from."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from small_run import small_run
from typer.testing import CliRunner

import sightline as sl
from sightline.cli import app
from sightline.engine.elsewhere import Elsewhere, elsewhere
from sightline.engine.run import Run
from sightline.errors import UserError

SPLIT, MAP = "folder, all", {"MEL": "melanoma"}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    folder = tmp_path_factory.mktemp("elsewhere")
    return [small_run(folder / name, seed, splits=("val", "matched")) for seed, name in enumerate(("one", "two"))]


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures in folders: Nevus (6), MEL (5), keratosis (2)."""
    rng, folder = np.random.default_rng(1), tmp_path_factory.mktemp("hospital")
    for name, count in (("Nevus", 6), ("MEL", 5), ("keratosis", 2)):
        (folder / name).mkdir()
        for i in range(count):
            Image.fromarray(rng.integers(0, 256, (40, 50, 3), dtype=np.uint8)).save(folder / name / f"{name}{i}.png")
    return folder


@pytest.fixture(scope="module")
def there(runs: list[Run], hospital: Path) -> Elsewhere:
    return elsewhere(runs[0], "folder", hospital, classes=MAP)


def test_answers_maps_and_scores_are_of_the_other_images(there, runs):
    said = there.predictions(SPLIT)
    assert len(said.ids) == there.scores[SPLIT].n == len(there.attention(SPLIT).ids) == 11
    network, dataset = runs[0].classifier(), there.datasets[SPLIT]
    np.testing.assert_allclose(network(dataset[3].image[None]).softmax(1).detach().numpy()[0], said.probabilities[3], atol=1e-5)
    assert there.decision == runs[0].decision
    assert [row["split"] for row in there.split_table].count(SPLIT) == 11
    assert there.notes[-1] == "Labels that are not classes of the run are left out: keratosis (2 images)."
    with pytest.raises(UserError, match="'matched' was not evaluated"):
        there.attention("matched")


def test_nothing_of_the_run_changes(there, runs):
    before = {path: path.read_bytes() for path in runs[0].path.rglob("*") if path.is_file()}
    assert there.scores[SPLIT].n == 11
    assert {path: path.read_bytes() for path in runs[0].path.rglob("*") if path.is_file()} == before
    assert set(runs[0].scores) == {"val", "matched"}


def test_runs_are_compared_on_the_other_images(runs, hospital):
    found = sl.compare(*runs, data="folder", root=hospital, classes=MAP)
    assert (found.split, {one.split for one in found.differences}) == (SPLIT, {SPLIT})
    assert {scores.n for scores in found.scores.values()} == {11}
    assert "MEL as melanoma" in found.notes[0]
    with pytest.raises(UserError, match="no such split"):
        sl.compare(*runs, data="folder", root=hospital, classes=MAP, split="test")


def test_a_figure_shows_the_other_images_or_refuses(runs, hospital):
    drawn = sl.figure("roc", runs[0], data="folder", root=hospital, classes=MAP)
    assert drawn.axes
    with pytest.raises(UserError, match="shows no images or scores of a data set"):
        sl.figure("diagram", runs[0], data="folder", root=hospital)


def test_the_command_says_what_a_figure_leaves_out(runs, hospital, tmp_path):
    asked = ["figure", "roc", "--data", "folder", "--root", str(hospital), "--map", "MEL=melanoma", "--out", str(tmp_path)]
    of_runs = [word for run in runs for word in ("--run", str(run.path))]
    found = CliRunner().invoke(app, [*asked, *of_runs, "--json", str(tmp_path / "f.json")], catch_exceptions=False)
    assert found.output.count("Labels that are not classes of the run are left out: keratosis (2 images).") == 1
    assert "Labels are read as classes of the run: MEL as melanoma." in found.output
    assert json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))["notes"][-1].startswith("Labels that are not classes")


def test_images_of_another_data_set_are_explained_with_their_labels(runs, hospital, tmp_path, monkeypatch):
    monkeypatch.setattr("sightline.cli.console.console.width", 200)
    words = ["explain", str(runs[0].path), "--data", "folder", "--root", str(hospital), "--map", "MEL=melanoma", "--images", "4"]
    words += ["--out", str(tmp_path / "maps"), "--json", str(tmp_path / "found.json")]
    said = CliRunner().invoke(app, words, catch_exceptions=False)
    assert said.exit_code == 0
    rows = [line.split() for line in said.output.splitlines() if ".png" in line]
    assert sorted(row[-1] for row in rows) == ["melanoma", "melanoma", "nevus", "nevus"]
    assert all(("MEL" in row[0]) == (row[-1] == "melanoma") for row in rows)
    assert "keratosis (2 images)" in said.output
    assert len(json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))["files"]) == 12


@pytest.mark.parametrize("words", [["explain", "--map", "a=b"], ["compare", "--map", "a=b"], ["figure", "roc", "--map", "a=b"]])
def test_labels_are_mapped_only_where_another_data_set_is_named(runs, words):
    verb, *rest = words
    given = ["--run", str(runs[0].path)] if verb == "figure" else [str(run.path) for run in runs]
    with pytest.raises(UserError, match="is for another data set"):
        CliRunner().invoke(app, [verb, *rest, *given], catch_exceptions=False)
