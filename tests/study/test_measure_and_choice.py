"""Trainings that wait for another to choose their images, and what is measured of images besides their answers."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from tiny_plan import write_plan

from sightline.annotate.advise import annotate_next
from sightline.engine.read_files import read_table
from sightline.engine.run import Run
from sightline.report.study import write
from sightline.study.analyse import analyse
from sightline.study.folder import Study
from sightline.study.plan import load_plan
from sightline.study.run import run_study
from sightline.study.work import Outcome

ARMS = [
    {"name": "first", "set": {"data.annotated_fraction": 0.25}},
    {"name": "lucky", "annotate": {"after": "first", "budget": 4, "by": "random"}},
    {"name": "advised", "annotate": {"after": "first", "budget": 4}},
]
SCORES = ["accuracy", "accuracy_gap", "artefact_energy", "pasted_flips[ruler]", "removed_flips[ruler]", "auc[lesion_area=<0.1]"]


def succeeds(outcome: Outcome, done: int, total: int) -> None:
    assert outcome.failure is None, outcome.failure


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("chosen")
    plan = load_plan(write_plan(folder / "tiny.yaml", arms=ARMS, base=["lucky"], seeds=1, scores=["accuracy"]))
    return run_study(plan, folder / "study", succeeds, workers=1)


def annotated(study: Study, arm: str) -> set[str]:
    run = Run(study.run_folder(next(cell.key for cell in study.cells if cell.arm == arm)))
    return {row["id"] for row in run.split_table if row["split"] == "train" and row["annotated"] == "1"}


def test_each_arm_is_trained_with_what_the_first_had_and_what_it_chose(study: Study, tmp_path: Path) -> None:
    first = annotated(study, "first")
    assert len(first) == 4
    run = Run(study.run_folder(study.cells[0].key))
    for arm, by in (("lucky", "random"), ("advised", "uncertainty")):
        chosen = annotate_next(run, 4, by, tmp_path / arm, seed=0).chosen
        assert annotated(study, arm) == first | {row.id for row in chosen}
    assert annotated(study, "lucky") != annotated(study, "advised")
    assert (study.path / "chosen").is_dir()


def test_an_arm_whose_first_training_failed_says_so_and_is_trained_when_that_is_there(study: Study, tmp_path: Path) -> None:
    shutil.copytree(study.path, tmp_path / "study")
    keys = {cell.arm: cell.key for cell in study.cells}
    for arm in ("first", "lucky"):
        shutil.rmtree(tmp_path / "study" / "cells" / keys[arm])
    (tmp_path / "study" / "cells" / keys["first"]).write_text("in the way", encoding="utf-8")  # so that the first training cannot be done
    told: list[Outcome] = []
    again = run_study(study.plan, tmp_path / "study", lambda outcome, *_: told.append(outcome), workers=1)
    assert {outcome.key for outcome in told if outcome.failure} == {keys["first"], keys["lucky"]}
    assert "has to choose the images to annotate, and was not trained" in again.failures()[keys["lucky"]]


def test_a_plan_with_more_scores_measures_and_trains_nothing_again(study: Study) -> None:
    before = {path: path.stat().st_mtime_ns for path in study.path.rglob("*.safetensors")}
    answers = {cell.key: study.answers(cell.key, "flipped").stat().st_mtime_ns for cell in study.cells}
    richer = study.plan.model_copy(update={"scores": tuple(SCORES)})
    found = run_study(richer, study.path, succeeds, workers=1)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert {cell.key: study.answers(cell.key, "flipped").stat().st_mtime_ns for cell in study.cells} == answers
    said = found.load(study.cells[0].key, "flipped")
    clean = said.tags["ruler"] == 0
    for name, there in (("artefact_energy", ~clean), ("removed_flips", ~clean), ("pasted_flips-ruler", clean)):
        assert np.array_equal(~np.isnan(said.measured[name]), there), name
    small = [record.tags["lesion_area"] < 0.1 for record in Run(found.run_folder(found.cells[0].key)).datasets["flipped"].records]
    assert said.measured["in-lesion_area=<0.1"].tolist() == small
    energy = said.measured["artefact_energy"][~clean]
    assert ((energy >= 0) & (energy <= 1)).all()
    result = analyse(found)
    assert {level.score for level in result.levels if level.value is not None} == set(SCORES)
    assert "4 more annotations than first, chosen by random" in write(found, result)[0].read_text(encoding="utf-8")
    assert read_table(next(found.path.glob("chosen/*/annotated.csv")))


def test_a_score_of_one_split_is_measured_and_told_there_alone(study: Study) -> None:
    other = study.plan.model_copy(update={"scores": ("accuracy", "swap_auc@matched"), "splits": ("flipped", "matched")})
    found = run_study(other, study.path, succeeds, workers=1)
    assert found.plan.decides == ("accuracy", "flipped")
    folders = [found.run_folder(cell.key) / "answers" for cell in found.cells]
    assert all((folder / "matched.swapped.npy").is_file() and not (folder / "flipped.swapped.npy").exists() for folder in folders)
    result = analyse(found)
    assert {(row.score, row.split) for row in result.levels} == {
        ("accuracy", "flipped"),
        ("accuracy", "matched"),
        ("swap_auc", "matched"),
    }
    said = found.load(found.cells[0].key, "matched")
    assert said.measured["swapped"].shape == (2, *said.probabilities.shape)
    assert all(row.value is not None for row in result.levels)
