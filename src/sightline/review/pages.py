"""What the pages say of cases: the contents of the templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from sightline.errors import UserError, plain
from sightline.explain.run_pictures import of_probabilities
from sightline.explain.window import Window
from sightline.report.words import percent
from sightline.review.cases import Case, Cases
from sightline.review.choosing import QUICK, done, form, quick
from sightline.review.desk import Desk
from sightline.review.filters import Filter
from sightline.review.judgement import Judgement
from sightline.review.places import Place
from sightline.review.store import Overview
from sightline.review.words import told

OUTSIDE = "not in the choice"
PAGE = 60  # cards that are loaded at a time
KEPT = "this threshold is the one that the run keeps from its validation images."
NOT_KEPT = "this threshold is the one at which the run scores maps."
GRID_KEYS = [
    (("j", "k", "← →"), "next and previous case"),
    (("↑ ↓",), "the row above and below"),
    (("Enter",), "open the case"),
    (("/",), "search by the name of the image"),
    (("m",), "show maps, or pictures alone"),
    *(((key,), f"only cases that are {words}; the same key again: all") for key, _, words in QUICK),
    (("q",), "the queue; the same key again: all"),
    (("Esc",), "leave a field"),
    (("?",), "these keys"),
]
CASE_KEYS = [
    (("j", "k", "→ ←"), "next and previous case of the choice"),
    (("m",), "map over the picture"),
    (("f",), "map in a scale of this case alone, or in that of all cases"),
    (("c",), "contour of the map at the threshold"),
    (("o",), "outline of the data set"),
    (("b", "p"), "draw a box, a polygon; the same key or Esc ends it"),
    (("r", "v"), "brush and eraser"),
    (("[", "]"), "smaller and larger brush"),
    (("t",), "start from the outline of the map"),
    (("n",), "start from what a segmentation network drew, if there is such a mask"),
    (("Del",), "remove the chosen shape"),
    (("Ctrl+Z",), "drawing: take back one stroke, shape or, while a polygon is drawn, corner"),
    (("Ctrl+Shift+Z",), "drawing: do it again"),
    (("w",), "save the outline"),
    (("u",), "map of the runner-up: the most probable of the other classes"),
    (("1", "2", "3"), "map right, wrong, unsure; the same key again takes it off"),
    (("d",), "label doubted"),
    (("x",), "image unusable"),
    (("e",), "write a comment; Esc leaves it"),
    (("z",), "take back the last judgement that was saved"),
    (("s",), "show what other readers said, after your own judgement"),
    (("g",), "all cases of the choice"),
    (("?",), "these keys"),
]


@dataclass(frozen=True)
class Card:
    """A case in the grid.

    Attributes:
        words: what reviewers said, in a few words.
    """

    case: Case
    words: tuple[str, ...]


def environment() -> Environment:
    """Templates with their filters. Every text is escaped; names show what cannot be seen."""
    found = Environment(
        loader=PackageLoader("sightline.review", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"plain": plain, "percent": percent, "lines": lambda text: plain(text, keep="\n")}
    return found


def style() -> str:
    """The style of all pages: that of the reports, and what a page with controls needs beside it."""
    report = files("sightline.explain").joinpath("templates", "style.css").read_text(encoding="utf-8")
    return report + files("sightline.review").joinpath("static", "review.css").read_text(encoding="utf-8")


def cards(cases: Cases, places: Sequence[int], said: Overview) -> list[Card]:
    """Some cases for the grid."""
    chosen = [cases[place] for place in places]
    return [Card(case, tuple(f"{one.reviewer}: {', '.join(told(one))}" for one in said.get(case.stored, ()))) for case in chosen]


def cell(window: Window, shape: tuple[int, int]) -> str:
    """How large a cell of a map is on the picture.

    >>> cell((0, 0, 640, 480), (7, 7))
    'One cell of the map is 91 × 69 pixels of the picture.'
    """
    width, height = (window[2] - window[0]) / shape[1], (window[3] - window[1]) / shape[0]
    return f"One cell of the map is {width:.0f} × {height:.0f} pixels of the picture."


def looks(place: Place | None) -> str:
    """Where the map looks, in a sentence; empty where that is not known."""
    if place is None:
        return ""
    peak = "inside" if place.peak else "outside"
    return f"{place.inside:.0%} of the positive evidence lies inside the annotation, and the highest point {peak}."


def counted(found: int, all: int) -> str:
    """How many cases are shown.

    >>> counted(3, 10_000), counted(1, 1)
    ('3 of 10,000 cases', '1 case')
    """
    noun = "case" if all == 1 else "cases"
    return f"{all:,} {noun}" if found == all else f"{found:,} of {all:,} {noun}"


def neighbours(found: Sequence[int], place: int) -> tuple[int | None, int | None, str]:
    """The cases before and after one in the choice, and where it stands; of one that is not in it, the first of the choice."""
    if place not in found:
        return None, found[0] if found else None, OUTSIDE
    at = found.index(place)
    before = found[at - 1] if at else None
    after = found[at + 1] if at + 1 < len(found) else None
    return before, after, f"{at + 1:,} of {len(found):,}"


def grid(desk: Desk, wanted: Filter, me: str, start: int) -> dict[str, Any]:
    """The content of the grid, and of a further part of it, from a place in the choice on."""
    cases, said, found = desk.cases, desk.overview(me), desk.found(wanted, me)
    end = start + PAGE
    query = wanted.query
    ahead = f"{query}&start={end}" if query else f"?start={end}"
    return {
        "run": cases.name,
        "store": desk.store.key,
        "me": me,
        "help": GRID_KEYS,
        "count": counted(len(found), len(cases)),
        "quick": quick(wanted, done(cases, said, me)),
        "unread": desk.unread,
        "rule": _sentence(cases.run.decision.words(cases.classes)),
        "calibrated": of_probabilities([cases.run]),
        "cards": cards(cases, found[start:end], said),
        "query": query,
        "map": desk.map_name(wanted),
        "has_maps": bool(cases.maps.names),
        "more": f"/cards{ahead}" if end < len(found) else "",
        "form": form(wanted, cases, said),
    }


def case(desk: Desk, one: Case, wanted: Filter, me: str) -> dict[str, Any]:
    """The content of the page of a case."""
    cases, name = desk.cases, desk.map_name(wanted)
    before, after, position = neighbours(desk.found(wanted, me), cases.by_key[one.key])
    where, size = desk.window(one)
    raw = cases.maps.of(one.split, one.id, name)
    own = next((row.said for row in desk.said(one) if row.reviewer == me), Judgement())
    queue = done(cases, desk.overview(me), me) if wanted.queue == "yes" else ""
    threshold = cases.maps.threshold(name) if name else cases.run.recipe.evaluate.threshold
    return {
        "run": cases.name,
        "store": desk.store.key,
        "me": me,
        "help": CASE_KEYS,
        "case": one,
        "query": wanted.query,
        "position": position,
        "number": "" if position == OUTSIDE else position.split()[0],
        "queue": f"queue: {queue}" if queue else "",
        "before": None if before is None else cases[before].key,
        "after": None if after is None else cases[after].key,
        "map": name if raw is not None else "",
        "size": size,
        "alt": f"Picture {one.image}, labelled {one.label}, decided {one.decided}",
        "threshold": threshold,
        "kept": KEPT if cases.maps.keeps(name) else NOT_KEPT,
        "silence": "" if raw is None else cases.maps.silence(raw),
        "highest": "" if raw is None else cases.maps.highest(raw),
        "several": len(cases.maps.names) > 1,
        "meaning": cases.maps.meaning(name) if name else "",
        "own_meaning": "" if raw is None else cases.maps.own_meaning(raw),
        "cell": "" if raw is None else cell(where, raw.shape),
        "probabilities": list(zip(cases.classes, one.probabilities, strict=True)),
        "rule": _sentence(cases.run.decision.words(cases.classes)),
        "calibrated": of_probabilities([cases.run]),
        "looks": looks(desk.place(one, name)),
        "tags": dict(sorted(one.tags.items())),
        "drawn": desk.drawn is not None and one in desk.drawn,
        "beside": [other.answer(one) for other in desk.others],
        "runner_up": desk.network.runner_up(one) if raw is not None and cases.maps.of_class else "",
        "said": own.model_dump_json(),
    }


def nearest(desk: Desk, one: Case) -> dict[str, Any]:
    """The training images that are most alike, or why they are not there."""
    try:
        done, total = desk.network.progress()
        found = desk.network.nearest(one)
    except UserError as error:
        return {"key": one.key, "found": [], "waiting": "", "refused": str(error)}
    waiting = "" if found else f"{done:,} of {total:,} training images have been looked at."
    return {"key": one.key, "found": found, "waiting": waiting, "refused": ""}


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
