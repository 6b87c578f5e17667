"""Every guidance loss of the catalogue keeps its contract."""

from __future__ import annotations

import pytest

from sightline import catalog
from sightline.testing import guidance


@pytest.mark.parametrize("name", sorted(catalog.places("guidance")))
@pytest.mark.parametrize("check", guidance.CHECKS, ids=lambda check: check.__name__)
def test_keeps_its_contract(check, name):
    check(catalog.find("guidance", name))
