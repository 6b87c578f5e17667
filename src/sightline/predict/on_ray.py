"""Predictions across the machines of a Ray cluster. Runs, pictures and folders must be where all of them see them under the same names."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import count, islice
from pathlib import Path
from types import ModuleType
from typing import Any

from sightline.cluster import cluster
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.predict.batches import Work, batches
from sightline.predict.ensemble import ensemble
from sightline.predict.pictures import Wanted
from sightline.results.predictions import Prediction

_EACH = 2  # batches that a worker has: one that it computes, and one that waits for it


class Worker:
    """Answers batches in a process of its own, perhaps on another machine."""

    def __init__(self, runs: Sequence[Path], device: str, work: Work, folder: Path) -> None:
        os.chdir(folder)  # names of files are relative to the folder that the command was called in
        self.network = ensemble([Run(run, device) for run in runs], work.views, work.calibration)
        self.work = work

    def answer(self, group: Sequence[Wanted], before: int) -> list[Prediction]:
        return next(batches(self.network, group, self.work, before))


def batches_on_ray(
    runs: Sequence[Run], pictures: Iterable[Wanted], work: Work, before: int, *, workers: int, address: str | None = None
) -> Iterator[list[Prediction]]:
    """The same as `batches`, to the last bit where the machines are alike, by several workers at a time.

    A worker has one core, and a GPU of its own where the cluster has some. No more than two batches per worker are under way, so that any
    number of pictures fits into memory.

    Args:
        workers: number of workers.
        address: see `cluster`.

    Raises:
        UserError: Ray is not installed, there is no cluster at the address, or workers were lost twice.
    """
    with cluster(address, workers) as ray:
        yield from _in_turn(ray, _crew(ray, runs, work, workers), pictures, work.batch_size, before)


def _crew(ray: ModuleType, runs: Sequence[Run], work: Work, workers: int) -> list[Any]:
    gpus = 1 if ray.cluster_resources().get("GPU") else 0
    kind = ray.remote(Worker).options(num_cpus=1, num_gpus=gpus, max_restarts=1, max_task_retries=1)
    folders, device = [run.path for run in runs], runs[0].device if gpus else "cpu"
    return [kind.remote(folders, device, work, Path.cwd()) for _ in range(workers)]


def _in_turn(ray: ModuleType, crew: Sequence[Any], pictures: Iterable[Wanted], size: int, before: int) -> Iterator[list[Prediction]]:
    """Each batch goes to the next worker, and the answers are awaited in the order of the batches."""
    waiting: deque[Any] = deque()
    rest = iter(pictures)
    try:
        for turn in count():
            if not (group := list(islice(rest, size))):
                break
            waiting.append(crew[turn % len(crew)].answer.remote(group, before))
            before += len(group)
            if len(waiting) == _EACH * len(crew):
                yield ray.get(waiting.popleft())
        while waiting:
            yield ray.get(waiting.popleft())
    except ray.exceptions.RayError as error:
        remedy = "The rows so far are kept: go on with `resume=True`."
        raise UserError("the Ray cluster", f"lost a worker: {str(error).splitlines()[0]}", remedy) from None
