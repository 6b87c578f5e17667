"""Miniatures of CVAT's export for images, with every shape, tags and subsets."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from tool_files import inside, picture, write

from sightline.data.sets.cvat import RunsPatch, read
from sightline.errors import UserError

BOX = '<box label="mel" occluded="0" xtl="3.0" ytl="2.0" xbr="7.0" ybr="6.0" z_order="0"><attribute name="x">1</attribute></box>'
POLYGON = '<polygon label="nev" points="2,1;6,1;6.0,5;2,5"></polygon>'


def image(name: str, *shapes: str, subset: str = "", size: tuple[int, int] = (10, 8)) -> str:
    return f'<image id="0" name="{name}" subset="{subset}" width="{size[0]}" height="{size[1]}">{"".join(shapes)}</image>'


def export(root: Path, *images: str, pictures: str = "a b") -> Path:
    for name in pictures.split():
        picture(root / f"images/{name}.jpg")
    meta = '<?xml version="1.0" encoding="utf-8"?>\n<annotations><version>1.1</version><meta><task/></meta>'
    return write(root / "annotations.xml", meta + "".join(images) + "</annotations>")


def test_shapes_tell_label_and_place_and_subsets_the_split(tmp_path: Path) -> None:
    line = '<polyline label="mel" points="1,1;2,2"/>'
    file = export(tmp_path, image("a.jpg", BOX, line, subset="Train"), image("b.jpg", POLYGON, subset="Validation"))
    for root in (tmp_path, file):
        records = read(root)
        assert [(r.id, r.label, r.split) for r in records] == [("images/a.jpg", "mel", "train"), ("images/b.jpg", "nev", "val")]
        assert inside(records[0]) == [[3, 2, 7, 6], [16]]
        assert inside(records[1]) == [[2, 1, 6, 5], [16]]
    assert records.notes == ("1 object without outline or box: the label counts, the place is unknown (images/a.jpg)",)
    export(tmp_path, image("a.jpg", BOX, subset="default"), image("b.jpg", POLYGON))
    assert [r.split for r in read(tmp_path)] == [None, None]


def test_turned_boxes_ellipses_and_masks(tmp_path: Path) -> None:
    turned = '<box label="a" xtl="2" ytl="3" xbr="8" ybr="5" rotation="90"/>'  # around its middle (5, 4)
    ellipse = '<ellipse label="b" cx="5" cy="4" rx="4" ry="1.2" rotation="90"/>'
    mask = '<mask label="c" rle="1, 2, 1, 2" left="4" top="3" width="3" height="2"/>'
    export(tmp_path, image("a.jpg", turned), image("b.jpg", ellipse), image("c.jpg", mask), pictures="a b c")
    first, second, third = read(tmp_path)
    assert inside(first) == [[4, 1, 6, 7], [12]]
    assert inside(second)[0] == [4, 0, 6, 8]
    assert inside(third) == [[5, 3, 7, 5], [4]]
    source = third.annotations[0].source
    assert isinstance(source, RunsPatch)
    assert source.draw()[3:5, 4:7].tolist() == [[0, 255, 255], [0, 255, 255]]
    assert pickle.loads(pickle.dumps(source)).key == source.key


@pytest.mark.parametrize("rle", ["1, 2, 1", "7", "-1, 7", "1, 2, 1, 2, 9"])
def test_a_mask_that_does_not_fit_is_named(tmp_path: Path, rle: str) -> None:
    export(tmp_path, image("a.jpg", f'<mask label="c" rle="{rle}" left="4" top="3" width="3" height="2"/>'))
    with pytest.raises(UserError, match=r"a\.jpg shape 1: its (runs cover|mask lies outside)"):
        inside(read(tmp_path)[0])
    export(tmp_path, image("a.jpg", '<mask label="c" rle="1, 2, 1, 2" left="8" top="3" width="3" height="2"/>'))
    with pytest.raises(UserError, match=r"a\.jpg shape 1: its mask lies outside the image"):
        inside(read(tmp_path)[0])


def test_a_tag_is_the_label(tmp_path: Path) -> None:
    lesion = BOX.replace("mel", "lesion")
    export(
        tmp_path,
        image("a.jpg", lesion, '<tag label="mel"/>'),
        image("b.jpg", '<tag label="nev"/>'),
        image("c.jpg", lesion),
        pictures="a b c",
    )
    records = read(tmp_path)
    assert [(r.label, len(r.annotations)) for r in records] == [("mel", 1), ("nev", 0)]
    assert records.notes == ("1 of 3 images without tag left out (images/c.jpg)",)
    export(tmp_path, image("a.jpg", '<tag label="mel"/><tag label="nev"/>'))
    with pytest.raises(UserError, match=r"a\.jpg: has more than one tag \(mel, nev\)"):
        read(tmp_path)


@pytest.mark.parametrize("name", ["Train/a.jpg", "set\\Train\\a.jpg", "/home/me/Train/a.jpg"])
def test_the_image_is_found(tmp_path: Path, name: str) -> None:
    path = picture(tmp_path / "images/Train/a.jpg")
    picture(tmp_path / "images/Test/a.jpg")
    export(tmp_path, image(name, BOX, subset="Train"), pictures="")
    assert [r.image for r in read(tmp_path)] == [path]


def test_images_without_shapes(tmp_path: Path) -> None:
    export(tmp_path, image("a.jpg", BOX), image("b.jpg"), pictures="a b c")
    assert read(tmp_path).notes == (
        "1 picture without annotations left out (images/c.jpg)",
        "1 of 2 images without objects left out (images/b.jpg); data.options={background: NAME} makes them a class",
    )
    found = {r.id: [mark.kind for mark in r.annotations] for r in read(tmp_path, background="none", empty="nothing")}
    assert found == {"images/a.jpg": ["box"], "images/b.jpg": ["nothing"], "images/c.jpg": []}


BROKEN = {
    r"a\.jpg shape 1 xbr: None is not a number": '<box label="a" xtl="1" ytl="1" ybr="3"/>',
    r"a\.jpg shape 1: is a polygon of 2 points": '<polygon label="a" points="1,1;2,2"/>',
    r"a\.jpg shape 1: has a point that is not a pair": '<polygon label="a" points="1,1;2,2;3"/>',
    r"a\.jpg shape 1: is a cuboid, which cannot be read": '<cuboid label="a"/>',
    r"a\.jpg shape 1: has no label": '<box xtl="1" ytl="1" xbr="3" ybr="3"/>',
    r"a\.jpg: shows objects of several categories \(mel, nev\)": BOX + POLYGON,
    r"all boxes and outlines lie between 0 and 1": '<box label="a" xtl="0.1" ytl="0.1" xbr="0.3" ybr="0.9"/>',
}


@pytest.mark.parametrize("message", BROKEN)
def test_what_cannot_be_read_is_named(tmp_path: Path, message: str) -> None:
    export(tmp_path, image("a.jpg", BROKEN[message]))
    with pytest.raises(UserError, match=message):
        read(tmp_path)


def test_videos_entities_and_files_of_other_tools(tmp_path: Path) -> None:
    file = export(tmp_path, '<track id="0" label="mel"></track>')
    with pytest.raises(UserError, match=r'annotations\.xml: is of a video\. Export it as "CVAT for images 1\.1"'):
        read(tmp_path)
    write(file, '<!DOCTYPE a [<!ENTITY b "b">]><annotations><image name="&b;"/></annotations>')
    with pytest.raises(UserError, match="defines entities of its own"):
        read(tmp_path)
    write(file, "<annotation><filename>a.jpg</filename></annotation>")
    with pytest.raises(UserError, match=r"holds no annotations.* data=voc reads them"):
        read(tmp_path)
    write(file, "<annotations><image")
    with pytest.raises(UserError, match="is not XML"):
        read(tmp_path)


def test_a_size_that_is_not_the_pictures_is_a_problem(tmp_path: Path) -> None:
    export(tmp_path, image("a.jpg", BOX, size=(20, 16)))
    with pytest.raises(UserError, match="drawn on a picture of 20 x 16 pixels, but the image has 10 x 8"):
        inside(read(tmp_path)[0])


def test_attributes_may_be_the_label(tmp_path: Path) -> None:
    boxes = [
        '<box label="lesion" xtl="3" ytl="2" xbr="7" ybr="6">' + f'<attribute name="dx">{dx}</attribute></box>' for dx in ("mel", "nev")
    ]
    export(tmp_path, image("a.jpg", boxes[0]), image("b.jpg", boxes[1]))
    note = "All objects are called lesion, but differ in dx (mel, nev): data.options={attribute: dx} takes it as the label"
    assert note in read(tmp_path).notes
    assert [record.label for record in read(tmp_path, attribute="dx")] == ["mel", "nev"]
    with pytest.raises(UserError, match=r"a\.jpg shape 1: has no value for the attribute 'x'\. It has dx"):
        read(tmp_path, attribute="x")
