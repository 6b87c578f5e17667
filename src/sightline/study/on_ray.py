"""Trainings across the machines of a Ray cluster. The folder of the study must be one that all of them see."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence

from sightline.errors import UserError
from sightline.study.work import Job, Outcome, lost, work

_SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",  # nothing goes over the network that nobody asked for
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",  # workers use this very environment; else the folder one stands in is packed and sent to them
    "RAY_worker_niceness": "0",  # trainings are what the machine is for
    "RAY_worker_register_timeout_seconds": "600",  # importing torch may take minutes where all cores are busy,
    "RAY_agent_register_timeout_ms": "600000",  # and so may the start of Ray's own processes
}


def run_on_ray(rounds: Sequence[Sequence[Job]], done: Callable[[Outcome], None], *, workers: int, address: str | None = None) -> None:
    """Does all jobs, round by round; `done` is called with each outcome as it comes.

    Where the cluster has accelerators, each training has one of its own.

    Args:
        workers: of a cluster that is started here; a running cluster has its own.
        address: of a running cluster (`auto`: the one that this machine belongs to); None: one is started on this machine.

    Raises:
        UserError: Ray is not installed, or there is no cluster at the address.
    """
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    try:
        import ray
        from ray.exceptions import RayError
    except ImportError:
        raise UserError("`executor='ray'`", "Ray is not installed", "Install it with `uv sync --extra ray`.") from None
    try:
        if address:
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
        else:
            cpus = workers * max(job.threads for jobs in rounds for job in jobs)
            ray.init(num_cpus=cpus, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    except ConnectionError as error:
        raise UserError(f"the Ray cluster at {address}", str(error).splitlines()[0], "Start the cluster with `ray start --head`.") from None
    try:
        gpus = 1 if ray.cluster_resources().get("GPU") else 0
        for jobs in rounds:
            pending = {ray.remote(work).options(num_cpus=job.threads, num_gpus=gpus, max_retries=1).remote(job): job for job in jobs}
            while pending:
                (ready, *_), _ = ray.wait(list(pending), num_returns=1)
                job = pending.pop(ready)
                try:
                    done(ray.get(ready))
                except RayError as error:
                    done(lost(job, f"its worker was lost: {str(error).splitlines()[0]}"))
    finally:
        ray.shutdown()
