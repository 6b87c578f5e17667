"""A picture that somebody wants predicted."""

from __future__ import annotations

from dataclasses import dataclass

from sightline.types import Annotation, Picture


@dataclass(frozen=True)
class Wanted:
    """A picture to be predicted.

    Attributes:
        name: how the person calls it; the name in the results.
        path: its file, or its slice of one.
        region: annotations that say where the expert looks; empty: unknown.
        note: what is wrong with the region.
    """

    name: str
    path: Picture
    region: tuple[Annotation, ...] = ()
    note: str = ""
