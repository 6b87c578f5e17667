"""The reliability diagram draws the bins as they are."""

from __future__ import annotations

import pytest

from sightline.explain.reliability import reliability_figure
from sightline.metrics.scores.calibration import Bin

BINS = [Bin(30, 0.1, 0.2), Bin(10, 0.9, 0.7)]


def test_a_dot_for_each_bin_with_its_interval_and_its_number_of_images() -> None:
    figure = reliability_figure(BINS, BINS[:1], "melanoma")
    first, second = figure.axes
    dots = first.collections[0]
    assert dots.get_offsets().tolist() == [[0.1, 0.2], [0.9, 0.7]]
    larger, smaller = dots.get_sizes()
    assert larger > 2 * smaller
    diagonal, *intervals = first.lines
    assert list(diagonal.get_xdata()) == list(diagonal.get_ydata()) == [0, 1]
    low, high = intervals[0].get_ydata()
    assert (low, high) == (pytest.approx(0.0951, abs=1e-3), pytest.approx(0.3731, abs=1e-3))
    assert (first.get_title(loc="left"), second.get_title(loc="left")) == ("As the network gives them", "Calibrated")
    assert (first.get_xlabel(), first.get_ylabel()) == ("probability of melanoma", "share that is melanoma")


def test_without_a_calibration_there_is_one_picture_and_without_a_class_the_most_probable_one() -> None:
    (axes,) = reliability_figure(BINS, None, None).axes
    assert axes.get_ylabel() == "share for which it is right"
