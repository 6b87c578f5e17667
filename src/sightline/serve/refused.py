"""What a server answers in place of a result, as JSON with one sentence."""

from __future__ import annotations

from starlette.responses import JSONResponse

from sightline.errors import one_line

SOON = 2  # seconds after which a full server may have room again


class Refused(Exception):
    """A request that is not answered.

    Args:
        status: of HTTP.
        reason: what is wrong, and what to do about it.
    """

    def __init__(self, status: int, reason: str) -> None:
        self.status, self.reason = status, one_line(reason)
        super().__init__(self.reason)

    def response(self) -> JSONResponse:
        """The answer, with the headers that its status asks for."""
        headers = {503: {"Retry-After": str(SOON)}, 401: {"WWW-Authenticate": "Bearer"}}.get(self.status)
        return JSONResponse({"error": self.reason}, self.status, headers)


class Unreadable(Refused):
    """A file that is no picture, or not one that is taken.

    Args:
        status: of HTTP.
        name: of the file.
        note: what is wrong with it, and what to do about it.
    """

    def __init__(self, status: int, name: str, note: str) -> None:
        self.note = one_line(note)
        super().__init__(status, f"{name}: {note}")


def busy() -> Refused:
    """Too much is under way."""
    return Refused(503, f"The server is busy: too many pictures wait. Send it again in {SOON} seconds.")
