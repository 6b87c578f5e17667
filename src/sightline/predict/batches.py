"""Batches of pictures: predicted, and their maps and drawings written, by whichever worker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sightline.metrics.scores.conformal import Sets
from sightline.predict.ensemble import Ensemble
from sightline.predict.stream import Seen, predictions
from sightline.predict.views import Views
from sightline.predict.wanted import Wanted
from sightline.results.predictions import Prediction


@dataclass(frozen=True)
class Work:
    """What is made of every picture.

    Attributes:
        views: test-time augmentation.
        calibration: whether probabilities are calibrated.
        sets: the rule of conformal sets; None: predictions have none.
        maps: folder for the raw map of each picture (NPY), of the predicted class.
        drawings: folder for the map over each picture (PNG).
        batch_size: pictures that are computed at a time.
    """

    views: Views = "none"
    calibration: bool = True
    sets: Sets | None = None
    maps: Path | None = None
    drawings: Path | None = None
    batch_size: int = 32


def batches(network: Ensemble, pictures: Iterable[Wanted], work: Work, before: int) -> Iterator[list[Prediction]]:
    """The predictions, batch by batch in the order of the pictures; the maps and drawings of a batch are there when it comes.

    Args:
        before: number of pictures before the first one, since files are numbered where names are not enough.
    """
    draws = work.maps is not None or work.drawings is not None
    for batch in predictions(network, pictures, batch_size=work.batch_size, maps=draws, sets=work.sets):
        if draws:
            _keep(batch, network, before, work)
        before += len(batch)
        yield [seen.prediction for seen in batch]


def _keep(batch: Sequence[Seen], network: Ensemble, before: int, work: Work) -> None:
    from sightline.predict.drawing import drawn, file_of, write_drawing, write_map

    for place, seen in enumerate(batch, start=before):
        if work.maps is not None and seen.map is not None:
            write_map(seen.map, file_of(work.maps, seen.prediction.image, place, ".npy"))
        if work.drawings is not None and (picture := drawn(seen, network.members[0].data, network.range)) is not None:
            write_drawing(picture, file_of(work.drawings, seen.prediction.image, place, ".png"))
