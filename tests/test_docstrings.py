"""The examples of docstrings and of the pages for Python do what they say."""

from __future__ import annotations

import doctest
from importlib import import_module
from operator import attrgetter
from pathlib import Path

import pytest

import sightline as sl

SOURCE = Path(__file__).parents[1] / "src"
MODULES = sorted(path.relative_to(SOURCE) for path in SOURCE.rglob("*.py") if ">>>" in path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_the_examples_of_a_module(path: Path) -> None:
    module = import_module(".".join(path.with_suffix("").parts).removesuffix(".__init__"))
    found = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert found.attempted
    assert not found.failed


LISTED = [f"{room}.{name}" for room in ("losses", "attention", "metrics") for name in dir(getattr(sl, room))]


@pytest.mark.parametrize("name", [*sl.__all__, *LISTED])
def test_the_example_of_a_public_name_can_be_pasted(name: str) -> None:
    """It imports what it uses; and everything that a room lists has one."""
    example = doctest.DocTestParser().get_doctest(attrgetter(name)(sl).__doc__ or "", {}, name, None, None)
    found = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(example)
    assert found.attempted or name in sl.__all__
    assert not found.failed
