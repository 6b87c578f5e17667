"""A form (multipart/form-data) that is taken apart as it arrives: files go to the disk, and its limits hold at every byte."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from sightline.errors import plain
from sightline.serve.limits import HEADERS, NAME, Limits
from sightline.serve.refused import Refused
from sightline.serve.upload import Upload


class Form:
    """Takes the pieces of a body and writes each part that has a file name to a file; other parts are passed over.

    Args:
        boundary: as the header Content-Type has it.
        folder: for the files.
        hold: called with a number of bytes before they are written; it may refuse them.
    """

    def __init__(self, boundary: bytes, folder: Path, limits: Limits, hold: Callable[[int], None]) -> None:
        self.folder, self.limits, self.hold = folder, limits, hold
        self.uploads: list[Upload] = []
        self._parts, self._size, self._whole = 0, 0, False
        self._file: BinaryIO | None = None
        self._field, self._value, self._disposition = b"", b"", b""
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._on_field,
                    "on_header_value": self._on_value,
                    "on_header_end": self._on_header,
                    "on_headers_finished": self._open,
                    "on_part_data": self._on_data,
                    "on_part_end": self._close,
                    "on_end": self._on_end,
                },
                max_header_count=HEADERS,
            )
        except FormParserError as error:
            raise Refused(400, f"The form has a boundary that cannot be read ({error}).") from None

    def write(self, piece: bytes) -> None:
        """The next piece.

        Raises:
            Refused: no form, or more than the limits allow.
        """
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise Refused(400, f"The body is not a form that can be read ({error}).") from None

    def finish(self) -> list[Upload]:
        """The files, when the body has ended.

        Raises:
            Refused: the form was cut short, or has no file.
        """
        if not self._whole:
            raise Refused(400, "The form ends before its last part does. Send it again.")
        if not self.uploads:
            raise Refused(400, "The form has no file. Send a picture as a part with a file name, e.g. `curl -F file=@a.png`.")
        return self.uploads

    def close(self) -> None:
        """Closes a file that is still open."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _begin(self) -> None:
        self._parts += 1
        self._disposition = b""
        if self._parts > self.limits.max_parts:
            raise Refused(413, f"The form has more than {self.limits.max_parts} parts. Send fewer at a time.")

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header(self) -> None:
        if self._field.lower() == b"content-disposition":
            self._disposition = self._value
        self._field, self._value = b"", b""

    def _open(self) -> None:
        name = parse_options_header(self._disposition)[1].get(b"filename")
        if name is None:
            return
        if len(self.uploads) == self.limits.max_files:
            raise Refused(413, f"The form has more than {self.limits.max_files} files. Send fewer at a time.")
        path = self.folder / str(len(self.uploads))
        self.uploads.append(Upload(called(name.decode("utf-8", "replace")), path))
        self._file, self._size = path.open("wb"), 0

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        self._size += end - start
        if self._size > self.limits.file_bytes:
            raise too_large(self.limits)
        if self._file is not None:
            self.hold(end - start)
            self._file.write(data[start:end])

    def _close(self) -> None:
        self._size = 0
        self.close()

    def _on_end(self) -> None:
        self._whole = True


def called(name: str) -> str:
    """The name of a file without its folder, as it can be shown."""
    return plain(name.replace("\\", "/").rpartition("/")[2])[:NAME] or "picture"


def too_large(limits: Limits) -> Refused:
    """A file has too many bytes."""
    return Refused(413, f"A file has more than {limits.max_mb:g} MB. Send it smaller, or cut to the part that is needed.")
