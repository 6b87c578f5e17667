from __future__ import annotations

import matplotlib
import numpy as np
import pytest

from sightline.errors import UserError
from sightline.explain.colours import SCHEMES, paint, scheme, strength

RAMP = np.linspace(0, 1, 33)


def test_jet_is_red_where_attention_is_highest_and_blue_where_it_is_lowest():
    low, high = paint(np.array([0.0, 1.0]), scheme("jet"))
    assert (low[2] > 100, low[0]) == (True, 0)
    assert (high[0] > 100, high[2]) == (True, 0)


def test_the_default_gets_lighter_step_by_step_so_that_it_reads_without_hue():
    luminance = paint(RAMP, scheme("default")) @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(luminance) > 0).all()


def test_paint_is_matplotlibs_colour_map():
    expected = matplotlib.colormaps["viridis"](RAMP)[:, :3] * 255
    assert np.abs(paint(RAMP, scheme("default")) - expected).max() < 3


def test_cover_grows_with_attention_but_is_even_for_jet():
    assert strength(RAMP, scheme("default"))[0] == 0
    assert (np.diff(strength(RAMP, scheme("default"))) > 0).all()
    assert set(strength(RAMP, scheme("jet")).tolist()) == {np.float32(0.4)}


def test_signed_colours_leave_nothing_where_there_is_no_evidence():
    cover = strength(np.array([0.0, 0.5, 1.0]), scheme("signed"))
    assert cover[1] == 0
    assert cover[0] == cover[2] > 0.5


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(UserError, match='"jet"'):
        scheme("jett")
    assert set(SCHEMES) == {"default", "jet", "signed"}
