"""A file in which decoded pictures are cached, so that each is decoded once.

One file per list of records, in the temporary folder, shared by all processes and kept for later runs:

    N entries of 8 bytes: flags, and a checksum of the pixels | N times (C + 2 + K, S, S) uint8: channels, ROI, avoid, K findings

It is filled as pictures are asked for. The entry is written after its pixels, and the pixels are checked against it whenever they are
read, so a writer that died half-way, or whoever cuts the file, costs a decoding and never shows a wrong picture. Several writers of one
picture write the same bytes. The file is read and not mapped: of a mapped file that is cut, the next look kills the process.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
import warnings
import weakref
import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sightline.config import Data
from sightline.settings import COLOUR
from sightline.types import Annotation, Picture, Record

ROOMS = (Path(__file__).parent, Path(__file__).parents[1] / "phantom")  # whose code reads, prepares and draws pictures
LIMIT = 8 * 1024**3  # bytes of all cache files together, once they have not been used for a while
SPARED = 24 * 3600  # seconds since its last use in which a file may belong to a training that still runs
MAPS = 2  # planes of every picture besides the image's: ROI and avoid
_ENTRY = np.dtype([("flags", "<u4"), ("checksum", "<u4")])
_FILLED, _KNOWN, _AVOID_KNOWN, _FIRST_FINDING = 1, 2, 4, 256  # 24 bits are left for findings


class Planes(NamedTuple):
    """A prepared picture: (C + 2 + K, S, S) uint8, the channels of the image, ROI, avoid, and the ROI of each of K findings; and which of
    these maps are real."""

    pixels: np.ndarray
    known: bool
    avoid_known: bool
    findings: tuple[bool, ...] = ()

    @property
    def image(self) -> np.ndarray:
        """(C, S, S)."""
        return self.pixels[: -MAPS - len(self.findings)]

    @property
    def maps(self) -> list[np.ndarray]:
        """ROI, avoid, and those of the findings, (1, S, S) each."""
        return [plane[None] for plane in self.pixels[-MAPS - len(self.findings) :]]


class PlanesCache:
    """The cache file at `path`, made if it is not there.

    Args:
        count: N, records.
        side: S, pixels.
        channels: C, of an image.
        findings: K.

    Raises:
        OSError: no room, or no right to write there.
    """

    def __init__(self, path: Path, count: int, side: int, findings: int = 0, channels: int = COLOUR) -> None:
        self.path, self.count, self.side, self.findings, self.channels = path, count, side, findings, channels
        size = count * (_ENTRY.itemsize + self._size)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            prune(path, LIMIT - size)
            disk = shutil.disk_usage(path.parent)
            if disk.free < size + disk.total // 20:
                raise OSError(f"{path.parent} has no room for {size / 1e9:.1f} GB")
        with open(path, "ab") as file:
            file.truncate(size)  # the same size from whichever process comes first or second; all zeros is: nothing filled
        os.utime(path)
        self._open()

    def _open(self) -> None:
        self._file = os.open(self.path, os.O_RDWR)  # kept open: it outlives the file's name
        weakref.finalize(self, os.close, self._file)

    def get(self, index: int) -> Planes | None:
        """The picture at `index`; None if it is not there, or not whole. The pixels are read-only."""
        try:
            entry = os.pread(self._file, _ENTRY.itemsize, index * _ENTRY.itemsize)
            if len(entry) < _ENTRY.itemsize or not entry[0] & _FILLED:
                return None
            content = os.pread(self._file, self._size, self._place(index))
        except OSError:
            return None
        flags, checksum = np.frombuffer(entry, _ENTRY)[0].item()
        if len(content) < self._size or zlib.crc32(content) != checksum:
            return None
        pixels = np.frombuffer(content, np.uint8).reshape(-1, self.side, self.side)
        findings = tuple(bool(flags & _FIRST_FINDING << k) for k in range(self.findings))
        return Planes(pixels, bool(flags & _KNOWN), bool(flags & _AVOID_KNOWN), findings)

    @property
    def _size(self) -> int:
        return (self.channels + MAPS + self.findings) * self.side * self.side

    def _place(self, index: int) -> int:
        return self.count * _ENTRY.itemsize + index * self._size

    def put(self, index: int, planes: Planes) -> None:
        """Keeps a picture; a full disk or a vanished file is no error, since the picture can be decoded again."""
        entry = np.zeros(1, _ENTRY)
        findings = sum(_FIRST_FINDING << k for k, known in enumerate(planes.findings) if known)
        entry["flags"] = _FILLED | _KNOWN * planes.known | _AVOID_KNOWN * planes.avoid_known | findings
        entry["checksum"] = zlib.crc32(planes.pixels.data)
        try:
            # a write that ends early leaves pixels that do not fit their checksum
            os.pwrite(self._file, planes.pixels.data, self._place(index))
            os.pwrite(self._file, entry.tobytes(), index * _ENTRY.itemsize)
        except OSError as error:
            warnings.warn(f"decoded images are no longer cached: {error}", stacklevel=2)

    def __getstate__(self) -> dict[str, Any]:
        names = ("path", "count", "side", "findings", "channels")
        return {name: getattr(self, name) for name in names}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._open()


def open_cache(records: Sequence[Record], data: Data, findings: int = 0) -> PlanesCache | None:
    """The cache of these records prepared in this way, with a map for each of so many findings; None, with a warning, where there is no
    room for it."""
    owner = os.getuid() if hasattr(os, "getuid") else "user"
    try:
        path = Path(tempfile.gettempdir()) / f"sightline-{owner}" / f"{cache_key(records, data)}.planes"
        return PlanesCache(path, len(records), data.load_size or data.image_size, findings, data.channels)
    except OSError as error:
        warnings.warn(f"decoded images are not cached: {error}", stacklevel=2)
        return None


def cache_key(records: Sequence[Record], data: Data) -> str:
    """Names everything that the pixels depend on: the files, the annotations, the settings and the code that prepares them."""
    settings = (
        data.load_size or data.image_size,
        data.fit,
        data.centre,
        data.gaze_blur,
        data.grey,
        data.augment.fill,
        data.roi,
        data.channels,
    )
    digest = hashlib.sha256(f"{_code()} {settings}".encode())
    for record in records:
        marks = [[mark_state(a) for a in marks] for marks in (record.annotations, record.avoid)]
        of_findings = [dict(record.findings), [mark.finding for mark in record.annotations]] if record.findings else []
        digest.update(repr((record.id, picture_state(record.image), marks, of_findings)).encode())
    return digest.hexdigest()[:32]


def mark_state(annotation: Annotation) -> tuple[Any, ...]:
    """Names everything that a rendered annotation depends on."""
    return annotation.kind, annotation.points, annotation.source and picture_state(annotation.source)


def picture_state(picture: Picture) -> tuple[Any, ...]:
    """Names the pixels: a file by its place, time and size, a drawable by its key."""
    if not isinstance(picture, Path):
        return type(picture).__qualname__, picture.key
    path = os.path.abspath(picture)
    try:
        status = os.stat(path)
    except OSError:
        return (path,)  # opening it will say what is wrong, in words
    return path, status.st_mtime_ns, status.st_size


@cache
def _code(rooms: tuple[Path, ...] = ROOMS) -> str:
    """Changes whenever one of these rooms does, so that an upgrade never shows the old version's pixels."""
    files = [file for room in rooms for file in sorted(room.rglob("*.py"))]
    return hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest()


def prune(keep: Path, limit: int) -> None:
    """Deletes the least recently used cache files beside `keep` until the others hold at most `limit` bytes, save those just used."""
    with os.scandir(keep.parent) as files:
        others = [(file.stat(), file.path) for file in files if file.name.endswith(".planes") and file.name != keep.name]
    for state, place in sorted(others, key=lambda other: other[0].st_mtime, reverse=True):
        limit -= state.st_size
        if limit < 0 and time.time() - state.st_mtime > SPARED:
            Path(place).unlink(missing_ok=True)
