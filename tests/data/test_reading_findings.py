"""Records with several findings become the findings of the task."""

from __future__ import annotations

from pathlib import Path

import pytest
from own_tables import pictures
from tool_files import write

from sightline.config import Data
from sightline.data.reading import read as read_set
from sightline.data.reading_findings import MOST, NOTHING_KNOWN, findings_of_task
from sightline.errors import UserError
from sightline.types import Annotation, Record


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pictures(tmp_path, "a.png", "b.png", "c.png", "d.png")
    return tmp_path


def findings(records: list[Record]) -> list[str]:
    return [record.label for record in records]


def test_the_task_chooses_and_groups_findings(folder: Path) -> None:
    rows = "a.png,1,0,0\nb.png,0,0,\nc.png,0,1,1\nd.png,,,0\n"
    data = Data(name="table", root=write(folder / "t.csv", "image,nodule,mass,effusion\n" + rows))
    whole = read_set(data, several=True)
    assert (whole.several, whole.classes) == (True, ("nodule", "mass", "effusion"))
    some = read_set(data.model_copy(update={"classes": {"lump": ["nodule", "mass"], "effusion": ["effusion"]}}), several=True)
    assert (some.classes, findings(some.records)) == (("lump", "effusion"), ["lump", "effusion?", "lump;effusion", "lump?"])
    with pytest.raises(UserError, match="several findings per image, for which this is not done"):
        read_set(data)
    with pytest.raises(UserError, match="unknown label 'hernia'"):
        read_set(data.model_copy(update={"classes": {"a": ["hernia"], "b": ["mass"]}}), several=True)


def test_a_finding_that_all_or_none_have_is_refused(folder: Path) -> None:
    for rows, said in (("a.png,1,0\nb.png,1,1\n", "lacks the finding 'nodule'"), ("a.png,0,0\nb.png,,1\n", "has the finding 'nodule'")):
        with pytest.raises(UserError, match=f"has no image that {said}"):
            read_set(Data(name="table", root=write(folder / "t.csv", "image,nodule,mass\n" + rows)), several=True)


DATA = Data(name="table")
BOX = Annotation("box", points=((0, 0, 2, 2),))


def record(id: str, *marks: Annotation, **present: bool | None) -> Record:
    return Record(id, Path(f"{id}.png"), "", annotations=marks, findings=present)


def test_without_classes_all_findings_are_the_task_in_their_order() -> None:
    records = [record("1", nodule=True, mass=False), record("2", nodule=False, mass=True), record("3", nodule=None, mass=None)]
    kept, names, left_out = findings_of_task(records, DATA, "x")
    assert ([one.id for one in kept], names, dict(left_out)) == (["1", "2"], ("nodule", "mass"), {NOTHING_KNOWN: 1})
    marked = [*records[:2], record("3", BOX, nodule=None, mass=None)]
    assert findings_of_task(marked, DATA, "x")[0] == marked, "of an image with a mark something is known"


def test_classes_group_findings_and_what_is_left_out_is_counted() -> None:
    records = [
        record("1", nodule=True, mass=False, edema=True, hernia=False),
        record("2", nodule=False, mass=True, edema=False, hernia=True),
        record("3", nodule=False, mass=False, edema=True, hernia=None),
    ]
    data = DATA.model_copy(update={"classes": {"edema": ["edema"], "lump": ["nodule", "mass"]}})
    kept, names, left_out = findings_of_task(records, data, "x")
    assert names == ("edema", "lump")
    assert [dict(one.findings) for one in kept] == [
        {"edema": True, "lump": True},
        {"edema": False, "lump": True},
        {"edema": True, "lump": False},
    ]
    assert left_out == {"hernia": 1}


@pytest.mark.parametrize("name", ["", "None", "a;b", "a?", "a|b", "a/b", "a\\b"])
def test_names_that_cannot_be_written_are_refused(name: str) -> None:
    records = [record("1", **{name: True, "mass": False}), record("2", **{name: False, "mass": True})]
    with pytest.raises(UserError, match=r"x: has a finding called .* Give it a name without any of"):
        findings_of_task(records, DATA, "x")


def test_one_finding_two_spellings_and_too_many_marks_are_refused() -> None:
    with pytest.raises(UserError, match=r"has only the finding mass\. Give images with one finding the column `label`"):
        findings_of_task([record("1", mass=True), record("2", mass=False)], DATA, "x")
    with pytest.raises(UserError, match="two spellings"):
        findings_of_task([record("1", mass=True, Mass=False), record("2", mass=False, Mass=True)], DATA, "x")
    names = [f"finding {number}" for number in range(MOST + 1)]
    halves = [dict.fromkeys(names, True), dict.fromkeys(names, False)]
    assert len(findings_of_task([record(str(i), **half) for i, half in enumerate(halves)], DATA, "x")[1]) == MOST + 1
    with pytest.raises(UserError, match=f"marks more than {MOST} findings"):
        findings_of_task([record(str(i), BOX, **half) for i, half in enumerate(halves)], DATA, "x")
