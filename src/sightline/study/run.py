"""A study from its plan to its trainings: what is left is done, by whichever executor, and nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from filelock import FileLock, Timeout

from sightline.cluster import Executor
from sightline.device import cores
from sightline.errors import UserError
from sightline.study.cells import Cell, named
from sightline.study.check import check_data
from sightline.study.folder import Study
from sightline.study.local import run_local
from sightline.study.on_ray import run_on_ray
from sightline.study.plan import Plan
from sightline.study.work import Job, Outcome

Told = Callable[[Outcome, int, int], None]  # outcome, done so far, of how many


def run_study(
    plan: Plan,
    folder: Path,
    told: Told,
    *,
    executor: Executor = "local",
    workers: int | None = None,
    threads: int = 1,
    address: str | None = None,
    gpu: int | None = None,
) -> Study:
    """Trains and judges every cell of the plan that is not done yet.

    Results are equal to the last bit whatever the executor, the number of workers, and the number of interruptions, as long as `threads`
    and the kind of machine are the same.

    Args:
        folder: of the study; one that has been begun is gone on with.
        told: called after each training.
        workers: trainings at a time; None: as many as there are accelerators, or else cores.
        threads: of each training.
        address: of a Ray cluster.
        gpu: of this machine, which all trainings share; None: each worker has its own, where there are several.

    Raises:
        UserError: a plan that cannot be carried out, or a study that is being carried out already.
        KeyboardInterrupt: on Ctrl-C; the same call goes on.
    """
    study = Study(folder, plan)
    check_data(plan, study.cells)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".lock", timeout=0):
            study.name_anew()
            study.write_manifest()
            _run(study, told, executor, workers, threads, address, gpu)
            if plan.search:
                study = Study(folder, plan)  # with the arms that waited for the search
                study.write_manifest()
    except Timeout:
        remedy = "Wait until it has ended, or give another `out=...`."
        raise UserError(folder, "another process is carrying out a study in this folder", remedy) from None
    return study


def _run(study: Study, told: Told, executor: Executor, workers: int | None, threads: int, address: str | None, gpu: int | None) -> None:
    finished, total = study.count_done(), 0

    def rounds() -> Iterator[list[Job]]:
        nonlocal total
        for now, cells in _rounds(study):
            total = finished + max(len(cells), len(now.to_do()) + len(now.to_come()))
            yield [_job(now, cell, threads) for cell in cells]

    def done(outcome: Outcome) -> None:
        nonlocal finished
        finished += 1
        told(outcome, finished, total)

    work = rounds()
    first = next(work, None)
    if first is None:
        return
    if executor == "ray":
        run_on_ray(chain([first], work), done, workers=workers or cores(threads), threads=threads, address=address)
        return
    devices = list(range(cuda_devices())) if gpu is None else [gpu]
    run_local(chain([first], work), done, workers=workers or len(devices) or cores(threads), devices=devices)


def _rounds(study: Study) -> Iterator[tuple[Study, list[Cell]]]:
    """What can be trained side by side, with the study as it stands then: the search, then the arms. What failed is tried once more."""
    tried: set[str] = set()
    if study.plan.search:
        study = Study(study.path, study.plan, tried)
    while study.to_search:
        tried |= {cell.key for cell in study.to_search}
        yield study, study.to_search
        study = Study(study.path, study.plan, tried)
    for cells in in_rounds(study.to_do()):
        yield study, cells


def in_rounds(cells: Sequence[Cell]) -> list[list[Cell]]:
    """Trainings in an order in which those that choose images for others come in an earlier round."""
    left, rounds = list(cells), list[list[Cell]]()
    while left:
        waiting = {cell.key for cell in left}
        rounds.append([cell for cell in left if cell.choice is None or cell.choice.first not in waiting])
        left = [cell for cell in left if cell.choice is not None and cell.choice.first in waiting]
    return rounds


def _job(study: Study, cell: Cell, threads: int) -> Job:
    recipe = cell.recipe.model_dump(mode="json")
    splits, measured = study.splits(cell.key), dict(study.measured(cell.key))
    return Job(cell.key, named(cell), recipe, splits, measured, study.path.resolve(), threads, cell.choice, cell.drawing)


def cuda_devices() -> int:
    """Accelerators of this machine."""
    import torch

    return torch.cuda.device_count()
