from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tiny_plan import write_plan

from sightline.study.answers import beside
from sightline.study.folder import Study
from sightline.study.plan import load_plan
from sightline.study.run import _job
from sightline.study.work import Job, work


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Job]:
    folder = tmp_path_factory.mktemp("trained")
    plan = load_plan(
        write_plan(folder / "p.yaml", arms=["label-only"], base=["label-only"], seeds=1, scores=["accuracy", "artefact_energy"])
    )
    found = Study(folder / "study", plan)
    found.write_manifest()
    job = _job(found, found.cells[0], 1)
    assert work(job).failure is None
    assert found.to_do() == []
    return found, job


def again(trained: tuple[Study, Job], damage: Callable[[Path], object], answers_lost: bool = True) -> str:
    """Damages the training and has the study done again, to the same answers; what the log says of it."""
    found, job = trained
    path, log = found.answers(job.key, "flipped"), found.path / "logs" / f"{job.key}.txt"
    kept, before = path.read_bytes(), len(log.read_text(encoding="utf-8"))
    damage(found.run_folder(job.key))
    if answers_lost:
        path.unlink()
    assert found.to_do() != []
    outcome = work(job)
    assert outcome.failure is None, outcome.failure
    assert path.read_bytes() == kept
    return log.read_text(encoding="utf-8")[before:]


def test_a_training_whose_weights_or_description_are_damaged_is_trained_again(trained: tuple[Study, Job]) -> None:
    assert "Trained again: " in again(trained, lambda run: (run / "model.json").write_text("{", encoding="utf-8"))


def test_a_training_whose_checkpoint_is_damaged_is_trained_from_the_start(trained: tuple[Study, Job]) -> None:
    def stopped(run: Path) -> None:
        (run / "model.json").unlink()
        (run / "last.ckpt").write_bytes(b"PK")

    assert "Trained from the start: " in again(trained, stopped)


def test_scores_that_are_damaged_are_taken_again_from_the_weights(trained: tuple[Study, Job]) -> None:
    def everything(run: Path) -> None:
        (run / "metrics.json").write_text("[]", encoding="utf-8")
        (run / "predictions.csv").write_bytes(b"\xff\xfe")
        (run / "thresholds.json").unlink()
        shutil.rmtree(run / "attention")

    assert again(trained, everything) == ""


def test_maps_that_are_damaged_are_made_again_before_they_are_measured(trained: tuple[Study, Job]) -> None:
    def maps_and_measurement(run: Path) -> None:
        (run / "attention" / "flipped.npz").write_bytes(b"PK")
        (run / "answers" / "flipped.artefact_energy.npy").unlink()

    found, job = trained
    measured = beside(found.answers(job.key, "flipped"), "artefact_energy")
    before = measured.read_bytes()
    assert again(trained, maps_and_measurement, answers_lost=False) == ""
    assert measured.read_bytes() == before
    assert np.isfinite(np.load(measured)).any()
