"""Plug-ins of other distributions, offered by fake ones on the path: they are found, and what is wrong with one is said of it alone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sightline import catalog, plugins
from sightline.engine.reproducible import environment
from sightline.errors import UserError
from sightline.recipe import recipe_from

Install = Callable[..., None]

MODULE = """
from typing import Annotated
import torch
from pydantic import Field
from sightline.losses.guidance import GuidanceLoss
from sightline.types import Record

class Mine(GuidanceLoss):
    def __init__(self, *, sharpness: float = 1.0, steps: Annotated[int, Field(ge=1, le=5)] = 2, exact: bool = False) -> None:
        super().__init__()
    def compare(self, attention, roi):
        return (attention - roi).square().mean((1, 2, 3))

class Hidden(GuidanceLoss):
    def __init__(self, *, width: "Elsewhere" = None) -> None:
        super().__init__()

def read(root, *, fast: bool = False):
    return []

def net(image_size=64, *, drop_rate: float = 0):
    return torch.nn.Identity()

thing = 3
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Puts a distribution on the path: its name, version, the text of its entry points, and further modules."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)
    names = []

    def add(name: str, entries: str, version: str = "1.2", **modules: str) -> None:
        facts = site / f"{name.replace('-', '_')}-{version}.dist-info"
        facts.mkdir()
        (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
        (facts / "entry_points.txt").write_text(entries, encoding="utf-8")
        for module, text in ({"fake_plugins": MODULE} | modules).items():
            (site / f"{module}.py").write_text(text, encoding="utf-8")
            names.append(module)
        plugins.offers.cache_clear()

    yield add
    plugins.offers.cache_clear()
    for module in names:
        sys.modules.pop(module, None)


def energy(**losses: object) -> dict[str, object]:
    return {"name": "x", "losses": {"guidance": [losses]}}


def test_a_plugin_is_found_checked_and_written_down(install: Install) -> None:
    install("my-losses", "[sightline.guidance]\nmine = fake_plugins:Mine\n[sightline.data]\nours = fake_plugins:read\n", version="0.3")
    assert "mine" in catalog.places("guidance")
    recipe = recipe_from(energy(name="mine", sharpness=2) | {"data": {"name": "ours"}}, "x").check()
    assert catalog.make("guidance", "mine", {"steps": 3}).own_squash == "none"
    assert environment(recipe)["plugins"] == {"data ours": "my-losses 0.3", "guidance mine": "my-losses 0.3"}
    assert environment(recipe_from({"name": "x"}, "x"))["plugins"] == {}


def test_plugins_of_stages_are_written_down(install: Install) -> None:
    install("my-losses", "[sightline.guidance]\nmine = fake_plugins:Mine\n")
    recipe = recipe_from({"name": "x", "stages": [{"name": "a", "set": {"losses.guidance": [{"name": "mine"}]}}]}, "x")
    assert environment(recipe)["plugins"] == {"guidance mine": "my-losses 1.2"}


@pytest.mark.parametrize(
    "option", [{"sharpness": True}, {"sharpness": float("nan")}, {"steps": 9}, {"steps": True}, {"exact": 7}, {"sharpnes": 1}]
)
def test_options_of_plugins_are_checked(install: Install, option: dict[str, object]) -> None:
    install("my-losses", "[sightline.guidance]\nmine = fake_plugins:Mine\n")
    with pytest.raises(UserError, match=r"losses\.guidance\.0 \(mine\)\." + next(iter(option))):
        recipe_from(energy(name="mine", **option), "x").check()


def test_a_plugin_never_replaces_what_is_built_in(install: Install) -> None:
    install("sly", "[sightline.guidance]\nenergy = fake_plugins:Mine\nmine = fake_plugins:Mine\n")
    with pytest.raises(UserError, match=r"guidance 'energy': is built into sightline, and sly 1\.2 offers another of this name"):
        catalog.find("guidance", "energy")
    assert catalog.find("guidance", "mine")
    assert catalog.find("guidance", "dice")
    assert catalog.places("guidance")["energy"].startswith("sightline.")


def test_two_distributions_with_one_name_are_both_named(install: Install) -> None:
    install("one", "[sightline.attention]\nmine = fake_plugins:Mine\n")
    install("two", "[sightline.attention]\nmine = fake_plugins:Mine\n", version="9")
    with pytest.raises(UserError, match=r"attention 'mine': is offered by (one 1\.2 and two 9|two 9 and one 1\.2)"):
        catalog.find("attention", "mine")


@pytest.mark.parametrize(
    ("room", "place", "message"),
    [
        ("guidance", "no_such_module:Mine", r"guidance 'it' of my-losses 1\.2: cannot be loaded.*ModuleNotFoundError"),
        ("guidance", "fake_plugins:Mien", "cannot be loaded.*AttributeError"),
        ("guidance", "broken_plugin:Mine", "cannot be loaded.*ZeroDivisionError"),
        ("guidance", "quitting_plugin:Mine", "cannot be loaded"),
        ("guidance", "fake_plugins", "cannot be loaded"),
        ("guidance", "not a place", "cannot be loaded"),
        ("guidance", "fake_plugins:Hidden", "cannot be loaded.*NameError"),
        ("guidance", "fake_plugins:thing", "cannot be loaded|is not a subclass"),
        ("guidance", "fake_plugins:read", r"is not a subclass of sightline\.losses\.guidance\.GuidanceLoss"),
        ("attention", "fake_plugins:Mine", r"is not a subclass of sightline\.attention\.source\.Source"),
        ("behaviour", "fake_plugins:Mine", "is not a subclass"),
        ("weighting", "fake_plugins:Mine", "is not a subclass"),
        ("classification", "fake_plugins:read", "is not a subclass"),
        ("data", "fake_plugins:Mine", "is not a function"),
        ("figure", "fake_plugins:read", r"is not a sightline\.explain\.figure\.kind\.Kind"),
    ],
)
def test_a_plugin_that_is_none_is_named_when_it_is_used(install: Install, room: str, place: str, message: str) -> None:
    broken = {"broken_plugin": "1 / 0", "quitting_plugin": "raise SystemExit(3)"}
    install("my-losses", f"[sightline.{room}]\nit = {place}\n", **broken)
    with pytest.raises(UserError, match=message) as refused:
        catalog.find(room, "it")
    assert "\n" not in str(refused.value)
    assert catalog.find("guidance", "energy")


def test_groups_that_do_not_exist_are_named(install: Install) -> None:
    install("my-losses", "[sightline.losses]\nmine = fake_plugins:Mine\n")
    with pytest.raises(UserError, match=r"guidance 'mine': is offered by my-losses 1\.2 in the group sightline\.losses, which"):
        catalog.find("guidance", "mine")
    assert [line.partition(":")[0] for line in plugins.complaints(catalog.PLACES)] == ["my-losses 1.2"]


def test_complaints_are_lines_and_break_nothing(install: Install) -> None:
    install("cut", "[sightline.guidance]\nthis line has no sign of equality\n")
    install("sly", "[sightline.guidance]\nenergy = fake_plugins:Mine\n")
    install("other", "[console_scripts]\nx = y:z\n")
    (first, second) = sorted(plugins.complaints(catalog.PLACES))
    assert first.startswith("cut 1.2: its entry_points.txt cannot be read")
    assert second.startswith("guidance 'energy': is built into sightline, and sly 1.2")
    assert catalog.find("guidance", "dice")


def test_figures_are_listed_although_one_is_broken(install: Install) -> None:
    from sightline.explain.figure.draw import figures

    install("my-figures", "[sightline.figure]\nmine = no_such_module:figure\n")
    found = {one.name: one.shows for one in figures()}
    assert "cannot be loaded" in found["mine"]
    assert len(found) == len(catalog.PLACES["figure"]) + 1
