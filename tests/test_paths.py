from __future__ import annotations

from pathlib import Path

import pytest

from sightline.errors import UserError
from sightline.paths import expanded


def test_home_folders() -> None:
    assert expanded(Path("a/~b")) == Path("a/~b")
    with pytest.raises(UserError, match="does not know"):
        expanded(Path("~nobody-of-this-name/x"))
