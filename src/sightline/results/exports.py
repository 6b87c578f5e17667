"""What was exported of a run."""

from __future__ import annotations

from sightline.results.base import Result


class Exported(Result):
    """The files that were written, and how they were checked.

    Attributes:
        files: all files.
        outputs: names of what a graph gives; empty where no graph was asked for.
        differences: file -> output -> largest absolute difference from PyTorch.
        checked_on: the images of that check, in words; empty where no graph was asked for.
        why_no_map: why the map is not among the outputs; empty where it is.
    """

    files: list[str]
    outputs: list[str] = []
    differences: dict[str, dict[str, float]] = {}
    checked_on: str = ""
    why_no_map: str = ""
