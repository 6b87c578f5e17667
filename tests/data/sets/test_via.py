"""Miniatures of VIA's annotation and project files, with every shape and every way to write an attribute."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from tool_files import inside, picture, write

from sightline.data.sets.via import read
from sightline.errors import UserError

RECT = {"name": "rect", "x": 3, "y": 2, "width": 4, "height": 5}
POLYGON = {"name": "polygon", "all_points_x": [2, 6, 6, 2], "all_points_y": [1, 1, 5, 5]}


def region(shape: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    return {"shape_attributes": shape, "region_attributes": attributes}


def entries(**regions: Any) -> dict[str, Any]:
    """Image `a.jpg` from a=[...] and so on."""
    return {f"{name}.jpg99": entry(f"{name}.jpg", found) for name, found in regions.items()}


def entry(name: str, regions: Any = (), **attributes: Any) -> dict[str, Any]:
    return {"filename": name, "size": 99, "regions": regions if isinstance(regions, dict) else list(regions), "file_attributes": attributes}


def project(root: Path, content: Any, images: str = "a b") -> Path:
    for name in images.split():
        picture(root / f"{name}.jpg")
    return write(root / "via_region_data.json", content)


def test_the_attribute_of_the_regions_is_the_label(tmp_path: Path) -> None:
    content = entries(
        a=[region(RECT, lesion="mel"), region({"name": "point", "cx": 1, "cy": 1}, lesion="mel")], b=[region(POLYGON, lesion="nev")]
    )
    file = project(tmp_path, content | entries(c=[]), "a b c")
    for root in (file, tmp_path):
        records = read(root)
        assert [(r.id, r.label) for r in records] == [("a.jpg", "mel"), ("b.jpg", "nev")]
        assert inside(records[0]) == [[3, 2, 7, 7], [20]]
        assert inside(records[1]) == [[2, 1, 6, 5], [16]]
    assert "1 of 3 images without objects left out (c.jpg); data.options={background: NAME} makes them a class" in records.notes
    assert [r.annotations[0].kind for r in read(file, background="none", empty="nothing")] == ["box", "polygon", "nothing"]


FORMS = {
    "a project": lambda content: {
        "_via_settings": {"core": {}},
        "_via_img_metadata": content,
        "_via_attributes": {},
        "_via_image_id_list": [],
    },
    "regions by number": lambda content: {k: v | {"regions": {str(i): r for i, r in enumerate(v["regions"])}} for k, v in content.items()},
    "backslashes": lambda content: {k: v | {"filename": f"D:\\photos\\{v['filename']}"} for k, v in content.items()},
    "addresses": lambda content: {k: v | {"filename": f"https://host/photos/{v['filename']}"} for k, v in content.items()},
    "no file attributes": lambda content: {k: {n: x for n, x in v.items() if n != "file_attributes"} for k, v in content.items()},
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_file(tmp_path: Path, form: str) -> None:
    project(tmp_path, FORMS[form](entries(a=[region(RECT, lesion="mel")], b=[region(POLYGON, lesion="nev")])))
    assert [(r.id, r.label, len(r.annotations)) for r in read(tmp_path)] == [("a.jpg", "mel", 1), ("b.jpg", "nev", 1)]


def test_ticked_boxes_and_numbers_as_attributes(tmp_path: Path) -> None:
    project(tmp_path, entries(a=[region(RECT, lesion={"mel": True, "nev": False})], b=[region(RECT, lesion=3)]))
    assert [r.label for r in read(tmp_path)] == ["mel", "3"]
    project(tmp_path, entries(a=[region(RECT, lesion={"mel": True, "nev": True})]))
    with pytest.raises(UserError, match=r"a\.jpg region 1: has more than one value of 'lesion' \(mel, nev\)"):
        read(tmp_path)


def test_several_attributes_have_to_be_chosen_from(tmp_path: Path) -> None:
    project(tmp_path, entries(a=[region(RECT, lesion="mel", quality="good")], b=[region(RECT, lesion="nev", quality="", note="")]))
    with pytest.raises(UserError, match=r"has several attributes \(lesion, quality\).* data\.options=\{attribute: lesion\}"):
        read(tmp_path)
    assert [r.label for r in read(tmp_path, attribute="lesion")] == ["mel", "nev"]
    with pytest.raises(UserError, match=r"b\.jpg region 1: has no value for 'quality'"):
        read(tmp_path, attribute="quality")
    with pytest.raises(UserError, match=r"data\.options\.attribute: no region and no file has an attribute 'x'"):
        read(tmp_path, attribute="x")


def test_the_attribute_of_the_files_where_regions_have_none(tmp_path: Path) -> None:
    project(tmp_path, {"1": entry("a.jpg", [region(RECT)], class_="mel"), "2": entry("b.jpg", class_="nev"), "3": entry("c.jpg")}, "a b c")
    records = read(tmp_path)
    assert [(r.label, len(r.annotations)) for r in records] == [("mel", 1), ("nev", 0)]
    assert records.notes == ("1 of 3 images without file attribute left out (c.jpg)",)


def test_the_folders_tell_where_no_attribute_does(tmp_path: Path) -> None:
    for folder in ("mel", "nev"):
        project(tmp_path / folder, entries(a=[region(RECT)]), "a")
    assert [(r.id, r.label) for r in read(tmp_path)] == [("mel/a.jpg", "mel"), ("nev/a.jpg", "nev")]


def test_a_file_for_each_split(tmp_path: Path) -> None:
    for split in ("train", "val"):
        project(tmp_path / split, entries(a=[region(RECT, x="mel")], b=[region(RECT, x="nev")]))
    assert [(r.id, r.split) for r in read(tmp_path)] == [(f"{s}/{n}.jpg", s) for s in ("train", "val") for n in "ab"]


def test_circles_and_ellipses(tmp_path: Path) -> None:
    circle = {"name": "circle", "cx": 5, "cy": 4, "r": 3}
    ellipse = {"name": "ellipse", "cx": 5, "cy": 4, "rx": 4, "ry": 1.2, "theta": math.pi / 2}
    project(tmp_path, entries(a=[region(circle, x="a")], b=[region(ellipse, x="b")]))
    first, second = read(tmp_path)
    assert inside(first)[0] == [2, 1, 8, 7]
    assert inside(second)[0] == [4, 0, 6, 8]  # upright


BROKEN = {
    r"a\.jpg region 1: is a polygon with 3 x and 2 y": {"name": "polygon", "all_points_x": [1, 2, 3], "all_points_y": [1, 2]},
    r"a\.jpg region 1: is a cube, which cannot be read": {"name": "cube"},
    r"a\.jpg region 1 width: None is not a number": {"name": "rect", "x": 3, "y": 2},
    r"a\.jpg region 1: is None where names with values": None,
}


@pytest.mark.parametrize("message", BROKEN)
def test_what_cannot_be_read_is_named(tmp_path: Path, message: str) -> None:
    project(tmp_path, entries(a=[region(BROKEN[message], x="a")]))  # type: ignore[arg-type]
    with pytest.raises(UserError, match=message):
        read(tmp_path)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    project(tmp_path, entries(gone=[region(RECT, x="a")]))
    with pytest.raises(UserError, match=r"gone\.jpg: is not found, nor is any other image"):
        read(tmp_path)
    project(tmp_path, entries(gone=[region(RECT, x="a")], a=[region(RECT, x="a")]))
    assert [r.image.exists() for r in read(tmp_path)] == [False, True]  # type: ignore[union-attr]
    project(tmp_path, {"a": {"regions": [region(RECT, x="a")]}})
    with pytest.raises(UserError, match="entry a: has no filename"):
        read(tmp_path)
    project(tmp_path, entries(a=[region(RECT, x="a"), region(RECT, x="b")]))
    with pytest.raises(UserError, match=r"a\.jpg: shows objects of several categories \(a, b\)"):
        read(tmp_path)
    write(tmp_path / "via_region_data.json", {"shapes": [], "imagePath": "a.jpg"})
    with pytest.raises(UserError, match=r"holds no annotations.* data=labelme reads them"):
        read(tmp_path)


def test_where_all_regions_have_one_label_that_of_the_files_counts(tmp_path: Path) -> None:
    whole = {
        f"{name}.jpg1": entry(f"{name}.jpg", [region(RECT, type="lesion")], dx=dx, public="no") for name, dx in (("a", "mel"), ("b", "nev"))
    }
    project(tmp_path, whole)
    records = read(tmp_path)
    assert [record.label for record in records] == ["mel", "nev"]
    assert records.notes[0] == "All regions have the same label, so that of an image is its file attribute 'dx'"
    assert (
        {record.label for record in read(tmp_path, attribute="type")}
        == {record.label for record in read(tmp_path, background="none")}
        == {"lesion"}
    )
    for number, one in enumerate(whole.values()):
        one["file_attributes"]["site"] = f"arm {number}"
    project(tmp_path, whole)
    note = "All regions have the same label, but the files differ in dx, site: data.options={attribute: dx} takes it as the label"
    assert note in read(tmp_path).notes
