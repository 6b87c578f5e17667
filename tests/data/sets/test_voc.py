"""Miniatures of Pascal VOC and of a labelling tool's export, with their odd cases: boxes of parts, difficult objects, void pixels."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tool_files import picture
from voc_files import lists, thing, voc_year, write

from sightline.data.annotation import render
from sightline.data.check import layout
from sightline.data.images import image_size
from sightline.data.sets.voc import read
from sightline.errors import UserError
from sightline.types import Record


@pytest.fixture
def year(tmp_path: Path) -> Path:
    return voc_year(tmp_path)


def roi(record: Record) -> np.ndarray:
    found = render(record.annotations, image_size(record.image), where=record.id)
    assert found is not None
    return found


@pytest.mark.parametrize("above", [0, 1, 2])
def test_labels_and_splits_come_from_the_owners_lists(year: Path, above: int) -> None:
    records = read([year, *year.parents][above])
    assert [(r.id, r.label, r.split) for r in records] == [
        ("000005", "dog", "train"),
        ("000007", "person", "val"),
        ("000009", "cat", "test"),
    ]


def test_boxes_count_from_one_and_their_last_pixel_is_inside(year: Path) -> None:
    dog, person, _ = read(year)
    assert dog.annotations[0].points == ((0, 0, 10, 7),)
    assert roi(dog).all()
    assert [mark.points for mark in person.annotations] == [((1, 1, 4.5, 3),), ((5, 4, 6, 5),)]  # and none of the part


def test_difficult_objects_do_not_decide_and_are_no_background(year: Path) -> None:
    records = {r.id: r for r in read(year, background="street", empty="nothing")}
    assert records["000009"].label == "cat"
    assert len(records["000009"].annotations) == 1
    assert "000012" not in records
    assert records["000016"].label == "street"


def test_without_lists_every_image_counts(year: Path) -> None:
    for file in (year / "ImageSets/Main").iterdir():
        file.unlink()
    lists(year, default=["000005"])  # as one labelling tool writes
    assert [(r.id, r.split) for r in read(year)] == [(name, None) for name in ("000005", "000007", "000009", "000017")]


def test_several_years(year: Path) -> None:
    other = year.parent / "VOC2012"
    write(other / "JPEGImages", other / "Annotations", "2008_000001", thing("dog", (1, 1, 2, 2)))
    assert [r.id for r in read(year.parent)] == ["VOC2007/000005", "VOC2007/000007", "VOC2007/000009", "VOC2012/2008_000001"]


def test_masks_are_the_labels_index_in_the_palette_without_void(year: Path) -> None:
    indices = np.zeros((7, 10), np.uint8)
    indices[1:4, 1:4], indices[4, 1:4], indices[6] = 12, 255, 15  # dog, void, person
    picture = Image.fromarray(indices, mode="P")
    picture.putpalette([value for i in range(256) for value in (i, 0, 255 - i)])
    (year / "SegmentationClass").mkdir()
    picture.save(year / "SegmentationClass/000005.png")
    dog, person, _ = read(year, annotation="mask")
    assert np.argwhere(roi(dog)).tolist() == [[y, x] for y in (1, 2, 3) for x in (1, 2, 3)]
    assert person.annotations == ()  # no mask: unknown
    mask = dog.annotations[0].source
    assert pickle.loads(pickle.dumps(mask)).key == mask.key  # type: ignore[union-attr]
    picture.convert("RGB").save(year / "SegmentationClass/000005.png")
    with pytest.raises(UserError, match=r"000005\.png: holds colours instead of class numbers"):
        roi(read(year, annotation="mask")[0])
    (year / "SegmentationClass/000005.png").write_bytes(b"")
    with pytest.raises(UserError, match=r"000005\.png: is not an image that can be read"):
        roi(read(year, annotation="mask")[0])


def test_own_classes_have_no_place_in_the_palette(year: Path) -> None:
    write(year / "JPEGImages", year / "Annotations", "000005", thing("lesion", (1, 1, 2, 2)))
    (year / "SegmentationClass").mkdir()
    (year / "SegmentationClass/000005.png").touch()
    with pytest.raises(UserError, match="'lesion' is not one of them"):
        read(year, annotation="mask")


def test_a_flat_folder_as_labelling_tools_export(tmp_path: Path) -> None:
    write(tmp_path, tmp_path, "b (2)", thing("suspicious", (2, 2, 3, 3)), suffix=".PNG")
    write(tmp_path, tmp_path, "a", thing("suspicious", (1, 1, 2, 2)))
    Image.new("RGB", (10, 7)).save(tmp_path / "healthy.png")
    (tmp_path / "._a.xml").write_bytes(b"\0")
    (tmp_path / "classes.txt").write_text("suspicious\n", encoding="utf-8")
    assert [r.id for r in read(tmp_path)] == ["a", "b (2)"]
    *_, last = read(tmp_path, background="nonsuspicious", empty="nothing")
    assert (last.id, last.label, not roi(last).any()) == ("healthy", "nonsuspicious", True)
    assert read(tmp_path, background="nonsuspicious")[-1].annotations == ()


def test_an_image_of_several_categories_is_refused_or_takes_that_of_the_largest(year: Path) -> None:
    write(
        year / "JPEGImages",
        year / "Annotations",
        "000005",
        thing("dog", (1, 1, 3, 3)),
        thing("cat", (1, 1, 4, 4)),
        thing("cat", (9, 7, 9, 7)),
    )
    with pytest.raises(UserError, match=r"000005\.xml: shows objects of several categories \(cat, dog\)"):
        read(year)
    first = read(year, label="largest")[0]
    assert (first.label, len(first.annotations)) == ("cat", 2)
    first = read(year, classes={"animal": ["cat", "dog"]})[0]
    assert (first.label, len(first.annotations)) == ("cat", 3)


def test_masks_of_several_categories_of_one_class_are_united(year: Path) -> None:
    write(year / "JPEGImages", year / "Annotations", "000005", thing("dog", (1, 1, 3, 3)), thing("cat", (1, 1, 4, 4)))
    (year / "SegmentationClass").mkdir()
    picture = Image.new("P", (10, 7))
    picture.putpalette([0, 0, 0, 128, 0, 0] + [0] * 762)
    picture.putpixel((0, 0), 8)  # cat
    picture.putpixel((9, 6), 12)  # dog
    picture.save(year / "SegmentationClass/000005.png")
    first = read(year, annotation="mask", classes={"animal": ["cat", "dog"]})[0]
    assert first.label == "cat"
    assert np.argwhere(render(first.annotations, (7, 10), where="000005")).tolist() == [[0, 0], [6, 9]]


def test_the_parts_of_the_layout_are_found(year: Path) -> None:
    assert [part.files for part in layout("voc", year)] == [6, 6, 5, 0]


def test_what_is_missing_or_broken_is_named(year: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match=r"holds no annotations\. Expected: VOCdevkit/VOC2007/"):
        read(tmp_path / "empty")
    file = year / "Annotations/000005.xml"
    file.write_text(file.read_text(encoding="utf-8").replace("<xmin>1</xmin>", ""), encoding="utf-8")
    with pytest.raises(UserError, match=r"000005\.xml object 1: its box has no xmin"):
        read(year)
    file.write_text("<annotation>", encoding="utf-8")
    with pytest.raises(UserError, match=r"000005\.xml: is not XML"):
        read(year)
    file.write_text("<annotation><object><name> </name></object></annotation>", encoding="utf-8")
    with pytest.raises(UserError, match=r"000005\.xml object 1: has no name"):
        read(year)
    file.write_text("<annotation><filename>000005.jpg</filename></annotation>", encoding="utf-8")
    (year / "JPEGImages/000005.jpg").unlink()
    with pytest.raises(UserError, match=r"000005\.xml: its image 000005\.jpg is not found"):
        read(year)
    file.unlink()
    with pytest.raises(UserError, match=r"train(val)?\.txt: lists '000005', but there is no such image"):
        read(year)


def test_images_and_xml_side_by_side_below_their_splits(tmp_path: Path) -> None:
    for split in ("train", "valid", "test"):
        write(tmp_path / split, tmp_path / split, "a", thing("dog", (1, 1, 2, 2)))
    assert [(r.id, r.split) for r in read(tmp_path)] == [("test/a", "test"), ("train/a", "train"), ("val/a", "val")]


@pytest.mark.parametrize("notes", ["annotations", "Annotations/xmls", "labels", "xml"])
@pytest.mark.parametrize("images", ["images", "Images", "JPEGImages", "img"])
def test_images_and_xml_in_folders_of_their_own(tmp_path: Path, images: str, notes: str) -> None:
    write(tmp_path / images, tmp_path / notes, "a", thing("dog", (1, 1, 2, 2)), suffix=".png")
    write(tmp_path / images, tmp_path / notes, "b")
    records = read(tmp_path)
    assert [r.id for r in records] == ["a"]
    assert "1 of 2 images without objects that decide left out (b)" in records.notes[0]
    assert len(read(tmp_path, background="none")) == 2


def test_a_box_of_shares_and_a_size_that_is_not_the_images_are_refused(tmp_path: Path) -> None:
    write(tmp_path, tmp_path, "a", thing("dog", (0.1, 0.2, 0.5, 0.9)))
    with pytest.raises(UserError, match="all boxes lie between 0 and 1"):
        read(tmp_path)
    write(tmp_path, tmp_path, "a", thing("dog", (1, 1, 4, 4)))
    Image.new("RGB", (20, 14)).save(tmp_path / "a.jpg")
    with pytest.raises(UserError, match="drawn on a picture of 10 x 7 pixels, but the image has 20 x 14"):
        roi(read(tmp_path)[0])


def test_the_image_of_two_of_one_name_is_the_one_that_the_file_names(tmp_path: Path) -> None:
    write(tmp_path, tmp_path, "a", thing("dog", (1, 1, 4, 4)))
    Image.new("RGB", (20, 14)).save(tmp_path / "a.png")
    assert [r.image for r in read(tmp_path)] == [tmp_path / "a.jpg"]
    assert [r.id for r in read(tmp_path, background="none")] == ["a", "a.png"]
    file = tmp_path / "a.xml"
    file.write_text(file.read_text(encoding="utf-8").replace("<filename>a.jpg", "<filename>b.jpg"), encoding="utf-8")
    with pytest.raises(UserError, match=r"a\.xml: fits several images by its name: a\.jpg, a\.png"):
        read(tmp_path)


def test_xml_of_other_tools_is_named(tmp_path: Path) -> None:
    (tmp_path / "annotations.xml").write_text("<annotations><image id='0' name='a.jpg'/></annotations>", encoding="utf-8")
    with pytest.raises(UserError, match=r"holds no annotations\. .*data=cvat reads"):
        read(tmp_path)
    write(tmp_path, tmp_path, "a", thing("dog", (1, 1, 4, 4)))
    assert read(tmp_path).notes == ("Left out, since not VOC: 1 file (annotations.xml); data=cvat reads such files",)


OUTLINES = {
    "numbered": "<x1>2.5</x1><y1>2.5</y1><x2>8.5</x2><y2>2.5</y2><x3>8.5</x3><y3>6.5</y3><x4>2.5</x4><y4>6.5</y4>",
    "points": "".join(f"<pt><x>{x}</x><y>{y}</y></pt>" for x, y in ((2.5, 2.5), (8.5, 2.5), (8.5, 6.5), (2.5, 6.5))),
}


@pytest.mark.parametrize("way", OUTLINES)
def test_outlines_are_used_where_they_are(tmp_path: Path, way: str) -> None:
    outline = f"<polygon>{OUTLINES[way]}</polygon>"
    write(tmp_path, tmp_path, "1", thing("dog", (1, 1, 10, 7), outline))
    write(tmp_path, tmp_path, "2", thing("cat", (1, 1, 10, 7)))
    write(tmp_path, tmp_path, "3", f"<object><name>cat</name>{outline}</object>")
    records = read(tmp_path)
    assert [mark.kind for record in records for mark in record.annotations] == ["polygon", "box", "polygon"]
    assert roi(records[0]).sum() == roi(records[2]).sum() == 24
    write(tmp_path, tmp_path, "3")
    assert [mark.kind for record in read(tmp_path, annotation="box") for mark in record.annotations] == ["box", "box"]


def test_an_outline_of_two_points_is_named(tmp_path: Path) -> None:
    write(tmp_path, tmp_path, "1", thing("dog", (1, 1, 10, 7), "<polygon><x1>1</x1><y1>2</y1><x2>4</x2></polygon>"))
    with pytest.raises(UserError, match=r"1\.xml object 1: has an outline of 2 x and 1 y\. Draw it again"):
        read(tmp_path)


def test_it_is_said_what_an_image_without_file_is_taken_for(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        picture(tmp_path / f"{name}.jpg")
    box = "<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>5</xmax><ymax>5</ymax></bndbox>"
    (tmp_path / "a.xml").write_text(
        f"<annotation><filename>a.jpg</filename><object><name>mel</name>{box}</object></annotation>", encoding="utf-8"
    )
    (tmp_path / "b.xml").write_text("<annotation><filename>b.jpg</filename></annotation>", encoding="utf-8")
    said = "1 image without .xml file: class 'healthy', {} (c.jpg)"
    assert said.format("nothing to mark") in read(tmp_path, background="healthy", empty="nothing").notes
    assert said.format("annotation unknown") in read(tmp_path, background="healthy").notes
