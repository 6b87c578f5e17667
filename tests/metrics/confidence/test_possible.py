"""Intervals are cut to what is possible, and one that includes all of it is not given."""

from __future__ import annotations

import pytest

from sightline.metrics.confidence.possible import GAP, SHARE, excludes_nothing, of_difference, within
from sightline.results.study import OverSeeds


def found(low: float | None, high: float | None) -> OverSeeds:
    numbers = dict.fromkeys(("sd_seeds", "se_images", "se_own", "se", "seed_share", "p"))
    return OverSeeds(value=0.5, low=low, high=high, confidence=0.95, per_seed=[0.5], seeds=1, images=9, patients=9, **numbers)


def test_a_share_lies_between_0_and_1_and_a_difference_between_minus_1_and_1() -> None:
    assert SHARE == (0, 1)
    assert GAP == of_difference(SHARE) == (-1, 1)
    assert of_difference((0.0, 2.0)) == (-2, 2)
    assert of_difference((1.0, 3.0)) == (-2, 2), "the least minus the most, and the most minus the least"


@pytest.mark.parametrize(
    ("ends", "cut"),
    [((0.2, 0.7), (0.2, 0.7)), ((-3, 0.7), (0, 0.7)), ((0.2, 4), (0.2, 1)), ((0, 0.9), (0, 0.9)), ((0.1, 1), (0.1, 1))],
)
def test_what_is_impossible_is_cut_off(ends: tuple[float, float], cut: tuple[float, float]) -> None:
    assert within(found(*ends), SHARE).interval == cut
    assert not excludes_nothing(found(*ends), SHARE)


@pytest.mark.parametrize("ends", [(-3, 4), (0, 1), (0, 1.5), (-0.5, 1)])
def test_an_interval_that_includes_all_that_is_possible_is_not_given(ends: tuple[float, float]) -> None:
    cut = within(found(*ends), SHARE)
    assert (cut.low, cut.high, cut.value) == (None, None, 0.5)
    assert excludes_nothing(found(*ends), SHARE)


def test_without_a_range_or_an_interval_nothing_is_changed() -> None:
    assert within(found(-3, 4), None) == found(-3, 4)
    assert within(found(None, None), SHARE) == found(None, None)
    assert not excludes_nothing(found(-3, 4), None)
    assert not excludes_nothing(found(None, None), SHARE), "there is no interval that could include anything"
