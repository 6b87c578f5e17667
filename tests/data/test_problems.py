"""Several problems are said in few lines, and none is lost."""

from __future__ import annotations

import pytest

from sightline.data.problems import grouped, refuse
from sightline.errors import UserError


def masks(count: int) -> list[UserError]:
    return [
        UserError(f"masks/p{i}.png", f"this mask has 96 x 64 pixels, but its image nevus/p{i}.jpg has 64 x 96", "Export it again.")
        for i in range(count)
    ]


def message(problems: list[UserError]) -> str:
    with pytest.raises(UserError) as caught:
        refuse(problems)
    return str(caught.value)


def test_equal_problems_are_one_line_that_names_the_first_and_counts_the_rest() -> None:
    lone = UserError("data.roi.of", "no training image has a region 'x'", "Leave it out.")
    lines = grouped([lone, *masks(12)])
    assert lines == [
        "12 images: this mask has 96 x 64 pixels, but its image nevus/p0.jpg has 64 x 96. Export it again. "
        "(the first is masks/p0.png; then masks/p1.png, masks/p2.png and 9 more)",
        str(lone),
    ]


def test_problems_of_settings_are_never_taken_for_one() -> None:
    stages = [UserError(f"stage {name!r}", "data.roi cannot change within a run", "Set it.") for name in ("a", "b")]
    assert grouped(stages) == [str(stage) for stage in stages]


def test_a_refusal_says_how_many_more_there_are() -> None:
    refuse([])
    assert message(masks(1)).endswith("Export it again.")
    assert "1 more has the same problem. `sightline.check(...)`" in message(masks(2))
    assert "11 more have the same problem. `sightline.check(...)`" in message(masks(12))
    box = UserError("p.png", "the box has no area", "Mend it.")
    assert "11 more have the same problem. There is one more problem. `sightline.check(...)`" in message([*masks(12), box])
    assert "Mend it. There are 12 more problems. `sightline.check(...)`" in message([box, *masks(12)])
