"""Limits of a whole server: room, bytes, time; and nothing is left on the disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import gettempdir

import pytest

import sightline as sl

httpx = pytest.importorskip("httpx2")


def asked(app: object, work) -> object:
    """What `work` gets from a client that asks the application within this process."""

    async def ask() -> object:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
            return await work(client)

    return asyncio.run(ask())


def left() -> set[Path]:
    return set(Path(gettempdir()).glob("sightline-*"))


def test_who_finds_no_room_is_asked_to_come_back(run, pictures) -> None:
    """Forty at a time for a server that takes four: each is answered, with a result or with 503."""
    before = left()

    async def many(client) -> list:
        return await asyncio.gather(*(client.post("/predict", files={"file": ("a.png", pictures[i % 4])}) for i in range(40)))

    answers = asked(sl.serve(run, queue=4, batch_size=2), many)
    codes = [one.status_code for one in answers]
    assert set(codes) == {200, 503}
    assert all("probabilities" in one.text or int(one.headers["retry-after"]) > 0 for one in answers)
    assert left() == before


def test_files_of_one_request_need_room_as_well(clients, pictures) -> None:
    client = clients(queue=2)
    many = [("file", ("a.png", one)) for one in pictures]
    assert client.post("/predict", files=many).status_code == 503
    assert client.post("/predict", files=many[:2]).status_code == 200
    assert client.get("/health").json()["pictures"] == 0


async def slowly(content: bytes) -> AsyncIterator[bytes]:
    yield content[:10]
    await asyncio.sleep(30)
    yield content[10:]


def test_a_body_that_comes_too_slowly_is_given_up(run, pictures) -> None:
    async def slow(client) -> list:
        sent = [client.post("/predict", content=slowly(pictures[0]), headers={"Content-Type": "image/png"}) for _ in range(10)]
        fast = client.post("/predict", files={"file": ("a.png", pictures[0])})
        return await asyncio.gather(fast, *sent)

    first, *others = asked(sl.serve(run, timeout=0.5), slow)
    assert first.status_code == 200
    assert [one.status_code for one in others] == [408] * 10
    assert "0.5 seconds" in others[0].json()["error"]


def test_who_goes_away_leaves_nothing_behind(run, pictures) -> None:
    app, before = sl.serve(run), left()

    async def gone() -> int:
        body = iter([{"type": "http.request", "body": pictures[0][:20], "more_body": True}, {"type": "http.disconnect"}])
        headers = [(b"host", b"127.0.0.1"), (b"content-type", b"image/png")]
        scope = {"type": "http", "method": "POST", "path": "/predict", "raw_path": b"/predict", "query_string": b"", "headers": headers}

        async def receive() -> object:
            return next(body)

        async def send(message: object) -> None:
            pass

        await app({**scope, "http_version": "1.1", "scheme": "http", "client": None, "server": None, "root_path": ""}, receive, send)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
            return (await client.get("/health")).json()["pictures"]

    assert asyncio.run(gone()) == 0
    assert left() == before


@pytest.mark.parametrize("kind", ["image/png", "multipart/form-data; boundary=x"])
def test_a_body_without_end_is_refused_at_its_limit(run, kind) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="a"; filename="a.png"\r\n\r\n'
        while sent < 1e9:
            sent += 1_000_000
            yield b"\0" * 1_000_000

    async def post(client) -> object:
        return await client.post("/predict", content=endless(), headers={"Content-Type": kind})

    before = left()
    answer = asked(sl.serve(run, max_mb=2), post)
    assert (answer.status_code, "2 MB" in answer.json()["error"]) == (413, True)
    assert sent < 4e8
    assert left() == before


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({"Content-Type": "text/plain"}, b"hello", 415),
        ({}, b"hello", 415),
        ({"Content-Type": "multipart/form-data"}, b"--x", 400),
        ({"Content-Type": "multipart/form-data; boundary=" + "x" * 500}, b"--x", 400),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"--x", 400),
        ({"Content-Type": "image/png", "Content-Length": "99999999999"}, b"x", 413),
    ],
)
def test_what_is_no_request_for_a_picture_is_refused(client, headers, content, status) -> None:
    answer = client.post("/predict", content=content, headers=headers)
    assert answer.status_code == status
    assert answer.json()["error"]
