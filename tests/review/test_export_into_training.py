"""What the page exports is what `data.reviews` reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from fastapi.testclient import TestClient

from sightline.data.annotation import render
from sightline.engine.prepare import prepare
from sightline.engine.run import Run
from sightline.review.desk import Desk
from sightline.review.judgement import Box, Judgement


def test_the_exported_lines_change_the_next_training(desk: Desk, browser: TestClient, own_run: Run, tmp_path: Path) -> None:
    shown = {split: [case for case in desk.cases if case.split == split] for split in ("val", "test")}
    drawn, wrong, *_ = shown["val"]
    tested = shown["test"][0]
    box = Box(box=(1, 2, 30, 20))
    for case, said in (
        (drawn, Judgement(shapes=(box,))),
        (wrong, Judgement(map="wrong", comment="a\u2028b")),
        (tested, Judgement(unusable=True)),
    ):
        desk.judge(case, "ana", lambda old, said=said: said, 0.5, case.key)  # type: ignore[misc]
    file = tmp_path / "reviews.jsonl"
    file.write_text(browser.get("/export.jsonl").text, encoding="utf-8", newline="")
    data = own_run.recipe.data.model_copy(update={"reviews": file})
    prepared = prepare(own_run.recipe.model_copy(update={"data": data}))
    found = {record.id: record for record in prepared.datasets["val"].records}
    assert [(mark.kind, mark.points, mark.author) for mark in found[drawn.id].annotations] == [("box", ((1, 2, 30, 20),), "ana")]
    before = {record.id: record for record in own_run.datasets["val"].records}[wrong.id]
    size = (30, 48)
    avoid = render(found[wrong.id].avoid, size, where="")
    assert avoid is not None
    assert avoid.any()
    region = render(before.annotations, size, where="")
    assert region is None or not (np.asarray(avoid) * (region >= 0.5)).any()
    assert tested.id in {record.id for record in prepared.datasets["test"].records}
    assert any("reviews never change test images" in note for note in prepared.notes)
