"""Trainings side by side on this machine: a pool of processes, one per core, or one per accelerator."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_all_start_methods, get_context, parent_process
from multiprocessing.context import ForkServerContext, SpawnContext
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from typing import Self

from sightline.study.work import Job, Outcome, lost, work

NEEDED = ["sightline.study.work", "sightline.engine.train", "sightline.engine.evaluate"]
Done = Callable[[Outcome], None]


def run_local(rounds: Iterable[Sequence[Job]], done: Done, *, workers: int, devices: Sequence[int] = ()) -> None:
    """Does all jobs, round by round; `done` is called with each outcome as it comes.

    A process that dies, usually for lack of memory, takes the pool with it. What was not done then runs one at a time, so that only
    the training that cannot be done fails.

    Args:
        rounds: each is asked for when the one before it is done. The processes stay, since each of them takes seconds to begin.
        workers: processes at most.
        devices: CUDA devices that they share, in turn; none: they have no device of their own.
    """
    with _Pool(workers, devices) as pool:
        for jobs in rounds:
            for job in pool.work(jobs, done):
                with _Pool(1, devices) as alone:
                    for dead in alone.work([job], done):
                        done(lost(dead, "its process died, usually for lack of memory: use fewer workers or a smaller batch"))


class _Pool:
    """Processes that begin when there is work, and begin anew when one of them has died."""

    def __init__(self, workers: int, devices: Sequence[int]) -> None:
        self.workers, self.devices = workers, devices
        self.context = _context()
        self.stop = self.context.Event()
        self.pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None:
            self.stop.set()  # a training need not be waited for: it goes on after its last whole epoch
        self._end()

    def work(self, jobs: Sequence[Job], done: Done) -> list[Job]:
        """Does the jobs and returns those that were left when a process died."""
        if self.pool is None:
            self.pool = self._begun()
        left = {job.key: job for job in jobs}
        try:
            for future in as_completed([self.pool.submit(work, job) for job in jobs]):
                outcome = future.result()
                del left[outcome.key]
                done(outcome)
        except BrokenProcessPool:
            self._end()
        return list(left.values())

    def _begun(self) -> ProcessPoolExecutor:
        free: Queue[int] = self.context.Queue()
        for i in range(self.workers if self.devices else 0):
            free.put(self.devices[i % len(self.devices)])
        return ProcessPoolExecutor(self.workers, self.context, _begin, (self.stop, free if self.devices else None))

    def _end(self) -> None:
        if self.pool is not None:
            self.pool.shutdown(wait=True, cancel_futures=True)
            self.pool = None


def _context() -> SpawnContext | ForkServerContext:
    """Processes come from one that has loaded what a training needs, which takes ten seconds of a core, where the system has such."""
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload(NEEDED)
    return context


def _begin(stop: Event, free: Queue[int] | None) -> None:
    """In each process: a device of its own; Ctrl-C is for the study to handle; and no life of its own once the study is gone."""
    if free is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = str(free.get())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    study = parent_process()  # not `os.getppid()`: the process that starts the others for the study lives as long as one of them
    assert study is not None

    def watch() -> None:
        while study.is_alive() and not stop.wait(0.5):
            pass
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
