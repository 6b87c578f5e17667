from __future__ import annotations

import matplotlib
import numpy as np
import pytest
import torch
from torch.nn.functional import interpolate

from sightline.explain.overlay import FLAT, NO_ATTENTION, NO_EVIDENCE, NOT_A_NUMBER, contour, display, nothing, overlay, shown

IMAGE = np.random.default_rng(0).integers(0, 255, (40, 60, 3), dtype=np.uint8)
PEAK = np.array([[-1.0, 0.5], [2.0, 4.0]])


def test_enlargement_is_bilinear_as_torch_does_it():
    raw = np.random.default_rng(1).random((5, 9)).astype(np.float32)
    expected = interpolate(torch.tensor(raw)[None, None], (40, 60), mode="bilinear", align_corners=False)[0, 0].numpy()
    assert np.allclose(display(raw, "unit", (40, 60)).values, expected, atol=1e-6)


@pytest.mark.parametrize("where", [None, (0.0, 0.0, 60.0, 40.0)])
def test_a_coarse_map_is_drawn_as_its_cells(where):
    raw = np.random.default_rng(1).random((4, 6)).astype(np.float32)
    assert (display(raw, "unit", (40, 60), where=where).values == raw.repeat(10, axis=0).repeat(10, axis=1)).all()
    smooth = display(raw, "unit", (40, 60), where=where, stretch=True).values
    assert len(np.unique(smooth)) > 24, "as the papers draw it"


def test_cells_lie_where_the_network_saw_them():
    """A window that is larger than the picture, as of one that was padded."""
    raw = np.arange(4, dtype=np.float32).reshape(2, 2) / 4
    values = display(raw, "unit", (40, 60), where=(0.0, -10.0, 60.0, 50.0)).values
    assert (values[:20, :30] == 0).all()
    assert (values[:20, 30:] == 0.25).all()
    assert (values[20:, 30:] == 0.75).all()
    unseen = display(raw, "unit", (40, 60), where=(10.0, 0.0, 50.0, 40.0)).values
    assert np.isnan(unseen[:, :10]).all()
    assert (unseen[:20, 10:30] == 0).all()


def test_unit_maps_are_shown_on_the_fixed_scale_even_when_they_are_nearly_flat():
    values = display(np.array([[0.50, 0.51]]), "unit", (4, 8)).values
    assert 0.5 <= values.min() <= values.max() <= 0.5101


def test_evidence_is_shown_relative_to_its_own_highest_value():
    values = display(PEAK, "evidence", (2, 2)).values
    assert np.allclose(values, [[0, 0.125], [0.5, 1]])


def test_several_maps_can_share_a_scale():
    strong, weak = display(PEAK, "evidence", (2, 2), scale=4).values, display(PEAK / 4, "evidence", (2, 2), scale=4).values
    assert np.allclose(weak, strong / 4)


@pytest.mark.parametrize(
    ("raw", "kind", "note"),
    [
        (-np.ones((3, 3)) - PEAK.max() * np.eye(3), "evidence", NO_EVIDENCE),
        (np.zeros((3, 3)), "evidence", NO_EVIDENCE),
        (np.full((3, 3), 0.1), "evidence", FLAT),
        (np.zeros((3, 3)), "unit", NO_ATTENTION),
        (np.array([[1.0, np.nan]]), "evidence", NOT_A_NUMBER),
    ],
)
def test_pitfall_27_a_map_that_says_nothing_is_greyed_with_a_note_never_blank_or_stretched(raw, kind, note):
    values, said = display(raw, kind, (40, 60))
    assert said == note
    assert not values.any()
    picture = shown(IMAGE, raw, kind)
    assert (picture == nothing(IMAGE, note)).all()
    assert (picture != IMAGE).any()
    off_the_note = np.r_[0:8, 32:40]
    assert (picture[off_the_note].max(axis=2) == picture[off_the_note].min(axis=2)).all(), "the rest is grey"
    assert (picture[14:26] > 130).any(), "the note is written"


def test_an_open_gate_is_no_dead_map():
    assert display(np.full((3, 3), 0.7), "unit", (6, 6)).note == ""


def test_evidence_that_falls_between_the_pixels_of_a_smaller_picture_is_not_stretched():
    raw = -np.ones((9, 9))
    raw[0, 0] = 1e-3
    assert display(raw, "evidence", (3, 3)).note == NO_EVIDENCE


def test_the_picture_stays_as_it_is_where_the_model_does_not_look():
    values = np.zeros((40, 60), np.float32)
    values[:, 30:] = np.linspace(0.1, 1, 30)
    painted = overlay(IMAGE, values)
    assert (painted[:, :30] == IMAGE[:, :30]).all()
    colour = matplotlib.colormaps["viridis"](1.0)[:3]
    assert np.abs(painted[:, -1] - (0.15 * IMAGE[:, -1] + 0.85 * 255 * np.array(colour))).max() < 1.5


def test_jet_is_blended_as_the_papers_do():
    values = np.random.default_rng(2).random((40, 60)).astype(np.float32)
    expected = 0.6 * IMAGE + 0.4 * 255 * matplotlib.colormaps["jet"](values)[..., :3]
    assert np.abs(overlay(IMAGE, values, cmap="jet") - expected).max() < 3


def test_a_tall_picture_is_blended_alike_in_all_its_strips():
    tall, values = np.full((600, 4, 3), 90, np.uint8), np.full((600, 4), 0.5, np.float32)
    painted = overlay(tall, values)
    assert (painted == painted[0, 0]).all()


def test_what_the_network_did_not_see_is_darkened():
    picture = shown(np.full((10, 20, 3), 210, np.uint8), PEAK, "evidence", where=(5, 0, 15, 10))
    assert (picture[:, :5] == 70).all()
    assert (picture[:, 15:] == 70).all()
    assert (picture[:, 5:15].max(axis=2) > 70).all()


def test_signed_colours_show_evidence_against():
    picture = shown(IMAGE, np.array([[-1.0, -2.0]]), "evidence", cmap="signed")
    assert (picture != nothing(IMAGE, NO_EVIDENCE)).any()
    values = display(np.array([[-2.0, 0.0, 1.0]]), "evidence", (1, 3), signed=True).values
    assert np.allclose(values, [[0, 0.5, 0.75]])


def test_signed_colours_fall_back_to_the_default_for_a_gate():
    assert (shown(IMAGE, np.eye(3), "unit", cmap="signed") == shown(IMAGE, np.eye(3), "unit")).all()


@pytest.mark.parametrize("level", [0, 255])
def test_the_outline_is_seen_on_any_skin_and_leaves_the_rest_alone(level):
    plain = np.full((60, 60, 3), level, np.uint8)
    roi = np.zeros((60, 60))
    roi[20:40, 20:40] = 1
    drawn = contour(plain, roi)
    assert (drawn[20:40, 20] == 255).all(), "light inside"
    assert (drawn[20:40, 19] == 20).all(), "dark outside"
    assert (drawn[30, 25:35] == level).all()
    assert (drawn[:15] == level).all()
    assert (plain == level).all(), "the picture that was given is not changed"


def test_a_region_over_the_whole_picture_has_an_outline_and_an_empty_one_has_none():
    assert (contour(IMAGE, np.ones((40, 60)))[0] == 255).all()
    assert (contour(IMAGE, np.zeros((40, 60))) == IMAGE).all()


def test_a_soft_region_is_outlined_at_half_its_height():
    roi = np.tile(np.linspace(0, 0.4, 60), (40, 1))
    edge = np.flatnonzero((contour(np.full((40, 60, 3), 90, np.uint8), roi)[20] == 255).all(axis=1))
    assert abs(edge[0] - 30) <= 1


def test_003_40_and_004_21_a_map_can_be_stretched_from_its_lowest_to_its_highest_value():
    gate, negative = np.array([[0.44, 0.53], [0.485, 0.44]]), np.array([[-9.0, -1.0], [-5.0, -9.0]])
    for raw, range in ((gate, "unit"), (negative, "evidence")):
        found = display(raw, range, (2, 2), stretch=True)
        assert found.note == ""
        assert found.values.ravel() == pytest.approx([0, 1, 0.5, 0])
    assert display(negative, "evidence", (2, 2)).note == "no positive evidence"
    assert display(np.full((2, 2), 0.4), "unit", (2, 2), stretch=True).note
