"""Which pictures of a folder of classes are masks, and of which images: told by names, by folders, or by the user."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sightline.data.sets.folder_names import bare_stems, image_stems, meaning
from sightline.data.sets.folder_places import Place, Places, spread
from sightline.data.sets.mask_look import looks_like_mask, looks_like_photograph, mask_levels
from sightline.data.sets.walk import count, some
from sightline.errors import UserError

OPTION = "data.options={masks: PATTERN or FOLDER} names the masks; {masks: none} says that there are none"
LOOKED_AT = 32  # masks that are opened to see that they are no photographs


@dataclass(frozen=True)
class Pairs:
    """The images, each with its masks, and in one sentence how the masks were known; empty where there are none."""

    masks: dict[Path, list[Path]]
    note: str


def pair(places: Places, pictures: Sequence[Path], wanted: str | None) -> Pairs:
    """Divides pictures into images and masks.

    Args:
        wanted: `none`; a pattern such as `*_outline` or `*.png`, in which the star stands for the name of the image; a folder of masks is
            told by `places`; None: known by their names and folders.

    Raises:
        UserError: a mask without image or with several; a picture that may be a mask or an image.
    """
    in_folders = [picture for picture in pictures if places.is_mask(picture)]
    rest = [picture for picture in pictures if not places.is_mask(picture)]
    if wanted == "none":
        return Pairs({picture: [] for picture in rest}, "")
    names = _by_pattern(wanted, rest) if wanted and "*" in wanted else {} if wanted else _by_name(places, rest)
    images = [picture for picture in rest if picture not in names]
    index = _Index(places, images)
    masks: dict[Path, list[Path]] = {image: [] for image in images}
    for file, stems in [*names.items(), *((file, [file.stem, *image_stems(file.stem)]) for file in in_folders)]:
        masks[index.image_of(file, stems)].append(file)
    marks = [*names, *in_folders]
    if not wanted:
        for file in spread(marks, LOOKED_AT):
            if looks_like_photograph(file):
                raise UserError(
                    file, "is a mask by its name or folder, but looks like a photograph", f"Rename it, or say what it is: {OPTION}."
                )
        twins = _same_name(images, masks)
        for mask, image in twins.items():
            masks[image].append(mask)
            del masks[mask]
        _refuse_lookalikes(places, list(masks))
        return Pairs(masks, _note(names, in_folders, twins, len(masks)))
    return Pairs(masks, _note(names, in_folders, {}, len(masks)))


def _by_pattern(pattern: str, pictures: Sequence[Path]) -> dict[Path, list[str]]:
    """Mask -> the stem of its image, which the star of the pattern stands for."""
    start, _, end = pattern.partition("*")
    found: dict[Path, list[str]] = {}
    for file in pictures:
        for name in (file.name, file.stem):
            if name.startswith(start) and name.endswith(end) and len(name) > len(start) + len(end):
                found[file] = [name[len(start) : len(name) - len(end)]]
                break
    if not found:
        raise UserError("data.options.masks", f"no picture is called {pattern!r}", "The star stands for the name of the image.")
    return found


def _by_name(places: Places, pictures: Sequence[Path]) -> dict[Path, list[str]]:
    """Mask -> possible stems of its image, of the pictures whose name says that they are masks of an image that is there."""
    names = {file: image_stems(file.stem) for file in pictures}
    index = _Index(places, pictures)
    found = {file: stems for file, stems in names.items() if any(index.beside(file, stem) for stem in stems)}
    found |= _bare_names(places, pictures)
    for file, stems in names.items():
        if stems and file not in found and looks_like_mask(file):
            elsewhere = some(other.relative_to(places.top) for other in index.anywhere(stems) if other != file)
            reason = f"is a mask, but there is no image {stems[-1]!r} beside it" + (f" (there is {elsewhere})" if elsewhere else "")
            raise UserError(file, reason, f"Rename the mask, or add its image; {OPTION}.")
    return found


def _bare_names(places: Places, pictures: Sequence[Path]) -> dict[Path, list[str]]:
    """Mask -> stem of its image, where a folder of its own for each image holds `image.png` and `mask.png`."""
    found: dict[Path, list[str]] = {}
    for inside in _groups([picture for picture in pictures if places.of(picture).inner], lambda picture: str(picture.parent)):
        said = {picture: meaning(picture.stem) for picture in inside}
        masks = [
            picture for picture, one in said.items() if one and one.role == "masks" and not one.split and not picture.stem[0].isdigit()
        ]
        images = [picture for picture in inside if picture not in masks]
        if masks and len(images) == 1 and all(map(looks_like_mask, masks)):
            found |= {mask: [images[0].stem] for mask in masks}
    return found


class _Index:
    """Finds images by the names that masks give them."""

    def __init__(self, places: Places, images: Sequence[Path]) -> None:
        self.places = places
        self.by_name: dict[str, list[Path]] = defaultdict(list)
        for image in images:
            for name in dict.fromkeys((image.stem, image.name, *bare_stems(image.stem))):
                self.by_name[name].append(image)

    def anywhere(self, stems: Iterable[str]) -> list[Path]:
        return next((self.by_name[stem] for stem in stems if stem in self.by_name), [])

    def beside(self, mask: Path, stem: str) -> list[Path]:
        """The images of this stem at the mask's own place: below the same split and class, in the same inner folder."""
        place = self.places.of(mask)
        found = [image for image in self.by_name.get(stem, []) if image != mask and _fits(place, self.places.of(image))]
        exact = [image for image in found if stem in (image.stem, image.name)] or found
        return [image for image in exact if self.places.of(image) == place] or exact

    def image_of(self, mask: Path, stems: Sequence[str]) -> Path:
        for stem in stems:
            match self.beside(mask, stem):
                case [image]:
                    return image
                case [_, *_] as several:
                    names = some(image.relative_to(self.places.top) for image in several)
                    raise UserError(mask, f"may be the mask of {names}", "Give each image a name of its own.")
        elsewhere = some(image.relative_to(self.places.top) for image in self.anywhere(stems))
        reason = f"is a mask, but there is no image {stems[-1]!r} beside it"
        if elsewhere:
            reason = f"is a mask, but the image of that name lies elsewhere: {elsewhere}"
        raise UserError(mask, reason, f"Rename or move the mask, or add its image; {OPTION}.")


def _fits(mask: Place, image: Place) -> bool:
    """A folder of masks may leave out the split, the class, or the inner folders, but says nothing else than the image's."""
    return mask.split in (None, image.split) and mask.label in (None, image.label) and mask.inner in ((), image.inner)


def _same_name(images: Sequence[Path], masks: dict[Path, list[Path]]) -> dict[Path, Path]:
    """Mask -> image of pictures that differ in their suffix alone (`a.png`, `a.jpg`), where all but one look like masks."""
    twins: dict[Path, Path] = {}
    for pictures in _groups(images, lambda image: str(image.with_suffix(""))):
        levels = {picture: mask_levels(picture) for picture in pictures}
        looks = [picture for picture in pictures if not masks[picture] and 0 < levels[picture] <= 2]
        others = [picture for picture in pictures if picture not in looks]
        if len(others) == 1:
            twins |= dict.fromkeys(looks, others[0])
    return twins


def _refuse_lookalikes(places: Places, images: Sequence[Path]) -> None:
    """Refuses a picture that looks like a mask and bears the name of another that does not, or that name and something more.

    Pictures of one name in different folders are common, since many people count anew in each class: a few of each folder are looked at.
    """
    at_place: dict[tuple[Place, str], Path] = {(places.of(image), image.stem): image for image in images}
    looked_at = {image for inside in _groups(images, lambda image: str(image.parent), 1) for image in spread(inside)}
    same = {image: others[:2] for others in _groups(images, lambda image: image.stem) for image in looked_at.intersection(others)}
    for image in images:
        place = places.of(image)
        near = [at_place[place, stem] for stem in _parts(image.stem) if (place, stem) in at_place]
        named = [other for other in (*near, *same.get(image, [])) if other != image]
        if not named or not (levels := mask_levels(image)):
            continue
        if others := [other for other in named if not 0 < mask_levels(other) <= max(levels, 2)]:
            reason = f"looks like a mask of {others[0].relative_to(places.top)}, but its name and folder do not say so"
            raise UserError(image, reason, f"{OPTION}.")


def _groups(pictures: Iterable[Path], name: Callable[[Path], str], least: int = 2) -> list[list[Path]]:
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


def _note(names: dict[Path, list[str]], in_folders: Sequence[Path], twins: dict[Path, Path], images: int) -> str:
    ways = Counter[str]()
    for file, stems in names.items():
        rest = file.stem.replace(stems[-1], "*", 1)
        ways[f"names such as {rest}"] += 1
    told = [f"{number} by {way}" for way, number in ways.most_common(3)]
    if sum(ways.values()) > sum(number for _, number in ways.most_common(3)):
        told.append(f"{sum(ways.values()) - sum(number for _, number in ways.most_common(3))} by similar names")
    told += [f"{len(in_folders)} by their folder"] if in_folders else []
    told += [f"{len(twins)} because they look so and are called as an image"] if twins else []
    number = len(names) + len(in_folders) + len(twins)
    found = f"{count(images, 'image')} and {count(number, 'mask')}"
    return f"{number + images} pictures are {found}, known as such: {', '.join(told)}" if told else ""
