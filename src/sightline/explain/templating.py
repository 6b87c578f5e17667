"""How pages are filled in. All of them share one style, `templates/style.css`, and need no other file when they are written."""

from __future__ import annotations

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

ROOM = "sightline.explain"


def environment(*rooms: str) -> Environment:
    """Templates of some rooms, the first one that has a template before the others, and of this one."""
    loaders = [PackageLoader(room, "templates") for room in dict.fromkeys((*rooms, ROOM))]
    return Environment(loader=ChoiceLoader(loaders), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
