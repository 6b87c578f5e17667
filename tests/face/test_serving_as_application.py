from __future__ import annotations

import sys

import pytest

import sightline as sl
from sightline.engine.run import Run
from sightline.errors import UserError


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"tta": "mirrors"}, r"`tta='mirrors'`: is unknown\. Known: none, flips, rotations"),
        ({"token": ""}, "would protect nothing"),
        ({"queue": 0}, "queue"),
        ({"max_mbs": 3}, 'Did you mean "max_mb"'),
    ],
)
def test_mistakes_are_refused_before_a_run_is_opened(given: dict[str, object], words: str) -> None:
    with pytest.raises(UserError, match=words):
        sl.serve("no/such/run", **given)


def test_a_missing_extra_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sightline.serve.application", None)
    with pytest.raises(UserError, match=r"pip install 'sightline\[serve\]'"):
        sl.serve(run)


def test_limits_hosts_and_token_reach_the_application(run: Run) -> None:
    pytest.importorskip("fastapi")
    made = sl.serve(run.path, device="cpu", hosts=["here"], token="secret", queue=3)
    assert (tuple(made.hosts), made.token) == (("here",), "secret")
