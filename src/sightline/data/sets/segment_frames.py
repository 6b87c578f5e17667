"""DICOM segmentation objects (PS3.3 C.8.20): which frame marks which segment in which picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom import Dataset, dcmread
from pydicom.pixels.utils import pixel_array

from sightline.data.annotation import Size
from sightline.data.dicom import in_words
from sightline.errors import UserError
from sightline.types import Annotation

REMEDY = "Export the segmentation again."


@dataclass(frozen=True)
class SegmentMask:
    """A segment in one frame of a segmentation object.

    Attributes:
        path: of the object.
        frame: counted from 0.
        full: the value that counts as one.
        value: of a label map, the number of the segment; None: every value above zero belongs to it.
    """

    path: Path
    frame: int
    full: int
    value: int | None = None

    @property
    def key(self) -> str:
        status = self.path.stat() if self.path.exists() else None  # drawing a missing file says what is wrong, in words
        return f"segment {self!r} {self.path.absolute()} {status and (status.st_mtime_ns, status.st_size)}"

    def draw(self) -> np.ndarray:
        """(H, W) uint8.

        Raises:
            UserError: the file cannot be read.
        """
        with in_words(self.path):
            return self.of(_values(dcmread(self.path), self.frame))

    def of(self, values: np.ndarray) -> np.ndarray:
        """The values of its frame as (H, W) uint8, 255 where all of it is inside."""
        if self.value is not None:
            return np.where(values == self.value, np.uint8(255), np.uint8(0))
        return np.rint(values.astype(np.float64) * 255 / self.full).clip(0, 255).astype(np.uint8)


@dataclass(frozen=True)
class Segment:
    """What a frame says of a picture.

    Attributes:
        picture: SOP instance UID of the picture.
        number: of its frame, counted from 0; None: the object does not say.
        label: of the segment.
        area: pixels of which at least half is inside.
        mark: where it is; None where the frame marks nothing: the segment was looked for and is not there.
    """

    picture: str
    number: int | None
    label: str
    area: int
    mark: Annotation | None


def segments_of(path: Path) -> list[Segment]:
    """What a segmentation object says, frame by frame.

    Raises:
        UserError: it cannot be read, or does not say to which picture a frame belongs.
    """
    with in_words(path):
        file = dcmread(path)
        labels = {int(one.SegmentNumber): str(one.get("SegmentLabel") or "").strip() for one in file.SegmentSequence}
        frames = range(int(file.get("NumberOfFrames") or 1))
        return [segment for frame in frames for segment in _of_frame(path, file, frame, _values(file, frame), labels)]


def _values(file: Dataset, frame: int) -> np.ndarray:
    """(H, W), as stored. Bits are unpacked here, since pydicom loses those of a frame that begins in the middle of a byte."""
    if int(file.BitsAllocated) > 1 or file.file_meta.TransferSyntaxUID.is_encapsulated:
        return np.asarray(pixel_array(file, index=frame))
    rows, columns = int(file.Rows), int(file.Columns)
    first = frame * rows * columns
    start, end = first // 8, (first + rows * columns + 7) // 8
    bits = np.unpackbits(np.frombuffer(file.PixelData[start:end], np.uint8), bitorder="little")
    return bits[first - 8 * start :][: rows * columns].reshape(rows, columns)


def _of_frame(path: Path, file: Dataset, frame: int, values: np.ndarray, labels: dict[int, str]) -> Iterator[Segment]:
    picture = _picture(path, file, frame)
    kind, size = str(file.get("SegmentationType", "BINARY")), (int(file.Rows), int(file.Columns))
    if kind == "LABELMAP":
        for number, label in labels.items():
            if number:  # zero is what belongs to no segment
                yield _segment(SegmentMask(path, frame, 1, number), values, picture, label, size)
        return
    given = _group(file, frame, "SegmentIdentificationSequence")
    number = int(given.ReferencedSegmentNumber) if given is not None else min(labels)
    if number not in labels:
        raise UserError(path, f"its frame {frame + 1} is of segment {number}, which is not described", REMEDY)
    full = int(file.get("MaximumFractionalValue") or 255) if kind == "FRACTIONAL" else 1
    yield _segment(SegmentMask(path, frame, full), values, picture, labels[number], size)


def _segment(mask: SegmentMask, values: np.ndarray, picture: tuple[str, int | None], label: str, size: Size) -> Segment:
    drawn = mask.of(values)
    mark = Annotation("heatmap" if mask.full > 1 else "mask", mask, size=size)
    return Segment(*picture, label, int((drawn > 127).sum()), mark if drawn.any() else None)


def _picture(path: Path, file: Dataset, frame: int) -> tuple[str, int | None]:
    """The picture that a frame was drawn on, and the number of its frame: the one from which it is derived, or the only one that the object
    refers to."""
    derived = _group(file, frame, "DerivationImageSequence")
    sources = list(derived.get("SourceImageSequence") or []) if derived is not None else []
    if not sources:
        series = file.get("ReferencedSeriesSequence") or []
        sources = [one for some in series for one in some.get("ReferencedInstanceSequence") or []]
        sources = sources or list(file.get("SourceImageSequence") or [])
    named = {(str(one.ReferencedSOPInstanceUID), number) for one in sources for number in _numbers(one)}
    if len(named) != 1:
        reason = f"its frame {frame + 1} refers to {len(named) or 'no'} pictures, and it is unclear on which it was drawn"
        raise UserError(path, reason, "Export it with the source image of each frame (Derivation Image Sequence).")
    return named.pop()


def _numbers(source: Dataset) -> list[int | None]:
    """The frames of a picture to which a reference leads, counted from 0; one None where it names none."""
    given = source.get("ReferencedFrameNumber")
    return [None] if given is None else [int(number) - 1 for number in np.atleast_1d(given)]


def _group(file: Dataset, frame: int, name: str) -> Dataset | None:
    """The first item of a sequence of a frame, or of all frames together."""
    own = file.get("PerFrameFunctionalGroupsSequence") or []
    groups = [*own[frame : frame + 1], *(file.get("SharedFunctionalGroupsSequence") or [])]
    found = next((group[name].value for group in groups if name in group and group[name].value), None)
    item: Dataset | None = found[0] if found else None
    return item
