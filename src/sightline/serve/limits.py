"""What a server takes at most, so that no request can use up its memory, its disk or its time."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sightline.settings import NUMBER, Settings

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")  # names of this machine as it calls itself
HEADERS = 8  # of one part of a form
NAME = 255  # letters of a file's name
SLACK = 64 * 1024  # bytes of a body beside its files


class Limits(Settings):
    """Limits of a server.

    Attributes:
        batch_size: pictures that are computed at a time.
        wait_ms: how long a batch that is not full waits for further pictures, milliseconds.
        max_mb: size of a file, megabytes (of 10^6 bytes).
        max_megapixels: size of a picture, millions of pixels.
        max_files: files of a request.
        max_parts: parts of a form, files or not.
        queue: pictures that are received, wait or are computed at a time; who comes later is asked to come back.
        timeout: how long a request may take to arrive, seconds.
    """

    batch_size: Annotated[int, Field(ge=1, le=1024), NUMBER] = 8
    wait_ms: Annotated[float, Field(ge=0, le=10_000), NUMBER] = 5
    max_mb: Annotated[float, Field(gt=0, le=2000), NUMBER] = 32
    max_megapixels: Annotated[float, Field(gt=0, le=178), NUMBER] = 50
    max_files: Annotated[int, Field(ge=1, le=1000), NUMBER] = 16
    max_parts: Annotated[int, Field(ge=1, le=10_000), NUMBER] = 64
    queue: Annotated[int, Field(ge=1, le=10_000), NUMBER] = 128
    timeout: Annotated[float, Field(gt=0, le=3600), NUMBER] = 60

    @property
    def file_bytes(self) -> int:
        """Of one file."""
        return int(self.max_mb * 1e6)

    @property
    def held_bytes(self) -> int:
        """Of all requests together, which lie on the disk until they are answered."""
        return self.queue * self.file_bytes
