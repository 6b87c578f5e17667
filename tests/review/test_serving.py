"""The server listens on this machine alone, and says what is in its way."""

from __future__ import annotations

import sys

import pytest

from sightline.errors import UserError
from sightline.review import serving
from sightline.review.serving import listening, require_extra


def test_it_listens_on_this_machine_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(0) as found:
        host, port = found.getsockname()
        assert host == "127.0.0.1"
        with pytest.raises(UserError, match=f"port={port}.*cannot be used"):
            listening(port)
        monkeypatch.setattr(serving, "PORT", port)
        with listening(None) as other:
            assert other.getsockname()[1] not in (0, port)


def test_a_missing_extra_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(UserError, match=r"needs the package uvicorn\. Install it: pip install 'sightline\[review\]'"):
        require_extra()
