"""Label Studio's JSON, written: in per cent of the picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from records_to_write import BOX, CLASSES, SIZE, entries, record

from sightline.data.sets.brush import BrushMask
from sightline.data.written.entries import entries_of
from sightline.data.written.labelstudio import content


def tasks(folder: Path) -> list[dict[str, Any]]:
    ((name, held),) = content(entries(folder / "photos"), folder / "l.json", CLASSES)
    assert name == "l.json"
    found: list[dict[str, Any]] = json.loads(held)
    return found


def test_a_task_names_its_picture_and_tells_class_and_facts(tmp_path: Path) -> None:
    found = tasks(tmp_path)
    served = "/data/local-files/?d=photos/"
    assert found[0]["data"] == {"image": f"{served}a.png", "group": "P1", "split": "train", "tag:ruler": True, "tag:age": 40}
    assert found[2]["data"] == {"image": f"{served}c.png", "split": "", "nothing": True}
    choices = [one["annotations"][0]["result"][0]["value"]["choices"] for one in found]
    assert choices == [["mel"], ["nev"], ["nev"], ["mel"]]
    assert [len(one["annotations"][0]["result"]) for one in found] == [3, 4, 1, 1]
    ids = [result["id"] for one in found for result in one["annotations"][0]["result"]]
    assert len(set(ids)) == len(ids)


def test_regions_are_in_per_cent_of_the_picture(tmp_path: Path) -> None:
    first, second, *_ = tasks(tmp_path)
    _, rectangle, brush = first["annotations"][0]["result"]
    assert rectangle["value"] == {"x": 10, "y": 25, "rotation": 0, "width": 40, "height": 50, "rectanglelabels": ["mel"]}
    assert (rectangle["original_width"], rectangle["original_height"], rectangle["type"]) == (10, 8, "rectanglelabels")
    drawn = BrushMask("x", SIZE, bytes(brush["value"]["rle"])).draw()
    expected = np.zeros(SIZE, bool)
    expected[1:4, 2:5], expected[2, 3] = True, False
    assert np.array_equal(drawn > 0, expected)
    _, polygon, *points = second["annotations"][0]["result"]
    assert (polygon["type"], polygon["value"]["polygonlabels"]) == ("polygonlabels", ["nev"])
    assert np.asarray(polygon["value"]["points"]).max() <= 100
    assert [(one["value"]["x"], one["value"]["y"]) for one in points] == [(15, 18.75), (45, 31.25)]


def test_addresses_are_encoded(tmp_path: Path) -> None:
    given = entries_of([record(tmp_path, "50% ü#.png", "mel", BOX)])
    ((_, held),) = content(given, tmp_path / "l.json", CLASSES)
    assert json.loads(held)[0]["data"]["image"] == "/data/local-files/?d=50%25%20%C3%BC%23.png"  # type: ignore[arg-type]
