"""An application at an address of this machine, until it is stopped."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from starlette.types import ASGIApp

from sightline.errors import UserError

GRACE = 10  # seconds that requests under way have to end


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches that address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listen(app: ASGIApp, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serves until Ctrl-C or the end of the process.

    Args:
        port: 0: a free one.
        ready: called with the address (`http://...`) before the first request.

    Raises:
        UserError: the address cannot be taken.
    """
    place = taken(host, port)
    shown = f"[{host}]" if ":" in host else host
    ready(f"http://{shown}:{place.getsockname()[1]}")
    with suppress(KeyboardInterrupt):
        server(app).run(sockets=[place])


def server(app: ASGIApp) -> uvicorn.Server:
    """With what it tells of itself, and how long it waits."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            ws="none",
            access_log=False,
            log_level="warning",
            server_header=False,
            timeout_keep_alive=10,
            timeout_graceful_shutdown=GRACE,
        )
    )


def taken(host: str, port: int) -> socket.socket:
    """The address, listened at.

    Raises:
        UserError: it cannot be taken.
    """
    try:
        kind, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(address[:2], family=kind, backlog=2048)
    except OSError as error:
        reason = f"cannot be listened at ({(error.strerror or str(error)).lower()})"
        raise UserError(f"{host}:{port}", reason, "Give another address, or another port.") from None
