"""Packages whose names are imported when they are used, and that are verbs."""

from __future__ import annotations

import ast
import inspect
import math
import pydoc
import re
import sys
from importlib import import_module
from types import ModuleType

import pytest

import sightline as sl
from sightline.rooms import by_class, callable_as, lazy

PLACES = {"root": "math:sqrt", "Gone": "sightline_that_is_not_there:Gone"}


def test_a_name_is_imported_when_it_is_asked_for() -> None:
    get, names = lazy("tools", PLACES)
    assert names() == ["Gone", "root"]
    assert get("root") is math.sqrt
    with pytest.raises(ModuleNotFoundError, match="sightline_that_is_not_there"):
        get("Gone")


def test_a_name_that_is_not_there_is_an_attribute_error_as_of_any_module() -> None:
    get, _ = lazy("tools", PLACES)
    with pytest.raises(AttributeError, match="module 'tools' has no attribute 'rout'"):
        get("rout")


def test_places_of_several_rooms_are_named_by_their_classes() -> None:
    rooms = [{"l2": "losses.l2:L2"}, {"cam": "attention.cam:Cam", "gradcam": "attention.gradcam:GradCam"}]
    assert by_class(rooms) == {"L2": "losses.l2:L2", "Cam": "attention.cam:Cam", "GradCam": "attention.gradcam:GradCam"}
    assert by_class([]) == {}


def test_a_package_that_is_a_verb_can_be_called_and_shows_its_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    package = ModuleType("a_verb_of_a_test")
    monkeypatch.setitem(sys.modules, package.__name__, package)
    callable_as(package.__name__, "inspect:cleandoc")
    assert package("  a\n  b") == "a\nb"  # type: ignore[operator]
    assert inspect.signature(package) == inspect.signature(inspect.cleandoc)  # type: ignore[arg-type]
    assert isinstance(package, ModuleType)


def test_help_on_a_verb_that_is_a_package_shows_the_call_and_the_docstring_of_the_verb() -> None:
    for name in ("audit", "data", "explain", "study", "predict", "export", "report", "review", "serve"):
        shown = pydoc.plain(pydoc.render_doc(getattr(sl, name)))
        first = next(iter(inspect.signature(getattr(sl, name)).parameters))
        assert re.search(rf"{name}\(\*?{first}: ", shown), name
        assert "Args:" in shown, name


@pytest.mark.parametrize("room", [sl.losses, sl.attention, sl.metrics], ids=lambda room: room.__name__)
def test_type_checkers_find_the_names_that_a_room_lists(room: ModuleType) -> None:
    tree = ast.parse(inspect.getsource(room))
    written = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and any(alias.asname for alias in node.names)]
    places = {alias.asname: (node.module, alias.name) for node in written for alias in node.names}
    assert sorted(places) == dir(room)
    for name, (module, attribute) in places.items():
        assert getattr(import_module(module or ""), attribute) is getattr(room, name)
