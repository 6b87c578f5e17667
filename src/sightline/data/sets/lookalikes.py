"""Pictures that are probably no images of their own: masks that nothing declares as such, and copies such as `x_overlay` or `x_thumb`."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from sightline.data.sets.folder_places import Place, Places, a_few
from sightline.data.sets.mask_look import mask_levels
from sightline.data.sets.walk import some
from sightline.plural import count


def lookalikes(places: Places, images: Sequence[Path], all_folders: bool = False) -> Iterator[tuple[Path, Path]]:
    """Pictures that look like masks and bear the name of another that does not, or that name and something more: (picture, the other).

    Args:
        all_folders: look at every picture whose name another one in another folder bears. Such are common, since many people count anew in
            each class: without this a few of each folder are looked at.
    """
    at_place: dict[tuple[Place, str], Path] = {(places.of(image), image.stem): image for image in images}
    few = {image for inside in groups(images, lambda image: str(image.parent), 1) for image in a_few(inside)}
    looked_at = set(images) if all_folders else few
    same = {image: others[:2] for others in groups(images, lambda image: image.stem) for image in looked_at.intersection(others)}
    for image in images:
        place = places.of(image)
        near = [at_place[place, stem] for stem in _parts(image.stem) if (place, stem) in at_place]
        named = [other for other in (*near, *same.get(image, [])) if other != image]
        if not named or not (levels := mask_levels(image)):
            continue
        if others := [other for other in named if not 0 < mask_levels(other) <= max(levels, 2)]:
            yield image, others[0]


def same_name(images: Sequence[Path], masks: dict[Path, list[Path]]) -> dict[Path, Path]:
    """Mask -> image of pictures that differ in their suffix alone (`a.png`, `a.jpg`), where all but one look like masks."""
    twins: dict[Path, Path] = {}
    for pictures in groups(images, lambda image: str(image.with_suffix(""))):
        levels = {picture: mask_levels(picture) for picture in pictures}
        looks = [picture for picture in pictures if not masks[picture] and 0 < levels[picture] <= 2]
        others = [picture for picture in pictures if picture not in looks]
        if len(others) == 1:
            twins |= dict.fromkeys(looks, others[0])
    return twins


def groups(pictures: Iterable[Path], name: Callable[[Path], str], least: int = 2) -> list[list[Path]]:
    """The pictures that share a name, as far as several do."""
    found: dict[str, list[Path]] = defaultdict(list)
    for picture in pictures:
        found[name(picture)].append(picture)
    return [group for group in found.values() if len(group) >= least]


def _parts(stem: str) -> Iterator[str]:
    """Beginnings and ends of a name, cut where letters, digits and signs meet."""
    for cut in range(1, len(stem)):
        before, after = stem[cut - 1], stem[cut]
        if not ((before.isdigit() and after.isdigit()) or (before.isalpha() and after.isalpha() and before.isupper() >= after.isupper())):
            yield stem[:cut]
            yield stem[cut:]


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
    called = f"{count(sum(common.values()), 'picture')} have the name of another image with a word added ({said})"
    return [f"{called}: if they were made from the others, move them away"] if common else []


def _ending(place: Place, stem: str, names: set[tuple[Place, str]]) -> str | None:
    """What follows the name of another image."""
    cuts = [match.start() for match in ENDING.finditer(stem)]
    return next((stem[cut:] for cut in cuts if (place, stem[:cut]) in names), None)
