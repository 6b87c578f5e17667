"""Some pictures of another data set, for maps of where a run looks on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sightline.engine.elsewhere import elsewhere
from sightline.engine.run import Run
from sightline.explain.inputs import some
from sightline.types import Annotation


@dataclass(frozen=True)
class OtherPictures:
    """Pictures with their labels.

    Attributes:
        pictures: files; (H, W, 3) uint8 of what is drawn.
        labels: the class of the run that each belongs to.
        annotations: where the expert looked at each; an empty one is unknown.
        notes: what has to be known of the data set: labels that are left out, classes that it lacks.
    """

    pictures: list[Path | np.ndarray]
    labels: list[str]
    annotations: list[tuple[Annotation, ...]]
    notes: tuple[str, ...]


def other_pictures(
    run: Run, name: str, root: Path | None = None, split: str | None = None, classes: Mapping[str, str] | None = None, count: int = 8
) -> OtherPictures:
    """Up to `count` pictures, as many of each class as there are, spread evenly over the data set.

    Args:
        name, root, split, classes: see `other_data`.

    Raises:
        UserError: see `other_data`.
    """
    there = elsewhere(run, name, root, split, classes, by=())
    records = [there.found.dataset.records[i] for i in some(there, there.split, count)]
    pictures = [record.image if isinstance(record.image, Path) else record.image.draw() for record in records]
    return OtherPictures(pictures, [record.label for record in records], [record.annotations for record in records], there.notes)
