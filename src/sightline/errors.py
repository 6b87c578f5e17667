"""What a user did wrong, said so that they can mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path


class UserError(Exception):
    """A mistake in a file, a recipe or an argument. The command line prints it on one line, without a traceback.

    Args:
        where: the file, recipe key or argument at fault.
        reason: what is wrong with it.
        remedy: what the user can do about it.
    """

    def __init__(self, where: str | Path, reason: str, remedy: str) -> None:
        self.where, self.reason, self.remedy = str(where), reason, remedy
        super().__init__(f"{where}: {reason}. {remedy}")

    def __reduce__(self) -> tuple[type[UserError], tuple[str, str, str]]:
        # exceptions with several arguments lose them when a data-loader worker pickles them home
        return type(self), (self.where, self.reason, self.remedy)


def nearest(name: str, known: Iterable[str]) -> str:
    """A remedy for an unknown name: the nearest known one, or all of them.

    >>> nearest("enrgy", ["energy", "dice"])
    'Did you mean "energy"?'
    """
    options = sorted(known)
    close = difflib.get_close_matches(name, options, n=1)
    return f'Did you mean "{close[0]}"?' if close else f"Known: {', '.join(options)}."
