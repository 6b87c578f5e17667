"""Images with several findings: which annotation shows which finding, and one finding as a task of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from sightline.data.findings import grouped, label_of, marks_of, of_finding, shown, united_marks
from sightline.types import Annotation, Record

BOX = Annotation("box", points=((0, 0, 2, 2),))
NOTHING = Annotation("nothing")


def record(*marks: Annotation, **findings: bool | None) -> Record:
    return Record("a", Path("a.png"), label_of(findings), annotations=marks, findings=findings)


def of(name: str, kind: str = "box") -> Annotation:
    return Annotation(kind, points=((0, 0, 2, 2),) if kind == "box" else (), finding=name)  # type: ignore[arg-type]


def test_a_mark_of_one_finding_says_nothing_of_another() -> None:
    one = record(of("effusion"), effusion=True, nodule=True)
    assert marks_of(one, "effusion") == (of("effusion"),)
    assert marks_of(one, "nodule") == ()
    assert united_marks(one) == ()  # where the nodule lies is not known, so the union would be too small
    assert united_marks(record(of("effusion"), effusion=True, nodule=None)) == (of("effusion"),)


def test_a_mark_without_a_name_holds_for_what_is_present_and_nothing_for_all() -> None:
    one = record(BOX, effusion=True, nodule=False, mass=None)
    assert [bool(marks_of(one, name)) for name in one.findings] == [True, False, False]
    healthy = record(NOTHING, effusion=False, nodule=False)
    assert marks_of(healthy, "effusion") == (NOTHING,) == marks_of(healthy, "nodule")


def test_one_finding_is_a_task_of_two_classes_without_the_images_of_which_it_is_not_known() -> None:
    records = [record(of("nodule"), nodule=True, mass=None), record(nodule=False, mass=True), record(nodule=None, mass=True)]
    task = of_finding(records, "nodule")
    assert [(r.label, r.annotations, r.findings) for r in task] == [("nodule", (of("nodule"),), {}), ("no nodule", (), {})]
    assert shown(records[0]) == ("nodule",)
    assert shown(task[1]) == ("no nodule",)


@pytest.mark.parametrize(("members", "whole"), [((True, None), True), ((False, None), None), ((False, False), False)])
def test_a_group_of_findings_is_absent_only_if_all_of_them_are(members: tuple[bool | None, bool | None], whole: bool | None) -> None:
    one = grouped(record(of("mass"), of("scar"), nodule=members[0], mass=members[1]), {"lump": ["nodule", "mass"]})
    assert one.findings == {"lump": whole}
    assert one.annotations == (of("lump"),)
