"""The lines that other programs read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient

import sightline as sl
from sightline.data.annotation import render
from sightline.data.guide.review_lines import read_reviews
from sightline.data.sets.rle import mask_of, runs_of, text_of
from sightline.engine.run import Run
from sightline.metrics.scores.localisation import upsample
from sightline.review.desk import Desk
from sightline.review.export import exported
from sightline.review.judgement import Box, Judgement, Mask, Polygon, region
from sightline.review.store import Store

SHAPES = (Box(box=(1, 2, 30, 20)), Polygon(points=((1, 1), (9.5, 1), (9.5, 8))))


def test_a_line_holds_the_newest_word_in_the_form_that_is_documented(desk: Desk, browser: TestClient, own_run: Run) -> None:
    case = next(case for case in desk.cases if case.split == "test")
    for reviewer, said in (("ana", {"map": "right"}), ("bo", {"comment": "no"}), ("ana", {"map": "wrong", "shapes": SHAPES})):
        desk.judge(case, reviewer, lambda old, said=said: old.model_copy(update=said), 0.7, f"{reviewer}{said}")  # type: ignore[misc]
    first, second = (json.loads(line) for line in browser.get("/export.jsonl").text.splitlines())
    assert (first["reviewer"], first["comment"], first["map"], second["reviewer"]) == ("bo", "no", None, "ana")
    looked = mask_of(runs_of(second.pop("looked")), (30, 48), "looked")
    raw = upsample(desk.cases.maps.of(case.split, case.id, "cam")[None], (30, 48))[0]
    assert np.array_equal(looked > 0, (raw - raw.min()) / (raw.max() - raw.min()) >= 0.7)
    assert second.pop("at").endswith("Z")
    assert second == {
        "image": "test/0-<img src=x onerror=alert(1)>.png",
        "id": case.id,
        "split": "test",
        "run": "run",
        "reviewer": "ana",
        "map": "wrong",
        "label_doubted": False,
        "unusable": False,
        "comment": "",
        "size": [30, 48],
        "shapes": [{"kind": "box", "box": [1, 2, 30, 20]}, {"kind": "polygon", "points": [[1, 1], [9.5, 1], [9.5, 8]]}],
        "threshold": 0.7,
        "blind": True,
    }


def test_the_next_training_reads_the_lines(desk: Desk, tmp_path: Path) -> None:
    case, painted = desk.cases[0], np.zeros((30, 48), bool)
    painted[3:9, 20:40] = True
    said = Judgement(map="wrong", unusable=True, shapes=(*SHAPES, Mask(counts=text_of(painted))))
    desk.judge(case, "ana", lambda old: said, 0.7, "a")
    (tmp_path / "r.jsonl").write_text("".join(exported(desk.cases, desk.store)), encoding="utf-8")
    (review,) = read_reviews(tmp_path / "r.jsonl")
    assert (review.id, review.image, review.reviewer) == (case.id, case.image, "ana")
    assert (review.wrong, review.doubted, review.unusable, review.size) == (True, False, True, (30, 48))
    drawn = render(review.shapes, (30, 48), where="a")
    assert np.array_equal(drawn >= 0.5, region(said.shapes, (30, 48)))
    assert review.looked is not None


def test_the_verb_writes_them_to_a_file(own_run: Run, desk: Desk, tmp_path: Path) -> None:
    for case in desk.cases:
        desk.judge(case, "ana", lambda said: Judgement(map="unsure"), 0.5, case.key)
    desk.take_back(desk.cases[0], "ana", 0.5, "back")
    desk.end()
    said: list[str] = []
    sl.review(own_run, "val", store=tmp_path / "reviews.sqlite", export=tmp_path / "out.jsonl", say=said.append)
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {line["split"] for line in lines} == {"val"}
    assert len(lines) == 7  # one was taken back
    assert said == [f"7 judgements: {tmp_path / 'out.jsonl'}"]


def test_nothing_to_export_is_said(own_run: Run, tmp_path: Path) -> None:
    with pytest.raises(sl.UserError, match="nothing was said yet"):
        sl.review(own_run, store=tmp_path / "none.sqlite", export=tmp_path / "out.jsonl")
    Store(tmp_path / "some.sqlite", "").close()
    sl.review(own_run, store=tmp_path / "some.sqlite", export=tmp_path / "out.jsonl", say=lambda line: None)
    assert (tmp_path / "out.jsonl").read_text(encoding="utf-8") == ""
