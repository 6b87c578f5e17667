"""COCO's JSON of instances, written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from records_to_write import CLASSES, SIZE, entries

from sightline.data.sets.rle import mask_of, runs_of
from sightline.data.written.coco import content


@pytest.fixture
def tree(tmp_path: Path) -> dict[str, Any]:
    ((name, held),) = content(entries(tmp_path / "photos"), tmp_path / "c.json", CLASSES)
    assert name == "c.json"
    found: dict[str, Any] = json.loads(held)
    return found


def test_every_image_is_listed_with_its_class_and_facts(tree: dict[str, Any]) -> None:
    assert tree["categories"] == [{"id": 1, "name": "nev"}, {"id": 2, "name": "mel"}]
    sized = {"height": SIZE[0], "width": SIZE[1]}
    assert tree["images"] == [
        {"id": 1, "file_name": "photos/a.png", **sized, "label": "mel", "group": "P1", "split": "train", "tag:ruler": True, "tag:age": 40},
        {"id": 2, "file_name": "photos/sub/b.png", **sized, "label": "nev", "split": "val"},
        {"id": 3, "file_name": "photos/c.png", **sized, "label": "nev", "split": "", "nothing": True},
        {"id": 4, "file_name": "photos/d.png", **sized, "label": "mel", "split": ""},
    ]


def test_boxes_outlines_and_runs_have_their_box_and_area(tree: dict[str, Any]) -> None:
    box, mask, polygon = tree["annotations"]
    assert [one["id"] for one in tree["annotations"]] == [1, 2, 3]
    assert [(one["image_id"], one["category_id"], one["iscrowd"]) for one in tree["annotations"]] == [(1, 2, 0), (1, 2, 0), (2, 1, 0)]
    assert (box["bbox"], box["area"], box["segmentation"]) == ([1, 2, 4, 4], 16, [])
    assert (mask["bbox"], mask["area"], mask["segmentation"]["size"]) == ([2, 1, 3, 3], 8, list(SIZE))
    expected = np.zeros(SIZE, bool)
    expected[1:4, 2:5], expected[2, 3] = True, False
    assert np.array_equal(mask_of(runs_of(mask["segmentation"]["counts"]), SIZE, "x") > 0, expected)
    assert (polygon["bbox"], polygon["area"]) == ([0.5, 0.5, 8, 6], 24)
    assert polygon["segmentation"] == [[0.5, 0.5, 8.5, 0.5, 0.5, 6.5]]
