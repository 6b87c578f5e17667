"""Where a run looks on each case: how much of the map lies inside the annotation, and whether its highest point does.

A run folder keeps the maps and not these numbers, and the annotations have to be read for them. A thread does this while people look at the
first cases.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Event, Thread

import numpy as np

from sightline.data.dataset import ImageDataset
from sightline.data.findings import united_marks
from sightline.data.images import image_size
from sightline.data.regions import marks_seen
from sightline.errors import UserError
from sightline.metrics.scores.localisation import energy_inside, pointing, upsample
from sightline.types import Record


@dataclass(frozen=True)
class Place:
    """Where the map of a case looks.

    Attributes:
        inside: share of the positive evidence inside the annotation.
        peak: whether the highest point lies inside.
    """

    inside: float
    peak: bool


def places_of(maps: Mapping[str, np.ndarray], record: Record, dataset: ImageDataset) -> dict[str, Place]:
    """Name of the map -> see `Place`; empty where the annotation is unknown or marks nothing, or cannot be read.

    Args:
        maps: name -> (h, w), raw.
    """
    try:
        roi = marks_seen(united_marks(record), image_size(record.image), dataset.data, record.id)
    except UserError:
        return {}
    if roi is None or not (roi >= 0.5).any():
        return {}
    region, found = roi.numpy(), {}  # (1, S, S)
    for name, raw in maps.items():
        large = upsample(raw[None] if np.isfinite(raw).all() else np.zeros_like(raw)[None], region.shape[1:])
        found[name] = Place(float(energy_inside(large, region)[0]), bool(pointing(large, region)[0] >= 0.5))
    return found


class Places:
    """The places of all cases, as far as they are known; a thread goes on reading.

    Args:
        given: key of a case -> what gives its places, called when its turn comes.
    """

    def __init__(self, given: Mapping[str, Callable[[], Mapping[str, Place]]]) -> None:
        self._given, self._stop = given, Event()
        self._found: dict[str, Mapping[str, Place]] = {}
        self._thread = Thread(target=self.fill, name="places", daemon=True)

    def get(self, key: str, name: str) -> Place | None:
        """Where a map looks; None: that is not known, or not yet."""
        return self._found.get(key, {}).get(name)

    @property
    def missing(self) -> int:
        """Number of cases whose annotation has yet to be read."""
        return len(self._given) - len(self._found)

    def start(self) -> None:
        """Begins to read."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(5)

    def fill(self) -> None:
        """Reads what is missing."""
        for key, place in self._given.items():
            if self._stop.is_set():
                return
            self._found[key] = place()
