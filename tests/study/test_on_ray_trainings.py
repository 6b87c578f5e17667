"""Trainings on a cluster, with an invented one in place of Ray; `test_run.py` has a true one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sightline.study import on_ray
from sightline.study.work import Job, Outcome


class RayError(Exception):
    pass


class Cluster:
    """Remembers what it was asked for; a job whose name says so loses its worker."""

    exceptions = SimpleNamespace(RayError=RayError)

    def __init__(self, gpus: int) -> None:
        self.gpus, self.asked = gpus, list[dict[str, Any]]()

    def cluster_resources(self) -> dict[str, float]:
        return {"CPU": 8, **({"GPU": float(self.gpus)} if self.gpus else {})}

    def remote(self, work: Callable[[Job], Outcome]) -> Any:
        def options(**wanted: Any) -> Any:
            self.asked.append(wanted)
            return SimpleNamespace(remote=lambda job: job.name)

        return SimpleNamespace(options=options)

    def wait(self, pending: list[str], num_returns: int) -> tuple[list[str], list[str]]:
        return pending[-1:], pending[:-1]

    def get(self, name: str) -> Outcome:
        if name == "lost":
            raise RayError("node died\nmany more lines")
        return Outcome(name, name, 1.0)


@pytest.fixture(params=[0, 2])
def cluster(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    there = Cluster(request.param)

    @contextmanager
    def begun(address: str | None, cpus: int) -> Iterator[Cluster]:
        assert (address, cpus) == ("head:1", 6)
        yield there

    monkeypatch.setattr(on_ray, "cluster", begun)
    return there


def test_rounds_follow_each_other_and_a_lost_worker_stops_nobody(cluster: Cluster, tmp_path: Path) -> None:
    told: list[Outcome] = []

    def job(name: str) -> Job:
        return Job(name, name, {}, ("val",), {}, tmp_path, 2)

    def rounds() -> Iterator[list[Job]]:
        yield [job("a"), job("lost"), job("b")]
        assert sorted(outcome.name for outcome in told) == ["a", "b", "lost"]
        yield [job("c")]

    on_ray.run_on_ray(rounds(), told.append, workers=3, threads=2, address="head:1")
    assert {outcome.name: outcome.failure for outcome in told} == {
        "a": None,
        "b": None,
        "c": None,
        "lost": "its worker was lost: node died",
    }
    assert (tmp_path / "failed" / "lost.txt").read_text(encoding="utf-8") == "its worker was lost: node died\n"
    assert cluster.asked == [{"num_cpus": 2, "num_gpus": int(cluster.gpus > 0), "max_retries": 1}] * 4
