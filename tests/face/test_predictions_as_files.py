from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import sightline as sl
from sightline.engine.run import Run


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for i, pixels in enumerate(np.random.default_rng(0).integers(0, 256, (3, 40, 40, 3), np.uint8)):
        Image.fromarray(pixels).save(folder / f"{i}.png")
    return folder


def test_with_a_file_the_table_is_written_and_otherwise_given(run: Run, photos: Path, tmp_path: Path) -> None:
    table = sl.predict(run, photos)
    done: list[int] = []
    files = {"out": tmp_path / "p.csv", "maps": tmp_path / "maps", "drawings": tmp_path / "drawn"}
    found = sl.predict(run.path, photos, **files, batch_size=1, device="cpu", progress=done.append)
    rows = list(csv.DictReader((tmp_path / "p.csv").open(encoding="utf-8")))
    assert [row["prediction"] for row in rows] == [one.prediction for one in table]
    assert (found.pictures, found.out, done[-1]) == (3, str(tmp_path / "p.csv"), 3)
    assert sum(found.counts.values()) == 3
    assert len(list((tmp_path / "maps").iterdir())) == len(list((tmp_path / "drawn").iterdir())) == 3
    assert sl.predict(run, photos, **files, batch_size=1, resume=True).before == 3


@pytest.mark.parametrize("given", [{"maps": "m"}, {"drawings": "d"}, {"resume": True}, {"workers": 2}, {"address": "auto"}])
def test_what_is_only_there_for_files_is_refused_without_one(run: Run, photos: Path, given: dict[str, object]) -> None:
    with pytest.raises(sl.UserError, match=f"`{next(iter(given))}=...`: is for predictions that are written"):
        sl.predict(run, photos, **given)  # type: ignore[call-overload]


def test_unknown_words_have_a_remedy(run: Run, photos: Path) -> None:
    with pytest.raises(sl.UserError, match='Did you mean "flips"'):
        sl.predict(run, photos, tta="flip")  # type: ignore[call-overload]
    with pytest.raises(sl.UserError, match="`executor='rays'`: is unknown"):
        sl.predict(run, photos, out="x.csv", executor="rays")  # type: ignore[call-overload]
