"""Volumes and files with several frames become the pictures that networks take: one record for each slice, kept together as a group."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from sightline.data.frames import Frame, count_of, frame_of, mask_of
from sightline.data.volumes import Plane, is_nifti
from sightline.errors import UserError
from sightline.plural import count
from sightline.settings import Fraction
from sightline.types import Annotation, Picture, Record

NUMBERED = re.compile(r"(.+)#(\d{1,6})")


def _ordered(part: tuple[float, float]) -> tuple[float, float]:
    if not part[0] < part[1]:
        raise ValueError("a part is written [from, to] with from < to")
    return part


Part = Annotated[tuple[Fraction, Fraction], AfterValidator(_ordered)]


@dataclass(frozen=True)
class Slicing:
    """Which slices of a volume are used.

    Attributes:
        plane: in which it is cut; files with several frames have theirs.
        every: every how manieth slice.
        part: from where to where, as shares of the volume.
    """

    plane: Plane = "axial"
    every: int = 1
    part: tuple[float, float] = (0, 1)

    def numbers(self, slices: int) -> range:
        """The slices, counted from 0; one at least."""
        first, last = math.floor(self.part[0] * slices), math.ceil(self.part[1] * slices)
        return range(min(first, slices - 1), max(last, first + 1), self.every)


def split_number(name: str) -> tuple[str, int | None]:
    """The file and the number of `FILE#NUMBER`.

    >>> split_number("mri/a.nii.gz#7"), split_number("a.png")
    (('mri/a.nii.gz', 7), ('a.png', None))
    """
    found = NUMBERED.fullmatch(name)
    return (found[1], int(found[2])) if found else (name, None)


def short(path: Path) -> Path:
    """The path of a compressed volume as it were without compression, so that its stem is its name."""
    return path.with_suffix("") if is_nifti(path) and path.suffix.lower() == ".gz" else path


def sliced(records: Sequence[Record], slicing: Slicing) -> tuple[list[Record], list[str]]:
    """The records, those of volumes as their slices; and a note on these.

    A slice is called `VOLUME#NUMBER`. Its group is that of the volume, or the volume itself.

    Raises:
        UserError: a volume or mask that cannot be read, or that do not fit each other.
    """
    found: list[Record] = []
    volumes = 0
    for record in records:
        slices = count_of(record.image, slicing.plane) if isinstance(record.image, Path) else None
        if slices is None:
            found.append(record)
            continue
        volumes += 1
        found += _slices(record, slices, slicing)
    if not volumes:
        return found, []
    cut = sum(record.volume is not None for record in found)
    how = f"{slicing.plane}" + (f", every {slicing.every}th" if slicing.every > 1 else "")
    said = f"{count(volumes, 'volume')} are {count(cut, 'slice')} ({how}), each an image called VOLUME#NUMBER"
    return found, [f"{said}; a volume is one group"]


def _slices(record: Record, slices: int, slicing: Slicing) -> list[Record]:
    assert isinstance(record.image, Path)
    digits = len(str(slices))
    for mark in (*record.annotations, *record.avoid):
        _check(mark, frame_of(record.image, 0, slicing.plane), slices, slicing.plane)
    made = []
    for number in slicing.numbers(slices):
        frame = frame_of(record.image, number, slicing.plane)
        name = f"{record.id}#{number + 1:0{digits}}"
        made.append(one_slice(replace(record, id=name, volume=record.id, group=record.group or record.id), frame))
    return made


def numbered(record: Record, number: int, plane: Plane) -> Record:
    """The record of one slice of its image, counted from 1.

    Raises:
        UserError: there is no such slice.
    """
    assert isinstance(record.image, Path)
    slices = count_of(record.image, plane)
    if slices is None or not 1 <= number <= slices:
        held = "is a single picture" if slices is None else f"has {slices} slices"
        raise UserError(record.image, f"{held}, of which there is no number {number}", "Correct the number after the #, or leave it out.")
    volume = split_number(record.id)[0]
    frame = frame_of(record.image, number - 1, plane)
    for mark in (*record.annotations, *record.avoid):
        if mark.kind == "mask" and isinstance(mark.source, Path) and _is_whole(mark.source):
            _check(mark, frame_of(record.image, 0, plane), slices, plane)
    return one_slice(replace(record, volume=volume, group=record.group or volume), frame)


def one_slice(record: Record, frame: Frame) -> Record:
    """The record of a slice, with the slices of its masks."""
    marks, avoid = (tuple(of_slice(mark, frame) for mark in marks) for marks in (record.annotations, record.avoid))
    return replace(record, image=frame, annotations=marks, avoid=avoid)


def of_slice(mark: Annotation, frame: Frame) -> Annotation:
    """Of a mask that is a volume the slice; another annotation as it is."""
    if mark.kind == "mask" and isinstance(mark.source, Path) and _is_whole(mark.source):
        return replace(mark, source=mask_of(mark.source, frame))
    return mark


def _is_whole(source: Picture) -> bool:
    return isinstance(source, Path) and (is_nifti(source) or count_of(source, "axial") is not None)


def _check(mark: Annotation, frame: Frame, slices: int, plane: Plane) -> None:
    """Refuses an annotation of a whole volume that is no mask of the same shape."""
    if mark.kind == "nothing":
        return
    if mark.kind != "mask" or not isinstance(mark.source, Path) or (held := count_of(mark.source, plane)) is None:
        remedy = "Give a mask that is a volume of the same shape, or a row for each slice (FILE#NUMBER) in a table."
        raise UserError(str(mark.source or frame.path), f"is a {mark.kind} of a single picture, but {frame.path} is a volume", remedy)
    sizes = (held, *mask_of(mark.source, frame).size()), (slices, *frame.size())
    if sizes[0] != sizes[1]:
        own, wanted = (" x ".join(map(str, size)) for size in sizes)
        reason = f"is a mask of {own} (slices x height x width), but {frame.path} has {wanted}"
        raise UserError(mark.source, reason, "Export the mask in the space of its volume.")
