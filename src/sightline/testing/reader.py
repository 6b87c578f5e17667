"""What every reader of a data set owes: `read(root, *, <options>) -> list[Record]`. One whose `root` has a default draws its pictures."""

from __future__ import annotations

import inspect
import pickle
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sightline.testing.contract import carry_out, check_options, refusal
from sightline.types import ANNOTATION_KINDS, Annotation, Record

Read = Callable[..., list[Record]]


@dataclass(frozen=True)
class Case:
    """A reader, and a folder with a small data set of its layout, if there is one."""

    read: Read
    root: Path | None = None

    @property
    def module(self) -> Any:
        return sys.modules[self.read.__module__]

    @property
    def draws(self) -> bool:
        return next(iter(inspect.signature(self.read).parameters.values())).default is not inspect.Parameter.empty


def check_reader(read: Read, root: Path | None = None) -> None:
    """Holds a reader, with its default options, to the contract. AssertionError: what it does not keep.

    Args:
        root: a small data set of its layout, whose records are looked at; None: only what it refuses is.
    """
    case = Case(read, root)
    carry_out(CHECKS, case, f"{read.__module__}.{read.__name__}")


def its_options_are_keywords(case: Case) -> None:
    """All but the root is keyword-only."""
    check_options(case.read, given=1)


def says_who_distributes_it_and_names_its_tasks(case: Case) -> None:
    """Its module has `WHERE`; where it has `TASKS`, each has two classes or more (none: labels as they are), which share no label."""
    assert isinstance(case.module.WHERE, str)
    for task, classes in getattr(case.module, "TASKS", {}).items():
        assert len(classes) != 1, task
        labels = [label for members in classes.values() for label in members]
        assert len(labels) == len(set(labels)), f"a label belongs to one class, and in {task} to several"


def a_folder_that_is_not_there_is_refused(case: Case) -> None:
    """No root, and a root that does not exist, are a user's mistake."""
    if not case.draws:
        for root in (None, Path(tempfile.gettempdir()) / "no such folder of sightline"):
            refusal(lambda root=root: case.read(root))  # type: ignore[misc]


def of_an_empty_folder_everything_is_missing(case: Case) -> None:
    """`PARTS`, where there are any, are patterns with words for what they hold; a reader that has some refuses an empty folder."""
    parts: dict[str, str] = getattr(case.module, "PARTS", {})
    assert all(parts.values())
    with tempfile.TemporaryDirectory() as folder:
        assert not any(any(Path(folder).glob(pattern)) for pattern in parts)
        if parts:
            refusal(lambda: case.read(Path(folder)))


def records_are_whole(case: Case) -> None:
    """Names are unique, labels are there, pictures are files or drawn, annotations are of a known kind, and workers can be sent them."""
    if case.root is None and not case.draws:
        return
    records = case.read(case.root)
    assert records
    assert len({r.id for r in records}) == len(records)
    for record in records[:100]:
        assert record.id
        assert record.label
        assert not isinstance(record.image, Path) or record.image.is_file()
        marks: list[Annotation] = [*record.annotations, *record.avoid, *(mark for some in record.regions.values() for mark in some)]
        assert all(mark.kind in ANNOTATION_KINDS for mark in marks)
        assert all((mark.source is not None) == (mark.kind in ("mask", "heatmap")) for mark in marks)
    assert [r.id for r in pickle.loads(pickle.dumps(list(records)))] == [r.id for r in case.read(case.root)], "another order each time"


CHECKS = (
    its_options_are_keywords,
    says_who_distributes_it_and_names_its_tasks,
    a_folder_that_is_not_there_is_refused,
    of_an_empty_folder_everything_is_missing,
    records_are_whole,
)
