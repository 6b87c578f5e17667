"""Comparing the cost of ways to do the same thing: interleaved time, and peak memory in a process of its own."""

from __future__ import annotations

import os
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

Work = Callable[[], object]
K = TypeVar("K")


def paired_ratios(unit: Work, methods: dict[K, Work], rounds: int, clock: Callable[[], float] = time.process_time) -> dict[K, list[float]]:
    """Time of each method over the time of `unit`, one ratio per round.

    All run in turn in every round, `unit` first and last, whose mean counts: a machine whose speed drifts does not tilt the ratios.

    Args:
        rounds: that are counted; one more warms up.
        clock: processor time of this process by default, which other processes disturb least.
    """
    found: dict[K, list[float]] = {name: [] for name in methods}
    for turn in range(rounds + 1):
        before = _seconds(unit, clock)
        taken = {name: _seconds(work, clock) for name, work in methods.items()}
        mean = (before + _seconds(unit, clock)) / 2
        if turn:
            for name, seconds in taken.items():
                found[name].append(seconds / mean)
    return found


def median_ratios(unit: Work, methods: dict[K, Work], rounds: int) -> dict[K, float]:
    """Median over the rounds of `paired_ratios`."""
    return {name: statistics.median(values) for name, values in paired_ratios(unit, methods, rounds).items()}


def _seconds(work: Work, clock: Callable[[], float]) -> float:
    begin = clock()
    work()
    return clock() - begin


def peak_growth(work: Work) -> int:
    """Bytes by which the memory of this process grows at most while `work` runs. Call it in a fresh process, see `in_fresh_process`."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")  # forget the peak so far
    except OSError:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        work()
        return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    before = _kilobytes("VmRSS")
    work()
    return (_kilobytes("VmHWM") - before) * 1024


def _kilobytes(key: str) -> int:
    found = re.search(rf"^{key}:\s+(\d+)", Path("/proc/self/status").read_text(encoding="utf-8"), re.MULTILINE)
    return int(found[1]) if found else 0


def in_fresh_process(script: str | Path, arguments: Sequence[str]) -> int:
    """Runs `script`, which prints a number of bytes as its last line, and returns that number. Large blocks go back to the system as
    soon as they are freed, so that what an earlier step left does not hide what a later one takes."""
    environment = os.environ | {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}
    done = subprocess.run([sys.executable, str(script), *arguments], capture_output=True, text=True, env=environment, check=True)
    return int(done.stdout.split()[-1])
