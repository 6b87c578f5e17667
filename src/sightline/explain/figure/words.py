"""Fits words into a given width: measures them in the font, breaks lines, and shortens them only if necessary."""

from __future__ import annotations

import re

from matplotlib import font_manager
from matplotlib.textpath import text_to_path

LINE = 1.25  # height of a line, in font sizes
_HINTED = 1.03  # on the screen, letters stand on whole pixels and take a little more room


def width(text: str, size: float, bold: bool = False) -> float:
    """Inches that a line takes at `size` points, in the font of the figures."""
    font = font_manager.FontProperties(size=size, weight="bold" if bold else "normal")
    points, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(points) / 72 * _HINTED


def wrapped(text: str, inches: float, size: float, bold: bool = False, lines: int = 2) -> str:
    """The text in at most `lines` lines that are no wider than `inches` and about equally long.

    Breaks at blanks (not at non-breaking ones) and behind `-`, `_`, `/` and `,`; ends in an ellipsis if it is still too long.

    >>> wrapped("guided", 2, 8)
    'guided'
    >>> wrapped("melanoma-guided-seed-2", 1.0, 9).splitlines()
    ['melanoma-', 'guided-seed-2']
    """
    parts = re.findall(r"[^ \-_/,]+[\-_/,]* *|[\-_/,]+ *", text)
    found = _filled(parts, inches, size, bold)
    if len(found) > lines:
        found = [*found[: lines - 1], "".join(found[lines - 1 :])]
    elif len(found) > 1:
        # the narrowest room in which it takes no more lines makes them alike
        room = next(r for r in (inches * share / 20 for share in range(8, 21)) if len(_filled(parts, r, size, bold)) <= len(found))
        found = _filled(parts, room, size, bold)
    return "\n".join(_shortened(line.strip(), inches, size, bold) for line in found)


def _filled(parts: list[str], inches: float, size: float, bold: bool) -> list[str]:
    """Lines, each as full as it can be."""
    found = [""]
    for part in parts:
        if width((found[-1] + part).rstrip(), size, bold) > inches and found[-1]:
            found.append("")
        found[-1] += part
    return found


def _shortened(line: str, inches: float, size: float, bold: bool) -> str:
    if width(line, size, bold) <= inches:
        return line
    kept = len(line)
    while kept and width(line[:kept] + "…", size, bold) > inches:
        kept -= 1
    return line[:kept].rstrip() + "…"
