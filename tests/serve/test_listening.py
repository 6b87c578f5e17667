"""A server that is asked over the network of this machine."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

import pytest

pytest.importorskip("uvicorn")

import sightline as sl
from sightline.errors import UserError
from sightline.serve.listening import is_loopback, listen, server, taken

BOUNDARY = "----x"


def form(content: bytes, parts: int = 1) -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'.encode()
    field = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'.encode() * (parts - 1)
    return field + head + content + f"\r\n--{BOUNDARY}--\r\n".encode()


@pytest.fixture(scope="module")
def port(run) -> Iterator[int]:
    """Of a server with few places and little patience."""
    place = taken("127.0.0.1", 0)
    running = server(sl.serve(run, timeout=2, max_mb=1))
    thread = Thread(target=running.run, kwargs={"sockets": [place]})
    thread.start()
    yield place.getsockname()[1]
    running.should_exit = True
    thread.join(20)
    assert not thread.is_alive()


def post(port: int, body: bytes, path: str = "/predict") -> tuple[int, dict[str, object]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})
    answer = connection.getresponse()
    told = json.loads(answer.read())
    connection.close()
    return answer.status, told


def slow(port: int) -> bytes:
    """A request whose body never comes."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(b"POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: image/png\r\nContent-Length: 1000\r\n\r\n\x89PNG")
        return connection.recv(4096)


def test_fifty_at_once_among_slow_broken_and_oversized_ones(port, pictures) -> None:
    bodies = [form(pictures[i % 4]) for i in range(50)]
    odd = [form(pictures[0][:300]), form(b"\0" * 5_000_000), form(pictures[0], parts=10_000), b"nothing"]
    with ThreadPoolExecutor(60) as pool:
        late = [pool.submit(slow, port) for _ in range(5)]
        asked = [pool.submit(post, port, body) for body in [*bodies, *odd]]
        answers = [one.result() for one in asked]
        given_up = [one.result() for one in late]
    assert [status for status, _ in answers[:50]] == [200] * 50
    one_by_one = [post(port, bodies[i])[1]["predictions"] for i in range(4)]
    for i, (_, told) in enumerate(answers[:50]):
        of = one_by_one[i % 4][0]["probabilities"]
        assert told["predictions"][0]["probabilities"] == pytest.approx(of, abs=1e-6), "nobody gets another's answer"
    assert [status for status, _ in answers[50:]] == [422, 413, 413, 400]
    assert all(told["error"] for _, told in answers[50:])
    assert all(one.startswith(b"HTTP/1.1 408") for one in given_up)


def test_an_address_that_is_taken_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(UserError, match="cannot be listened at"):
        listen(lambda *_: None, "127.0.0.1", other.getsockname()[1], print)


@pytest.mark.parametrize(
    ("host", "inside"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("clinic", False)],
)
def test_which_addresses_let_other_machines_in(host, inside) -> None:
    assert is_loopback(host) is inside
