"""Some of the predicted masks to look at, kept and dropped (Yan 2020, fig. 3.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from sightline.data.images import open_image
from sightline.explain.choose import evenly_ranked
from sightline.explain.overlay import contour
from sightline.explain.panels import panel
from sightline.explain.run_pictures import Cell
from sightline.pseudo.predict import Predicted, predict
from sightline.pseudo.quality import faults
from sightline.pseudo.segmenter import Segmenter
from sightline.pseudo.settings import PseudoMasks
from sightline.types import Record

SIDE = 320  # pixels of a cell
EACH = 4  # of the kept ones, and of the dropped ones
_LONGEST = 22  # characters of a caption


def draw_samples(
    path: Path, segmenter: Segmenter, targets: Sequence[Record], rows: Sequence[Mapping[str, Any]], settings: PseudoMasks
) -> None:
    """Draws up to `EACH` kept and dropped masks of every confidence.

    Args:
        rows: of `pseudo.csv`, one for each of `targets`.
    """
    confidence, kept = np.array([row["confidence"] for row in rows]), np.array([bool(row["kept"]) for row in rows])
    sides = [some for some in (np.flatnonzero(kept), np.flatnonzero(~kept)) if len(some)]
    places = [some[i] for some in sides for i in evenly_ranked(confidence[some], EACH)]
    samples(list(predict(segmenter, [targets[place] for place in places], settings)), settings).savefig(path, dpi=200)


def samples(found: list[Predicted], settings: PseudoMasks) -> Figure:
    """Images above, masks below: bright inside."""
    ordered = sorted(found, key=lambda p: bool(faults(p.seen, settings.keep)))  # stable: kept ones first
    titles = ["dropped" if faults(p.seen, settings.keep) else "kept" for p in ordered]
    pairs = [_pair(p, settings) for p in ordered]
    note = "From the most confident to the least, among the kept and among the dropped ones."
    return panel([[above for above, _ in pairs], [below for _, below in pairs]], titles, note)


def _pair(found: Predicted, settings: PseudoMasks) -> tuple[Cell, Cell]:
    id, why, seen = found.record.id, faults(found.seen, settings.keep), found.seen
    image = Image.fromarray(open_image(found.record.image, settings.grey))
    factor = SIDE / max(image.size)
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    large = np.asarray(image.resize(size, Image.Resampling.BICUBIC))
    inside = np.asarray(Image.fromarray(found.mask).resize(size, Image.Resampling.NEAREST))
    below = contour(np.where(inside[..., None], large, large // 3), inside.astype(np.float32))
    caption = ", ".join(why) if why else f"{seen.area:.0%} of the image"
    return (
        Cell(large, id if len(id) <= _LONGEST else f"…{id[1 - _LONGEST :]}", None, f"Image {id}."),
        Cell(
            below,
            f"{caption} ({seen.confidence:.2f})",
            not why,
            f"Predicted mask of image {id}: {caption}, confidence {seen.confidence:.2f}.",
        ),
    )
