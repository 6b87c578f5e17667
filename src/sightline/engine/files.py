"""Files that are written whole or not at all, and a folder in which one process at a time may write."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from filelock import FileLock, Timeout

from sightline.data.formulas import as_text
from sightline.errors import UserError
from sightline.results import Result

_LONGEST = 150  # letters of a file's name: most file systems end at 255, and endings and partial files come on top


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Lets `write` fill a temporary neighbour, which then takes the place of `path` in one step, once it is on the disk.

    The file gets the permissions that the umask grants, whichever library wrote it.

    Raises:
        OSError: what the system refused; it names `path` and not the neighbour.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.touch()
        granted = stat.S_IMODE(partial.stat().st_mode)
        write(partial)
        os.chmod(partial, granted)
        with partial.open("rb") as file:
            os.fsync(file.fileno())  # where space is handed out late, a full disk shows here and not as an empty file afterwards
        os.replace(partial, path)
    except OSError as error:
        if error.errno is None or error.filename not in (None, str(partial), partial):
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def remove_partial(folder: Path) -> None:
    """Removes what a process that was killed left half written in this folder; for whoever alone may write there."""
    for left in folder.glob(".*.partial"):
        with contextlib.suppress(OSError):
            left.unlink()


def write_text(path: Path, text: str) -> None:
    """UTF-8 text, whole or not at all. Of a file name that is no text, the bytes that are none are kept, so that it is known again."""
    write_whole(path, lambda p: p.write_bytes(text.encode("utf-8", "surrogatepass")))


def safe_name(name: str) -> str:
    """A name as that of a file: other names, other files, and none that leads elsewhere.

    >>> safe_name("test"), safe_name("../ward 3")
    ('test', '..%2Fward%203')
    """
    quoted = quote(name, safe="", errors="surrogateescape")
    return quoted if len(quoted) <= _LONGEST else f"{quoted[:80]}-{hashlib.sha256(quoted.encode()).hexdigest()[:16]}"


def write_json(path: Path, value: Any) -> None:
    """JSON with `null` for what is not a finite number, since NaN is not JSON."""
    write_text(path, json.dumps(finite(value), indent=1) + "\n")


def finite(value: Any) -> Any:
    """The same tree with results as plain values, NaN and infinity replaced by None and array scalars by Python numbers."""
    if isinstance(value, Result):
        value = value.to_json()
    if isinstance(value, Mapping):
        return {str(k): finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [finite(v) for v in value]
    if hasattr(value, "item") and not isinstance(value, str):
        value = value.item()
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return str(value) if isinstance(value, Path) else value


def write_table(path: Path, rows: Iterable[Mapping[str, Any]], columns: list[str]) -> None:
    """CSV with a header; text that a spreadsheet would carry out as a formula gets an apostrophe in front (`data.formulas`)."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: as_text(cell) for name, cell in row.items()} for row in rows)
    write_text(path, text.getvalue())


def sha256(path: Path) -> str:
    """Hex digest of the file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


LOCK = ".lock"
RELEASE = 10  # seconds after which the data-loading processes of a training that was killed have seen it and let go


@contextmanager
def alone(folder: Path, *, wait: float = 0, what: str = "training", argument: str = "folder") -> Iterator[None]:
    """Holds the folder, which exists, until the block ends or the process dies.

    Args:
        wait: seconds to wait for whoever holds it.
        what: which work holds it; `argument`: that names the folder.

    Raises:
        UserError: another process holds it.
    """
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=wait)
    except Timeout:
        remedy = f"Wait until it has ended, or give another `{argument}=...`."
        raise UserError(folder, f"another {what} is writing into this folder", remedy) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def drafted(out: Path, what: str) -> Iterator[Path]:
    """An empty folder for the files of one result, which are put into `out` together when the block ends, and not at all if it fails.

    Files of an earlier result are replaced, and what a killed process left half written of them is removed; whatever else lies in `out`
    stays.

    Args:
        what: the work that makes them, for the message if another process does the same.

    Raises:
        UserError: another process writes into `out`.
    """
    out.mkdir(parents=True, exist_ok=True)
    with alone(out, what=what, argument="out"):
        draft = out / f".{what}.partial"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        try:
            yield draft
            for file in sorted(draft.iterdir()):
                os.replace(file, out / file.name)
                for left in out.glob(f".{file.name}.*.partial"):
                    left.unlink(missing_ok=True)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
