"""Own data, the simplest way: one folder of images per class."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from sightline.data.roots import existing
from sightline.data.sets import formats
from sightline.data.sets.folder_levels import Groups, groups_of, refuse_exchanged
from sightline.data.sets.folder_masks import pair
from sightline.data.sets.folder_names import image_stems, meaning
from sightline.data.sets.folder_places import Place, Places
from sightline.data.sets.lookalikes import made_of_others
from sightline.data.sets.mask_option import wanted
from sightline.data.sets.slices import Part, Slicing, short, sliced
from sightline.data.sets.walk import Found, kinds, some, walk
from sightline.data.volumes import Plane
from sightline.errors import UserError
from sightline.plural import count
from sightline.settings import Count
from sightline.types import Annotation, Record, Records

WHERE = "These are images of your own."
LAYOUT = "<class>/*.png (or jpg, bmp, tif, webp), or train/<class>/*.png and val/<class>/*.png; masks beside them as <name>_mask.png"


def read(
    root: Path | None,
    *,
    masks: str | list[str] | None = None,
    groups: Groups | None = None,
    level: Literal[1, 2] | None = None,
    plane: Plane = "axial",
    every: Count = 1,
    part: Part | None = None,
) -> Records:
    """Every image below a class folder; folders named train, val or test, above the classes or in them, are the owner's split.

    An image is named by its path below `root`. One without a mask is unknown; of several masks the union counts. Masks are known by
    their names (`x_mask.png`, `gt_x.png`, `x_segmentation_1.png`), or by their folder (`masks/`, `ground_truth/`, beside `images/`, in
    each class, or above the classes).

    Args:
        masks: which pictures are masks, where names and folders do not tell: a pattern such as `*_outline.png`, in which a star stands for
            the image's name and further stars for anything; a folder, relative to `root`; several of these; or `none`. What else looks
            like a mask is then left out.
        groups: what tells the patient: the `folder` in (or above) the class, the PatientID in `dicom` files, or `auto`: that, or else the
            folder. None: every image stands for itself.
        level: which folders are the classes: the uppermost (1), or those in them (2). None: the uppermost, where no others could be.
        plane: in which NIfTI volumes are cut into slices. They, and DICOM files with several frames, are read slice by slice, see
            `slices.sliced`; masks are volumes of the same shape.
        every: every how manieth slice is used.
        part: from where to where slices are used, as shares of the volume; None: all of them.

    Raises:
        UserError: no classes, only one class, a class without images, classes that differ only in case; a mask without its image; a
            picture of which it is open whether it is an image or a mask; a folder that cannot be opened.
    """
    folder = existing(root, LAYOUT, WHERE)
    if not folder.is_dir():
        raise UserError(folder, "is not a folder", f"Expected: {LAYOUT}. For a table use data.name=table.")
    walked = walk(folder)
    whole = {short(path): path for path in walked.pictures}
    found = replace(walked, pictures=tuple(whole))
    told = wanted(masks, found.pictures)
    places = Places(folder, found.pictures, told.folders if told else (), level or 1)
    pairs = pair(places, found.pictures, told)
    at = {image: places.of(image) for image in pairs.masks}
    loose = [image for image, place in at.items() if place.label is None]
    if level is None:
        refuse_exchanged(folder, at.values())
    _check_classes(found, places, at)
    used = {image: place for image, place in at.items() if place.label}
    patients, unused = groups_of(used, groups)
    records = [
        Record(
            id=whole[image].relative_to(folder).as_posix(),
            image=whole[image],
            label=at[image].label or "",
            group=patients.get(image),
            split=at[image].split,
            annotations=tuple(Annotation("mask", whole[mask]) for mask in marks),
        )
        for image, marks in pairs.masks.items()
        if at[image].label
    ]
    records, cut = sliced(records, Slicing(plane, every, part or (0, 1)))
    notes = [
        *cut,
        pairs.note,
        pairs.left_out,
        *_left_out(found, loose),
        _lost_masks(found, pairs.masks),
        *formats.notes(found.others, "folder"),
        *_nested(at),
        *unused,
        *made_of_others(used),
    ]
    return Records(records, [note for note in notes if note])


def _check_classes(found: Found, places: Places, at: dict[Path, Place]) -> None:
    labels = sorted({place.label for place in at.values() if place.label is not None})
    _refuse_spellings(found.top, labels)
    if labels:
        _refuse_empty(found, places)
    if len(labels) < 2:
        inner = sorted({place.inner[0] for place in at.values() if place.inner})
        raise _too_few(found, labels, inner)


def _refuse_empty(found: Found, places: Places) -> None:
    """Refuses a class folder without images."""
    full = {above for file in found.pictures for above in file.parents}
    for folder in found.folders:
        steps = folder.relative_to(found.top).parts
        if folder not in full and steps[:-1] in (places.class_levels or {()}) and not meaning(steps[-1]):
            inside = kinds(file for file in found.others if folder in file.parents)
            reason = "holds no images" + (f" that can be read, but {inside}" if inside else "")
            raise UserError(folder, reason, f"Remove the folder, or fill it. Expected: {LAYOUT}.")


def _too_few(found: Found, labels: Sequence[str], inner: Sequence[str]) -> UserError:
    """One class or none. The classes may be the folders in it, or its files of a kind that is not read."""
    only = f"only the class folder {labels[0]!r}" if labels else "no class folders"
    remedy = f"A classifier needs at least two. Expected: {LAYOUT}."
    if labels and len(inner) > 1:
        remedy += f" If the classes are {some(inner)}, give the folder {labels[0]} as data.root."
    if found.others:
        remedy += f" {count(len(found.others), 'file')} of other kinds lie there ({kinds(found.others)}): save images as PNG."
    remedy += "".join(f" {note}." for note in formats.notes(found.others, "folder"))
    return UserError(found.top, f"holds {only}", remedy)


def _refuse_spellings(top: Path, labels: Sequence[str]) -> None:
    same: dict[str, list[str]] = defaultdict(list)
    for label in labels:
        same[unicodedata.normalize("NFKC", label).strip().casefold()].append(label)
    for spellings in same.values():
        if len(spellings) > 1:
            names = " and ".join(map(repr, spellings))
            raise UserError(top, f"the class folders {names} differ only in how they are spelled", "Give a class the same name everywhere.")


def _left_out(found: Found, loose: Sequence[Path]) -> list[str]:
    notes = []
    if loose:
        names = some(image.relative_to(found.top) for image in loose)
        notes.append(f"{count(len(loose), 'picture')} outside of the class folders left out: {names}")
    if found.others:
        notes.append(f"{count(len(found.others), 'file')} of other kinds left out: {kinds(found.others)}")
    if found.hidden:
        names = some(sorted({path.name for path in found.hidden}))
        notes.append(f"Hidden files and folders left out: {len(found.hidden)} ({names})")
    return notes


def _lost_masks(found: Found, images: Iterable[Path]) -> str:
    """Files of other kinds whose names say that they are masks of an image beside them."""
    stems = {image.with_suffix("") for image in images}
    lost = [file.name for file in found.others if any(file.with_name(stem) in stems for stem in image_stems(file.stem))]
    there = f"{len(lost)} of the files left out have names of masks ({some(lost)})"
    return f"{there}: save them as PNG, or their images stay without masks" if lost else ""


def _nested(at: dict[Path, Place]) -> list[str]:
    """What folders in classes are taken for."""
    inner: dict[str, set[str]] = defaultdict(set)
    for place in at.values():
        if place.label and place.inner:
            inner[place.label].add(place.inner[0])
    return [f"The folders in {label} ({some(sorted(names))}) count as {label}" for label, names in inner.items()]
