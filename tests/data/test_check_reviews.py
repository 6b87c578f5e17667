"""What `data check` says of reviews."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import sightline as sl
from sightline.data.check import lines
from sightline.data.sets.rle import text_of


def test_reviews_are_counted_and_readers_compared(tmp_path: Path) -> None:
    table, said = ["image,label,split"], []
    given = {"at": "2026-11-27T10:00:00Z", "size": [16, 16]}
    for number in range(12):
        label, split = "ab"[number % 2], ["train", "val", "test"][number // 4]
        noise = np.random.default_rng(number).integers(0, 256, (16, 16, 3), dtype=np.uint8)
        Image.fromarray(noise).save(tmp_path / f"{number}.png")
        table.append(f"{number}.png,{label},{split}")
        line = {**given, "image": f"{number}.png", "id": f"{number}.png"}
        for reader, box in (("ana", [2, 2, 6, 6]), ("ben", [2, 2, 6, 10])):
            if number in (0, 1, 9):
                said.append({**line, "reviewer": reader, "shapes": [{"kind": "box", "box": box}]})
        if number == 2:
            said.append({**line, "reviewer": "ana", "map": "wrong", "looked": text_of(np.ones((16, 16), bool))})
    (tmp_path / "t.csv").write_text("\n".join(table), encoding="utf-8")
    (tmp_path / "r.jsonl").write_text("\n".join(map(json.dumps, said)), encoding="utf-8")
    found = sl.check("table", tmp_path / "t.csv", reviews=str(tmp_path / "r.jsonl"), reviews_merge="union")
    assert found.reviews is not None
    (agreement,) = found.reviews.agreement
    assert (agreement.a, agreement.b, agreement.images) == ("ana", "ben", 2)
    assert agreement.dice == pytest.approx(2 * 16 / 48)
    assert (found.annotations, found.avoid, found.known) == ({"mask": 2, "unknown": 10}, 1, 2)
    text = lines(found)
    assert "Agreement of ana and ben in 2 images that both outlined: Dice 0.67, Cohen's kappa 0.64" in text
    assert "Reviews: 3 training and validation images reviewed by ana, ben" in text
    (tmp_path / "r.jsonl").write_text("{", encoding="utf-8")
    assert "r.jsonl line 1: cannot be read" in sl.check("table", tmp_path / "t.csv", reviews=str(tmp_path / "r.jsonl")).problems.all[0]
