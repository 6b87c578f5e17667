"""Heat maps in files: grey values are strengths, deep greys share one scale in the whole data set; colours are refused."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from sightline.data.greys import Kind
from sightline.data.images import colours, deep_peak, is_deep, levels_of, read_upright
from sightline.errors import UserError
from sightline.types import Annotation, Picture, Record

COLOURED = 40  # difference between the channels that is more than JPEG's noise or a tint
REMEDY = "Export its values as a grey picture: of 8 or 16 bits, or a TIFF of floats."


@dataclass(frozen=True)
class ScaledHeat:
    """A heat map of deep greys.

    Attributes:
        path: its file.
        kind: what its values are.
        full: the value that counts as 1.
    """

    path: Path
    kind: Kind
    full: float

    @property
    def key(self) -> str:
        status = self.path.stat() if self.path.exists() else None  # drawing a missing file says what is wrong, in words
        return f"{self!r} {self.path.absolute()} {status and (status.st_mtime_ns, status.st_size)}"

    def draw(self) -> np.ndarray:
        """(H, W) uint8."""
        return read_upright(self.path, lambda image: levels_of(image, self.path, self.full))


def open_heat(picture: Picture) -> np.ndarray:
    """A heat map as (H, W) uint8: its greys, or its opacity where that alone varies.

    Raises:
        UserError: an unreadable file, one in colours, or one whose greys and opacity say different things.
    """
    if not isinstance(picture, Path):
        return picture.draw()
    return read_upright(picture, lambda image: _levels(image, picture))


def _levels(image: Image.Image, where: Path) -> np.ndarray:
    if is_deep(image):
        return levels_of(image, where)
    if image.mode in ("1", "L") and not image.has_transparency_data:
        return np.array(image.convert("L"))
    rgb, alpha = colours(image), np.array(image.convert("RGBA").getchannel("A"))
    varies = bool((alpha != alpha.flat[0]).any())
    shown = rgb[alpha > 0] if varies else rgb.reshape(-1, 3)  # (N, 3)
    if varies and (shown == shown[0]).all():
        return alpha
    if int(np.ptp(shown, axis=1).max()) > COLOURED:
        raise UserError(where, "is a heat map in colours, from which no values can be read", REMEDY)
    grey = rgb.max(axis=2)
    if varies and (grey * (1 - alpha / 255) > 1).any():
        raise UserError(where, "shows different values by its greys and by its transparency", REMEDY)
    result: np.ndarray = grey
    return result


def on_one_scale(records: Sequence[Record]) -> list[Record]:
    """The records with their heat maps of deep greys on one scale, so that they compare: the largest value of the data set counts as 1."""
    files = list(dict.fromkeys(mark.source for mark in _heat_maps(records) if isinstance(mark.source, Path)))
    with ThreadPoolExecutor(2) as pool:
        peaks = {path: peak for path, peak in zip(files, pool.map(_peak, files), strict=True) if peak}
    full: dict[Kind, float] = {}
    for kind, peak in peaks.values():
        full[kind] = max(full.get(kind, 0.0), peak)

    def scaled(mark: Annotation) -> Annotation:
        if mark.kind != "heatmap" or mark.source not in peaks:
            return mark
        assert isinstance(mark.source, Path)
        kind, _ = peaks[mark.source]
        return replace(mark, source=ScaledHeat(mark.source, kind, full[kind])) if full[kind] else mark

    return [
        replace(
            record,
            annotations=tuple(map(scaled, record.annotations)),
            avoid=tuple(map(scaled, record.avoid)),
            regions={name: tuple(map(scaled, marks)) for name, marks in record.regions.items()},
        )
        if peaks
        else record
        for record in records
    ]


def scale_notes(records: Sequence[Record]) -> list[str]:
    """What `on_one_scale` has done, in sentences."""
    scales = {(m.source.kind, m.source.full): None for m in _heat_maps(records) if isinstance(m.source, ScaledHeat)}
    return [f"heatmap: {full:g}, the largest value of the data set ({kind}), counts as 1" for kind, full in scales]


def _heat_maps(records: Sequence[Record]) -> Iterator[Annotation]:
    for record in records:
        for marks in (record.annotations, record.avoid, *record.regions.values()):
            yield from (mark for mark in marks if mark.kind == "heatmap")


def _peak(path: Path) -> tuple[Kind, float] | None:
    """None of a file without deep greys, and of one that cannot be used, which is named when all images are looked through."""
    try:
        found = deep_peak(path)
    except UserError:
        return None
    return found if found and math.isfinite(found[1]) else None
