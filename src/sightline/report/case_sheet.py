"""One picture on one sheet of paper: what the run says of it, where it looked, and what that does not show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from sightline.data.annotation import render
from sightline.engine.files import write_text
from sightline.engine.run import Run
from sightline.explain.colours import paint, scheme
from sightline.explain.explanation import Explanation, Found, scale_of
from sightline.explain.figures import to_data_uri
from sightline.explain.maps import Asked, Written
from sightline.explain.overlay import contour, display, grid_words, shown
from sightline.explain.window import Window, share_inside
from sightline.report.templating import rendered
from sightline.report.words import percent
from sightline.types import Annotation

LONGEST = 900  # side of a picture on the sheet, pixels
MOST_MAPS, MOST_CLASSES = 2, 10  # that a sheet has room for
CASE, EXPERT = (240, 228, 66), (255, 255, 255)  # colours of the outlines: of the map, of the annotation
LIMITS = (
    "The map shows which places speak for the class according to the model. It does not prove that the decision rests on them, and its "
    "cells are coarse: their borders mean little.",
    "Probabilities hold for images like those of the training; other clinics, devices and patients may differ.",
    "For research. Not a medical device: no decision on a person is to be based on this sheet.",
)


@dataclass(frozen=True)
class Model:
    """Which model speaks: the name of its run, the SHA-256 of its weights, the day on which its training began (None: not kept)."""

    name: str
    weights: str
    day: str | None

    @classmethod
    def of(cls, run: Run) -> Model:
        """Of a finished run."""
        return cls(run.name, run.weights_sha256, run.environment.date)


class CaseSheets:
    """Writes a sheet for each picture that `explain.maps.explain` has written.

    Args:
        run: that was asked.
        labels, annotations: of each picture, where they are known.
        cmap: as the maps were drawn.
    """

    def __init__(
        self, run: Run, labels: Sequence[str] = (), annotations: Sequence[tuple[Annotation, ...]] = (), cmap: str = "default"
    ) -> None:
        self.model, self.labels, self.annotations, self.cmap = Model.of(run), labels, annotations, cmap

    def __call__(self, one: Written) -> Path:
        """Raises UserError where an annotation cannot be read."""
        marks = self.annotations[one.place] if self.annotations else ()
        region = render(marks, (one.found.pixels.shape[0], one.found.pixels.shape[1]), where=one.name) if marks else None
        label = self.labels[one.place] if self.labels else None
        file = one.stem.with_name(f"{one.stem.name}-sheet.html")
        write_text(file, case_sheet(self.model, Path(one.name).name, one.asked, one.found, region, label, self.cmap))
        return file


def case_sheet(
    model: Model,
    name: str,
    asked: Asked,
    found: Explanation,
    region: np.ndarray | None = None,
    label: str | None = None,
    cmap: str = "default",
) -> str:
    """The page, which needs no other file and prints on one sheet of A4.

    Args:
        name: of the picture.
        asked, found: the classifier, and what it says of the picture.
        region: (H, W) in [0, 1], where the expert looked; None: unknown.
        label: class of the picture; None: unknown.
    """
    small = _sized(found, region)
    decision = asked.decision
    every = dict(found.probabilities)
    content = {
        "name": name,
        "prediction": found.prediction,
        "label": label,
        "probabilities": _probabilities(every, found.prediction),
        "rule": decision.words(list(every)),
        "calibration": decision.calibration.words() if decision.calibration else None,
        "size": found.pixels.shape[:2],
        "picture": to_data_uri(small.pixels if small.region is None else contour(small.pixels, small.region, EXPERT), "jpeg"),
        "annotated": region is not None and bool(region.max() > 0),
        "maps": [_map(one, found, small, region, cmap) for one in found.found[:MOST_MAPS]],
        "left_out": [one.explained or one.name for one in found.found[MOST_MAPS:]],
        "method": asked.method,
        "model": model,
        "sightline": version("sightline"),
        "made": date.today(),
        "limits": LIMITS,
    }
    return rendered("case.html.j2", content)


def _probabilities(every: dict[str, float], prediction: str) -> list[tuple[str, float, bool]]:
    """Class, probability, and whether it is decided for; of many classes the most probable ones, and the rest together."""
    rows = [(name, p, name == prediction) for name, p in every.items()]
    if len(rows) <= MOST_CLASSES:
        return rows
    rows.sort(key=lambda row: (not row[2], -row[1]))
    rest = rows[MOST_CLASSES - 1 :]
    return [*rows[: MOST_CLASSES - 1], (f"{len(rest)} other classes together", sum(p for _, p, _ in rest), False)]


@dataclass(frozen=True)
class _Sized:
    """What is drawn: the picture (h, w, 3) no larger than the sheet needs, its region and the window of the map on it."""

    pixels: np.ndarray
    region: np.ndarray | None
    where: Window


def _sized(found: Explanation, region: np.ndarray | None) -> _Sized:
    height, width = found.pixels.shape[:2]
    factor = LONGEST / max(height, width)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    x, y = size[0] / width, size[1] / height
    pixels = np.asarray(Image.fromarray(found.pixels).resize(size, Image.Resampling.BICUBIC))
    large = None if region is None else np.asarray(Image.fromarray(region.astype(np.float32)).resize(size, Image.Resampling.BILINEAR))
    x0, y0, x1, y1 = found.where
    return _Sized(pixels, large, (x0 * x, y0 * y, x1 * x, y1 * y))


def _map(one: Found, found: Explanation, small: _Sized, region: np.ndarray | None, cmap: str) -> dict[str, Any]:
    """A map for the page: both pictures, the ends of its colours, and what it says in words."""
    signed = scheme(cmap).signed and one.range == "evidence"
    scale = scale_of(one, found.found, cmap)
    size = (small.pixels.shape[0], small.pixels.shape[1])
    said = display(one.raw, one.range, size, scale, where=small.where)
    over = shown(small.pixels, one.raw, one.range, roi=small.region, scale=scale, where=small.where, cmap=cmap)
    values = np.nan_to_num(said.values)
    outlined = small.pixels if said.note else contour(small.pixels, values, CASE)
    if small.region is not None:
        outlined = contour(outlined, small.region, EXPERT)
    return {
        "name": one.name,
        "explained": one.explained,
        "over": to_data_uri(over, "jpeg"),
        "outlined": None if said.note else to_data_uri(outlined, "jpeg"),
        "colours": _gradient(cmap if signed or not scheme(cmap).signed else "default"),
        "least": f"{-scale:.3g}" if signed else "0",
        "most": f"{scale:.3g}",
        "grid": _grid(one, found),
        "words": _words(one, found, said.note, values, region),
    }


def _gradient(cmap: str) -> str:
    """The colours from the least to the most, as CSS writes them."""
    stops = paint(np.linspace(0, 1, 12), scheme(cmap)).round().astype(int)
    return ", ".join(f"rgb({red} {green} {blue})" for red, green, blue in stops)


def _grid(one: Found, found: Explanation) -> str:
    """How large a cell of the map is on the picture."""
    x0, y0, x1, y1 = found.where
    return grid_words(one.raw.shape, x1 - x0, y1 - y0, "pixels of the picture")


def _words(one: Found, found: Explanation, note: str, values: np.ndarray, region: np.ndarray | None) -> list[str]:
    """Where the evidence lies.

    Args:
        note: why the map points nowhere; empty where it does point somewhere.
        values: (h, w) as they are drawn.
        region: (H, W), in the size of the picture.
    """
    if note:
        said = [f"The map points nowhere: {note}."]
    else:
        row, column = np.unravel_index(int(values.argmax()), values.shape)
        place, half = _side(float(row) / values.shape[0], float(column) / values.shape[1]), float((values >= values.max() / 2).mean())
        said = [f"The highest value lies {place}. Values of at least half of it cover {percent(half)} of the picture (yellow outline)."]
    if region is None:
        return [*said, "Where an expert would look is not known for this picture."]
    if region.max() <= 0:
        return [*said, "The expert marked nothing in this picture."]
    area = percent(float(region.mean()))
    share = None if note else share_inside(one.raw, found.where, region)
    if share is None:
        return [*said, f"The annotation (white outline) covers {area} of the picture."]
    return [
        *said,
        f"{percent(share)} of the positive evidence lies inside the annotation (white outline), which covers {area} of the picture.",
    ]


def _side(down: float, right: float) -> str:
    """
    >>> _side(0.1, 0.9), _side(0.5, 0.5), _side(0.5, 0.1)
    ('at the upper right', 'in the middle', 'at the left')
    """
    vertical = "upper" if down < 1 / 3 else "lower" if down > 2 / 3 else ""
    horizontal = "left" if right < 1 / 3 else "right" if right > 2 / 3 else ""
    if not vertical and not horizontal:
        return "in the middle"
    if not horizontal:
        return f"at the {vertical} edge"
    return f"at the {' '.join(filter(None, (vertical, horizontal)))}"
