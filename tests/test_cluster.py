"""A Ray cluster is started or found, and left again."""

from __future__ import annotations

import os
import socket
import sys
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import pytest

from sightline.cluster import cluster
from sightline.errors import UserError

needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="Ray is an extra")


class FakeRay(ModuleType):
    """It writes down how it is started and that it is left."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__("ray")
        self.started: list[dict[str, Any]] = []
        self.ended = 0
        self.error = error

    def init(self, **options: Any) -> None:
        self.started.append(options)
        if self.error:
            raise self.error

    def shutdown(self) -> None:
        self.ended += 1


@pytest.fixture
def ray(monkeypatch: pytest.MonkeyPatch) -> FakeRay:
    fake = FakeRay()
    monkeypatch.setitem(sys.modules, "ray", fake)
    monkeypatch.setattr(os, "environ", {"RAY_worker_niceness": "5"})
    return fake


def fail_within(address: str | None) -> None:
    with cluster(address, 1):
        raise ZeroDivisionError


def test_without_an_address_a_cluster_is_started_here_and_ends_with_the_work(ray: FakeRay) -> None:
    with cluster(None, cpus=3) as found:
        assert found is ray
        assert ray.ended == 0
    assert (ray.started[0]["num_cpus"], ray.started[0]["include_dashboard"], ray.ended) == (3, False, 1)


def test_it_ends_after_an_error_too(ray: FakeRay) -> None:
    with pytest.raises(ZeroDivisionError):
        fail_within("auto")
    assert ray.started[0]["address"] == "auto"
    assert "num_cpus" not in ray.started[0], "a running cluster has its own"
    assert ray.ended == 1


def test_nothing_is_reported_and_what_the_user_has_set_stays(ray: FakeRay) -> None:
    with cluster(None, 1):
        assert [os.environ[name] for name in ("RAY_USAGE_STATS_ENABLED", "RAY_worker_niceness")] == ["0", "5"]


def test_a_cluster_that_refuses_is_said_in_its_first_line(ray: FakeRay) -> None:
    ray.error = ConnectionError("no such cluster\nand many lines more")
    with pytest.raises(UserError, match=r"the Ray cluster at auto: no such cluster\. Start the cluster with `ray start --head`"):
        fail_within("auto")
    assert ray.ended == 0


@pytest.mark.parametrize("address", ["127.0.0.1:{}", "ray://127.0.0.1:{}", "ray://[127.0.0.1]:{}"])
def test_a_machine_that_answers_is_asked_by_ray_itself(address: str, ray: FakeRay) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        there = address.format(server.getsockname()[1])
        with cluster(there, 1):
            assert ray.started[0]["address"] == there


@pytest.mark.parametrize("address", ["127.0.0.1:1", "ray://127.0.0.1:1", "127.0.0.1:1180591620717411303424"])
def test_a_machine_that_does_not_answer_is_not_waited_for(address: str, ray: FakeRay) -> None:
    with pytest.raises(UserError, match="nothing answers there"):
        fail_within(address)
    assert ray.started == []


def test_without_ray_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.setattr(os, "environ", {})
    with pytest.raises(UserError, match=r"Ray is not installed\. Run `pip install 'sightline\[ray\]'`"):
        fail_within(None)


@needs_ray
def test_an_address_at_which_nothing_listens_is_refused_at_once() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(UserError, match=r"nothing answers there.*ray start --head"), cluster(address, 1):
        pass
