"""Every image and annotation is looked at once, before a training relies on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sightline.data.annotation import sticking_out
from sightline.data.facts import Facts, Oddity, digest, examine, share_of
from sightline.data.frames import Frame
from sightline.data.greys import BY_ITSELF, Kind, Range, common_range
from sightline.data.looks import GREY
from sightline.data.problems import refuse
from sightline.data.survey_store import SurveyStore
from sightline.errors import UserError
from sightline.settings import COLOUR
from sightline.types import Annotation, Picture, Record

VERSION = 8  # of what is remembered: a change of `examine` raises it, which forgets the old
ASTRAY, SAMPLES = 0.25, 10  # share of the samples of gaze outside their images that is said, of so many at least

MANY = 3  # masks that look exchanged: of fewer, each may be meant
PLAIN = 10  # grey levels of 255 within which an image counts as almost one grey
ODD: dict[Oddity, tuple[str, str]] = {  # with {} for what it is of: mask or heat map
    "empty": ("this {} marks nothing", "If the expert found nothing to mark, say so with `nothing`; else look at the file."),
    "full": (
        "this {} marks the whole image",
        "It says nothing about where to look: leave the image without a {}, or look at the file.",
    ),
    "outline": (
        "this {} marks a line around an area, and not the area",
        "If the line is the outline of what is meant, fill it.",
    ),
    "inverted": ("this {} marks most of the image and its border", "Check whether inside and outside are exchanged."),
    "faint": ("this {} is nowhere stronger than a tenth", "Check whether its values reach white, or 1 in a file of floats."),
}


@dataclass(frozen=True)
class Survey:
    """What was seen of a data set.

    Attributes:
        facts: by record id; an image with a problem has none.
        problems: what is wrong.
        remarks: what is odd and may be meant.
        grey: the values that become black and white in pictures of deep greys; None where there are none, or where each has its own scale.
    """

    facts: dict[str, Facts]
    problems: list[UserError]
    remarks: list[UserError] = field(default_factory=list)
    grey: Range | None = None

    def raise_problems(self) -> None:
        """Raises the first problem, saying how many more there are."""
        refuse(self.problems)


def survey(
    records: Sequence[Record],
    *,
    gaze_blur: int,
    grey: Range | None = None,
    channels: int = COLOUR,
    annotated_on: Literal["upright", "stored"] = "upright",
    progress: Callable[[int, int], None] | None = None,
) -> Survey:
    """Decodes every image and renders its annotations, in two threads; remembers the facts of files that have not changed.

    Args:
        gaze_blur: as in the training, see `render`.
        grey: what `data.grey` says; None: the scale is found.
        channels: what `data.channels` says.
        annotated_on: what `data.annotated_on` says.
        progress: called with (done, total).
    """
    facts: dict[str, Facts] = {}
    problems: list[UserError] = []
    keys = [_key(record, gaze_blur, grey, channels) for record in records]
    with SurveyStore() as store, ThreadPoolExecutor(2) as pool:
        remembered = store.load([key for key in keys if key])

        def look(record: Record, key: str | None) -> Facts | UserError:
            try:
                return remembered[key] if key in remembered else examine(record, gaze_blur, grey, channels)
            except UserError as error:
                return error

        for done, found in enumerate(pool.map(look, records, keys)):
            key = keys[done]
            if isinstance(found, UserError):
                problems.append(found)
            else:
                facts[records[done].id] = found
                if key and key not in remembered:
                    store.save(key, found)
            if progress:
                progress(done + 1, len(records))
    if grey is None:
        try:
            grey = common_range(deep_pictures(records, facts))
        except UserError as error:
            problems.append(error)
    return Survey(facts, problems, _remarks(records, facts, grey, annotated_on) + _without_colour(records, facts, channels), grey)


def exchanged(records: Sequence[Record], facts: dict[str, Facts]) -> list[str]:
    """A warning where inside and outside of most masks and heat maps of the data set look exchanged."""
    seen = _seen(records, facts)
    marks = sum(mark.kind in ("mask", "heatmap") for record, _ in seen for mark in (*record.annotations, *record.avoid))
    inverted = sum(odd == "inverted" for _, one in seen for *_, odd in one.odd)
    if inverted < MANY or inverted <= marks / 2:
        return []
    return [f"{inverted} of {marks} masks and heat maps mark most of the image and its border. {ODD['inverted'][1]}"]


def deep_pictures(records: Sequence[Record], facts: dict[str, Facts]) -> list[tuple[str, Kind, float]]:
    """(file, kind, largest value) of each picture whose greys wait for a scale."""
    return [(str(record.image), seen.deep[0], seen.deep[2]) for record, seen in _seen(records, facts) if seen.deep]


def _seen(records: Sequence[Record], facts: dict[str, Facts]) -> list[tuple[Record, Facts]]:
    return [(record, facts[record.id]) for record in records if record.id in facts]


def _remarks(records: Sequence[Record], facts: dict[str, Facts], grey: Range | None, annotated_on: str) -> list[UserError]:
    """What is odd and may be meant, with one reason for all images of a kind."""
    found = _astray(_seen(records, facts)) + _clipped(_seen(records, facts))
    for record, seen in _seen(records, facts):
        found += [UserError(where, *(text.format(what) for text in ODD[odd])) for where, what, odd in seen.odd]
        if record.annotations and not seen.known:
            reason = "no sample of its gaze lies on the image, so its region is unknown"
            found.append(
                UserError(str(record.image), reason, "Check whether the samples are in pixels of this image, from its upper left corner.")
            )
        deep, share = seen.deep, 1.0
        if deep and grey and deep[0] not in BY_ITSELF:
            share = share_of(deep, grey)
        if seen.spread is not None and seen.spread * share < PLAIN:
            remedy = "Look at it; deep greys are scaled by data.grey=[BLACK,WHITE]." if deep else "Look at it."
            found.append(UserError(str(record.image), "is almost of one grey", remedy))
        if seen.turned and annotated_on == "upright" and (record.annotations or record.avoid):
            reason = "is turned by its EXIF tag, and its annotations are assumed to be made on the upright picture"
            found.append(UserError(str(record.image), reason, "If they were made on the pixels as stored, set data.annotated_on=stored."))
    return found


def _without_colour(records: Sequence[Record], facts: dict[str, Facts], channels: int) -> list[UserError]:
    """Colour that one channel does not keep, for the data set as a whole."""
    coloured = [record for record, seen in _seen(records, facts) if seen.looks and seen.looks.saturation > GREY]
    if channels != 1 or not coloured:
        return []
    reason = f"is 1, so that of {len(coloured)} of {len(records)} images, which have colours, the brightness alone is learned from"
    return [UserError("data.channels", reason, "Leave it out (or set it to 3) if the colours matter.")]


def _astray(seen: Sequence[tuple[Record, Facts]]) -> list[UserError]:
    """Gaze that lies beside the images, which is dropped: of the whole data set, or of single images."""
    gazes = [(record, *facts.gaze) for record, facts in seen if facts.known and facts.gaze[1]]
    outside, samples = sum(out for _, out, _ in gazes), sum(count for _, _, count in gazes)
    mostly = [record for record, out, count in gazes if count >= SAMPLES and out > count / 2]
    if not mostly and (samples < SAMPLES or outside <= ASTRAY * samples):
        return []
    reason = f"{outside / samples:.0%} of the samples lie outside of their images, and are dropped"
    reason += f"; in {len(mostly)} images more than half, the first is {mostly[0].image}" if mostly else ""
    return [
        UserError("gaze", reason, "Check whether the samples are in pixels of the image, from its upper left corner, not of the screen.")
    ]


def _clipped(seen: Sequence[tuple[Record, Facts]]) -> list[UserError]:
    """Images whose boxes or outlines stick out, all with the largest excess."""
    marks = [(record, facts.size, (*record.annotations, *record.avoid)) for record, facts in seen if facts.size]
    excess = {str(record.image): max((sticking_out(mark, size) for mark in given), default=0.0) for record, size, given in marks}
    reason = f"its box or outline leaves the image, by {max(excess.values(), default=0.0):.4g} pixels at most, and is cut off there"
    remedy = "Check whether it was drawn on this picture, at this size, and the order of its numbers."
    return [UserError(image, reason, remedy) for image, far in excess.items() if far]


def _key(record: Record, gaze_blur: int, grey: Range | None, channels: int = COLOUR) -> str | None:
    """Names everything that the facts depend on; None where there is no file to remember."""
    if not isinstance(record.image, Path | Frame):
        return None
    try:
        parts = [VERSION, gaze_blur, grey, _state(record.image), *map(_mark_state, (*record.annotations, None, *record.avoid))]
        parts += [channels] if channels not in (1, COLOUR) else []  # these are read alike
    except OSError:
        return None
    return digest(json.dumps(parts).encode())


def _mark_state(mark: Annotation | None) -> object:
    return mark and (mark.kind, mark.source and _state(mark.source), mark.points, mark.size)


def _state(picture: Picture) -> object:
    if not isinstance(picture, Path):
        return picture.key
    status = picture.stat()
    return str(picture.absolute()), status.st_mtime_ns, status.st_size
