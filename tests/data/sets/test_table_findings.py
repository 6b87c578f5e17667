"""Tables of images with several findings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from sightline.data.sets.table import read
from sightline.errors import UserError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in "abcd":
        Image.new("RGB", (8, 8)).save(tmp_path / f"{name}.png")
    Image.new("L", (8, 8), 255).save(tmp_path / "m.png")
    return tmp_path


def table(folder: Path, text: str, name: str = "t.csv") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


COLUMNS = "image,effusion,nodule,mask_effusion,box_nodule\na.png,1,0,m.png,\nb.png,0,1,,0 0 4 4\nc.png,1,,,\nd.png,-1,0,,\n"


def test_a_column_per_finding_with_0_1_and_nothing(folder: Path) -> None:
    records = read(table(folder, COLUMNS))
    assert [dict(r.findings) for r in records] == [
        {"effusion": True, "nodule": False},
        {"effusion": False, "nodule": True},
        {"effusion": True, "nodule": None},
        {"effusion": None, "nodule": False},
    ]
    assert [r.label for r in records] == ["effusion", "nodule", "effusion;nodule?", "effusion?"]
    assert [[(m.kind, m.finding) for m in r.annotations] for r in records] == [[("mask", "effusion")], [("box", "nodule")], [], []]
    assert "t.csv: effusion, nodule are findings (1: present, 0: absent, empty or -1: not known)" in records.notes


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("image,label,mask_effusion\na.png,effusion; nodule,m.png\nb.png,none,\nc.png,nodule?,\nd.png,effusion,\n", "t.csv"),
        (
            "\n".join(
                json.dumps(row)
                for row in (
                    {"image": "a.png", "label": ["effusion", "nodule"], "mask:effusion": "m.png"},
                    {"image": "b.png", "label": []},
                    {"image": "c.png", "label": "nodule?"},
                    {"image": "d.png", "label": "effusion"},
                )
            ),
            "t.jsonl",
        ),
    ],
)
def test_several_labels_in_one_cell(folder: Path, text: str, name: str) -> None:
    records = read(table(folder, text, name))
    assert [r.label for r in records] == ["effusion;nodule", "none", "nodule?", "effusion"]
    assert [m.finding for m in records[0].annotations] == ["effusion"]
    assert dict(records[1].findings) == {"effusion": False, "nodule": False}


def test_labels_are_one_or_several_where_it_is_set(folder: Path) -> None:
    one = table(folder, "image,label\na.png,effusion\nb.png,nodule\n")
    assert not read(one)[0].findings
    assert dict(read(one, labels="several")[0].findings) == {"effusion": True, "nodule": False}
    several = table(folder, "image,label\na.png,effusion;nodule\nb.png,nodule\n")
    assert [(r.label, r.findings) for r in read(several, labels="one")] == [("effusion;nodule", {}), ("nodule", {})]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("image,label,finding:nodule\na.png,x,1\n", "has a column label and a column 'finding:nodule'"),
        ("image,finding:\na.png,1\n", "a column 'finding:' without a name"),
        ("image,finding:nodule,finding:mass\na.png,maybe,1\n", "line 2 nodule: 'maybe' is neither 0 nor 1"),
        (
            "image,nodule,mass,mask_nodule\na.png,0,1,m.png\n",
            "says where nodule is to be seen, in mask_nodule, and that",
        ),
        ("image,nodule,mass,box_nodule,nothing_nodule\na.png,1,1,0 0 2 2,1\n", "says that nothing is to be seen, but gives a box"),
        ("image,nodule\na.png,1\n", "unknown column 'nodule'"),
        ("image,age,sex\na.png,55,1\n", "unknown columns 'age', 'sex'"),
        ("image,nodule,mass,mask_hernia\na.png,1,0,m.png\n", "unknown column 'mask_hernia'"),
        ("image,lable,mass\na.png,1,0\n", "unknown columns 'lable', 'mass'"),
    ],
)
def test_what_cannot_be_meant_is_refused(folder: Path, text: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        read(table(folder, text))
