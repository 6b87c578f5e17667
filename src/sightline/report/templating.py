"""How pages are filled in: one set of filters for all templates, since they share their parts."""

from __future__ import annotations

from typing import Any

from sightline.explain.templating import environment
from sightline.report import words

FILTERS = {"number": words.number, "p_value": words.p_value, "span": words.span, "percent": words.percent}


def rendered(template: str, content: dict[str, Any], *, room: str = "sightline.report", **named: Any) -> str:
    """A template with its content.

    Args:
        room: package in whose folder `templates` it lies; it can use the parts of `report/templates`.
        named: further names that the template and its parts know.
    """
    made = environment(room, "sightline.report")
    made.filters |= FILTERS
    made.globals |= named
    return made.get_template(template).render(content)
