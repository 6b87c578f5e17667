"""Simple facts of every image, as columns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from sightline.data.facts import Facts
from sightline.data.looks import Looks
from sightline.data.simple_facts import SimpleFact, simple_facts
from sightline.types import Record


def columns(tags: list[dict[str, Any]], suffixes: tuple[str, ...] = (".png",)) -> dict[str, SimpleFact]:
    records = [Record(str(i), Path(f"{i}{suffixes[i % len(suffixes)]}"), "a", tags=tag) for i, tag in enumerate(tags)]
    facts = {str(i): Facts((10, 10 + i), "", "", None, False, None, looks=Looks(100.0 * i, 1, 1, 1, 1, 1, 1)) for i in range(len(tags))}
    return {fact.name: fact for fact in simple_facts(records, facts)}


def test_only_facts_that_differ_are_columns() -> None:
    found = columns([{}, {}, {}])
    assert set(found) == {"picture width", "shape (width by height)", "file size", "compression (bytes per pixel)"}
    np.testing.assert_allclose(found["compression (bytes per pixel)"].values, [0, 100 / 110, 200 / 120])


def test_the_type_of_a_file_is_its_suffix() -> None:
    fact = columns([{}, {}, {}], (".png", ".JPG", ".jpg"))["file type"]
    assert fact.categories == (".jpg", ".png")
    assert fact.values.tolist() == [1, 0, 0]


def test_a_tag_is_yes_or_no_a_number_or_a_category() -> None:
    found = columns(
        [
            {"ruler": True, "age": 50, "site": "arm", "ink": True},
            {"ruler": False, "age": "unknown", "site": "leg"},
            {"ruler": True, "age": 70},
        ]
    )
    assert found["the tag ruler"].yes_no
    assert found["the tag ruler"].values.tolist() == [1, 0, 1]
    np.testing.assert_equal(found["the tag age"].values, [50, np.nan, 70])
    assert found["whether the tag age is a number"].values.tolist() == [1, 0, 1]
    assert found["the tag site"].categories == ("arm", "leg", "not given")
    assert found["the tag ink"].categories == ("True", "not given")


def test_drawables_and_images_without_facts_have_tags_alone() -> None:
    records = [Record(str(i), Path("gone.png"), "a", tags={"ruler": bool(i)}) for i in range(2)]
    assert [fact.name for fact in simple_facts(records, {})] == ["the tag ruler"]
