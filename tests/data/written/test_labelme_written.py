"""labelme's JSON, written: one file for each image."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from records_to_write import BOX, CLASSES, entries, record

from sightline.data.written.entries import entries_of
from sightline.data.written.labelme import content


def files(folder: Path) -> dict[str, dict[str, Any]]:
    return {
        name: json.loads(held) for name, held in content(entries(folder / "photos"), folder / "out", CLASSES) if isinstance(held, bytes)
    }


def test_each_image_has_a_file_that_names_it(tmp_path: Path) -> None:
    found = files(tmp_path)
    assert list(found) == ["a.json", "sub/b.json", "c.json", "d.json"]
    assert [one["imagePath"] for one in found.values()][:2] == ["../photos/a.png", "../../photos/sub/b.png"]
    assert {(one["imageHeight"], one["imageWidth"], one["imageData"]) for one in found.values()} == {(8, 10, None)}


def test_the_class_is_a_flag_and_facts_are_keys(tmp_path: Path) -> None:
    found = files(tmp_path)
    flags = [[name for name, is_set in one["flags"].items() if is_set] for one in found.values()]
    assert flags == [["mel"], ["nev"], ["nev"], ["mel"]]
    assert list(found["a.json"]["flags"]) == list(CLASSES)
    assert {key: found["a.json"][key] for key in ("group", "split", "tag:ruler", "tag:age")} == {
        "group": "P1",
        "split": "train",
        "tag:ruler": True,
        "tag:age": 40,
    }
    assert (found["c.json"]["nothing"], "nothing" in found["d.json"]) == (True, False)


def test_shapes_are_rectangles_polygons_points_and_patches(tmp_path: Path) -> None:
    found = files(tmp_path)
    rectangle, mask = found["a.json"]["shapes"]
    assert (rectangle["shape_type"], rectangle["points"], rectangle["label"]) == ("rectangle", [[1, 2], [5, 6]], "mel")
    assert (mask["shape_type"], mask["points"]) == ("mask", [[2, 1], [4, 3]]), "labelme's last pixel is inside"
    patch = np.asarray(Image.open(io.BytesIO(base64.b64decode(mask["mask"]))))
    assert (patch > 0).tolist() == [[True] * 3, [True, False, True], [True] * 3]
    polygon, points = found["sub/b.json"]["shapes"]
    assert (polygon["shape_type"], polygon["points"]) == ("polygon", [[0.5, 0.5], [8.5, 0.5], [0.5, 6.5]])
    assert (points["shape_type"], points["points"]) == ("points", [[1.5, 1.5], [4.5, 2.5]])
    assert found["c.json"]["shapes"] == found["d.json"]["shapes"] == []


def test_pictures_that_differ_in_their_suffix_have_files_of_their_own(tmp_path: Path) -> None:
    given = entries_of([record(tmp_path, name, "mel", BOX) for name in ("a.png", "a.jpg", "b.png")])
    assert [name for name, _ in content(given, tmp_path / "out", CLASSES)] == ["a.png.json", "a.jpg.json", "b.json"]
