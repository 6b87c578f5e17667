"""Lines and files as YOLO writes them."""

from __future__ import annotations

from pathlib import Path

from tool_files import write

BOX = "0 0.5 0.5 0.4 0.5\n"  # of 10 x 8 pixels: 3..7 x 2..6
OTHER = "1 0.2 0.25 0.2 0.25\n"


def names(root: Path) -> None:
    """Names the two classes."""
    write(root / "classes.txt", "mel\nnev\n\n")
