from __future__ import annotations

from sightline.audit.budget import Budget


def test_time_lowers_the_number_of_parts_but_never_to_none():
    now = iter([0.0, 0.0, 0.0, 2.0, 4.0, 6.0, 8.0]).__next__
    budget = Budget(10, clock=now)
    assert [part.start for part in budget.chunks(100, 0.5, 10)] == [0, 10, 20]
    late = Budget(1, clock=iter([0.0] + [5.0] * 20).__next__)
    assert len(list(late.chunks(100, 0.5, 10))) == 1
