"""`sl.study`: many trainings, one answer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sightline.cluster import Executor
from sightline.results.study import StudyResult
from sightline.study.analyse import analyse
from sightline.study.folder import Study
from sightline.study.plan import load_plan
from sightline.study.run import run_study
from sightline.study.work import Outcome


def study(
    plan: str | Path,
    out: str | Path | None = None,
    *,
    settings: Mapping[str, Any] | None = None,
    seeds: int | None = None,
    executor: Executor = "local",
    workers: int | None = None,
    threads: int = 1,
) -> StudyResult:
    """Trains what a plan names and is not trained yet, and says with intervals whether the arms differ.

    Args:
        plan: its name, or a YAML file.
        out: folder of the study; None: `studies/` and the plan's name.
        settings: of every training, dotted, over the plan's own.
        seeds: another number of seeds than the plan's.
        executor: `local` processes, or a `ray` cluster.
        workers: trainings at a time; None: as many as there are GPUs, or else cores.
        threads: of each training.

    Raises:
        UserError: no such plan, or one that cannot be carried out.
    """
    from sightline.study.check import check_data

    chosen = load_plan(plan, dict(settings or {}), seeds)
    folder = Path(out) if out is not None else Path("studies") / chosen.name
    check_data(chosen, Study(folder, chosen).cells)
    return analyse(run_study(chosen, folder, _silent, executor=executor, workers=workers, threads=threads))


def _silent(outcome: Outcome, done: int, total: int) -> None:
    """Failures stand in what is returned."""
