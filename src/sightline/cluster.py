"""A Ray cluster: the one at an address, or one that is started on this machine and ends with the work."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Literal

from sightline.errors import UserError

Executor = Literal["local", "ray"]
EXECUTORS: tuple[Executor, ...] = ("local", "ray")

_SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",  # nothing goes over the network that nobody asked for
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",  # workers use this very environment; else the folder one stands in is packed and sent to them
    "RAY_worker_niceness": "0",  # the work is what the machine is for
    "RAY_worker_register_timeout_seconds": "600",  # importing torch may take minutes where all cores are busy,
    "RAY_agent_register_timeout_ms": "600000",  # and so may the start of Ray's own processes
}

_PATIENCE = 10  # seconds that the machine at an address has to answer


@contextmanager
def cluster(address: str | None, cpus: int) -> Iterator[ModuleType]:
    """The module `ray`, connected to a cluster.

    Args:
        address: of a running cluster, as `host:port` or `ray://host:port` (`auto`: the one that this machine belongs to); None: one is
            started on this machine.
        cpus: number of cores of a cluster that is started here; a running cluster has its own.

    Raises:
        UserError: Ray is not installed, or there is no cluster at the address.
    """
    os.environ.update({name: value for name, value in _SETTINGS.items() if name not in os.environ})
    try:
        import ray
    except ImportError:
        raise UserError("`executor='ray'`", "Ray is not installed", "Run `pip install 'sightline[ray]'`.") from None
    try:
        if address:
            _knock(address)
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
        else:
            ray.init(num_cpus=cpus, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    except ConnectionError as error:
        raise UserError(f"the Ray cluster at {address}", str(error).splitlines()[0], "Start the cluster with `ray start --head`.") from None
    try:
        yield ray
    finally:
        ray.shutdown()


def _knock(address: str) -> None:
    """Asks whether any program listens there, since Ray itself tries for minutes.

    Raises:
        ConnectionError: none does.
    """
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not port.isdecimal():
        return  # `auto` and `local` name no machine
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE).close()
    except (OSError, OverflowError) as error:
        raise ConnectionError(f"nothing answers there ({error})") from None
