"""One training at a time in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from sightline.errors import UserError

LOCK = ".lock"
RELEASE = 10  # seconds after which the data-loading processes of a training that was killed have seen it and let go


@contextmanager
def alone(folder: Path, *, wait: float = 0) -> Iterator[None]:
    """Holds the folder, which exists, until the block ends or the process dies.

    Args:
        wait: seconds to wait for whoever holds it.

    Raises:
        UserError: another process holds it.
    """
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=wait)
    except Timeout:
        remedy = "Wait until it has ended, or give another `folder=...`."
        raise UserError(folder, "another training is writing into this folder", remedy) from None
    try:
        yield
    finally:
        lock.release()
