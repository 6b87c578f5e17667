"""The contents of the templates."""

from __future__ import annotations

import pytest

from sightline.errors import UserError
from sightline.review import pages
from sightline.review.desk import Desk
from sightline.review.filters import Filter
from sightline.review.judgement import Judgement
from sightline.review.places import Place


def test_where_a_map_looks_is_a_sentence_or_nothing() -> None:
    assert pages.looks(None) == ""
    assert pages.looks(Place(0.254, True)) == "25% of the positive evidence lies inside the annotation, and the highest point inside."
    assert pages.looks(Place(0.0, False)).endswith("the highest point outside.")


@pytest.mark.parametrize(
    ("place", "found"),
    [(4, (None, 7, "1 of 3")), (7, (4, 2, "2 of 3")), (2, (7, None, "3 of 3")), (9, (None, 4, pages.OUTSIDE))],
)
def test_the_neighbours_are_those_of_the_choice_in_its_order(place: int, found: tuple[int | None, int | None, str]) -> None:
    assert pages.neighbours([4, 7, 2], place) == found
    assert pages.neighbours([], place) == (None, None, pages.OUTSIDE)


def test_the_grid_loads_a_part_at_a_time_and_keeps_the_choice(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PAGE", 5)
    first = pages.grid(desk, Filter(split="val"), "", 0)
    assert (len(first["cards"]), first["more"], first["count"]) == (5, "/cards?split=val&start=5", "8 of 16 cases")
    last = pages.grid(desk, Filter(split="val"), "", 5)
    assert (len(last["cards"]), last["more"]) == (3, "")
    assert pages.grid(desk, Filter(), "", 0)["more"] == "/cards?start=5"
    assert first["rule"].startswith("Decided for ")


def test_a_card_has_the_words_of_each_reviewer(desk: Desk) -> None:
    desk.judge(desk.cases[1], "ana", lambda said: Judgement(map="wrong", unusable=True), 0.5, "one")
    plain, judged = pages.cards(desk.cases, [0, 1], desk.overview("ana"))
    assert plain.words == ()
    assert judged.words == ("ana: map wrong, unusable",)


def test_the_page_of_a_case_has_the_own_words_and_says_what_the_threshold_is(desk: Desk) -> None:
    one = desk.cases[0]
    desk.judge(one, "ana", lambda said: Judgement(map="unsure"), 0.5, "one")
    mine, theirs = (pages.case(desk, one, Filter(split="val"), me) for me in ("ana", "bo"))
    assert (Judgement.model_validate_json(mine["said"]).map, Judgement.model_validate_json(theirs["said"]).map) == ("unsure", None)
    assert (mine["kept"], mine["number"], mine["before"], mine["after"]) == (pages.NOT_KEPT, "1", None, desk.cases[1].key)
    assert (mine["map"], mine["cell"]) == ("cam", "One cell of the map is 4 × 2 pixels of the picture.")
    elsewhere = pages.case(desk, one, Filter(split="test"), "ana")
    assert (elsewhere["number"], elsewhere["position"], elsewhere["queue"]) == ("", pages.OUTSIDE, "")


def test_the_nearest_images_are_waited_for_or_the_reason_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    one = desk.cases[0]
    monkeypatch.setattr(desk.network, "progress", lambda: (1000, 2000))
    monkeypatch.setattr(desk.network, "nearest", lambda case: [])
    assert pages.nearest(desk, one)["waiting"] == "1,000 of 2,000 training images have been looked at."
    monkeypatch.setattr(desk.network, "nearest", lambda case: ["found"])
    assert pages.nearest(desk, one) == {"key": one.key, "found": ["found"], "waiting": "", "refused": ""}

    def refuse() -> tuple[int, int]:
        raise UserError("run", "has no weights", "Train it.")

    monkeypatch.setattr(desk.network, "progress", refuse)
    assert pages.nearest(desk, one)["refused"] == "run: has no weights. Train it."


def test_what_names_hold_is_shown_and_escaped() -> None:
    shown = pages.environment().from_string("{{ name | plain }} {{ share | percent }}").render(name="<b>\x1b", share=0.25)
    assert shown.startswith("&lt;b&gt;")
    assert "\x1b" not in shown
    assert shown.endswith(" 25%")
    assert "{" in pages.style()
