"""What can be chosen above the grid: the form, and choices with one click or one key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sightline.review import filters
from sightline.review.cases import Cases
from sightline.review.filters import Filter
from sightline.review.store import Overview

QUICK = (  # key, review, words
    ("y", "mine-no", "not yet judged by me"),
    ("b", "mine", "judged by me"),
    ("c", "commented", "commented"),
    ("d", "doubted", "doubted"),
    ("x", "unusable", "unusable"),
)


@dataclass(frozen=True)
class Quick:
    """A choice with one click or one key.

    Attributes:
        on: whether it is chosen.
        query: of the address that chooses it, or takes it off.
    """

    key: str
    name: str
    on: bool
    query: str


@dataclass(frozen=True)
class Option:
    """A value that can be chosen, and how it is called."""

    value: str
    name: str


def choices(cases: Cases, said: Overview) -> dict[str, list[Option]]:
    """What can be chosen in the form of the grid."""
    reviewers = sorted({one.reviewer for words in said.values() for one in words})
    decided = [Option(name, name) for name in cases.classes]
    return {
        "split": [Option(name, name) for name in cases.splits],
        "label": decided,
        "decided": decided,
        "right": [Option("no", "wrong"), Option("yes", "right")],
        "place": [Option(*item) for item in filters.PLACES.items()] if cases.maps.names else [],
        "tag": [Option(f"{tag}={value}", f"{tag}: {value}") for tag, values in cases.tags.items() for value in values],
        "review": [Option(*item) for item in filters.REVIEWS.items()],
        "reviewer": [Option(name, name) for name in reviewers],
        "agreement": [Option(*item) for item in filters.AGREEMENTS.items()] if len(reviewers) > 1 else [],
        "sort": [Option(*item) for item in filters.SORTS.items() if item[0] and (cases.maps.names or item[0] != "inside")],
        "map": [Option(name, name) for name in cases.maps.names[1:]],
    }


def done(cases: Cases, said: Overview, me: str) -> str:
    """How much of the queue a reviewer has done, by a judgement, a comment or an outline; empty without a queue."""
    spoken = {stored for stored, words in said.items() if any(one.reviewer == me for one in words)}
    count = sum(cases[cases.by_key[key]].stored in spoken for key in cases.queue)
    return f"{count:,} of {len(cases.queue):,} done" if cases.queue else ""


def quick(wanted: Filter, queue: str) -> list[Quick]:
    """The choices above the grid.

    Args:
        queue: how much of it is done; empty: there is none.
    """
    found = [
        Quick(key, words, wanted.review == review, wanted.but(review="" if wanted.review == review else review).query)
        for key, review, words in QUICK
    ]
    on = wanted.queue == "yes"
    return ([Quick("q", f"queue: {queue}", on, wanted.but(queue="" if on else "yes").query)] if queue else []) + found


def form(wanted: Filter, cases: Cases, said: Overview) -> dict[str, Any]:
    """The content of the form."""
    names = {
        "split": "Split",
        "label": "True class",
        "decided": "Decided",
        "right": "Decision",
        "place": "Where it looks",
        "tag": "Tag",
        "review": "Review",
        "reviewer": "Reviewer",
        "agreement": "Agreement",
        "sort": "Sorted by",
        "map": "Map",
    }
    first = {"sort": filters.SORTS[""], "map": cases.maps.first}
    return {"names": names, "choices": choices(cases, said), "first": first, "chosen": vars(wanted)}
