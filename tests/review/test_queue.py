"""A queue of images, of which the run has not answered some."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient

from sightline.engine.files import write_table
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.review.app import app
from sightline.review.cases import Cases
from sightline.review.desk import Desk
from sightline.review.judgement import Judgement
from sightline.review.queue import Queued
from sightline.review.store import Store


def queue_of(folder: Path, *ids: str) -> Path:
    write_table(folder / "next.csv", [{"rank": str(i), "id": id} for i, id in enumerate(ids)], ["rank", "id"])
    return folder / "next.csv"


def test_images_that_the_run_has_not_answered_are_shown_to_the_network(answering_run: Run, tmp_path: Path) -> None:
    asked = [answering_run.datasets["train"].records[i].id for i in (5, 2)]
    known = answering_run.datasets["test"].records[3].id
    queued = Queued(answering_run, queue_of(tmp_path, asked[0], known, asked[1], asked[0]))
    cases = Cases(queued, queued.shown, queued.keys)
    assert cases.splits == ("val", "test", "train")
    assert len(cases) == 18
    chosen = [cases[cases.by_key[key]] for key in cases.queue]
    assert [(case.split, case.id) for case in chosen] == [("train", asked[0]), ("test", known), ("train", asked[1])]
    image = answering_run.datasets["train"].seen(5)[None]
    expected = answering_run.classifier()(image).softmax(1)[0].detach().numpy()
    assert np.allclose(answering_run.decision.shown(expected[None])[0], chosen[0].probabilities, atol=1e-4)
    assert all(cases.maps.of(case.split, case.id, cases.maps.first) is not None for case in chosen)
    before = Cases(answering_run)
    assert chosen[1] == before[before.by_key[chosen[1].key]]


def test_of_a_split_that_is_not_shown_whole_only_the_queue_is(answering_run: Run, tmp_path: Path) -> None:
    known = answering_run.datasets["test"].records[3].id
    queued = Queued(answering_run, queue_of(tmp_path, known), ["val"])
    cases = Cases(queued, queued.shown, queued.keys)
    assert [case.id for case in cases if case.split == "test"] == [known]
    kept = answering_run.attention("test")
    assert kept is not None
    name = cases.maps.first
    assert np.array_equal(cases.maps.of("test", known, name), kept.said[name][kept.ids.index(known)])


def test_the_grid_follows_the_queue_and_counts_what_is_done(answering_run: Run, tmp_path: Path) -> None:
    ids = [answering_run.datasets["test"].records[i].id for i in (6, 1, 4)]
    queued = Queued(answering_run, queue_of(tmp_path, *ids))
    cases = Cases(queued, queued.shown, queued.keys)
    desk = Desk(cases, Store(tmp_path / "r.sqlite", cases.model))
    with TestClient(app(desk, 8999, "token"), base_url="http://127.0.0.1:8999") as browser:
        browser.get("/?token=token&queue=yes")
        browser.cookies.set("sightline-reviewer", "ana")
        page = browser.get("/?queue=yes").text
        assert re.findall(r'class="card" href="/case/(\w+)\?', page) == list(queued.keys)
        assert "queue: 0 of 3 done" in page
        assert "3 of 16 cases" in page
        desk.judge(desk.case(queued.keys[1]), "ana", lambda said: Judgement(map="wrong"), 0.5, "1" * 8)
        desk.judge(desk.case(queued.keys[2]), "bo", lambda said: Judgement(map="wrong"), 0.5, "2" * 8)
        assert "queue: 1 of 3 done" in browser.get("/?queue=yes").text
        left = browser.get("/?queue=yes&review=mine-no&sort=image&down=yes").text
        assert re.findall(r'class="card" href="/case/(\w+)\?', left) == [queued.keys[0], queued.keys[2]]
        assert '<span id="queue" aria-live="polite">queue: 1 of 3 done' in browser.get(f"/case/{queued.keys[0]}?queue=yes").text


def test_a_queue_of_other_images_is_refused(answering_run: Run, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"next.csv line 2: names image 'moon.png', which is not among those"):
        Queued(answering_run, queue_of(tmp_path, "moon.png"))
    with pytest.raises(UserError, match="names no image"):
        Queued(answering_run, queue_of(tmp_path))
