"""Pictures in, predictions out, batch by batch: while one batch is computed, the next are decoded, and nothing else is kept."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
from torch import Tensor

from sightline.channels import as_rgb
from sightline.config import Data
from sightline.data.annotation import render
from sightline.data.augment import evaluation, prepare
from sightline.data.images import open_scaled
from sightline.errors import UserError
from sightline.metrics.confidence.bootstrap import Array
from sightline.metrics.scores.conformal import Sets
from sightline.predict.ensemble import Answer, Ensemble
from sightline.predict.wanted import Wanted
from sightline.results.predictions import Prediction

_GUESSED = (
    "holds deep greys, of which {:g} counts as black and {:g} as white by its own highest value: the pictures of the training had no such "
    "greys. Save it as they are, or train with `data.grey`."
)
AHEAD = 2  # batches that are decoded before their turn


@dataclass(frozen=True)
class Decoded:
    """A picture as the networks take it: pixels (H, W, 3) uint8, a square (C, S, S) uint8 for each member, the region (H, W) in [0, 1];
    or what is wrong with it."""

    wanted: Wanted
    pixels: Array | None = None
    squares: tuple[Tensor, ...] = ()
    region: Array | None = None
    note: str = ""


@dataclass(frozen=True)
class Seen:
    """A prediction, with what is needed to draw it: the picture, and the raw map (h, w) of the predicted class."""

    prediction: Prediction
    decoded: Decoded
    map: Array | None


def predictions(
    network: Ensemble, pictures: Iterable[Wanted], *, batch_size: int = 32, maps: bool = False, sets: Sets | None = None
) -> Iterator[list[Seen]]:
    """Batches of predictions, in the order of the pictures. A picture that cannot be read is a prediction with a note.

    Args:
        maps: whether maps are computed for every picture; for pictures with a region they always are.
        sets: the rule of conformal sets; None: predictions have none.
    """
    for group in decoded([member.data for member in network.members], pictures, batch_size):
        yield answered(network, group, maps, sets)


def decoded(settings: list[Data], pictures: Iterable[Wanted], batch_size: int) -> Iterator[list[Decoded]]:
    """Batches of decoded pictures, in their order; the next are decoded while one is used.

    Args:
        settings: of each run.
    """
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        waiting: deque[list[Future[Decoded]]] = deque()
        rest = iter(pictures)
        while group := list(islice(rest, batch_size)):
            waiting.append([pool.submit(decode, one, settings) for one in group])
            if len(waiting) > AHEAD:
                yield [one.result() for one in waiting.popleft()]
        while waiting:
            yield [one.result() for one in waiting.popleft()]


_SQUARE = {"image_size", "load_size", "centre", "fit", "channels"}  # settings that decide how a square is cut


def decode(wanted: Wanted, settings: list[Data]) -> Decoded:
    """A picture as the networks take it, or what is wrong with it. Runs with the same settings share a square."""
    try:
        pixels, guessed = open_scaled(wanted.path, settings[0].grey, settings[0].channels)
        made: dict[str, Tensor] = {}
        for data in settings:
            key = data.model_dump_json(include=_SQUARE)
            if key not in made:
                square = evaluation(data)([prepare(pixels, [], data)[0]])[0]
                made[key] = square.as_subclass(Tensor)
        squares = tuple(made[data.model_dump_json(include=_SQUARE)] for data in settings)
    except UserError as error:
        return Decoded(wanted, note=f"{error.reason}. {error.remedy}".strip())
    notes = [_GUESSED.format(*guessed) if guessed else "", wanted.note]
    region = None
    if wanted.region:
        try:
            region = render(wanted.region, (pixels.shape[0], pixels.shape[1]), where=wanted.name)
        except UserError as error:
            notes.append(str(error))
    return Decoded(wanted, as_rgb(pixels), squares, region, " ".join(filter(None, notes)))


def answered(network: Ensemble, group: list[Decoded], maps: bool = False, sets: Sets | None = None) -> list[Seen]:
    """What is said of a batch of decoded pictures; see `predictions`."""
    read = [one for one in group if one.squares]
    answer = None
    if read:
        squares = [torch.stack(column) for column in zip(*(one.squares for one in read), strict=True)]  # of each member (B, C, S, S)
        answer = network.answer(squares, maps or any(one.region is not None for one in read))
    place = iter(range(len(read)))
    return [_seen(network, one, answer, next(place), sets) if answer and one.squares else _unread(one) for one in group]


def _unread(one: Decoded) -> Seen:
    return Seen(Prediction(image=one.wanted.name, note=one.note), one, None)


def _seen(network: Ensemble, one: Decoded, answer: Answer, i: int, sets: Sets | None) -> Seen:
    """What was said of the i-th picture of the batch that could be read."""
    probabilities, decided = answer.probabilities[i], int(answer.decided[i])
    raw = None if answer.maps is None else answer.maps[i]
    said = Prediction(
        image=one.wanted.name,
        prediction=network.classes[decided],
        probabilities=dict(zip(network.classes, probabilities.tolist(), strict=True)),
        threshold=network.decision.threshold,
        entropy=_entropy(probabilities),
        spread=float(answer.spread[i]) if len(network.members) > 1 else None,
        set=None if sets is None else _inside(network, sets, probabilities),
        looks=_looks(network, one, raw),
        note=one.note,
    )
    return Seen(said, one, raw)


def _entropy(probabilities: Array) -> float:
    """As a share of the largest possible. (C,) -> [0, 1]"""
    there = probabilities[probabilities > 0]
    return float(abs((there * np.log(there)).sum()) / np.log(len(probabilities)))


def _inside(network: Ensemble, sets: Sets, probabilities: Array) -> tuple[str, ...]:
    """The classes of the set, most probable first. (C,)"""
    inside = sets(probabilities)
    return tuple(network.classes[c] for c in np.argsort(-probabilities, kind="stable") if inside[c])


def _looks(network: Ensemble, one: Decoded, raw: Array | None) -> float | None:
    """The share of the map's positive evidence inside the region, on the pixels of the picture that the network saw."""
    if one.region is None or raw is None or one.pixels is None:
        return None
    from sightline.explain.window import share_inside, window

    return share_inside(raw, window((one.pixels.shape[0], one.pixels.shape[1]), network.members[0].data), one.region)
