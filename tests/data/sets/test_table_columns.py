"""What the columns of a table are called."""

from __future__ import annotations

from pathlib import Path

import pytest
from own_tables import pictures, read_csv

from sightline.errors import UserError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pictures(tmp_path, "a.png", "b.png", "c.png", "d.png")
    return tmp_path


def test_case_and_blanks_of_a_name_do_not_matter_and_are_said(folder: Path) -> None:
    records = read_csv(folder, "Image, LABEL ,Avoid Box,TAG:Age\na.png,cat,1 1 9 9,50\n")
    assert (records[0].label, len(records[0].avoid), dict(records[0].tags)) == ("cat", 1, {"Age": 50})
    assert records.notes[:2] == ("t.csv: 'Image' is read as image", "t.csv: 'LABEL' is read as label")
    with pytest.raises(UserError, match="line 1: has the columns 'image' and 'Image', which mean the same"):
        read_csv(folder, "image,Image,label\na.png,b.png,cat\n")


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("image,label,age,sex", r"unknown columns 'age', 'sex'\. Further facts are columns called `tag:age`; `data.options={tags: all}`"),
        ("filename,label", r"unknown column 'filename'\. Did you mean \"image\"\?$"),
        ("path,diagnosis", r"unknown columns 'path', 'diagnosis'\. Call 'path' \"image\"\. Call 'diagnosis' \"label\"\.$"),
        ("image,label,Patient_ID", r"Did you mean \"group\"\?$"),
        ("image,label,bxo", r"Did you mean \"box\"\?$"),
        ("image,label,boxs", r"Did you mean \"box\"\?$"),
        ("image,label,bbox", r"Did you mean \"box\"\?$"),
        ("a.png,cat", r"line 1: names no column of a table, but 'a\.png', 'cat'\. It has to name the columns, among them image and label"),
        ("# by hand", r"line 1: names no column of a table, but '# by hand'"),
        ("image,MEL,NV", r"unknown columns 'MEL', 'NV'\. The table needs a column label, or columns of findings .*empty\. Further facts"),
        ("image,label,tag:", r"has a column 'tag:' without a name"),
        ("image,label,Sgementation", r"unknown column 'Sgementation'\. Further facts"),
    ],
)
def test_an_unknown_column_is_refused_with_what_may_be_meant(folder: Path, header: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        read_csv(folder, f"{header}\n{','.join(['a.png', 'cat', 'x', 'y'][: header.count(',') + 1])}\n")


def test_every_further_column_is_a_tag_if_that_is_asked_for(folder: Path) -> None:
    text = "image,label,age,sex,patient_id\na.png,cat,55,male,p1\nb.png,dog,,female,p2\n"
    records = read_csv(folder, text, tags="all")
    assert [dict(r.tags) for r in records] == [{"age": 55, "sex": "male", "patient_id": "p1"}, {"sex": "female", "patient_id": "p2"}]
    assert "t.csv: age, sex, patient_id are tags, since data.options.tags is all" in records.notes
    assert "t.csv: 'patient_id' is a tag only: if it is the group, call it group" in records.notes
    with pytest.raises(UserError, match=r"unknown column 'boxs'\. Did you mean \"box\"\?"):
        read_csv(folder, "image,label,boxs\na.png,cat,1 1 2 2\n", tags="all")
    with pytest.raises(UserError, match=r"has no column 'image'\. Call the column 'file' image"):
        read_csv(folder, "file,label\na.png,cat\n", tags="all")
    with pytest.raises(UserError, match="'tag:age' twice"):
        read_csv(folder, "image,label,age,tag:age\na.png,cat,1,2\n", tags="all")


def test_yes_and_no_in_any_spelling_are_true_and_false(folder: Path) -> None:
    text = (
        "image,label,tag:ruler,tag:ink,tag:gel,tag:number,tag:note\na.png,cat,1.0,yes,T,1,x\nb.png,dog,0.0,No,F,2,true\nc.png,dog,nan,,,,\n"
    )
    records = read_csv(folder, text)
    assert dict(records[0].tags) == {"ruler": True, "ink": True, "gel": True, "number": 1, "note": "x"}
    assert dict(records[1].tags) == {"ruler": False, "ink": False, "gel": False, "number": 2, "note": True}
    assert dict(records[2].tags) == {}
    assert records.notes[-1] == "tags that are not true or false throughout, by which groups can be scored (`by=note`): note, number"


@pytest.mark.parametrize(
    ("word", "split"),
    [("Train", "train"), ("training set", "train"), ("VALID", "val"), ("Dev", "val"), ("hold-out", "test"), ("external", "external")],
)
def test_splits_in_other_words(folder: Path, word: str, split: str) -> None:
    records = read_csv(folder, f"image,label,split\na.png,cat,{word}\n")
    assert records[0].split == split
    assert records.notes == (("split: 'external' (1 images) is a further test set",) if split == "external" else ())


@pytest.mark.parametrize(
    ("word", "meant"), [("trian", "train"), ("vall", "val"), ("tets", "test"), ("train2", "train"), ("Validaton", "val")]
)
def test_a_misspelt_split_is_no_further_test_set(folder: Path, word: str, meant: str) -> None:
    with pytest.raises(UserError, match=f'line 2: is of the split {word!r}, which would be a test set of its own. Did you mean "{meant}"'):
        read_csv(folder, f"image,label,split\na.png,cat,{word}\n")
