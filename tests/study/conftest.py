"""What the tests of studies share."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_plan import write_plan

from sightline.study.plan import Plan, load_plan


@pytest.fixture
def tiny(tmp_path: Path) -> Plan:
    return load_plan(write_plan(tmp_path / "tiny.yaml"))
