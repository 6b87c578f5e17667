"""What a user did wrong, said so that they can mend it."""

from __future__ import annotations

import difflib
import errno
import re
from collections.abc import Iterable
from pathlib import Path

# control characters, halves of characters that are none, and marks that turn the direction of reading: a terminal obeys them
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(text: str, keep: str = "") -> str:
    """A text as it can be shown on one line, whoever chose it: what cannot be seen is written out.

    >>> print(plain("ward 3\\n"))
    ward 3\\n

    Args:
        keep: characters that stay as they are.
    """
    return _UNSEEN.sub(lambda found: found[0] if found[0] in keep else ascii(found[0])[1:-1], text)


def one_line(message: str) -> str:
    """The lines of a message as one that can be shown."""
    return plain(" ".join(line.strip() for line in message.splitlines()))


class UserError(Exception):
    """A mistake in a file, a recipe or an argument. The command line prints it on one line, without a traceback.

    What the user can type stands in backticks, as Python writes it: `split='test'`, `resume=True`, the setting `train.epochs=3`. The
    command line translates these into its options.

    Args:
        where: the file, recipe key or argument at fault.
        reason: what is wrong with it.
        remedy: what the user can do about it.
    """

    def __init__(self, where: str | Path, reason: str | None = None, remedy: str = "") -> None:
        if reason is None:  # torch brings the errors of its data-loading processes home as one text, with their traceback before it
            where, reason, remedy = _told(str(where)) or (where, "failed in another process", "")
        self.where, self.reason, self.remedy = str(where), reason, remedy
        super().__init__(one_line(f"{where}: {reason}. {remedy}"))

    def __reduce__(self) -> tuple[type[UserError], tuple[str, str, str]]:
        # exceptions with several arguments lose them when a data-loader worker pickles them home
        return type(self), (self.where, self.reason, self.remedy)


class Stopped(Exception):
    """The user pressed Ctrl-C; the run can be resumed."""


def from_process(error: Exception) -> UserError | None:
    """The user's mistake that another process met, of whose exception only the text came home; None if it was none."""
    parts = _told(str(error))
    return UserError(*parts) if parts else None


def _told(text: str) -> tuple[str, str, str] | None:
    """Where, reason and remedy out of the last line of a traceback."""
    lines = re.findall(r"^sightline\.(?:\w+\.)*(?:UserError|NotFinite|Damaged|Several): (.+)$", text, re.MULTILINE)
    if not lines:
        return None
    where, _, rest = lines[-1].partition(": ")
    reason, _, remedy = rest.partition(". ")
    return where, reason, remedy


def nearest(name: str, known: Iterable[str]) -> str:
    """A remedy for an unknown name: the nearest known one, or all of them.

    >>> nearest("enrgy", ["energy", "dice"])
    'Did you mean "energy"?'
    """
    options = sorted(known)
    close = difflib.get_close_matches(name, options, n=1)
    return f'Did you mean "{close[0]}"?' if close else f"Known: {', '.join(options)}."


_FULL = "Free some space there and start again; an interrupted training goes on with `resume=True`."
_FILES = "Allow more open files (`ulimit -n 4096`), or lower train.workers."
_ELSEWHERE = "Give a folder that you may write to, or change its permissions."
_IN_THE_WAY = "Remove it, or give another path."
_REMEDIES = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: "Files may not grow so large here: raise that limit (`ulimit -f`), or write to another disk.",
    errno.EMFILE: _FILES,
    errno.ENFILE: _FILES,
    errno.EROFS: _ELSEWHERE,
    errno.EACCES: _ELSEWHERE,
    errno.EPERM: _ELSEWHERE,
    errno.ENOTDIR: _IN_THE_WAY,
    errno.EISDIR: _IN_THE_WAY,
    errno.EEXIST: _IN_THE_WAY,
    errno.ENOTEMPTY: _IN_THE_WAY,
    errno.ENAMETOOLONG: "Give a shorter name.",
    errno.EIO: "The disk or its connection failed: check both, and start again.",
}
_NOWHERE = {errno.ENOSPC: "the disk", errno.EDQUOT: "the disk", errno.EMFILE: "this process", errno.ENFILE: "this system"}


def from_system(error: OSError) -> UserError | None:
    """What the operating system refused, as a user's mistake: a full disk, a missing right, a folder where a file should be.

    None where the error names no file, unless the system itself ran out of something: it is then a defect of the program.

    >>> print(from_system(PermissionError(errno.EACCES, "Permission denied", "runs/a")))
    runs/a: permission denied. Give a folder that you may write to, or change its permissions.
    """
    where = error.filename if isinstance(error.filename, str | Path) else _NOWHERE.get(error.errno or 0)
    if where is None:
        return None
    reason = (error.strerror or str(error)).rstrip(".")
    return UserError(where, reason[:1].lower() + reason[1:], _REMEDIES.get(error.errno or 0, "Check the path."))
