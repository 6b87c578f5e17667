"""Pictures that seem to be made of others, by their names: `x_overlay`, `x_thumb` or `x_flip` beside `x`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from sightline.data.sets.folder_places import Place
from sightline.data.sets.walk import count, some

FEW = 3  # pictures of one ending: fewer are chance
ENDING = re.compile(r"[\s_.\-(]+(?=[^\W\d_])")  # where a word begins after a sign


def made_of_others(at: Mapping[Path, Place]) -> list[str]:
    """What is said of pictures that bear the name of another one at the same place, and a word more.

    Args:
        at: images, and where they lie.
    """
    names = {(place, image.stem) for image, place in at.items()}
    found = Counter(ending for image, place in at.items() if (ending := _ending(place, image.stem, names)))
    common = {ending: number for ending, number in found.items() if number >= FEW}
    said = some(f"{number} with {ending!r}" for ending, number in common.items())
    called = f"{count(sum(common.values()), 'picture')} are called as another image and a word more ({said})"
    return [f"{called}: are they images of their own? If they are made of the others, move them away"] if common else []


def _ending(place: Place, stem: str, names: set[tuple[Place, str]]) -> str | None:
    """What follows the name of another image."""
    cuts = [match.start() for match in ENDING.finditer(stem)]
    return next((stem[cut:] for cut in cuts if (place, stem[:cut]) in names), None)
