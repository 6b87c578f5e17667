"""How figures look, and how they are kept."""

from __future__ import annotations

import base64
import io
import re
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter, Formatter, FuncFormatter
from PIL import Image

from sightline.engine.files import write_whole
from sightline.errors import plain
from sightline.explain.colours import FAINT, INK, MUTED

STYLE: dict[Any, Any] = {  # of Matplotlib
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.labelsize": 10,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "lines.linewidth": 1.8,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    # text stays text, and equal figures are equal files
    "svg.fonttype": "none",
    "svg.hashsalt": "sightline",
    "pdf.fonttype": 42,
    # a class may be called $x$
    "text.parse_math": False,
}


def save(figure: Figure, path: Path) -> list[Path]:
    """Writes the figure as PNG, and as PDF beside it; each whole or not at all."""
    write_whole(path.with_suffix(".png"), lambda partial: _draw(figure, partial, "png"))
    write_whole(path.with_suffix(".pdf"), lambda partial: _draw(figure, partial, "pdf"))
    return [path.with_suffix(".png"), path.with_suffix(".pdf")]


def _draw(figure: Figure, path: Path, kind: str) -> None:
    # no date inside, so that equal figures are equal files
    _drawable(figure)
    with rc_context(STYLE):
        figure.savefig(path, format=kind, dpi=200, metadata={"CreationDate": None} if kind == "pdf" else None)


def _drawable(figure: Figure) -> None:
    """Writes out what no font can draw, such as the bytes of a file name that is no text."""
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        text.set_text(plain(text.get_text(), keep="\n"))
        text.set_parse_math(False)  # the figure may have been made elsewhere
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        named = axis.get_major_formatter()
        if isinstance(named, FuncFormatter | FixedFormatter):  # those of words
            axis.set_major_formatter(partial(_readable, named))


def _readable(formatter: Formatter, x: float, pos: int | None = None) -> str:
    return plain(formatter(x, pos), keep="\n")


def svg(figure: Figure, prefix: str = "") -> str:
    """The figure as an SVG element without a background, for use inside a page, whose `--ink`, `--muted`, `--faint` it takes on.

    Args:
        prefix: of the ids inside, which must differ between the figures of a page.
    """
    text = io.StringIO()
    _drawable(figure)
    with rc_context(STYLE):
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    element = text.getvalue()
    element = element[element.index("<svg") :]
    for name, colour in (("ink", INK), ("muted", MUTED), ("faint", FAINT)):
        element = element.replace(colour, f"var(--{name}, {colour})")
    return re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{prefix}", element) if prefix else element


def to_data_uri(picture: Figure | np.ndarray, kind: Literal["png", "jpeg", "svg"] = "png") -> str:
    """A figure, or pixels (H, W, 3) uint8, as an address that holds the picture itself.

    Photographs are small as `jpeg`, line drawings as `svg` (figures only).
    """
    if kind == "svg":
        if not isinstance(picture, Figure):
            raise TypeError("pixels cannot become an SVG")
        return _uri("image/svg+xml", svg(picture).encode())
    buffer = io.BytesIO()
    if isinstance(picture, Figure):
        _drawable(picture)
        with rc_context(STYLE):
            picture.savefig(buffer, format=kind, dpi=144)
    elif kind == "jpeg":
        Image.fromarray(picture).save(buffer, "JPEG", quality=82, optimize=True)
    else:
        Image.fromarray(picture).save(buffer, "PNG", optimize=True)
    return _uri(f"image/{kind}", buffer.getvalue())


def _uri(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def bare(axes: Axes, grid: Literal["x", "y", "none"] = "y") -> None:
    """Takes away what does not help reading: the grid lines of one direction, or of both."""
    axes.grid(False)
    if grid != "none":
        axes.grid(True, axis=grid)
