"""What the server holds: pictures that are made once, outlines, and judgements that fit their picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sightline.errors import UserError
from sightline.review.cases import Cases
from sightline.review.desk import Desk, share
from sightline.review.filters import Filter
from sightline.review.judgement import Box, Judgement
from sightline.types import Annotation, Record


@pytest.mark.parametrize(("text", "value"), [("0", 0.0), ("1", 1.0), ("0.25", 0.25), ("1.01", 0.5), ("-0.1", 0.5), ("nan", 0.5), ("", 0.5)])
def test_a_threshold_that_is_none_is_the_usual_one(text: str, value: float) -> None:
    assert share(text, 0.5) == value


def test_a_map_is_drawn_once_for_each_of_its_scales(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[float] = []
    monkeypatch.setattr("sightline.review.desk.layer", lambda raw, range, scale, where, size: drawn.append(scale) or b"png")
    case = desk.cases[0]
    for own in (False, True, False, True):
        assert desk.layer(case, "cam", own) == b"png"
    raw = desk.cases.maps.of(case.split, case.id, "cam")
    assert drawn == [desk.cases.maps.scale("cam"), pytest.approx(raw.max())]
    assert desk.layer(case, "moon") is None
    assert desk.contour(case, "moon", 0.5) == desk.start(case, "moon", 0.5) == []


def test_the_first_map_is_shown_unless_another_one_is_there(desk: Desk) -> None:
    assert [desk.map_name(Filter(map=name)) for name in ("", "cam", "moon")] == ["cam"] * 3


def test_nothing_marked_is_known_and_no_annotation_is_not(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    case = desk.cases[0]
    picture = desk.cases.record(case).image
    for marks, outlines in (((), None), ((Annotation("box", points=((8, 6, 30, 20),)),), [[[8, 6], [30, 6], [30, 20], [8, 20]]])):
        monkeypatch.setattr(Cases, "record", lambda self, case, marks=marks: Record(case.id, picture, case.label, annotations=marks))
        found = desk.annotation(case)
        assert found == outlines or [[list(point) for point in line] for line in found] == outlines


def test_a_judgement_is_about_the_weights_and_the_size_of_the_picture(desk: Desk) -> None:
    about = desk.about(desk.cases[0], 0.25)
    assert (about.model, about.split, about.size, about.threshold) == (desk.cases.model, "val", (30, 48), 0.25)
    with pytest.raises(UserError, match="covers no pixel"):
        desk.judge(desk.cases[0], "ana", lambda said: Judgement(shapes=(Box(box=(50, 50, 60, 60)),)), 0.5, "once")
    assert desk.said(desk.cases[0]) == []


def test_what_is_taken_back_is_said_in_words(desk: Desk) -> None:
    case = desk.cases[0]
    assert desk.take_back(case, "ana", 0.5, "nothing") is None
    desk.judge(case, "ana", lambda said: Judgement(map="wrong"), 0.5, "first")
    desk.judge(case, "ana", lambda said: said.model_copy(update={"comment": "why?"}), 0.5, "second")
    row, words = desk.take_back(case, "ana", 0.5, "back")
    assert (row.said, row.reviewer) == (Judgement(map="wrong"), "ana")
    assert "comment" in words.lower()


def test_others_are_shown_after_the_own_word_and_regions_with_them(desk: Desk) -> None:
    case = desk.cases[0]
    desk.judge(case, "ana", lambda said: Judgement(shapes=(Box(box=(1, 2, 20, 20)),)), 0.5, "one")
    with pytest.raises(UserError, match="Judge this case, or draw an outline, first"):
        desk.open(case, "bo")
    desk.judge(case, "bo", lambda said: Judgement(map="right"), 0.5, "two")
    assert (desk.opened(case, "bo"), list(desk.regions(case, "bo")), desk.overview("bo").keys()) == (False, [], {case.stored})
    assert [brief.reviewer for brief in desk.overview("bo")[case.stored]] == ["bo"]
    desk.open(case, "bo")
    assert desk.opened(case, "bo")
    assert [brief.reviewer for brief in desk.overview("bo")[case.stored]] == ["ana", "bo"]
    assert [row.reviewer for row in desk.shown(case, "bo")] == ["ana", "bo"]
    assert desk.regions(case, "bo")["ana"].sum() == 19 * 18


def test_annotations_are_read_while_people_look(desk: Desk, tmp_path: Path) -> None:
    assert desk.unread == len(desk.cases)
    assert desk.place(desk.cases[0], "cam") is None
    desk.begin()
    desk._places._thread.join(30)
    assert desk.unread == 0
    place = desk.place(desk.cases[0], "cam")
    assert place is not None
    assert np.isfinite(place.inside)
    desk.end()
