"""Maps that were written."""

from __future__ import annotations

from sightline.results.base import Result


class WrittenMap(Result):
    """A map of a picture.

    Attributes:
        image: the picture.
        map: name of the map.
        explained: the class that it explains; None: of no class.
        predicted, probability: the class that is decided for.
        label: its class, where that is known.
    """

    image: str
    map: str
    explained: str | None
    predicted: str
    probability: float
    label: str | None = None


class WrittenMaps(Result):
    """What `sl.explain(..., out=...)` has written.

    Attributes:
        maps: each map, picture by picture.
        files: all files.
        notes: what has to be known of another data set.
    """

    maps: list[WrittenMap]
    files: list[str]
    notes: tuple[str, ...] = ()
