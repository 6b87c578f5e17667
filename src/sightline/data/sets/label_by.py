"""What tells the label of an annotated image: its objects, a word on the image as a whole, or the folder in which it lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from sightline.data.problems import refuse
from sightline.data.sets.folder_names import is_plain, meaning
from sightline.data.sets.objects import Classes, Empty, Image, Rule, records_of
from sightline.data.sets.picture_files import PictureFiles, split_of
from sightline.data.sets.walk import some
from sightline.errors import UserError
from sightline.plural import count
from sightline.types import Picture, Records

OF_THE_TOOL = {"occluded", "rotation", "track_id", "keyframe", "outside", "truncated"}


def attribute_of(given: Any, name: str, where: str) -> str:
    """The value of an attribute of an object.

    Raises:
        UserError: it has none.
    """
    value = given.get(name) if isinstance(given, Mapping) else None
    if value is None or isinstance(value, list | dict) or not str(value).strip():
        there = f"It has {some(sorted(given))}." if isinstance(given, Mapping) and given else "It has no attributes."
        raise UserError(where, f"has no value for the attribute {name!r}", f"{there} Give it one, or remove the object.")
    return str(value).strip()


def unused_attributes(categories: Sequence[str], given: Sequence[Any]) -> list[str]:
    """What is said of attributes that differ between objects, where the categories do not."""
    if len(set(categories)) != 1:
        return []
    values: dict[str, set[str]] = {}
    for one in given:
        for name, value in one.items() if isinstance(one, Mapping) else ():
            values.setdefault(str(name), set()).add(str(value))
    told = {name: f"{name} ({some(sorted(found))})" for name, found in values.items() if len(found) > 1 and name not in OF_THE_TOOL}
    named = f"All objects are called {categories[0]}, but differ in {some(told.values())}"
    return [f"{named}: data.options={{attribute: {next(iter(told))}}} takes it as the label"] if told else []


By = Literal["auto", "object", "image", "folder"]


def labelled(
    images: Sequence[Image],
    pictures: PictureFiles,
    by: By,
    *,
    rule: Rule,
    background: str | None,
    empty: Empty,
    whole: str,
    notes: Sequence[str] = (),
    problems: Sequence[UserError] = (),
    classes: Classes = None,
) -> Records:
    """The records of annotated images.

    By `object`, the label is the category of the objects. By `image`, it is what is said of the image as a whole (a flag, a tag, a choice):
    `Image.label`. By `folder`, it is the name of the folder, and pictures that nobody annotated count as well. `auto` takes what is said
    of the whole image where anything is; the folder where all objects have one category, there is no `background`, and the images lie in
    several folders; else the objects. In the latter two cases all objects together are where to look.

    Args:
        whole: what the tool calls a word on the whole image, for messages.
        notes: to be said before what is said here.
        problems: with images that could not be read.
        classes: see `records_of`.

    Raises:
        UserError: none of the images is there; an image of several categories; by `image` or `folder`, when nothing is said there.
    """
    if not images:
        refuse(problems)
    _refuse_all_lost(images)
    others = _others(pictures, {image.path for image in images})
    every = [*images, *others]
    said = [*notes]
    if by == "auto":
        by, why = _telling(images, every, background)
        said += why
    if by == "image":
        chosen, bare = _by_word(images, str(pictures.top), whole)
        said += bare
    elif by == "folder":
        chosen = _by_folder(every)
    else:
        chosen = [replace(image, label=None) for image in (every if background else images)]
    if others and by != "folder" and not (by == "object" and background):
        said.append(f"{count(len(others), 'picture')} without annotations left out ({some(image.id for image in others)})")
    return records_of(chosen, rule, background, empty, problems=problems, said=said, classes=classes)


def one_label(names: Sequence[str], where: str, whole: str) -> str | None:
    """The only one of what is said of an image; None where nothing is.

    Raises:
        UserError: several different things are said.
    """
    different = sorted(set(names))
    if len(different) > 1:
        raise UserError(where, f"has more than one {whole} ({', '.join(different)})", "sightline needs one label per image: keep one.")
    return different[0] if different else None


def _refuse_all_lost(images: Sequence[Image]) -> None:
    """Refuses annotations of which not a single image is there; of fewer that are missing, the survey names each."""
    if images and all(isinstance(image.path, Path) and not image.path.exists() for image in images):
        remedy = "Put the images beside their annotations, or correct the names."
        raise UserError(images[0].where, "is not found, nor is any other image", remedy)


def _others(pictures: PictureFiles, known: set[Picture]) -> list[Image]:
    """Pictures that no annotation file names; known only where the whole folder was searched."""
    return [
        Image(pictures.id(path), path, (), str(path), split_of(path, pictures.top), looked=False)
        for path in (pictures.images(pictures.found.pictures) if pictures.is_whole else ())
        if path not in known
    ]


def _telling(images: Sequence[Image], every: Sequence[Image], background: str | None) -> tuple[By, list[str]]:
    """What tells the label where nobody says so, and a note where that may surprise."""
    if any(image.label for image in images):
        return "image", []
    categories = {thing.category for image in images for thing in image.things}
    folders = {_folder(image.id) for image in every} - {None}
    if len(categories) < 2 and len(folders) > 1 and background is None:
        return "folder", [f"All objects are called {', '.join(categories) or 'nothing'}, so the label of an image is its folder"]
    return "object", []


def _by_word(images: Sequence[Image], where: str, whole: str) -> tuple[list[Image], list[str]]:
    """The images of which something is said as a whole, and a note on the others."""
    chosen = [image for image in images if image.label]
    if not chosen:
        raise UserError(where, f"no image has a {whole}", "Use data.options={by: object}, or {by: folder}.")
    bare = [image.id for image in images if not image.label]
    return chosen, [f"{len(bare)} of {count(len(images), 'image')} without {whole} left out ({some(bare)})"] if bare else []


def _by_folder(images: Sequence[Image]) -> list[Image]:
    chosen = [replace(image, label=_folder(image.id)) for image in images]
    if nowhere := [image for image in chosen if not image.label]:
        raise UserError(nowhere[0].where, "lies in no folder that could be its class", "Use data.options={by: object}, or move it.")
    return chosen


def _folder(id: str) -> str | None:
    """The first folder in the path of an image that says neither a split nor that images lie there."""
    return next((step for step in PurePosixPath(id).parts[:-1] if meaning(step) is None and not is_plain(step)), None)
