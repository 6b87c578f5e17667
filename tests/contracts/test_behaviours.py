"""Every behaviour loss of the catalogue keeps its contract, with each named choice of its options."""

from __future__ import annotations

import pytest

from sightline import catalog
from sightline.testing import behaviour
from sightline.testing.contract import variants

CASES = [(name, options) for name in sorted(catalog.places("behaviour")) for options in variants(catalog.find("behaviour", name))]


@pytest.mark.parametrize(("name", "options"), CASES)
@pytest.mark.parametrize("check", behaviour.CHECKS, ids=lambda check: check.__name__)
def test_keeps_its_contract(check, name, options):
    check(behaviour.Case(catalog.find("behaviour", name), options))
