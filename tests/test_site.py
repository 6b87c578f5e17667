"""The site holds every page, and its pages on Python hold every public name."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
import yaml

import sightline as sl
from sightline import testing
from sightline.attention import _BASES as SOURCES
from sightline.catalog import PLACES
from sightline.losses import _BASES as LOSSES
from sightline.metrics import _NAMES as METRICS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def named(page: str) -> list[str]:
    """The places that a page shows the docstrings of."""
    return re.findall(r"^::: (\S+)$", (DOCS / "api" / page).read_text(encoding="utf-8"), re.MULTILINE)


def in_rooms(*rooms: str) -> list[str]:
    return [place for room in rooms for place in PLACES[room].values()]


def pages(nav: list) -> list[str]:
    found = []
    for entry in nav:
        for value in entry.values() if isinstance(entry, dict) else [entry]:
            found += pages(value) if isinstance(value, list) else [value]
    return found


def test_every_page_is_in_the_contents_once() -> None:
    contents = pages(yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"])
    assert sorted(contents) == sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))


def test_every_public_name_is_described() -> None:
    here = {place.rpartition(".")[2] for place in named("sl.md")}
    rooms = {"attention", "losses", "metrics"}  # have pages of their own
    assert set(sl.__all__) - rooms == here


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("losses.md", [*in_rooms("guidance", "behaviour", "classification", "weighting"), *LOSSES.values()]),
        ("attention.md", [*in_rooms("attention"), *SOURCES.values()]),
        ("metrics.md", [f"sightline.metrics.{module}:{name}" for module, names in METRICS.items() for name in names]),
        ("testing.md", [f"{getattr(testing, name).__module__}:{name}" for name in testing.__all__]),
    ],
)
def test_every_plugin_is_described(page: str, expected: list[str]) -> None:
    assert sorted(named(page)) == sorted(place.replace(":", ".") for place in expected)


def test_what_is_shown_is_there_and_has_a_docstring() -> None:
    for page in (DOCS / "api").glob("*.md"):
        for place in named(page.name):
            module, _, name = place.rpartition(".")
            assert (getattr(import_module(module), name).__doc__ or "").strip(), place


def test_pages_lead_nowhere_outside_of_the_docs() -> None:
    for page in DOCS.rglob("*.md"):
        for to in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            if not re.match(r"[a-z]+:", to):
                place = (page.parent / to).resolve()
                assert place.is_relative_to(DOCS), f"{page.name}: {to} lies elsewhere"
                assert place.exists(), f"{page.name}: {to} is not there"


def test_no_heading_has_swallowed_its_paragraph() -> None:
    for page in DOCS.rglob("*.md"):
        text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        assert [line for line in re.findall(r"^#+ .*$", text, re.MULTILINE) if len(line) > 110] == [], page.name
