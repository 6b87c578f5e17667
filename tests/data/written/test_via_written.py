"""The JSON of the VGG Image Annotator, written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from records_to_write import CLASSES, SIZE, entries

from sightline.data.annotation import polygon_map
from sightline.data.written.via import content


@pytest.fixture
def tree(tmp_path: Path) -> dict[str, Any]:
    ((name, held),) = content(entries(tmp_path / "photos"), tmp_path / "v.json", CLASSES)
    assert name == "v.json"
    found: dict[str, Any] = json.loads(held)
    return found


def test_each_file_is_known_by_name_and_size_and_tells_class_and_facts(tree: dict[str, Any], tmp_path: Path) -> None:
    bytes_of = {name: (tmp_path / "photos" / name).stat().st_size for name in ("a.png", "sub/b.png", "c.png", "d.png")}
    assert list(tree) == [f"photos/{name}{size}" for name, size in bytes_of.items()]
    assert [(one["filename"], one["size"]) for one in tree.values()] == [(f"photos/{name}", size) for name, size in bytes_of.items()]
    first, _, third, _ = tree.values()
    assert first["file_attributes"] == {"label": "mel", "group": "P1", "split": "train", "tag:ruler": "true", "tag:age": "40"}
    assert third["file_attributes"] == {"label": "nev", "split": "", "nothing": "true"}
    assert third["regions"] == []


def test_shapes_are_rectangles_polygons_and_points_and_masks_are_polygons_too(tree: dict[str, Any]) -> None:
    first, second, _, _ = tree.values()
    box, *mask = [one["shape_attributes"] for one in first["regions"]]
    assert {tuple(one["region_attributes"].items()) for one in first["regions"]} == {(("label", "mel"),)}
    assert box == {"name": "rect", "x": 1, "y": 2, "width": 4, "height": 4}
    covered = np.zeros(SIZE, bool)
    for one in mask:
        covered |= polygon_map(tuple(zip(one["all_points_x"], one["all_points_y"], strict=True)), SIZE) > 0
    expected = np.zeros(SIZE, bool)
    expected[1:4, 2:5], expected[2, 3] = True, False
    assert np.array_equal(covered, expected)
    polygon, *points = [one["shape_attributes"] for one in second["regions"]]
    assert polygon == {"name": "polygon", "all_points_x": [0.5, 8.5, 0.5], "all_points_y": [0.5, 0.5, 6.5]}
    assert points == [{"name": "point", "cx": 1.5, "cy": 1.5}, {"name": "point", "cx": 4.5, "cy": 2.5}]
