from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import sightline as sl
from sightline.engine.run import Run
from sightline.review.judgement import Judgement
from sightline.review.store import Store


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What would be served."""
    given: dict[str, Any] = {}
    monkeypatch.setattr("sightline.face.reviewing.require_extra", lambda: None)
    monkeypatch.setattr(
        "sightline.face.reviewing.serve", lambda desk, port, say, show: given.update(desk=desk, port=port, show=show, ended=desk.end())
    )
    return given


def test_the_cases_of_the_asked_splits_are_served(run: Run, served: dict[str, Any], tmp_path: Path) -> None:
    sl.review(run, "val", store=tmp_path / "r.sqlite", port=9000, show=False, open_readers=True)
    assert {case.split for case in served["desk"].cases} == {"val"}
    assert (served["port"], served["show"], served["desk"].open_readers) == (9000, False, True)
    sl.review(str(run.path), store=tmp_path / "r.sqlite", device="cpu")
    assert {case.split for case in served["desk"].cases} == set(run.scores)


def test_the_images_of_another_data_set_are_answered_and_their_notes_said(
    run: Run, served: dict[str, Any], hospital: Path, tmp_path: Path
) -> None:
    said: list[str] = []
    sl.review(run, store=tmp_path / "r.sqlite", data="table", root=hospital, say=said.append)
    assert said[0] == "The images of the other data set are shown to the network."
    assert {case.split.split(",")[0] for case in served["desk"].cases} == {"table"}
    for refused, words in (
        ({"data": "table", "root": hospital, "queue": "next.csv"}, "and another data set is given"),
        ({"data": "table", "root": hospital, "split": ["val", "test"]}, "is a second split"),
        ({"classes": {"a": "b"}}, "is for another data set"),
    ):
        with pytest.raises(sl.UserError, match=words):
            sl.review(run, say=lambda line: None, **refused)


def test_what_was_said_is_written_and_nothing_served(run: Run, served: dict[str, Any], tmp_path: Path) -> None:
    place, out, said = tmp_path / "r.sqlite", tmp_path / "out.jsonl", list[str]()
    with pytest.raises(sl.UserError, match="nothing was said yet"):
        sl.review(run, store=place, export=out)
    sl.review(run, store=place)
    desk = served.pop("desk")
    desk.store = Store(place, desk.cases.model)
    desk.judge(desk.cases[0], "ana", lambda before: Judgement(map="unsure"), 0.5, "once")
    desk.end()
    sl.review(run, store=place, export=out, say=said.append)
    assert said == [f"1 judgement: {out}"]
    assert [json.loads(line)["map"] for line in out.read_text(encoding="utf-8").splitlines()] == ["unsure"]
    assert "desk" not in served
