"""A miniature of a folder annotated with labelme: every shape, odd paths, pictures inside the files."""

from __future__ import annotations

import base64
import io
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tool_files import inside, picture, write

from sightline.data.sets.labelme import read
from sightline.errors import UserError


def shape(label: str, points: list[list[float]], kind: str = "polygon", **more: Any) -> dict[str, Any]:
    return {"label": label, "points": points, "group_id": None, "shape_type": kind, "flags": {}, **more}


def annotate(root: Path, name: str, *shapes: dict[str, Any], **more: Any) -> Path:
    """The picture `name` and its file."""
    path = picture(root / name)
    content = {"version": "5.4.1", "flags": {}, "shapes": list(shapes), "imagePath": path.name, "imageData": None}
    return write(path.with_suffix(".json"), content | {"imageHeight": 8, "imageWidth": 10} | more)


TRIANGLE = [[1, 1], [9, 1], [9, 7]]
SQUARE = [[2, 1], [6, 1], [6, 5], [2, 5]]


def test_the_shapes_tell_label_and_place(tmp_path: Path) -> None:
    annotate(tmp_path, "train/a.jpg", shape("mel", SQUARE), shape("mel", [[9, 7], [7, 6]], "rectangle"))
    annotate(tmp_path, "valid/b.jpg", shape("nev", [[5, 4], [5, 1]], "circle"), shape("nev", [[1, 1]], "point"))
    annotate(tmp_path, "valid/c.jpg")
    picture(tmp_path / "d.jpg")
    records = read(tmp_path)
    assert [(r.id, r.label, r.split) for r in records] == [("train/a.jpg", "mel", "train"), ("valid/b.jpg", "nev", "val")]
    assert inside(records[0]) == [[2, 1, 9, 7], [16 + 2]]
    assert inside(records[1])[0] == [2, 1, 8, 7]
    assert 26 <= inside(records[1])[1][0] <= 32
    assert records.notes == (
        "1 picture without annotations left out (d.jpg)",
        "1 of 3 images without objects left out (valid/c.jpg); data.options={background: NAME} makes them a class",
        "1 object without outline or box: the label counts, the place is unknown (valid/b.jpg)",
    )
    background = read(tmp_path, background="healthy", empty="nothing")[2:]
    assert [(r.id, [mark.kind for mark in r.annotations]) for r in background] == [("valid/c.jpg", ["nothing"]), ("d.jpg", [])]


def test_a_mask_is_a_patch_of_the_image(tmp_path: Path) -> None:
    patch = io.BytesIO()
    Image.fromarray(np.array([[0, 255], [255, 255]], np.uint8)).save(patch, "PNG")
    mask = base64.b64encode(patch.getvalue()).decode()
    annotate(tmp_path, "a.jpg", shape("mel", [[3, 4], [4, 5]], "mask", mask=mask))
    (record,) = read(tmp_path)
    assert inside(record) == [[3, 4, 5, 6], [3]]
    source = record.annotations[0].source
    assert pickle.loads(pickle.dumps(source)).key == source.key  # type: ignore[union-attr]
    annotate(tmp_path, "a.jpg", shape("mel", [[3, 4], [4, 5]], "mask", mask="?"))
    with pytest.raises(UserError, match=r"a\.json shape 1: holds a picture that cannot be read"):
        read(tmp_path)


def test_one_name_for_all_shapes_leaves_the_label_to_the_folder(tmp_path: Path) -> None:
    for folder in ("benign", "malignant"):
        annotate(tmp_path, f"train/{folder}/a.jpg", shape("lesion", SQUARE))
        picture(tmp_path / f"train/{folder}/b.jpg")
    records = read(tmp_path)
    assert [(r.id, r.label, len(r.annotations)) for r in records] == [
        ("train/benign/a.jpg", "benign", 1),
        ("train/malignant/a.jpg", "malignant", 1),
        ("train/benign/b.jpg", "benign", 0),
        ("train/malignant/b.jpg", "malignant", 0),
    ]
    assert records.notes == ("All objects are called lesion, so the label of an image is its folder",)
    assert {r.label for r in read(tmp_path, by="object")} == {"lesion"}
    assert {r.label for r in read(tmp_path, background="none")} == {"lesion", "none"}


def test_flags_tell_the_label_where_shapes_do_not(tmp_path: Path) -> None:
    annotate(tmp_path, "a.jpg", shape("lesion", SQUARE), flags={"mel": True, "nev": False})
    annotate(tmp_path, "b.jpg", flags={"mel": False, "nev": True})
    annotate(tmp_path, "c.jpg", shape("lesion", SQUARE), flags={"mel": False})
    records = read(tmp_path)
    assert [(r.id, r.label, len(r.annotations)) for r in records] == [("a.jpg", "mel", 1), ("b.jpg", "nev", 0)]
    assert records.notes == ("1 of 3 images without flag left out (c.jpg)",)
    annotate(tmp_path, "a.jpg", flags={"mel": True, "nev": True})
    with pytest.raises(UserError, match=r"a\.json: has more than one flag \(mel, nev\)"):
        read(tmp_path)


def test_flags_beside_several_labels_say_something_else(tmp_path: Path) -> None:
    annotate(tmp_path, "a.jpg", shape("mel", SQUARE), flags={"blurred": True})
    annotate(tmp_path, "b.jpg", shape("nev", SQUARE))
    assert [r.label for r in read(tmp_path)] == ["mel", "nev"]


@pytest.mark.parametrize("path", ["..\\images\\a.jpg", "../images/a.jpg", "C:\\data\\a.jpg", "a.jpg", "gone.png"])
def test_the_image_is_found_in_another_folder(tmp_path: Path, path: str) -> None:
    file = annotate(tmp_path, "images/a.jpg", shape("mel", SQUARE), imagePath=path)
    (tmp_path / "json").mkdir()
    file.rename(tmp_path / "json/a.json")
    (record,) = read(tmp_path)
    assert (record.image, record.id) == (tmp_path / "images/a.jpg", "images/a.jpg")


def test_an_image_that_is_gone_is_named_or_taken_from_the_file(tmp_path: Path) -> None:
    file = annotate(tmp_path, "a.jpg", shape("mel", SQUARE))
    content = base64.b64encode((tmp_path / "a.jpg").read_bytes()).decode()
    (tmp_path / "a.jpg").unlink()
    with pytest.raises(UserError, match=r"a\.json: its image a\.jpg is not found"):
        read(tmp_path)
    annotate(tmp_path, "a.jpg", shape("mel", SQUARE), imageData=content)
    (tmp_path / "a.jpg").unlink()
    records = read(tmp_path)
    assert records[0].image.draw().shape == (8, 10, 3)  # type: ignore[union-attr]
    assert records.notes == ("1 image taken from the .json files, which hold them",)
    annotate(tmp_path, "a.jpg", shape("mel", SQUARE), imageData="AAAA")
    (tmp_path / "a.jpg").unlink()
    with pytest.raises(UserError, match=r"a\.json: holds a picture that cannot be read"):
        read(file)


BROKEN = {
    "shape 1: has no label": [shape("", SQUARE)],
    "shape 1: is a polygon of 2 points, which cannot be read": [shape("a", [[1, 1], [2, 2]])],
    "shape 1: is a cube of 4 points": [shape("a", SQUARE, "cube")],
    "shape 1: nan is not a number": [shape("a", [[1, 1], [2, 2], [float("nan"), 1]])],
    "shape 1: has a point that is not a pair": [shape("a", [[1, 1], [2, 2], [3]])],
    "shape 1: is None where a list is expected": [shape("a", None)],  # type: ignore[arg-type]
    "shape 1: is 5 where names with values are expected": [5],
    "shows objects of several categories": [shape("a", SQUARE), shape("b", TRIANGLE)],
    "all boxes and outlines lie between 0 and 1": [shape("a", [[0.1, 0.2], [0.5, 0.2], [0.5, 0.9]])],
}


@pytest.mark.parametrize("message", BROKEN)
def test_what_cannot_be_read_is_named(tmp_path: Path, message: str) -> None:
    annotate(tmp_path, "a.jpg", *BROKEN[message])  # type: ignore[arg-type]
    with pytest.raises(UserError, match=rf"a\.json.*{message}"):
        read(tmp_path)


def test_the_largest_of_several_labels(tmp_path: Path) -> None:
    annotate(tmp_path, "a.jpg", shape("small", [[1, 1], [3, 1], [3, 3]]), shape("large", TRIANGLE))
    (record,) = read(tmp_path, label="largest")
    assert (record.label, record.annotations[0].points) == ("large", tuple(map(tuple, TRIANGLE)))


def test_a_size_that_is_not_the_pictures_is_a_problem(tmp_path: Path) -> None:
    annotate(tmp_path, "a.jpg", shape("a", SQUARE), imageHeight=16, imageWidth=20)
    with pytest.raises(UserError, match="drawn on a picture of 20 x 16 pixels, but the image has 10 x 8"):
        inside(read(tmp_path)[0])


def test_two_files_of_one_image_are_refused_and_other_json_is_left_out(tmp_path: Path) -> None:
    annotate(tmp_path, "a.jpg", shape("a", SQUARE))
    write(tmp_path / "settings.json", {})
    assert read(tmp_path).notes == ("Left out, since not for data=labelme: 1 .json file (settings.json)",)
    annotate(tmp_path, "b.jpg", shape("a", SQUARE), imagePath="a.jpg")
    with pytest.raises(UserError, match=r"b\.json: is listed twice \(.*a\.json\)"):
        read(tmp_path)


def test_files_of_other_tools_are_named(tmp_path: Path) -> None:
    write(tmp_path / "a.json", {"images": [{"file_name": "a.jpg"}], "annotations": [], "categories": []})
    with pytest.raises(UserError, match=r"holds no annotations.* data=coco reads them"):
        read(tmp_path)
    with pytest.raises(UserError, match=r"is not a file that data=labelme reads\. It looks as if data=coco reads it"):
        read(tmp_path / "a.json")


def test_a_file_that_is_cut_short_is_named_and_not_left_out(tmp_path: Path) -> None:
    annotate(tmp_path, "a.jpg", shape("a", SQUARE))
    annotate(tmp_path, "b.jpg", shape("b", SQUARE))
    whole = (tmp_path / "b.json").read_text(encoding="utf-8")
    (tmp_path / "b.json").write_text(whole[: len(whole) // 2], encoding="utf-8")
    with pytest.raises(UserError, match=r"b\.json: is not JSON"):
        read(tmp_path)
    with pytest.raises(UserError, match=r"b\.json: is not JSON"):
        read(tmp_path / "b.json")
