"""Every image and annotation is looked at once, before a training relies on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from sightline.data.facts import Facts, digest, examine
from sightline.data.survey_store import SurveyStore
from sightline.errors import UserError
from sightline.types import Annotation, Picture, Record

VERSION = 1  # of what is remembered: a change of `examine` raises it, which forgets the old


@dataclass(frozen=True)
class Survey:
    """Facts by record id, and what is wrong; an image with a problem has no facts. `remarks` are what is odd and may be meant."""

    facts: dict[str, Facts]
    problems: list[UserError]
    remarks: list[UserError] = field(default_factory=list)

    def raise_problems(self) -> None:
        """Raises the first problem, saying how many more there are."""
        if self.problems:
            first, more = self.problems[0], len(self.problems) - 1
            rest = f" There are {more} more problems: `sightline data check` lists them." if more else ""
            raise UserError(first.where, first.reason, first.remedy + rest)


def survey(records: Sequence[Record], *, gaze_blur: int, progress: Callable[[int, int], None] | None = None) -> Survey:
    """Decodes every image and renders its annotations, in two threads; remembers the facts of files that have not changed.

    Args:
        gaze_blur: as in the training, see `render`.
        progress: called with (done, total).
    """
    facts: dict[str, Facts] = {}
    problems: list[UserError] = []
    keys = [_key(record, gaze_blur) for record in records]
    with SurveyStore() as store, ThreadPoolExecutor(2) as pool:
        remembered = store.load([key for key in keys if key])

        def look(record: Record, key: str | None) -> Facts | UserError:
            try:
                return remembered[key] if key in remembered else examine(record, gaze_blur)
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
    return Survey(facts, problems)


def _key(record: Record, gaze_blur: int) -> str | None:
    """Names everything that the facts depend on; None where there is no file to remember."""
    if not isinstance(record.image, Path):
        return None
    try:
        parts = [VERSION, gaze_blur, _state(record.image), *map(_mark_state, (*record.annotations, None, *record.avoid))]
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
