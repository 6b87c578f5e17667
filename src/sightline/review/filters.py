"""Which cases are shown, and in which order: what stands in the address of a page, so that it can be sent to a colleague."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

from sightline.review.cases import Case, Cases
from sightline.review.places import Place, Places
from sightline.review.store import Brief, Overview

SORTS = {
    "": "order of the run",
    "probability": "probability of the decision",
    "label": "probability of the true class",
    "inside": "evidence inside the annotation",
    "image": "name of the image",
    "group": "patient or lesion",
}
PLACES = {
    "peak-in": "highest point inside",
    "peak-out": "highest point outside",
    "most-in": "at least half inside",
    "most-out": "less than half inside",
    "unknown": "not annotated",
}
REVIEWS = {"no": "not reviewed", "yes": "reviewed", "right": "map right", "wrong": "map wrong", "unsure": "map unsure"}
REVIEWS |= {"commented": "commented", "doubted": "label doubted", "unusable": "image unusable", "outlined": "outlined"}
REVIEWS |= {"mine": "judged by me", "mine-no": "not yet judged by me"}
AGREEMENTS = {"agree": "same judgement of the map", "differ": "different judgements of the map"}


@dataclass(frozen=True)
class Filter:
    """A choice of cases; an empty text chooses nothing.

    Attributes:
        split, label, decided: names.
        right: `yes` or `no`, by the decision of the run.
        low, high: bounds of the probability of the decision, in percent.
        place, review, agreement: keys of `PLACES`, `REVIEWS` and `AGREEMENTS`.
        tag: `NAME=VALUE`.
        reviewer: whose word counts.
        text: part of the name of the image, or of its patient or lesion.
        sort: key of `SORTS`; `down`: `yes` for the highest first.
        map: name of the map; empty: the first.
        queue: `yes`: the cases of the queue, in its order unless another is chosen.
    """

    split: str = ""
    label: str = ""
    decided: str = ""
    right: str = ""
    low: str = ""
    high: str = ""
    place: str = ""
    tag: str = ""
    review: str = ""
    agreement: str = ""
    reviewer: str = ""
    text: str = ""
    sort: str = ""
    down: str = ""
    map: str = ""
    queue: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Filter:
        """What an address says; what it does not know is left out.

        >>> Filter.of({"right": "no", "page": "3"})
        Filter(right='no')
        """
        return cls(**{field.name: query[field.name][:200] for field in fields(cls) if query.get(field.name)})

    @property
    def chosen(self) -> dict[str, str]:
        """What is chosen, without what is not."""
        return {name: value for name, value in vars(self).items() if value}

    @property
    def query(self) -> str:
        """For an address: `?right=no`, or nothing."""
        return f"?{urlencode(self.chosen)}" if self.chosen else ""

    def but(self, **chosen: str) -> Filter:
        """A copy with other choices."""
        return replace(self, **chosen)

    def __repr__(self) -> str:
        return f"Filter({', '.join(f'{name}={value!r}' for name, value in self.chosen.items())})"


def matching(cases: Cases, wanted: Filter, said: Overview, seen: Places, me: str = "") -> list[int]:
    """The places, among the cases, of those that are wanted, in their order.

    Args:
        said: the newest words of the reviewers, as far as the reviewer who asks is shown them.
        seen: where the maps look, as far as it is known.
        me: the reviewer who asks.
    """
    name = wanted.map if wanted.map in cases.maps.names else cases.maps.first

    def place_of(case: Case) -> Place | None:
        return seen.get(case.key, name)

    tests = [*_of_run(wanted), *_of_places(wanted, place_of), *_of_reviews(wanted, said, me)]
    found = [place for place, case in enumerate(cases) if all(test(case) for test in tests)]
    if wanted.queue == "yes" and cases.queue:
        found = sorted((place for place in found if cases[place].key in cases.queue), key=lambda place: cases.queue[cases[place].key])
    if wanted.sort in _KEYS:
        found.sort(key=lambda place: _KEYS[wanted.sort](cases[place], cases, place_of), reverse=wanted.down == "yes")
        # what cannot be sorted stands last, whichever way
        found.sort(key=lambda place: wanted.sort == "inside" and place_of(cases[place]) is None)
    return found if wanted.sort in _KEYS or wanted.down != "yes" else found[::-1]


_PlaceOf = Callable[[Case], Place | None]
_Sort = Callable[[Case, Cases, _PlaceOf], Any]
_KEYS: Mapping[str, _Sort] = {
    "probability": lambda case, cases, place_of: case.probability,
    "label": lambda case, cases, place_of: case.probabilities[cases.classes.index(case.label)],
    "inside": lambda case, cases, place_of: place.inside if (place := place_of(case)) else 0.0,
    "image": lambda case, cases, place_of: case.image.casefold(),
    "group": lambda case, cases, place_of: case.group.casefold(),
}
_Test = Callable[[Case], bool]


def _is(name: str, value: str) -> _Test:
    return lambda case: getattr(case, name) == value


def _of_run(wanted: Filter) -> list[_Test]:
    tests = [_is(name, value) for name in ("split", "label", "decided") if (value := getattr(wanted, name))]
    if wanted.right in ("yes", "no"):
        tests.append(lambda case: case.right == (wanted.right == "yes"))
    if (low := _number(wanted.low)) is not None:
        tests.append(lambda case: case.probability * 100 >= low)
    if (high := _number(wanted.high)) is not None:
        tests.append(lambda case: case.probability * 100 <= high)
    if "=" in wanted.tag:
        tag, _, value = wanted.tag.rpartition("=")
        tests.append(lambda case: case.tags.get(tag) == value)
    if text := wanted.text.casefold().strip():
        tests.append(lambda case: any(text in name.casefold() for name in (case.image, case.id, case.group)))
    return tests


def _of_places(wanted: Filter, place_of: _PlaceOf) -> list[_Test]:
    if wanted.place == "unknown":
        return [lambda case: not case.annotated]
    tests: Mapping[str, Callable[[Place], bool]] = {
        "peak-in": lambda place: place.peak,
        "peak-out": lambda place: not place.peak,
        "most-in": lambda place: place.inside >= 0.5,
        "most-out": lambda place: place.inside < 0.5,
    }
    if wanted.place not in tests:
        return []
    return [lambda case: (place := place_of(case)) is not None and tests[wanted.place](place)]


_WORD: Mapping[str, Callable[[Brief], bool]] = {
    "right": lambda one: one.map == "right",
    "wrong": lambda one: one.map == "wrong",
    "unsure": lambda one: one.map == "unsure",
    "doubted": lambda one: one.label_doubted,
    "unusable": lambda one: one.unusable,
    "commented": lambda one: bool(one.comment),
    "outlined": lambda one: one.outlined,
}


def _of_reviews(wanted: Filter, said: Overview, me: str) -> list[_Test]:
    def words(case: Case) -> Sequence[Brief]:
        every = said.get(case.stored, ())
        return [one for one in every if wanted.reviewer in ("", one.reviewer)]

    tests: list[_Test] = []
    if wanted.review in _WORD:
        tests.append(lambda case: any(_WORD[wanted.review](one) for one in words(case)))
    elif wanted.review in ("mine", "mine-no"):
        tests.append(lambda case: any(one.reviewer == me for one in said.get(case.stored, ())) == (wanted.review == "mine"))
    elif wanted.review in ("yes", "no"):
        tests.append(lambda case: bool(words(case)) == (wanted.review == "yes"))
    elif wanted.reviewer:
        tests.append(lambda case: bool(words(case)))
    if wanted.agreement in AGREEMENTS:
        tests.append(lambda case: agreement(said.get(case.stored, ())) == wanted.agreement)
    return tests


def agreement(words: Sequence[Brief]) -> str:
    """Whether the reviewers of a case `agree` or `differ` on map, label and picture; empty: fewer than two of them spoke.

    >>> agreement([Brief("ana", "right", False, False, "", False), Brief("bo", "wrong", False, False, "", False)])
    'differ'
    """
    if len(words) < 2:
        return ""
    return "agree" if len({(one.map, one.label_doubted, one.unusable) for one in words}) == 1 else "differ"


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
