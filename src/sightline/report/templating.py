"""How pages are filled in: one set of filters for all templates, since they share their parts."""

from __future__ import annotations

from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from sightline.report import words
from sightline.report.failures import KINDS

FILTERS = {
    "number": words.number,
    "p_value": words.p_value,
    "span": words.span,
    "percent": words.percent,
    "code": words.code,
    "kind": lambda kind: KINDS[kind][0],
}


def rendered(template: str, content: dict[str, Any], *, room: str = "sightline.report", **named: Any) -> str:
    """A template with its content.

    Args:
        room: package in whose folder `templates` it lies; it can use the parts of `report/templates`.
        named: further names that the template and its parts know.
    """
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package, "templates") for package in dict.fromkeys((room, "sightline.report"))]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= FILTERS
    environment.globals |= named
    return environment.get_template(template).render(content)
