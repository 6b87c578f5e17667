"""One training of a study, from nothing or from where it was stopped, to what it answered."""

from __future__ import annotations

import shutil
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightline.engine.files import write_json, write_text
from sightline.errors import UserError
from sightline.study.cells import Choice, Drawing

if TYPE_CHECKING:
    from sightline.engine.run import Run


@dataclass(frozen=True)
class Job:
    """A training, in plain values that travel to any process.

    Attributes:
        key: stands for its content.
        name: arm and seed, for people.
        recipe: everything that decides it.
        splits: on which it is judged.
        measured: split -> what is measured on it besides, see `measure.py`.
        study: the study's folder.
        threads: that it may use.
        choice: which finished training of the study chooses the annotations; None: the recipe says which.
        drawing: of the regions that are not annotated; None: they stay unknown.
    """

    key: str
    name: str
    recipe: dict[str, Any]
    splits: tuple[str, ...]
    measured: dict[str, tuple[str, ...]]
    study: Path
    threads: int
    choice: Choice | None = None
    drawing: Drawing | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of a job: how long it took, and why it failed if it did."""

    key: str
    name: str
    seconds: float
    failure: str | None = None


def work(job: Job) -> Outcome:
    """Does the job. Whatever goes wrong is written down and told, and does not stop the others."""
    began = time.perf_counter()
    failed = job.study / "failed" / f"{job.key}.txt"
    try:
        _train_and_judge(job, began)
    except Exception as error:
        why = str(error) if isinstance(error, UserError) else f"{type(error).__name__}: {error}"
        detail = "" if isinstance(error, UserError) else traceback.format_exc() + "\n"
        write_text(failed, f"{detail}{why}\n")
        return Outcome(job.key, job.name, time.perf_counter() - began, why)
    failed.unlink(missing_ok=True)
    return Outcome(job.key, job.name, time.perf_counter() - began)


def lost(job: Job, why: str) -> Outcome:
    """Of a job whose process is gone and could not write down anything."""
    write_text(job.study / "failed" / f"{job.key}.txt", f"{why}\n")
    return Outcome(job.key, job.name, 0.0, why)


def _chosen(job: Job) -> str:
    """The list of annotated images, made by the training that chooses them unless another has had it made already."""
    from sightline.annotate.advise import annotate_next
    from sightline.engine.run import Run
    from sightline.study.draw import named_whole

    assert job.choice is not None
    folder, first = job.study / "chosen" / job.choice.name, job.study / "cells" / job.choice.first
    path = folder / "annotated.csv"
    if not (first / "model.json").is_file():
        remedy = "See why it failed; the same command tries again."
        raise UserError(first, "has to choose the images to annotate, and was not trained", remedy)
    if not named_whole(path):
        annotate_next(Run(first), job.choice.budget, job.choice.by, folder, seed=job.choice.seed)
    return str(path)


def _train_and_judge(job: Job, began: float) -> None:
    import torch

    from sightline.study.forms import seconds_taken

    torch.set_num_threads(job.threads)  # the number of threads decides the order of sums, and so the last digits
    folder = job.study / "cells" / job.key
    if folder.exists() and not (folder / "config.yaml").is_file():
        shutil.rmtree(folder)  # stopped before the run was a run
    _judge(job, _trained(job, folder))
    before = seconds_taken(folder) or 0.0  # of a training that is judged again
    write_json(folder / "took.json", {"seconds": before + time.perf_counter() - began})
    for checkpoint in folder.rglob("last.ckpt*"):
        checkpoint.unlink()  # only for resuming, and larger than everything else


def _trained(job: Job, folder: Path) -> Run:
    """The finished run, gone on with where it was stopped."""
    from sightline.device import of_training
    from sightline.engine.run import Run
    from sightline.engine.train import train
    from sightline.overrides import override
    from sightline.recipe import recipe_from
    from sightline.study.again import damage, unresumable
    from sightline.study.draw import drawn

    log = job.study / "logs" / f"{job.key}.txt"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as lines:

        def say(line: str) -> None:
            print(line, file=lines, flush=True)

        if (folder / "model.json").exists():
            if (why := damage(Run(folder))) is None:
                return Run(folder, of_training(recipe_from(job.recipe, job.key).train.accelerator))
            say(f"Trained again: {why}")
            shutil.rmtree(folder)
        elif folder.exists() and (why := unresumable(folder)) is not None:
            say(f"Trained from the start: {why}")
            shutil.rmtree(folder)
        settings = {} if job.choice is None else {"data.annotated": _chosen(job)}
        settings |= {} if job.drawing is None else drawn(recipe_from(job.recipe, job.key), job.drawing, job.study, say)
        return train(recipe_from(override(job.recipe, settings), job.key), folder, resume=folder.exists(), say=say)


def _judge(job: Job, run: Run) -> None:
    """Every answer and measurement that is not there yet."""
    from sightline.engine.evaluate_findings import evaluate_any as evaluate
    from sightline.study.again import forget_damaged, maps_are_damaged
    from sightline.study.answers import collect, load, readable, save, save_measured
    from sightline.study.measure import measure

    answers = {split: run.path / "answers" / f"{split}.npz" for split in job.splits}
    missing = [split for split, path in answers.items() if not readable(path)]
    forget_damaged(run)
    kept = run.finding_scores if run.findings else run.thresholds
    first = [] if kept else ["val"]  # on which each run's thresholds are chosen
    if asked := list(dict.fromkeys([*first, *missing])):
        evaluate(run, asked)
    for split in missing:
        save(collect(run, split), answers[split])
    for split, names in job.measured.items():
        unmeasured = [name for name in names if not readable(answers[split], [name])]
        if unmeasured:
            if maps_are_damaged(run, split):
                evaluate(run, [split])
            for name, values in measure(run, split, load(answers[split]).ids, unmeasured).items():
                save_measured(values, answers[split], name)
