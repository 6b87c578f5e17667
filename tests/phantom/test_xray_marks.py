"""Margins, electrodes, tubes and side markers on radiographs."""

from __future__ import annotations

import numpy as np
from laid import SIZE, gap, laid, lesions

from sightline.phantom.canvas import Layer
from sightline.phantom.outline import ANGLES, Outline
from sightline.phantom.place import GAP
from sightline.phantom.xray_marks import paint_collimation, paint_electrode, paint_token, paint_tube


def test_black_margins_lie_along_the_edges_and_keep_clear_of_the_finding() -> None:
    counts = set()
    for seed, outline in lesions(16):
        layer = laid(lambda rng, outline=outline: paint_collimation(rng, outline, SIZE), seed)
        dark = layer.cover > 0.5
        assert layer.colour.max() <= 0.05
        counts.add(sum(bool(edge.mean() > 0.9) for edge in (dark[0], dark[-1], dark[:, 0], dark[:, -1])))
        assert not dark[outline.mask(SIZE)].any()
        assert not dark[SIZE // 4 : -SIZE // 4, SIZE // 4 : -SIZE // 4].any()
    assert min(counts) >= 1
    assert len(counts) > 2


def test_a_margin_is_drawn_even_where_the_finding_fills_the_image() -> None:
    layer = paint_collimation(np.random.default_rng(0), Outline(0.5, 0.5, np.full(ANGLES, 0.49)), SIZE)
    assert 0.01 < (layer.cover > 0.5).mean() < 0.2


def test_the_pads_of_electrodes_keep_clear_of_the_finding_and_their_wires_run_to_the_side() -> None:
    for seed, outline in lesions(12):
        layer = laid(lambda rng, outline=outline: paint_electrode(rng, outline, SIZE), seed)
        snaps = Layer(layer.colour, np.where(layer.cover > 0.58, layer.cover, 0))
        assert gap(snaps, outline) > GAP
        assert layer.cover[:, [0, -1]].any()


def test_a_tube_comes_from_outside_and_is_long_and_narrow() -> None:
    for seed in range(16):
        layer = laid(lambda rng: paint_tube(rng, SIZE), seed)
        there = layer.cover > 0.1
        assert there[0].any() or there[:, [0, -1]].any()
        assert there.any(axis=1).mean() > 0.2
        assert there.mean() < 0.06


def test_a_side_marker_stands_in_an_upper_corner() -> None:
    sides = set()
    for seed in range(12):
        layer = laid(lambda rng: paint_token(rng, SIZE), seed)
        rows, columns = np.nonzero(layer.cover)
        assert rows.max() / SIZE < 0.2
        assert len(rows) / SIZE**2 < 0.02
        assert abs(columns.mean() / SIZE - 0.5) > 0.35
        sides.add(bool(columns.mean() > SIZE / 2))
    assert sides == {True, False}
