"""Predictions across the machines of a Ray cluster. Runs, pictures and folders must be where all of them see them under the same names."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

from sightline.cluster import cluster
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.predict.batches import Work, batches
from sightline.predict.ensemble import ensemble
from sightline.predict.wanted import Wanted
from sightline.results.predictions import Prediction

_EACH = 2  # batches that a worker has: one that it computes, and one that waits for it
_LISTED = 100_000  # names of pictures that Ray Data is given at a time, so that any number of pictures fits into memory


class Worker:
    """Answers batches in a process of its own, perhaps on another machine: a row in, a row out, as columns of one value."""

    def __init__(self, runs: Sequence[Path], device: str, work: Work, folder: Path) -> None:
        os.chdir(folder)  # names of files are relative to the folder that the command was called in
        self.network = ensemble([Run(run, device) for run in runs], work.views, work.calibration)
        self.work = work

    def __call__(self, rows: dict[str, Any]) -> dict[str, Any]:
        (group,), (before,) = rows["group"], rows["before"]
        return {"answers": [next(batches(self.network, group, self.work, int(before)))]}


def batches_on_ray(
    runs: Sequence[Run], pictures: Iterable[Wanted], work: Work, before: int, *, workers: int, address: str | None = None
) -> Iterator[list[Prediction]]:
    """The same as `batches`, to the last bit where the machines are alike, by several workers of Ray Data at a time.

    A worker has one core, and a GPU of its own where the cluster has some.

    Args:
        workers: number of workers.
        address: see `cluster`.

    Raises:
        UserError: Ray or pyarrow is not installed, there is no cluster at the address, or it fails.
    """
    rest = iter(pictures)
    with cluster(address, workers) as ray, _ray_data() as data:
        gpus = 1 if ray.cluster_resources().get("GPU") else 0
        pool = {
            "fn": Worker,
            "fn_constructor_args": ([run.path for run in runs], runs[0].device if gpus else "cpu", work, Path.cwd()),
            "compute": data.ActorPoolStrategy(size=workers, max_tasks_in_flight_per_actor=_EACH),
            "num_cpus": 1,
            "num_gpus": gpus,
            "max_restarts": 1,  # as often as it takes is Ray Data's own rule, and for ever where a picture kills its worker
            "max_task_retries": 1,
        }
        while listed := list(islice(rest, _LISTED)):
            starts = range(0, len(listed), work.batch_size)
            rows = [{"group": listed[start : start + work.batch_size], "before": before + start} for start in starts]
            try:  # each batch of pictures is a block of one row
                for row in data.from_items(rows, override_num_blocks=len(rows)).map_batches(batch_size=1, **pool).iter_rows():
                    yield list(row["answers"])
            except ray.exceptions.RayError as error:
                cause = _cause(error)
                if isinstance(cause, UserError):
                    raise cause from None
                remedy = "The rows so far are kept: go on with `resume=True`."
                raise UserError("the Ray cluster", f"does not go on: {str(cause).splitlines()[0]}", remedy) from None
            before += len(listed)


def _cause(error: BaseException) -> BaseException:
    """What went wrong in the worker, without what Ray wraps round it."""
    while (inner := getattr(error, "cause", None) or error.__cause__) is not None:
        error = inner
    return error


@contextmanager
def _ray_data() -> Iterator[ModuleType]:
    """Ray Data, which within this context answers in the order of the rows and prints nothing.

    Raises:
        UserError: pyarrow is not installed.
    """
    try:
        from ray import data
    except ImportError:
        raise UserError("`executor='ray'`", "Ray Data needs pyarrow", "Run `pip install 'sightline[ray]'`.") from None
    settings, logger = data.DataContext.get_current(), logging.getLogger("ray.data")
    before = settings.execution_options.preserve_order, settings.enable_progress_bars, logger.level
    settings.execution_options.preserve_order, settings.enable_progress_bars = True, False
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="`ray_remote_args` is deprecated")  # restarts have no other name up to Ray 2.63
            yield data
    finally:
        settings.execution_options.preserve_order, settings.enable_progress_bars = before[:2]
        logger.setLevel(before[2])
