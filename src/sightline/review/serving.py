"""The server: on this machine alone, under an address with a token."""

from __future__ import annotations

import secrets
import socket
import webbrowser
from collections.abc import Callable
from threading import Timer

from sightline.errors import UserError
from sightline.review.desk import Desk

PORT = 8710  # unless it is taken
_HOST = "127.0.0.1"


def require_extra() -> None:
    """Refuses to go on without the packages of the extra `review`.

    Raises:
        UserError: they are not installed.
    """
    try:
        import fastapi  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as error:
        raise UserError("review", f"needs the package {error.name}", "Install it: pip install 'sightline[review]'.") from None


def serve(desk: Desk, port: int | None = None, say: Callable[[str], None] = print, show: bool = True) -> None:
    """Serves until it is interrupted; where there is a queue, its address opens on it.

    Args:
        port: None: 8710, or a free one where it is taken.
        say: is told the address.
        show: open it in the browser.

    Raises:
        UserError: the port is taken.
    """
    import uvicorn

    from sightline.review.app import app

    bound = listening(port)
    number = int(bound.getsockname()[1])
    token = secrets.token_urlsafe(24)
    address = f"http://{_HOST}:{number}/?token={token}{'&queue=yes' if desk.cases.queue else ''}"
    # requests are not logged: the first one holds the token
    config = uvicorn.Config(app(desk, number, token), log_level="warning", access_log=False, lifespan="on", server_header=False)
    say(f"Review: {address}")
    if show:
        opener = Timer(0.5, webbrowser.open, (address,))
        opener.daemon = True
        opener.start()
    try:
        uvicorn.Server(config).run(sockets=[bound])
    except KeyboardInterrupt:
        pass
    finally:
        bound.close()


def listening(port: int | None) -> socket.socket:
    """A socket on this machine.

    Raises:
        UserError: the port is taken, or may not be used.
    """
    for number in (PORT, 0) if port is None else (port,):
        found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((_HOST, number))
            found.listen(128)
            return found
        except OSError as error:
            found.close()
            reason = error.strerror or str(error)
    raise UserError(f"`port={port}`", f"cannot be used ({reason.lower()})", "Give another port, or none: a free one is then taken.")
