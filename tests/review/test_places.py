"""Where a run looks on each case."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from sightline.review.cases import Cases
from sightline.review.places import Place, Places, places_of


def test_where_it_looks(own_cases: Cases) -> None:
    asked = own_cases.places()
    assert asked.keys() == own_cases.by_key.keys()
    raw = np.full((3, 4), -1.0)
    raw[1, 1] = 1
    inside = asked[own_cases[0].key].func({"cam": raw, "nan": np.full((3, 4), np.nan)}, *asked[own_cases[0].key].args[1:])
    assert inside["cam"].inside > 0.5
    assert inside["cam"].peak
    assert (inside["nan"].inside, inside["nan"].peak) == (0, False)


def test_what_is_unknown_or_cannot_be_read_has_no_place(own_cases: Cases) -> None:
    case = own_cases[0]
    record, dataset, maps = own_cases.record(case), own_cases.dataset(case), {"cam": np.ones((3, 4))}
    assert places_of(maps, record, dataset)["cam"].inside == pytest.approx((22 * 14) / (48 * 30), abs=0.02), "the box of a flat map"
    assert places_of(maps, replace(record, annotations=()), dataset) == {}
    assert places_of(maps, replace(record, image=Path("gone.png")), dataset) == {}


def test_places_are_known_as_far_as_they_were_read() -> None:
    places = Places({"a": lambda: {"cam": Place(0.25, True)}, "b": dict})
    assert (places.get("a", "cam"), places.missing) == (None, 2)
    places.fill()
    assert (places.get("a", "cam"), places.get("a", "gate"), places.get("b", "cam"), places.missing) == (Place(0.25, True), None, None, 0)


def test_reading_ends_when_it_is_told_to() -> None:
    begun, go_on = Event(), Event()

    def slow() -> dict[str, Place]:
        begun.set()
        go_on.wait(10)
        return {}

    places = Places({"a": slow, "b": lambda: {"cam": Place(1.0, True)}})
    places.start()
    begun.wait(10)
    places._stop.set()
    go_on.set()
    places.stop()
    assert (places.missing, places.get("b", "cam")) == (1, None)
    Places({}).stop()  # that never started
