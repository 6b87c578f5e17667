"""What figures there are."""

from __future__ import annotations

from sightline.results.base import Result


class ListedFigure(Result):
    """A figure that `sl.figure` draws.

    Attributes:
        name: with which it is asked for.
        shows: what it shows; of a broken plug-in, what is wrong with it.
        paper: the papers' figures that it corresponds to; `broken` of a broken plug-in.
    """

    name: str
    shows: str
    paper: str
