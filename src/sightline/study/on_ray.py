"""Trainings across the machines of a Ray cluster. The folder of the study must be one that all of them see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sightline.cluster import cluster
from sightline.study.work import Job, Outcome, lost, work


def run_on_ray(
    rounds: Iterable[Sequence[Job]], done: Callable[[Outcome], None], *, workers: int, threads: int, address: str | None = None
) -> None:
    """Does all jobs, round by round; `done` is called with each outcome as it comes.

    Where the cluster has accelerators, each training has one of its own.

    Args:
        rounds: each is asked for when the one before it is done.
        workers: number of jobs at a time in a cluster that is started here; a running cluster has its own number of cores.
        threads: of each job.
        address: see `cluster`.

    Raises:
        UserError: Ray is not installed, or there is no cluster at the address.
    """
    with cluster(address, workers * threads) as ray:
        gpus = 1 if ray.cluster_resources().get("GPU") else 0
        for jobs in rounds:
            pending = {ray.remote(work).options(num_cpus=job.threads, num_gpus=gpus, max_retries=1).remote(job): job for job in jobs}
            while pending:
                (ready, *_), _ = ray.wait(list(pending), num_returns=1)
                job = pending.pop(ready)
                try:
                    done(ray.get(ready))
                except ray.exceptions.RayError as error:
                    done(lost(job, f"its worker was lost: {str(error).splitlines()[0]}"))
