"""Trainings on this machine: processes stay from round to round, and begin anew when one has died."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest

from sightline.study import local
from sightline.study.work import Job, Outcome


class Pool:
    """In place of processes; a job whose name says so takes the pool with it."""

    made: list[Pool] = []

    def __init__(self, workers: int, context: object, begin: object, arguments: tuple[Any, Any]) -> None:
        self.workers, self.free, self.did, self.ended = workers, arguments[1], [], False  # type: ignore[var-annotated]
        Pool.made.append(self)

    def submit(self, work: object, job: Job) -> Future[Outcome]:
        future: Future[Outcome] = Future()
        assert not self.ended
        self.did.append(job.name)
        if job.name == "dies" or (job.name == "dies beside others" and self.workers > 1):
            future.set_exception(BrokenProcessPool())
        else:
            future.set_result(Outcome(job.key, job.name, 1.0))
        return future

    def shutdown(self, wait: bool, cancel_futures: bool) -> None:
        self.ended = True


@pytest.fixture
def pools(monkeypatch: pytest.MonkeyPatch) -> list[Pool]:
    monkeypatch.setattr(Pool, "made", [])
    monkeypatch.setattr(local, "ProcessPoolExecutor", Pool)
    return Pool.made


def job(name: str, folder: Path) -> Job:
    return Job(name, name, {}, ("val",), {}, folder, 1)


def test_the_processes_stay_from_round_to_round(pools: list[Pool], tmp_path: Path) -> None:
    told: list[str] = []

    def rounds() -> Iterator[list[Job]]:
        yield [job("a", tmp_path), job("b", tmp_path)]
        assert sorted(told) == ["a", "b"], "a round is asked for when the one before it is done"
        yield [job("c", tmp_path)]

    local.run_local(rounds(), lambda outcome: told.append(outcome.name), workers=2)
    assert [sorted(pool.did) for pool in pools] == [["a", "b", "c"]]
    assert told[-1] == "c"
    assert pools[0].ended


def test_after_a_death_the_rest_runs_alone_and_the_next_round_begins_anew(pools: list[Pool], tmp_path: Path) -> None:
    told: list[Outcome] = []
    rounds = [[job("dies", tmp_path), job("dies beside others", tmp_path)], [job("later", tmp_path)]]
    local.run_local(rounds, told.append, workers=2)
    assert {outcome.name: outcome.failure is None for outcome in told} == {"dies": False, "dies beside others": True, "later": True}
    assert [pool.workers for pool in pools] == [2, 1, 1, 2]
    assert all(pool.ended for pool in pools)
    assert "process died" in (tmp_path / "failed" / "dies.txt").read_text(encoding="utf-8")


def test_processes_take_the_devices_in_turn(pools: list[Pool], tmp_path: Path) -> None:
    local.run_local([[job("a", tmp_path)]], lambda outcome: None, workers=3, devices=[2, 5])
    assert [pools[0].free.get(timeout=5) for _ in range(3)] == [2, 5, 2]
    local.run_local([[job("a", tmp_path)]], lambda outcome: None, workers=3)
    assert pools[1].free is None
