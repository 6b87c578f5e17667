"""The body of a request, piece by piece, and what is left of one that is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect
from starlette.types import Receive

LEFT_BYTES, LEFT_SECONDS = 256_000_000, 10.0


class Body:
    """A body that is read once. Nothing of it is kept here.

    Args:
        receive: of the request.
    """

    def __init__(self, receive: Receive) -> None:
        self.receive, self.more = receive, True

    async def pieces(self) -> AsyncIterator[bytes]:
        """Raises ClientDisconnect where the connection ends before the body does."""
        while self.more:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                self.more = False
                raise ClientDisconnect()
            self.more = message.get("more_body", False)
            yield message.get("body", b"")

    async def discard(self) -> None:
        """Reads what is still coming and keeps none of it, within bounds: many clients read an answer only when all is sent."""
        left = LEFT_BYTES
        try:
            async with asyncio.timeout(LEFT_SECONDS):
                async for piece in self.pieces():
                    left -= len(piece)
                    if left < 0:
                        return
        except (TimeoutError, ClientDisconnect):
            return
