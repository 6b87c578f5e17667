"""Images with several labels: which findings each has, which annotations show which finding, and one finding as a task of its own.

A finding is present, absent, or not known. What is known of one finding says nothing of another, so each is a question with two answers:
`of_finding` makes a data set of two classes of it, and everything that judges a classifier of two classes can judge it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sightline.types import Annotation, Record

Findings = Mapping[str, bool | None]
NONE = "none"  # how the label of an image is written that has no finding
BETWEEN, UNSURE = ";", "?"
_NOTHING = {NONE, "no finding", "no findings", "normal", "nothing", "negative", "healthy"}


def label_of(findings: Findings) -> str:
    """The findings of an image as one text; those that are not known have a question mark.

    >>> label_of({"effusion": True, "nodule": None, "mass": False}), label_of({"effusion": False})
    ('effusion;nodule?', 'none')
    """
    named = [name if present else f"{name}{UNSURE}" for name, present in findings.items() if present is not False]
    return BETWEEN.join(named) or NONE


def parts_of(cell: str) -> dict[str, bool | None]:
    """The findings that a text lists, divided by `;` or `|`; one with a question mark is not known. Words such as `none` list nothing.

    >>> parts_of("effusion; nodule?"), parts_of("No Finding")
    ({'effusion': True, 'nodule': None}, {})
    """
    names = [name for part in re.split(r"[;|]", cell) if (name := part.strip())]
    if len(names) == 1 and names[0].casefold() in _NOTHING:
        return {}
    return {name.removesuffix(UNSURE).rstrip(): None if name.endswith(UNSURE) else True for name in names}


def shown(record: Record) -> tuple[str, ...]:
    """The classes that an image shows: its label, or the findings that are present."""
    return tuple(name for name, present in record.findings.items() if present) if record.findings else (record.label,)


def classes_of(finding: str) -> tuple[str, str]:
    """The two classes of one finding.

    >>> classes_of("effusion")
    ('no effusion', 'effusion')
    """
    return f"no {finding}", finding


def marks_of(record: Record, finding: str) -> tuple[Annotation, ...]:
    """Where this finding is to be seen in an image; empty: not known.

    An annotation that names a finding is of that one alone. One that names none, such as a gaze, holds for each finding that is present;
    and `nothing` to be seen holds for all findings.
    """
    present = bool(record.findings.get(finding))

    def shows(mark: Annotation) -> bool:
        return mark.finding == finding if mark.finding is not None else present or mark.kind == "nothing"

    return tuple(filter(shows, record.annotations))


def united_marks(record: Record) -> tuple[Annotation, ...]:
    """Where any finding is to be seen, for maps that belong to no class; empty where the place of a finding that is present is not known,
    since the union would be too small."""
    lacking = any(present and not marks_of(record, name) for name, present in record.findings.items())
    return () if lacking else record.annotations


def of_finding(records: Sequence[Record], finding: str) -> list[Record]:
    """The images of which it is known whether they have the finding, with the label `no FINDING` or `FINDING` and this finding's marks."""
    names = classes_of(finding)
    return [
        replace(record, label=names[present], annotations=marks_of(record, finding), findings={})
        for record in records
        if (present := record.findings.get(finding)) is not None
    ]


def grouped(record: Record, classes: Mapping[str, Sequence[str]]) -> Record:
    """The record with other findings: each is present if any of those that belong to it is, and absent if all of them are."""
    of = {member: name for name, members in classes.items() for member in members}
    findings = {name: _any([record.findings.get(member) for member in members]) for name, members in classes.items()}
    kept = [mark for mark in record.annotations if mark.finding is None or mark.finding in of]
    marks = tuple(replace(mark, finding=mark.finding and of[mark.finding]) for mark in kept)
    return replace(record, findings=findings, label=label_of(findings), annotations=marks)


def _any(known: Sequence[bool | None]) -> bool | None:
    if any(known):
        return True
    return None if None in known or not known else False
