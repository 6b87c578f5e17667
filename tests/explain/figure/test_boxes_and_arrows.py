"""Boxes with words and the arrows between them."""

from __future__ import annotations

import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from sightline.explain.figure.boxes_and_arrows import FILLS, Box, Diagram, draw, level

SMALL, TALL = Box(0, 1, 2, 0.5, "data", "images"), Box(3, 0, 2, 2, "network", "network", "many layers")


def drawn(diagram: Diagram, above: float = 0.0) -> Axes:
    axes = Figure(figsize=(6, 4)).subplots()
    draw(axes, diagram, above)
    return axes


def test_points_lie_on_the_edges_from_the_bottom_and_from_the_left() -> None:
    assert (TALL.right(), TALL.left(0.25), TALL.top(0.75), TALL.bottom(0)) == ((5, 1), (3, 0.5), (4.5, 2), (3, 0))


@pytest.mark.parametrize(("start", "end"), [(SMALL, TALL), (TALL, SMALL)])
def test_a_level_arrow_is_at_the_middle_of_the_lower_box(start: Box, end: Box) -> None:
    (x0, y0), (x1, y1) = level(start, end)
    assert (x0, x1) == (start.x + start.width, end.x)
    assert y0 == y1 == 1.25


def test_a_box_that_takes_no_part_is_dashed_and_white() -> None:
    made = Diagram(2)
    made.add(SMALL)
    made.add(Box(3, 0, 2, 1, "loss", "loss", aside=True))
    first, second = drawn(made, above=0.5).patches
    assert (to_hex(first.get_facecolor()).upper(), first.get_linestyle()) == (FILLS["data"][0], "-")
    assert to_hex(second.get_facecolor()) == "#ffffff"
    assert second.get_linestyle() != "-"
    assert (first.get_x(), first.get_y()) == (0, 1.5), "it lies above the origin of the diagram"


def test_words_are_kept_within_their_box() -> None:
    made = Diagram(2, "a heading")
    made.add(Box(0, 0, 1.2, 0.6, "map", "a title", "a long body " * 20))
    title, body, heading = (text.get_text() for text in drawn(made).texts)
    assert (title, heading) == ("a title", "a heading")
    assert body.count("\n") < 3
    assert body.endswith("…")


def test_an_arrow_has_its_bends_its_head_and_its_label() -> None:
    made = Diagram(2)
    made.connect((0, 0), (1, 0), (1, 1), (2, 1), label="logits")
    made.connect((0, 0), (1, 0), aside=True)
    axes = drawn(made, above=0.5)
    (bends,) = axes.lines  # a straight one is only a head
    assert (list(bends.get_xdata()), list(bends.get_ydata())) == ([0, 1, 1], [0.5, 0.5, 1.5])
    heads = [text for text in axes.texts if hasattr(text, "arrow_patch")]
    assert [head.xy for head in heads] == [(2, 1.5), (1, 0.5)]
    assert [text.get_text() for text in axes.texts if text.get_text()] == ["logits"]
