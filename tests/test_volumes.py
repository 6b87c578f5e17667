"""Volumes from the files to their pooled scores and predictions."""

from __future__ import annotations

import csv
from pathlib import Path

import nibabel
import numpy as np
import pytest

from sightline.engine.evaluate import evaluate
from sightline.engine.run import Run
from sightline.engine.train import train
from sightline.predict.to_files import predict_to_files
from sightline.report.summary import tiles


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


def test_prediction_has_a_row_for_each_slice_and_one_for_each_volume(run: Run, tmp_path: Path) -> None:
    new = write_volumes(tmp_path / "new", count=2)
    found = predict_to_files([run], [new], tmp_path / "p.csv")
    assert (found.pictures, found.failed) == (6, 0)
    slices = list(csv.DictReader((tmp_path / "p.csv").open()))
    assert [Path(row["image"]).name for row in slices[:3]] == ["00.nii.gz#1", "00.nii.gz#2", "00.nii.gz#3"]
    volumes = list(csv.DictReader((tmp_path / "p-volumes.csv").open()))
    assert [(Path(row["image"]).name, row["slices"]) for row in volumes] == [("00.nii.gz", "3"), ("01.nii.gz", "3")]
    assert float(volumes[0]["p_b"]) == pytest.approx(np.mean([float(row["p_b"]) for row in slices[:3]]), abs=1e-5)
