"""How pages are filled in."""

from __future__ import annotations

import pytest
from jinja2 import TemplateNotFound, UndefinedError

from sightline.explain.templating import environment
from sightline.report.failures import KINDS
from sightline.report.templating import FILTERS, rendered, term


def test_a_term_has_its_meaning_under_the_pointer_and_both_are_escaped() -> None:
    assert term("a<b", {"a<b": 'says "so"'}) == '<abbr title="says &#34;so&#34;" tabindex="0">a&lt;b</abbr>'
    assert term("a<b", {}) == "a&lt;b"


def test_all_pages_share_the_filters() -> None:
    pages = environment("sightline.report")
    pages.filters |= FILTERS
    kind = next(iter(KINDS))
    shown = pages.from_string("{{ 0.5 | decimal }} {{ 0.0001 | p_value }} {{ 0.5 | percent }} {{ kind | kind }}").render(kind=kind)
    assert shown == f"0.500 &lt;0.001 50% {KINDS[kind][0]}"


def test_another_room_has_its_own_templates_beside_the_shared_parts() -> None:
    assert "{" in rendered("page.css", {}, room="sightline.serve")
    with pytest.raises(TemplateNotFound):
        rendered("page.css", {})
    parts = rendered("parts.html.j2", {}, room="sightline.serve")
    assert parts == rendered("parts.html.j2", {})


def test_a_name_that_a_template_needs_and_nobody_gave_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="is undefined"):
        rendered("study.html.j2", {})
