"""Volumes from the files to their pooled scores and predictions."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import nibabel
import numpy as np
import pytest
from typer.testing import CliRunner

from sightline.cli import app
from sightline.engine.evaluate import evaluate
from sightline.engine.files import write_json
from sightline.engine.run import Run
from sightline.engine.train import train
from sightline.predict.to_files import predict_to_files
from sightline.report.summary import tiles
from sightline.results.calibration import Calibration


def write_volumes(top: Path, count: int = 16, slices: int = 3) -> Path:
    rng = np.random.default_rng(0)
    for i in range(count):
        values = rng.integers(0, 200, (24, 20, slices)).astype(np.int16)
        values[6:14, 6:12] += 700 * (i % 2)
        folder = top / ("a", "b")[i % 2]
        folder.mkdir(parents=True, exist_ok=True)
        nibabel.save(nibabel.Nifti1Image(values, np.eye(4)), folder / f"{i:02}.nii.gz")
    return top


@pytest.fixture(scope="module")
def run(tiny_recipes, tmp_path_factory) -> Run:
    folder = tmp_path_factory.mktemp("volumes")
    root, split = str(write_volumes(folder / "mri")), {"val": 0.25, "test": 0.25}
    data = {"name": "folder", "root": root, "image_size": 32, "channels": 1, "split": split}
    trained = train(tiny_recipes({"train.epochs": 1}, data=data), folder / "run")
    evaluate(trained)
    return trained


def test_volumes_are_scored_beside_their_slices_and_stay_whole(run: Run) -> None:
    of = {row["id"].partition("#")[0]: row["split"] for row in run.split_table}
    assert all(row["split"] == of[row["group"]] for row in run.split_table)
    scores = run.scores["test"]
    assert scores.volumes is not None
    assert (scores.n, scores.volumes.n, scores.volumes.slices, scores.volumes.pool) == (12, 4, 12, "mean")
    said = run.predictions("test")
    names = np.array([name.partition("#")[0] for name in said.ids])
    pooled = [said.probabilities[names == name].mean(0) for name in dict.fromkeys(names.tolist())]
    right = np.mean([p.argmax() == label for p, label in zip(pooled, said.labels[::3], strict=True)])
    assert scores.volumes.classification.accuracy.value == pytest.approx(right)
    assert "accuracy of volumes" in [tile.name for tile in tiles(run, "test")]


def pooled_from_slices(rows: list[dict[str, str]]) -> list[float]:
    """Of each volume of three slices, the mean probability of its last class."""
    return [float(np.mean([float(row["p_b"]) for row in rows[start : start + 3]])) for start in range(0, len(rows), 3)]


def keep(run: Run, folder: Path, threshold: float) -> Run:
    """A copy that decides from another threshold on, with a strong calibration."""
    shutil.copytree(run.path, folder)
    strong = Calibration(method="platt", slope=3.0, intercept=0.5, n=40)
    write_json(folder / "thresholds.json", run.thresholds.but(decision=threshold, calibration=strong))
    return Run(folder)


def test_volumes_are_decided_at_the_threshold_of_the_slices_as_predict_does_it(run: Run, tmp_path: Path) -> None:
    test = [row["id"] for row in run.split_table if row["split"] == "test"]
    places = dict.fromkeys(Path(run.recipe.data.root) / name.partition("#")[0] for name in test)
    said = run.predictions("test").probabilities[:, 1]
    means = sorted(said.reshape(-1, 3).mean(1))
    own = keep(run, tmp_path / "own", float(means[1] + means[2]) / 2)
    evaluate(own, ["test"])
    at = own.scores["test"].volumes.classification.at_threshold
    assert at.threshold == own.decision.shown_at(own.decision.threshold)
    predict_to_files([own], list(places), tmp_path / "p.csv")
    rows = list(csv.DictReader((tmp_path / "p-volumes.csv").open(encoding="utf-8")))
    shown = pooled_from_slices(list(csv.DictReader((tmp_path / "p.csv").open(encoding="utf-8"))))
    predicted = [row["prediction"] for row in rows]
    assert predicted == ["b" if p >= at.threshold else "a" for p in shown]
    assert set(predicted) == {"a", "b"}, "the threshold lies between the volumes"
    truth = [Path(row["image"]).parent.name for row in rows]
    hits = [p == "b" for p, label in zip(predicted, truth, strict=True) if label == "b"]
    assert at.sensitivity.value == pytest.approx(np.mean(hits))
    said = CliRunner().invoke(app, ["evaluate", str(own.path), "--split", "test"], catch_exceptions=False, env={"COLUMNS": "160"}).output
    assert "Accuracies and the worst group are those of the most probable class." in said
    lines = [line.split() for line in said[said.index("What the run predicts: b") :].splitlines()]
    assert [line[1 if line[1] != "volumes" else 3] for line in lines if line[:1] in (["test"], ["test,"])][:2] == [
        f"{at.threshold:.3f}"
    ] * 2


def test_prediction_has_a_row_for_each_slice_and_one_for_each_volume(run: Run, tmp_path: Path) -> None:
    new = write_volumes(tmp_path / "new", count=2)
    found = predict_to_files([run], [new], tmp_path / "p.csv")
    assert (found.pictures, found.failed) == (6, 0)
    slices = list(csv.DictReader((tmp_path / "p.csv").open(encoding="utf-8")))
    assert [Path(row["image"]).name for row in slices[:3]] == ["00.nii.gz#1", "00.nii.gz#2", "00.nii.gz#3"]
    volumes = list(csv.DictReader((tmp_path / "p-volumes.csv").open(encoding="utf-8")))
    assert [(Path(row["image"]).name, row["slices"]) for row in volumes] == [("00.nii.gz", "3"), ("01.nii.gz", "3")]
    assert float(volumes[0]["p_b"]) == pytest.approx(np.mean([float(row["p_b"]) for row in slices[:3]]), abs=1e-5)
