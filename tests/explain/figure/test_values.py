from __future__ import annotations

import numpy as np
import pytest
from drawn_figures import kind

from sightline.explain.figure.kind import Options


def test_004_04_the_density_is_that_of_all_positions_of_the_class_explained(guided):
    axes = kind("map-values")([guided], Options(split="matched")).axes[0]
    assert axes.get_yscale() == "log"
    values, edges, _ = axes.patches[0].get_data()
    raw = guided.attention("matched").maps["cam"]
    expected, _ = np.histogram(raw, edges, density=True)
    assert values[expected > 0] == pytest.approx(expected[expected > 0])
    assert (values[expected == 0] < axes.get_ylim()[0]).all(), "nothing is shown as nothing"


def test_the_numbers_of_the_axis_are_written_as_numbers(guided):
    axes = kind("map-values")([guided], Options(split="matched")).axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels
    assert all(float(label) > 0 for label in labels)
