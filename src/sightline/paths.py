"""Paths as people write them."""

from __future__ import annotations

from pathlib import Path

from sightline.errors import UserError


def expanded(path: Path) -> Path:
    """With the home folder in place of `~`.

    Raises:
        UserError: there is no such home folder.
    """
    try:
        return path.expanduser()
    except RuntimeError:  # no such user, or none at all in a container
        raise UserError(path, "begins with a home folder that this machine does not know", "Write the path out.") from None
