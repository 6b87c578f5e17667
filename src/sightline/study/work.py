"""One training of a study, from nothing or from where it was stopped, to what it answered."""

from __future__ import annotations

import json
import shutil
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sightline.engine.files import write_json, write_text
from sightline.errors import UserError


@dataclass(frozen=True)
class Job:
    """A training, in plain values that travel to any process.

    Attributes:
        key: its name.
        recipe: everything that decides it.
        splits: on which it is judged.
        study: the study's folder.
        threads: that it may use.
    """

    key: str
    recipe: dict[str, Any]
    splits: tuple[str, ...]
    study: Path
    threads: int


@dataclass(frozen=True)
class Outcome:
    """What became of a job: how long it took, and why it failed if it did."""

    key: str
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
        return Outcome(job.key, time.perf_counter() - began, why)
    failed.unlink(missing_ok=True)
    return Outcome(job.key, time.perf_counter() - began)


def lost(job: Job, why: str) -> Outcome:
    """Of a job whose process is gone and could not write down anything."""
    write_text(job.study / "failed" / f"{job.key}.txt", f"{why}\n")
    return Outcome(job.key, 0.0, why)


def _train_and_judge(job: Job, began: float) -> None:
    import torch

    from sightline.engine.evaluate import evaluate
    from sightline.engine.train import train
    from sightline.recipe import recipe_from
    from sightline.study.answers import collect, save

    torch.set_num_threads(job.threads)  # the number of threads decides the order of sums, and so the last digits
    folder = job.study / "cells" / job.key
    if folder.exists() and not (folder / "config.yaml").is_file():
        shutil.rmtree(folder)  # stopped before the run was a run
    log = job.study / "logs" / f"{job.key}.txt"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as lines:
        run = train(recipe_from(job.recipe, job.key), folder, resume=folder.exists(), say=lambda line: print(line, file=lines, flush=True))
        evaluate(run, job.splits)
    took = folder / "took.json"
    before = json.loads(took.read_text())["seconds"] if took.is_file() else 0.0  # of a training that is judged again
    write_json(took, {"seconds": before + time.perf_counter() - began})
    for split in job.splits:
        save(collect(run, split), folder / "answers" / f"{split}.npz")
    for checkpoint in folder.rglob("last.ckpt"):
        checkpoint.unlink()  # only for resuming, and larger than everything else
