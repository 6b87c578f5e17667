"""What a server answers in place of a result."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("starlette")

from sightline.serve.refused import SOON, Refused, Unreadable, busy


@pytest.mark.parametrize(("status", "header"), [(503, ("retry-after", str(SOON))), (401, ("www-authenticate", "Bearer")), (422, None)])
def test_an_answer_has_one_sentence_and_the_headers_of_its_status(status: int, header: tuple[str, str] | None) -> None:
    answer = Refused(status, "It is wrong.\nCorrect it.").response()
    assert answer.status_code == status
    assert json.loads(answer.body) == {"error": "It is wrong. Correct it."}
    named = {name: answer.headers[name] for name in ("retry-after", "www-authenticate") if name in answer.headers}
    assert named == dict([header] if header else [])


def test_a_file_is_named_and_what_is_wrong_with_it_can_be_told_alone() -> None:
    refused = Unreadable(415, "a\x1b.png", "is no picture.\nSend one.")
    assert refused.note == "is no picture. Send one."
    assert "\x1b" not in str(refused)
    assert str(refused).endswith(".png: is no picture. Send one.")
    assert isinstance(refused, Refused)


def test_a_full_server_says_when_to_come_back() -> None:
    assert (busy().status, f"in {SOON} seconds" in busy().reason) == (503, True)
