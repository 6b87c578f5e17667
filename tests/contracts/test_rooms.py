"""Everything else in the catalogue keeps its contract: class losses, weightings, backbones, figures, readers."""

from __future__ import annotations

import pytest

from sightline import catalog, testing
from sightline.testing import backbone, classification, figure, reader, weighting

ROOMS = {
    "classification": classification.CHECKS,
    "weighting": weighting.CHECKS,
    "backbone": backbone.CHECKS,
    "figure": figure.CHECKS,
    "data": reader.CHECKS,
}
RUNS = [
    pytest.param(check, room, name, id=f"{check.__name__}-{room}-{name}")
    for room, checks in ROOMS.items()
    for name in sorted(catalog.places(room))
    for check in checks
]


@pytest.mark.parametrize(("check", "room", "name"), RUNS)
def test_keeps_its_contract(check, room, name):
    found = catalog.find(room, name)
    check(reader.Case(found) if room == "data" else found)


def test_every_room_has_a_contract():
    elsewhere = {"attention", "guidance", "behaviour"}
    assert set(ROOMS) | elsewhere == set(catalog.PLACES)
    assert len(testing.__all__) == len(catalog.PLACES)
