"""How pages are filled in: one set of filters for all templates, since they share their parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from sightline.explain.templating import environment
from sightline.report import words
from sightline.report.failures import KINDS


def term(word: str, terms: Mapping[str, str]) -> Markup:
    """A word with its meaning, where the page explains it: shown under the pointer, and read out."""
    meaning = terms.get(word)
    return Markup('<abbr title="{}" tabindex="0">{}</abbr>').format(meaning, word) if meaning else escape(word)


FILTERS = {
    "decimal": words.decimal,
    "p_value": words.p_value,
    "span": words.span,
    "percent": words.percent,
    "code": words.code,
    "term": term,
    "kind": lambda kind: KINDS[kind][0],
}


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
