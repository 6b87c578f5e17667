"""The examples of docstrings and of the pages for Python do what they say."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"
MODULES = sorted(path.relative_to(SOURCE) for path in SOURCE.rglob("*.py") if ">>>" in path.read_text())


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_the_examples_of_a_module(path: Path) -> None:
    module = import_module(".".join(path.with_suffix("").parts).removesuffix(".__init__"))
    found = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert found.attempted
    assert not found.failed


@pytest.mark.parametrize("room", ["losses", "attention", "metrics"])
def test_everything_that_a_room_lists_has_an_example(room: str) -> None:
    listed = import_module(f"sightline.{room}")
    assert [name for name in dir(listed) if ">>>" not in (getattr(listed, name).__doc__ or "")] == []
