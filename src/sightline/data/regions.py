"""Named regions of an image (organs, dermoscopic features) in the geometry in which a classifier is evaluated."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from sightline.config import Data
from sightline.data.annotation import render
from sightline.data.augment import evaluation, prepare
from sightline.data.heatmap import HeatMap
from sightline.data.images import image_size
from sightline.types import Annotation, Record


def marks_seen(marks: Sequence[Annotation], size: tuple[int, int], data: Data, where: str) -> torch.Tensor | None:
    """Annotations, united, moved and cut as an image of `size` is that is not trained on.

    Returns:
        (1, S, S) in [0, 1], S the `image_size`; None where they say nothing.
    """
    drawn = render(marks, size, gaze_blur=data.gaze_blur, where=where)
    if drawn is None:
        return None
    _, [square] = prepare(np.zeros((*size, data.channels), np.uint8), [drawn], data)  # the marks alone are wanted, not the picture
    [seen] = evaluation(data)([HeatMap(square)])
    return seen.as_subclass(torch.Tensor)


def region_mask(record: Record, names: Sequence[str], data: Data) -> np.ndarray | None:
    """The union of some regions, moved and cut as the image is.

    Returns:
        (S, S) bool, S the `image_size`; empty where the regions are known to be absent. None where one of them is not known: the union
        would be too small.

    Raises:
        UserError: the image or a region cannot be read.
    """
    if not all(name in record.regions for name in names):
        return None
    marks = [mark for name in names for mark in record.regions[name]]
    seen = marks_seen(marks, image_size(record.image), data, record.id)
    return None if seen is None else np.asarray(seen[0] >= 0.5)
