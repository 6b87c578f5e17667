"""From several marked objects in one image to its one label, and to where to look for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sightline.errors import UserError
from sightline.types import Annotation

Rule = Literal["refuse", "largest"]
Empty = Literal["unknown", "nothing"]


@dataclass(frozen=True)
class Marked:
    """One object that somebody marked.

    Attributes:
        category: what it is.
        area: in pixels.
        mark: where it is; None where that cannot be said.
        decides: it counts for the label.
    """

    category: str
    area: float
    mark: Annotation | None
    decides: bool = True


def label_of(objects: Sequence[Marked], rule: Rule, where: str) -> str | None:
    """The category of the objects that decide; None if none does.

    Args:
        rule: of an image that shows several categories: `refuse` it, or take that of the `largest` object.
        where: names the image.

    Raises:
        UserError: several categories, and the rule is to refuse.
    """
    deciding = [thing for thing in objects if thing.decides]
    categories = sorted({thing.category for thing in deciding})
    if len(categories) > 1 and rule == "refuse":
        remedy = "data.options.label=largest takes the category of the largest object."
        raise UserError(where, f"shows objects of several categories ({', '.join(categories)})", remedy)
    return max(deciding, key=lambda thing: thing.area).category if deciding else None


def marks_of(objects: Sequence[Marked], label: str) -> tuple[Annotation, ...]:
    """Where every object of the label is."""
    return tuple(thing.mark for thing in objects if thing.category == label and thing.mark is not None)


def marks_of_empty(empty: Empty) -> tuple[Annotation, ...]:
    """The annotation of an image without objects: none, or that there is nothing to see (000 eq. 6: H is zero)."""
    return (Annotation("nothing"),) if empty == "nothing" else ()
