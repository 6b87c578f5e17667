"""The best unit of each concept, as a page and as a picture (Van Molle et al. 2018, figures 1 to 6, with numbers beside them)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from PIL import Image

from sightline.engine.files import write_text, write_whole
from sightline.engine.run import Run
from sightline.explain.colours import INK, MUTED, RIGHT
from sightline.explain.overlay import contour
from sightline.explain.style import STYLE, to_data_uri
from sightline.explain.templating import environment
from sightline.results.units import ConceptUnit

PICTURES = 4  # of a concept
_SIDE = 224


@dataclass(frozen=True)
class Best:
    """The unit of a layer that overlaps most with a concept.

    Attributes:
        effect: what switching the unit off changes: `accuracy`, `auc`, `flips` and `score:<class>`; empty if that was not asked for.
        pictures: the unit's map over images that show the concept, (H, W, 3) uint8, and the concept's mask (H, W).
    """

    found: ConceptUnit
    effect: dict[str, float]
    pictures: list[tuple[np.ndarray, np.ndarray]] = field(repr=False)


def write_page(folder: Path, run: Run, split: str, images: int, best: Sequence[Best], absent: Sequence[str], top: float) -> list[Path]:
    """Writes `units.html`, which needs no other file, and `units.png`."""
    ordered = sorted(best, key=lambda one: (one.found.number, not one.found.named, (one.found.level or 0) - one.found.iou))
    drawn = [(one.found, [_marked(*picture) for picture in one.pictures]) for one in ordered]
    facts = {
        "title": run.name,
        "split": split,
        "images": images,
        "top": f"{top:.0%}",
        "classes": run.classes,
        "best": [
            (one.found, one.effect, [to_data_uri(picture, "jpeg") for picture in pictures])
            for one, (_, pictures) in zip(ordered, drawn, strict=True)
        ],
        "absent": absent,
        "unnamed": [one.found for one in ordered if not one.found.named],
    }
    files = [folder / "units.html", folder / "units.png"]
    write_text(files[0], environment().get_template("units.html.j2").render(facts))
    figure = _figure(drawn)
    with rc_context(STYLE):
        write_whole(files[1], lambda partial: figure.savefig(partial, format="png", dpi=150))
    return files


def _marked(picture: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The picture, enlarged, with the outline of the concept. (S, S, 3) uint8, (s, s) in [0, 1] -> (H, W, 3) uint8"""
    large = np.asarray(Image.fromarray(picture).resize((_SIDE, _SIDE), Image.Resampling.BICUBIC))
    region = Image.fromarray(mask.astype(np.float32)).resize((_SIDE, _SIDE), Image.Resampling.BILINEAR)
    return contour(large, np.clip(np.asarray(region), 0, 1))


def _figure(drawn: Sequence[tuple[ConceptUnit, list[np.ndarray]]]) -> Figure:
    """A row per concept: its name and numbers, then the pictures."""
    cell, text, head = 1.35, 2.5, 0.45  # inches
    height = len(drawn) * (cell + 0.08) + head
    width = text + PICTURES * (cell + 0.06)
    with rc_context(STYLE):
        figure = Figure(figsize=(width, height))
        figure.text(
            0.02, 1 - 0.28 / height, "The best unit of each concept, on images that show it (outlined)", fontsize=11, fontweight="bold"
        )
        for row, (one, pictures) in enumerate(drawn):
            bottom = (height - head - (row + 1) * (cell + 0.08)) / height
            middle = bottom + cell / 2 / height
            figure.text(
                0.02, middle + 0.28 / height, one.concept, fontsize=12, fontweight="bold", color=RIGHT if one.named else INK, va="center"
            )
            verdict = f"unit {one.number}/{one.unit}" if one.named else f"no unit; best {one.number}/{one.unit}"
            chance = "too few images to tell chance" if one.level is None else f"chance reaches {one.level:.3f}"
            figure.text(0.02, middle, f"{verdict}\nIoU {one.iou:.3f}, {chance}", fontsize=8.5, color=MUTED, va="top")
            for column, picture in enumerate(pictures):
                axes = figure.add_axes(((text + column * (cell + 0.06)) / width, bottom, cell / width, cell / height))
                axes.imshow(picture, interpolation="lanczos")
                axes.set_axis_off()
    return figure
