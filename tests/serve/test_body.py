"""The body of a request, piece by piece."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

pytest.importorskip("starlette")

from starlette.requests import ClientDisconnect

from sightline.serve import body
from sightline.serve.body import Body


def of(*messages: dict[str, Any], then: float | None = None) -> Body:
    """A body that comes so; `then`: seconds that the next message takes."""
    left = list(messages)

    async def receive() -> dict[str, Any]:
        if not left:
            await asyncio.sleep(then or 0)
            return {"type": "http.request", "body": b"x", "more_body": True}
        return left.pop(0)

    return Body(receive)


def piece(content: bytes, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": content, "more_body": more}


async def all_of(one: Body) -> list[bytes]:
    return [part async for part in one.pieces()]


def test_a_body_is_read_to_its_end_and_only_once() -> None:
    one = of(piece(b"a"), piece(b"b"), {"type": "http.request"})
    assert asyncio.run(all_of(one)) == [b"a", b"b", b""]
    assert asyncio.run(all_of(one)) == []


def test_a_connection_that_ends_first_is_an_error_once() -> None:
    one = of(piece(b"a"), {"type": "http.disconnect"})
    with pytest.raises(ClientDisconnect):
        asyncio.run(all_of(one))
    assert one.more is False
    asyncio.run(of({"type": "http.disconnect"}).discard())  # nothing is left to read


def test_what_is_left_is_read_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    short = of(piece(b"a"), piece(b"b", more=False))
    asyncio.run(short.discard())
    assert short.more is False
    monkeypatch.setattr(body, "LEFT_BYTES", 5)
    sent = [piece(b"123") for _ in range(4)]

    async def receive() -> dict[str, Any]:
        return sent.pop()

    asyncio.run(Body(receive).discard())
    assert len(sent) == 2, "it stops at its limit, and does not wait for the end"
    monkeypatch.setattr(body, "LEFT_SECONDS", 0.02)
    slow = of(piece(b"1"), then=5)
    asyncio.run(asyncio.wait_for(slow.discard(), 2))
