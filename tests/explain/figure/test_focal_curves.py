from __future__ import annotations

import numpy as np
import pytest
from drawn_figures import kind


def test_003_fig_2_3_the_curves_are_the_formula():
    axes = kind("focal-loss")([]).axes[0]
    lines = {line.get_label(): line for line in axes.lines}
    p, loss = (np.asarray(v) for v in lines["γ = 2"].get_data())
    assert loss == pytest.approx(-((1 - p) ** 2) * np.log(p), abs=1e-9)
    p, loss = (np.asarray(v) for v in lines["γ = 0, cross-entropy"].get_data())
    assert loss == pytest.approx(-np.log(p), abs=1e-6)
