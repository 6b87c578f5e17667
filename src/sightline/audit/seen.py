"""Was an artefact in the training images? A model relies on what it learned there; what it never saw can only throw it off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from sightline.data.artefacts import artefact_of
from sightline.results.audit import Seen, Training
from sightline.types import Record


def in_training(records: Sequence[Record]) -> dict[str, Training]:
    """How many training images have each thing that a tag speaks of, how many have it not, and of how many nobody said.

    Tags that name an artefact count under its own name (`skin_marker` as `ink`), all others under theirs. `artefact` is any place that is
    marked as one to avoid.
    """
    said: dict[str, dict[int, bool]] = {}
    for i, record in enumerate(records):
        for tag, value in record.tags.items():
            if isinstance(value, bool | np.bool_):
                of_image = said.setdefault(artefact_of(tag) or tag, {})
                of_image[i] = of_image.get(i, False) or bool(value)
        if record.avoid:
            said.setdefault("artefact", {})[i] = any(mark.kind != "nothing" for mark in record.avoid)
    found = {}
    for name, answers in said.items():
        counted = Counter(answers.values())
        found[name] = Training(tagged=counted[True], untagged=counted[False], unsaid=len(records) - len(answers))
    return found


def seen(artefact: str, known: Mapping[str, Training] | None) -> Seen:
    """Whether an artefact was in the training images.

    Args:
        artefact: its name, or several (`ruler + ink`), of which one is enough.
        known: as `in_training` gives it; None: the training images could not be read.

    Returns:
        `yes`: some image has it; `no`: of every image somebody said that it has not; `unknown`: nobody said it of some.
    """
    answers = [_one(artefact_of(part) or part, known or {}) for part in artefact.split(" + ")]
    return "yes" if "yes" in answers else "unknown" if "unknown" in answers else "no"


def _one(name: str, known: Mapping[str, Training]) -> Seen:
    counts = known.get(name)
    if counts is None:
        return "unknown"
    return "yes" if counts.tagged else "unknown" if counts.unsaid else "no"
