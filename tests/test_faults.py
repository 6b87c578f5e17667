"""A part of the named faults of `benchmarks/faults.py`, which carries out all of them: each is read right, or refused in one line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import faults

EVERY = faults.all_faults()
QUICK = [fault for fault in EVERY if not fault.slow]


def test_there_are_many_and_each_has_a_name_of_its_own() -> None:
    assert len(EVERY) >= 400
    assert len({(fault.group, fault.name) for fault in EVERY}) == len(EVERY)


@pytest.mark.parametrize("group", sorted({fault.group for fault in QUICK}))
def test_a_part_of_each_group_is_read_right_or_refused_in_one_line(group: str, tmp_path: Path) -> None:
    some = [fault for fault in QUICK if fault.group == group][::10]
    results = faults.carry_out_all(some, tmp_path, jobs=1)
    assert [(fault.name, verdict, why) for fault, verdict, why, _ in results if verdict not in faults.GOOD] == []
