"""`sl.study` and `sl.study_report`: many trainings, one answer."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, overload

from sightline.cluster import EXECUTORS, Executor
from sightline.device import AUTO, cores
from sightline.errors import UserError, nearest
from sightline.face.bounds import bounded
from sightline.face.opening import place_of
from sightline.face.settings import in_study
from sightline.report.study import write
from sightline.results.setting_words import value_words
from sightline.results.study import ArmOutlook, StudyOutlook, StudyResult
from sightline.study.analyse import analyse
from sightline.study.check import check_data
from sightline.study.folder import Study
from sightline.study.plan import load_plan
from sightline.study.run import Told, cuda_devices, run_study
from sightline.study.search_result import search_outlook
from sightline.study.work import Outcome


@dataclass(frozen=True)
class Trained:
    """A training of a study that has ended.

    Attributes:
        name: arm and seed.
        seconds: that it took.
        failure: why it failed; None: it did not.
        done, total: how many of the trainings have ended.
    """

    name: str
    seconds: float
    failure: str | None
    done: int
    total: int


@overload
def study(
    plan: str | Path,
    out: str | Path | None = None,
    *,
    root: str | Path | None = None,
    settings: Mapping[str, Any] | None = None,
    seeds: int | None = None,
    executor: Executor = "local",
    workers: int | None = None,
    threads: int = 1,
    address: str | None = None,
    device: str = AUTO,
    dry_run: Literal[False] = False,
    told: Callable[[Trained], None] = lambda one: None,
) -> StudyResult: ...


@overload
def study(
    plan: str | Path,
    out: str | Path | None = None,
    *,
    root: str | Path | None = None,
    settings: Mapping[str, Any] | None = None,
    seeds: int | None = None,
    executor: Executor = "local",
    workers: int | None = None,
    threads: int = 1,
    address: str | None = None,
    device: str = AUTO,
    dry_run: Literal[True],
) -> StudyOutlook: ...


@bounded(seeds=(1, None), workers=(1, None), threads=(1, None))
def study(
    plan: str | Path,
    out: str | Path | None = None,
    *,
    root: str | Path | None = None,
    settings: Mapping[str, Any] | None = None,
    seeds: int | None = None,
    executor: Executor = "local",
    workers: int | None = None,
    threads: int = 1,
    address: str | None = None,
    device: str = AUTO,
    dry_run: bool = False,
    told: Callable[[Trained], None] = lambda one: None,
) -> StudyResult | StudyOutlook:
    """Trains what a plan names and is not trained yet, and says with intervals whether the arms differ.

    Args:
        plan: its name, or a YAML file.
        out: folder of the study, which also gets `study.html`, `study.md` and `study.json`; None: `studies/` and the plan's name.
        root: folder or file that holds the data set.
        settings: of every training, dotted, over the plan's own.
        seeds: another number of seeds than the plan's.
        executor: `local` processes, or a `ray` cluster.
        workers: trainings at a time; None: as many as there are GPUs, or else cores.
        threads: of each training.
        address: of a running Ray cluster, as host:port; `auto`: the one of this machine; None: one is started here.
        device: of all trainings; `auto`: as their recipe says, else a GPU if there is one; `cuda:1` is shared by all of them.
        dry_run: train nothing, and say what would be trained and about how long it would take.
        told: called after each training.

    Raises:
        UserError: no such plan, or one that cannot be carried out.
    """
    if executor not in EXECUTORS:
        raise UserError(f"`executor={executor!r}`", "is unknown", nearest(executor, EXECUTORS))
    placed, gpu = in_study(device, executor)
    if root is not None:
        placed["data.root"] = str(place_of(root).resolve())
    chosen = load_plan(plan, placed | dict(settings or {}), seeds)
    folder = place_of(out) or Path("studies") / chosen.name
    begun = Study(folder, chosen)
    if dry_run:
        check_data(chosen, begun.cells)
        return _outlook(begun, workers, threads, gpu)
    run_study(chosen, folder, telling(told), executor=executor, workers=workers, threads=threads, address=address, gpu=gpu)
    return study_report(folder)


def study_report(folder: str | Path) -> StudyResult:
    """What the trainings of a study say so far; writes `study.html`, `study.md` and `study.json` into its folder.

    Args:
        folder: of the study.

    Raises:
        UserError: there is no study, or it is damaged.
    """
    found = Study.open(place_of(folder))
    result = analyse(found)
    files = write(found, result)
    return result.but(study=str(found.path), files=[str(path) for path in files])


def telling(told: Callable[[Trained], None]) -> Told:
    """Tells of each training by its name."""

    def tell(outcome: Outcome, done: int, total: int) -> None:
        told(Trained(outcome.name, outcome.seconds, outcome.failure, done, total))

    return tell


def _outlook(begun: Study, workers: int | None, threads: int, gpu: int | None) -> StudyOutlook:
    from sightline.study.estimate import seconds_left

    plan, left = begun.settled, begun.to_do() + begun.to_come()
    todo = Counter(cell.arm for cell in left)
    tried = {arm.name: len({cell.candidate for cell in begun.cells if cell.arm == arm.name}) for arm in plan.arms}
    at_a_time = workers or (1 if gpu is not None else cuda_devices()) or cores(threads)
    return StudyOutlook(
        study=str(begun.path),
        name=plan.name,
        title=plan.title,
        arms=[ArmOutlook(arm=arm.name, candidates=tried[arm.name] or 1, seeds=plan.seeds, to_do=todo[arm.name]) for arm in plan.arms],
        grid={key: list(map(value_words, values)) for key, values in plan.grid.items()},
        settings=math.prod(map(len, plan.grid.values())),
        search=search_outlook(plan.search) if plan.search else None,
        trainings=begun.count_done() + len(left),
        to_do=len(left),
        shared=len(begun.cells) - len(begun.trainings),
        workers=at_a_time,
        seconds=seconds_left(begun, threads) / at_a_time,
    )
