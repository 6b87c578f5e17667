"""A reader that breaks one clause of its contract is refused by the check of that clause."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from sightline import testing
from sightline.errors import UserError
from sightline.testing import reader
from sightline.testing.reader import Case
from sightline.types import Annotation, Record

WHERE = "nowhere"
PARTS = {"*.png": "pictures"}
TASKS = {"all": {"cat": ["cat"], "dog": ["dog"]}}


def drawing(root: Any = None, *, copies: int = 2) -> list[Record]:
    return [Record("same", torch.zeros(1), "label")] * copies  # type: ignore[arg-type]


def honest(root: Path | None) -> list[Record]:
    """One picture for each file."""
    files = sorted(root.glob("*.png")) if root is not None and root.is_dir() else []
    if not files:
        raise UserError(str(root), "holds no picture", "Give a folder of pictures.")
    return [Record(file.stem, file, "cat") for file in files]


def changed(**fields: Any) -> Any:
    """A reader whose first record is another."""

    def read(root: Path) -> list[Record]:
        first, *others = honest(root)
        return [replace(first, **fields), *others]

    return read


def lenient(root: Path | None) -> list[Record]:
    return []


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    for name in "ab":
        Image.new("RGB", (8, 8)).save(tmp_path / f"{name}.png")
    return tmp_path


def test_a_reader_that_breaks_a_clause_and_one_that_keeps_its_contract(pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    testing.check_reader(honest, pictures)
    testing.check_reader(honest)
    monkeypatch.delattr(sys.modules[__name__], "PARTS")
    with pytest.raises(AssertionError, match="records_are_whole"):
        testing.check_reader(drawing, pictures)


@pytest.mark.parametrize(
    "fields",
    [
        {"id": "b"},
        {"id": ""},
        {"label": ""},
        {"image": Path("gone.png")},
        {"annotations": (Annotation("mask"),)},
        {"regions": {"skin": (Annotation("box", Path("x.png"), points=((0, 0), (1, 1))),)}},
    ],
)
def test_records_that_are_not_whole_are_found(fields: dict[str, Any], pictures: Path) -> None:
    with pytest.raises(AssertionError):
        reader.records_are_whole(Case(changed(**fields), pictures))


def test_options_that_a_recipe_cannot_set_are_found() -> None:
    def fixed(root: Path | None, copies: int = 2) -> list[Record]:
        return honest(root) * copies

    reader.its_options_are_keywords(Case(honest))
    with pytest.raises(AssertionError, match="copies is not keyword-only"):
        reader.its_options_are_keywords(Case(fixed))


def test_what_is_not_there_has_to_be_refused() -> None:
    for check in (reader.a_folder_that_is_not_there_is_refused, reader.of_an_empty_folder_everything_is_missing):
        check(Case(honest))
        with pytest.raises(AssertionError, match="nothing is refused"):
            check(Case(lenient))
    reader.a_folder_that_is_not_there_is_refused(Case(drawing))


@pytest.mark.parametrize(
    ("name", "value"), [("WHERE", None), ("TASKS", {"one": {"cat": ["cat"]}}), ("TASKS", {"t": {"a": ["x"], "b": ["x"]}})]
)
def test_its_module_says_who_distributes_it_and_its_tasks_divide_the_labels(name: str, value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    reader.says_who_distributes_it_and_names_its_tasks(Case(honest))
    monkeypatch.setattr(sys.modules[__name__], name, value)
    with pytest.raises(AssertionError):
        reader.says_who_distributes_it_and_names_its_tasks(Case(honest))
