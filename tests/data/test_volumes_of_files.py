from __future__ import annotations

from pathlib import Path

import pytest
from niftis import mri

from sightline.data.sets import folder
from sightline.data.survey import survey


def test_a_volume_is_decoded_once_for_all_its_slices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sightline.data import volumes

    records, decoded = folder.read(mri(tmp_path)), list[Path]()
    original = volumes._decoded
    monkeypatch.setattr(volumes, "_decoded", lambda path: decoded.append(path) or original(path))
    found = survey(records, gaze_blur=10)
    assert not found.problems
    assert len(decoded) == len(set(decoded)) == 8
