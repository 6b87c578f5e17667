"""Trainings side by side on this machine: a pool of processes, one per core, or one per accelerator."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_all_start_methods, get_context, parent_process
from multiprocessing.context import ForkServerContext, SpawnContext
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event

from sightline.study.work import Job, Outcome, lost, work

NEEDED = ["sightline.study.work", "sightline.engine.train", "sightline.engine.evaluate"]
Done = Callable[[Outcome], None]


def run_local(jobs: Sequence[Job], done: Done, *, workers: int, devices: Sequence[int] = ()) -> None:
    """Does all jobs; `done` is called with each outcome as it comes.

    A process that dies, usually for lack of memory, takes the pool with it. What was not done then runs one at a time, so that only
    the training that cannot be done fails.

    Args:
        workers: processes.
        devices: CUDA devices, at least one per process if any.
    """
    for job in _together(jobs, done, workers, devices):
        for dead in _together([job], done, 1, devices):
            done(lost(dead, "its process died, usually for lack of memory: use fewer workers or a smaller batch"))


def _together(jobs: Sequence[Job], done: Done, workers: int, devices: Sequence[int]) -> list[Job]:
    """Does the jobs and returns those that were left when a process died."""
    context = _context()
    free: Queue[int] = context.Queue()
    for device in devices:
        free.put(device)
    left, stop = {job.key: job for job in jobs}, context.Event()
    pool = ProcessPoolExecutor(workers, context, _begin, (stop, free if devices else None))
    try:
        for future in as_completed([pool.submit(work, job) for job in jobs]):
            outcome = future.result()
            del left[outcome.key]
            done(outcome)
    except BrokenProcessPool:
        pass
    except BaseException:
        stop.set()  # a training need not be waited for: it goes on after its last whole epoch
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return list(left.values())


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
