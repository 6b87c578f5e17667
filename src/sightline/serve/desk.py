"""Where requests arrive: their files are received within the limits, decoded by a few threads, and answered in batches."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np
from PIL import Image
from starlette.requests import Request

from sightline.explain.window import Window, window
from sightline.predict.stream import Decoded, Seen, decode
from sightline.predict.wanted import Wanted
from sightline.results.predictions import FindingsPrediction, Prediction
from sightline.serve.batching import Batcher
from sightline.serve.body import Body
from sightline.serve.form import Form, called, too_large
from sightline.serve.limits import SLACK, Limits
from sightline.serve.model import Ask, Model
from sightline.serve.refused import Refused, Unreadable, busy
from sightline.serve.upload import Upload, check

LARGEST = 2048  # longer side of a picture that is kept to be drawn on, pixels
DECODERS = min(2, os.cpu_count() or 1)  # pictures that are unpacked at a time, each of which may take hundreds of megabytes
PLAIN = ("image/", "application/dicom", "application/octet-stream")  # kinds of a body that is one file
T = TypeVar("T")


class Desk:
    """Receives pictures and has them answered.

    Args:
        model: answers.
        limits: of what is taken.
    """

    def __init__(self, model: Model, limits: Limits) -> None:
        self.model, self.limits = model, limits
        self.present = 0  # pictures under way
        self.held = 0  # bytes on the disk
        self._decoders = ThreadPoolExecutor(DECODERS, "sightline-pictures")
        self._batcher = Batcher(model.answer, limits.batch_size, limits.wait_ms / 1000)

    @asynccontextmanager
    async def received(self, request: Request) -> AsyncIterator[list[Upload]]:
        """The files of a request; they lie on the disk until the block ends.

        Raises:
            Refused: no room, no files, or more of something than the limits allow.
        """
        body, mine = Body(request.receive), _Room(self)
        with TemporaryDirectory(prefix="sightline-") as folder:
            try:
                yield await self._receive(request, body, Path(folder), mine)
            finally:
                mine.leave()

    async def _receive(self, request: Request, body: Body, folder: Path, mine: _Room) -> list[Upload]:
        try:
            mine.take(1)
            async with asyncio.timeout(self.limits.timeout):
                uploads = await _read(request, body, folder, self.limits, mine.hold)
            mine.take(len(uploads) - 1)
        except TimeoutError:
            raise Refused(408, f"The request took longer than {self.limits.timeout:g} seconds to arrive. Send it again.") from None
        except Refused:
            await body.discard()
            raise
        return uploads

    async def predicted(self, upload: Upload) -> Prediction | FindingsPrediction:
        """What the model says of one file.

        Raises:
            Unreadable: it is no picture, or not one that is taken.
        """
        decoded, _ = await self.apart(self._decoded, upload, False)
        return (await self._batcher.ask(Ask(decoded))).prediction

    async def explained(self, upload: Upload, finding: str) -> tuple[Seen, Window]:
        """The same with the map, and the part of the picture that the map covers. The picture is kept no larger than it is drawn.

        Raises:
            Unreadable: it is no picture, or not one that is taken.
        """
        decoded, where = await self.apart(self._decoded, upload, True)
        told = await self._batcher.ask(Ask(decoded, True, finding))
        assert told.seen is not None
        return told.seen, where

    async def apart(self, work: Callable[..., T], *values: object) -> T:
        """Work on pictures, on one of the threads that are for it."""
        return await asyncio.get_running_loop().run_in_executor(self._decoders, work, *values)

    def _decoded(self, upload: Upload, keep: bool) -> tuple[Decoded, Window]:
        """The picture as the networks take it, with its pixels if these are to be kept."""
        check(upload, self.limits)
        found = decode(Wanted(upload.name, upload.path), self.model.settings)
        if found.pixels is None:
            raise Unreadable(422, upload.name, found.note)
        where = window((found.pixels.shape[0], found.pixels.shape[1]), self.model.settings[0])
        return replace(found, pixels=_smaller(found.pixels) if keep else None), where


class _Room:
    """What one request takes up of a desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.pictures, self.bytes = desk, 0, 0

    def take(self, pictures: int) -> None:
        if self.desk.present + pictures > self.desk.limits.queue:
            raise busy()
        self.desk.present += pictures
        self.pictures += pictures

    def hold(self, count: int) -> None:
        if self.desk.held + count > self.desk.limits.held_bytes:
            raise busy()
        self.desk.held += count
        self.bytes += count

    def leave(self) -> None:
        self.desk.present -= self.pictures
        self.desk.held -= self.bytes


async def _read(request: Request, body: Body, folder: Path, limits: Limits, hold: Callable[[int], None]) -> list[Upload]:
    """The files of a form, or of a body that is one file."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limits.max_files * limits.file_bytes + SLACK:
        raise Refused(413, f"The request has more than {limits.max_files} files of {limits.max_mb:g} MB. Send fewer at a time.")
    kind, _, options = request.headers.get("content-type", "").partition(";")
    if kind.strip().lower() == "multipart/form-data":
        form = Form(_boundary(options), folder, limits, hold)
        try:
            async for piece in body.pieces():
                form.write(piece)
        finally:
            form.close()
        return form.finish()
    if not kind.lower().startswith(PLAIN):
        raise Refused(415, "The body is neither a form nor a picture. Send it as multipart/form-data, e.g. `curl -F file=@a.png`.")
    with (folder / "0").open("wb") as file:
        size = 0
        async for piece in body.pieces():
            size += len(piece)
            if size > limits.file_bytes:
                raise too_large(limits)
            hold(len(piece))
            file.write(piece)
    return [Upload(called(request.query_params.get("name", "picture")), folder / "0")]


def _boundary(options: str) -> bytes:
    from python_multipart.multipart import parse_options_header

    found = parse_options_header(f"multipart/form-data;{options}")[1].get(b"boundary")
    if not found:
        raise Refused(400, "The form names no boundary. Let the client set the header Content-Type by itself.")
    return found


def _smaller(pixels: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8, at most `LARGEST` pixels long."""
    height, width = pixels.shape[:2]
    factor = LARGEST / max(height, width)
    if factor >= 1:
        return pixels
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))
