"""Boxes with words and the arrows between them, placed in inches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from sightline.explain.colours import INK, MUTED
from sightline.explain.figure.words import LINE, wrapped

TITLE, BODY = 9.0, 8.0  # points
PAGE, GAP = 7.63, 0.14  # inches: width of a diagram, between its rows
# what a box stands for -> its fill and its edge; the words inside say the same, so that no colour has to be told apart
FILLS = {
    "data": ("#F1F2F4", "#8A909C"),
    "network": ("#DCEBF7", "#0072B2"),
    "map": ("#FBE9D3", "#C77700"),
    "loss": ("#DDF1EA", "#00805C"),
    "total": ("#FFFFFF", "#22262E"),
}

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A box of a diagram: lower left corner and size in inches; `aside`: drawn dashed, takes no part in training."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    title: str
    body: str = ""
    aside: bool = False

    def right(self, share: float = 0.5) -> Point:
        """A point on the right edge, from the bottom (0) to the top (1)."""
        return self.x + self.width, self.y + share * self.height

    def left(self, share: float = 0.5) -> Point:
        """A point on the left edge."""
        return self.x, self.y + share * self.height

    def top(self, share: float = 0.5) -> Point:
        """A point on the upper edge, from the left (0) to the right (1)."""
        return self.x + share * self.width, self.y + self.height

    def bottom(self, share: float = 0.5) -> Point:
        """A point on the lower edge."""
        return self.x + share * self.width, self.y


@dataclass(frozen=True)
class Arrow:
    """A path of straight lines with a head at its end; `aside`: dashed."""

    points: tuple[Point, ...]
    label: str = ""
    aside: bool = False


@dataclass
class Diagram:
    """What is drawn; it grows from (0, 0) upwards to `height`."""

    height: float
    heading: str = ""
    boxes: list[Box] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)

    def add(self, box: Box) -> Box:
        """Adds a box, and gives it back."""
        self.boxes.append(box)
        return box

    def connect(self, *points: Point, label: str = "", aside: bool = False) -> None:
        """Adds an arrow."""
        self.arrows.append(Arrow(points, label, aside))


def level(start: Box, end: Box) -> tuple[Point, Point]:
    """A horizontal arrow from the right edge of one box to the left edge of another, at the middle of the lower of both."""
    small = min(start, end, key=lambda box: box.height)
    y = small.y + small.height / 2
    return (start.x + start.width, y), (end.x, y)


def draw(axes: Axes, diagram: Diagram, above: float) -> None:
    """Draws it with its origin `above` the bottom of axes whose unit is an inch."""
    for arrow in diagram.arrows:
        _arrow(axes, [(x, y + above) for x, y in arrow.points], arrow)
    for box in diagram.boxes:
        _box(axes, box, above)
    if diagram.heading:
        axes.text(0, above + diagram.height + 0.12, diagram.heading, fontsize=10, fontweight="bold", color=INK, va="bottom")


def _box(axes: Axes, box: Box, above: float) -> None:
    fill, edge = FILLS[box.kind]
    patch = FancyBboxPatch(
        (box.x, box.y + above),
        box.width,
        box.height,
        boxstyle="round,pad=0,rounding_size=0.06",
        facecolor="white" if box.aside else fill,
        edgecolor=edge,
        linewidth=1.1,
        linestyle=(0, (4, 2.5)) if box.aside else "-",
    )
    axes.add_patch(patch)
    room = box.width - 0.1
    title = wrapped(box.title, room, TITLE, bold=True)
    titles = title.count("\n") + 1
    rows = int((box.height - 0.08 - titles * TITLE * LINE / 72) / (BODY * LINE / 72))
    body = wrapped(box.body, room, BODY, lines=max(rows, 1)) if box.body else ""
    bodies = body.count("\n") + 1 if body else 0
    # title and body are centred together
    tall = (titles * TITLE + bodies * BODY) * LINE / 72
    centre, top = box.x + box.width / 2, box.y + above + box.height / 2 + tall / 2
    axes.text(centre, top, title, fontsize=TITLE, fontweight="bold", color=INK, ha="center", va="top", linespacing=1.1)
    if body:
        axes.text(centre, top - titles * TITLE * LINE / 72, body, fontsize=BODY, color=INK, ha="center", va="top", linespacing=1.1)


def _arrow(axes: Axes, points: Sequence[Point], arrow: Arrow) -> None:
    style: dict[str, Any] = {"color": MUTED, "linewidth": 1.1, "linestyle": (0, (4, 2.5)) if arrow.aside else "-"}
    if len(points) > 2:
        xs, ys = zip(*points[:-1], strict=True)
        axes.plot(xs, ys, solid_joinstyle="miter", zorder=0.5, **style)
    head = {"arrowstyle": "-|>,head_width=0.22,head_length=0.4", "shrinkA": 0, "shrinkB": 0, "mutation_scale": 12, **style}
    axes.annotate("", points[-1], points[-2], arrowprops=head, zorder=0.5)
    if arrow.label:
        (x0, y0), (x1, _) = points[0], points[1]
        axes.text((x0 + x1) / 2 - 0.02, y0 + 0.03, arrow.label, fontsize=BODY, style="italic", color=INK, ha="center", va="bottom")
