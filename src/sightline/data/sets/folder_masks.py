"""Which pictures of a folder of classes are masks, and of which images: told by names, by folders, or by the user."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sightline.data.sets.folder_names import bare_stems, image_stems, meaning
from sightline.data.sets.folder_places import Place, Places, a_few
from sightline.data.sets.lookalikes import groups, lookalikes, same_name
from sightline.data.sets.mask_look import looks_like_mask, looks_like_photograph
from sightline.data.sets.mask_option import OPTION, Wanted
from sightline.data.sets.walk import some
from sightline.errors import UserError
from sightline.plural import count

NOT_NAMED = "look like masks by name, folder or pixels, but are not named by data.options.masks"
LOOKED_AT = 32  # masks that are opened to see that they are no photographs


@dataclass(frozen=True)
class Pairs:
    """The images, each with its masks; in one sentence each, how the masks were known, and what was left out; empty where nothing was."""

    masks: dict[Path, list[Path]]
    note: str
    left_out: str = ""


def pair(places: Places, pictures: Sequence[Path], wanted: Wanted | None) -> Pairs:
    """Divides pictures into images and masks. Where the user says which are masks, no other picture that looks like one becomes an image.

    Args:
        wanted: what the user says; None: masks are known by their names and folders.

    Raises:
        UserError: a mask without image or with several; a picture that may be a mask or an image.
    """
    in_folders = [picture for picture in pictures if places.is_mask(picture)]
    rest = [picture for picture in pictures if not places.is_mask(picture)]
    if wanted is None:
        return _by_themselves(places, rest, in_folders)
    if wanted.none:
        return Pairs({picture: [] for picture in rest}, "", _left_out(places, in_folders, "lie in folders of masks"))
    told = [picture for picture in pictures if places.is_told(picture) and picture not in wanted.names]
    images, others = _apart(places, [picture for picture in rest if picture not in wanted.names])
    others += [picture for picture in in_folders if picture not in wanted.names and not places.is_told(picture)]
    masks = _matched(places, images, wanted.names, told)
    return Pairs(masks, _note(wanted.names, told, {}, len(masks)), _left_out(places, others, NOT_NAMED))


def _by_themselves(places: Places, rest: Sequence[Path], in_folders: Sequence[Path]) -> Pairs:
    """Masks known by their names and folders alone; one that is open is refused."""
    names, lonely = _by_name(places, rest)
    for file in lonely:
        raise _alone(file, image_stems(file.stem), _Index(places, rest))
    images = [picture for picture in rest if picture not in names]
    masks = _matched(places, images, names, in_folders)
    for file in a_few([*names, *in_folders], LOOKED_AT):
        if looks_like_photograph(file):
            raise UserError(
                file, "is a mask by its name or folder, but looks like a photograph", f"Rename it, or say what it is: {OPTION}."
            )
    twins = same_name(images, masks)
    for mask, image in twins.items():
        masks[image].append(mask)
        del masks[mask]
    for file, image in lookalikes(places, list(masks)):
        reason = f"looks like a mask of {image.relative_to(places.top)}, but its name and folder do not say so"
        raise UserError(file, reason, f"{OPTION}.")
    return Pairs(masks, _note(names, in_folders, twins, len(masks)))


def _apart(places: Places, pictures: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Images, and the pictures that are masks by their name or look, though the user does not call them so."""
    named, lonely = _by_name(places, pictures)
    images = [picture for picture in pictures if picture not in named and picture not in lonely]
    alike = {picture for picture, _ in lookalikes(places, images, all_folders=True)}
    return [picture for picture in images if picture not in alike], [*named, *lonely, *alike]


def _matched(places: Places, images: Sequence[Path], names: dict[Path, list[str]], in_folders: Sequence[Path]) -> dict[Path, list[Path]]:
    """Each image with its masks."""
    index = _Index(places, images)
    masks: dict[Path, list[Path]] = {image: [] for image in images}
    for file, stems in [*names.items(), *((file, [file.stem, *image_stems(file.stem)]) for file in in_folders)]:
        masks[index.image_of(file, stems)].append(file)
    return masks


def _left_out(places: Places, others: Sequence[Path], what: str) -> str:
    names = some(file.relative_to(places.top) for file in sorted(others))
    return f"Left out: {count(len(others), 'picture')} that {what} ({names})" if others else ""


def _by_name(places: Places, pictures: Sequence[Path]) -> tuple[dict[Path, list[str]], list[Path]]:
    """Mask -> possible stems of its image, of the pictures whose name says that they are masks of an image that is there; and those that
    are called and look like masks, but whose image is not there."""
    names = {file: image_stems(file.stem) for file in pictures}
    index = _Index(places, pictures)
    found = {file: stems for file, stems in names.items() if any(index.beside(file, stem) for stem in stems)}
    found |= _bare_names(places, pictures)
    return found, [file for file, stems in names.items() if stems and file not in found and looks_like_mask(file)]


def _alone(file: Path, stems: Sequence[str], index: _Index) -> UserError:
    elsewhere = some(other.relative_to(index.places.top) for other in index.anywhere(stems) if other != file)
    reason = f"is a mask, but there is no image {stems[-1]!r} beside it" + (f" (there is {elsewhere})" if elsewhere else "")
    return UserError(file, reason, f"Rename the mask, or add its image; {OPTION}.")


def _bare_names(places: Places, pictures: Sequence[Path]) -> dict[Path, list[str]]:
    """Mask -> stem of its image, where a folder of its own for each image holds `image.png` and `mask.png`."""
    found: dict[Path, list[str]] = {}
    for inside in groups([picture for picture in pictures if places.of(picture).inner], lambda picture: str(picture.parent)):
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
        self.at_place: dict[Place, list[Path]] = defaultdict(list)
        for image in images:
            self.at_place[places.of(image)].append(image)
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
        if (only := self._only_one(mask)) is not None:
            return only
        elsewhere = some(image.relative_to(self.places.top) for image in self.anywhere(stems))
        reason = f"is a mask, but there is no image {stems[-1]!r} beside it"
        if elsewhere:
            reason = f"is a mask, but the image of that name lies elsewhere: {elsewhere}"
        raise UserError(mask, reason, f"Rename or move the mask, or add its image; {OPTION}.")

    def _only_one(self, mask: Path) -> Path | None:
        """The image of a folder for this image alone, with `images/` and `masks/` in it."""
        place = self.places.of(mask)
        images = self.at_place[place] if place.inner and self.places.is_mask(mask) else []
        return images[0] if len(images) == 1 else None


def _fits(mask: Place, image: Place) -> bool:
    """A folder of masks may leave out the split, the class, or the inner folders, but says nothing else than the image's."""
    same_folders = mask.inner in ((), image.inner) and mask.outer in ((), image.outer)
    return same_folders and mask.split in (None, image.split) and mask.label in (None, image.label)


def _note(names: dict[Path, list[str]], in_folders: Sequence[Path], twins: dict[Path, Path], images: int) -> str:
    ways = Counter[str]()
    for file, stems in names.items():
        rest = file.stem.replace(stems[-1], "*", 1)
        ways[f"names such as {rest}"] += 1
    told = [f"{number} by {way}" for way, number in ways.most_common(3)]
    if sum(ways.values()) > sum(number for _, number in ways.most_common(3)):
        told.append(f"{sum(ways.values()) - sum(number for _, number in ways.most_common(3))} by similar names")
    told += [f"{len(in_folders)} by their folder"] if in_folders else []
    told += [f"{len(twins)} because they look like masks and have the name of an image"] if twins else []
    number = len(names) + len(in_folders) + len(twins)
    found = f"{count(images, 'image')} and {count(number, 'mask')}"
    return f"{number + images} pictures are {found}, recognised as such: {', '.join(told)}" if told else ""
