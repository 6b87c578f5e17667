from __future__ import annotations

import errno
import os
import pickle
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from blobs import Spot, spot_record
from PIL import Image

from sightline.config import Augment, Data, Roi
from sightline.data import cache
from sightline.data.cache import Planes, PlanesCache, cache_key, prune
from sightline.data.dataset import ImageDataset
from sightline.data.sampling import Key
from sightline.types import Annotation, Record

DATA = Data(image_size=24)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    Spot.drawn.clear()


def dataset(data: Data = DATA, n: int = 6) -> ImageDataset:
    return ImageDataset([spot_record(i) for i in range(n)], ["a", "b"], data, train=True)


def planes(value: int, side: int = 24) -> Planes:
    return Planes(np.full((5, side, side), value, np.uint8), True, False)


def test_second_epoch_does_not_decode_again() -> None:
    images = dataset()
    for epoch in range(3):
        for i in range(6):
            images[Key(epoch, i, i)]
    assert len(Spot.drawn) == 6


def test_later_run_does_not_decode_again() -> None:
    first = [s.image for s in map(dataset().__getitem__, range(6))]
    again = [s.image for s in map(dataset().__getitem__, range(6))]
    assert len(Spot.drawn) == 6
    assert all(map(np.array_equal, first, again))


def test_without_cache_every_epoch_decodes_and_gives_the_same_pixels() -> None:
    uncached = dataset(DATA.model_copy(update={"cache": False}))
    kept = dataset()
    for _ in range(2):
        for i in range(6):
            ours, theirs = kept[i], uncached[i]
            assert np.array_equal(ours.image, theirs.image)
            assert np.array_equal(ours.roi, theirs.roi)
            assert ours.known == theirs.known
    assert len(Spot.drawn) == 6 + 12


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    kept = PlanesCache(tmp_path / "x.planes", 3, 24)
    kept.put(1, planes(7))
    again = PlanesCache(tmp_path / "x.planes", 3, 24)  # another process, or a later run
    found = again.get(1)
    assert found is not None
    assert (found.pixels == 7).all()
    assert (found.known, found.avoid_known) == (True, False)
    assert again.get(0) is None
    again.put(2, planes(9))
    assert kept.get(2) is not None


def test_writer_that_died_before_its_flag_costs_a_decoding(tmp_path: Path) -> None:
    kept = PlanesCache(tmp_path / "x.planes", 2, 24)
    with open(kept.path, "r+b") as file:
        file.seek(2 * 8)
        file.write(b"\xff" * 1000)
    assert kept.get(0) is None


def test_flag_that_reached_the_disk_before_its_pixels_is_not_believed(tmp_path: Path) -> None:
    PlanesCache(tmp_path / "x.planes", 2, 24).put(0, planes(7))
    with open(tmp_path / "x.planes", "r+b") as file:
        file.seek(2 * 8 + 1000)
        file.write(bytes(50))
    kept = PlanesCache(tmp_path / "x.planes", 2, 24)
    assert kept.get(0) is None
    kept.put(0, planes(7))
    assert kept.get(0) is not None


def test_a_full_disk_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = PlanesCache(tmp_path / "x.planes", 2, 24)
    monkeypatch.setattr(os, "pwrite", full)
    with pytest.warns(UserWarning, match="no longer cached"):
        kept.put(0, planes(7))
    assert kept.get(0) is None
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10, 10, 0))
    with pytest.warns(UserWarning, match="not cached"):
        images = dataset()
    assert images[0].image.shape == (3, 24, 24)


def full(*_: object) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_without_any_temporary_folder_nothing_is_cached(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", nowhere)
    with pytest.warns(UserWarning, match="not cached: .*No usable temporary directory"):
        images = dataset()
    assert images[0].image.shape == (3, 24, 24)


def test_a_file_that_is_removed_serves_on(tmp_path: Path) -> None:
    kept = PlanesCache(tmp_path / "x.planes", 2, 24)
    kept.path.unlink()
    kept.put(0, planes(7))
    assert kept.get(0) is not None


@pytest.mark.parametrize("left", [0, 5, 16, 20, 2 * 8 + 5 * 24 * 24 - 1])
def test_a_file_that_is_cut_costs_a_decoding_and_not_the_process(tmp_path: Path, left: int) -> None:
    """Of a mapped file, the next look would be a bus error, which no program survives."""
    kept = PlanesCache(tmp_path / "x.planes", 2, 24)
    kept.put(0, planes(7))
    kept.put(1, planes(9))
    assert kept.get(0) is not None
    os.truncate(kept.path, left)
    assert kept.get(0) is None
    assert kept.get(1) is None
    kept.put(1, planes(9))
    assert (kept.get(1).pixels == 9).all()
    assert kept.get(0) is None


def test_a_file_that_is_cut_and_made_long_again_shows_no_black_pictures(tmp_path: Path) -> None:
    kept = PlanesCache(tmp_path / "x.planes", 2, 24)
    kept.put(1, planes(9))
    assert kept.get(1) is not None
    os.truncate(kept.path, 2 * 8)
    PlanesCache(tmp_path / "x.planes", 2, 24)  # another process gives it its full length again, in zeros
    assert kept.get(1) is None


def test_no_arrays_travel_to_workers() -> None:
    images = dataset(Data(image_size=200))
    images.fill()
    sent = pickle.dumps(images)
    assert len(sent) < 20_000
    assert np.array_equal(pickle.loads(sent)[3].image, images[3].image)
    assert len(Spot.drawn) == 6


def test_key_names_everything_that_pixels_depend_on(tmp_path: Path) -> None:
    path = tmp_path / "image.png"
    Image.new("RGB", (8, 8)).save(path)
    box = Annotation("box", points=((0, 0, 4, 4),))
    record = Record("x", path, "a", annotations=(box,))
    keys = [cache_key([record], DATA)]
    assert cache_key([record], DATA.model_copy(update={"augment": Augment(flip_x=0.5)})) == keys[0]
    for change in ({"image_size": 25}, {"load_size": 30}, {"fit": "pad"}, {"centre": 0.8}, {"gaze_blur": 9}, {"roi": Roi(grow=0.1)}):
        keys.append(cache_key([record], DATA.model_copy(update=change)))
    keys.append(cache_key([record, record], DATA))
    keys.append(cache_key([Record("y", path, "a", annotations=(box,))], DATA))  # what `data.roi` draws depends on the id
    keys.append(cache_key([Record("x", path, "a")], DATA))
    keys.append(cache_key([Record("x", path, "a", avoid=(box,))], DATA))
    keys.append(cache_key([Record("x", path, "a", annotations=(Annotation("box", points=((0, 0, 4, 5),)),))], DATA))
    keys.append(cache_key([Record("x", Spot(1, 2), "a", annotations=(box,))], DATA))
    keys.append(cache_key([Record("x", Spot(1, 3), "a", annotations=(box,))], DATA))
    os.utime(path, ns=(1, 1))
    keys.append(cache_key([record], DATA))
    assert len(set(keys)) == len(keys)


def test_the_code_that_draws_and_prepares_decides_the_key(tmp_path: Path) -> None:
    assert [room.name for room in cache.ROOMS] == ["data", "phantom"]
    assert (cache.ROOMS[1] / "lesion.py").is_file()
    codes = set()
    for text in ("a = 1", "a = 2", "a = 1"):
        (tmp_path / "draw.py").write_text(text, encoding="utf-8")
        cache._code.cache_clear()
        codes.add(cache._code((tmp_path,)))
    cache._code.cache_clear()
    assert len(codes) == 2


def test_least_recently_used_files_go_first(tmp_path: Path) -> None:
    files = [tmp_path / f"{i}.planes" for i in range(4)]
    for age, file in enumerate(files):
        file.write_bytes(bytes(10))
        os.utime(file, (1000 - age, 1000 - age))
    prune(files[3], 20)
    assert [f.exists() for f in files] == [True, True, False, True]


def test_files_of_a_training_that_may_still_run_are_spared(tmp_path: Path) -> None:
    for name in ("train", "val"):
        (tmp_path / f"{name}.planes").write_bytes(bytes(10))
    prune(tmp_path / "val.planes", 0)
    assert (tmp_path / "train.planes").exists()


def test_opening_a_cache_keeps_the_folder_within_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = PlanesCache(tmp_path / "old.planes", 2, 24).path.stat().st_size
    os.utime(tmp_path / "old.planes", (1, 1))
    PlanesCache(tmp_path / "older.planes", 2, 24)
    os.utime(tmp_path / "older.planes", (0, 0))
    monkeypatch.setattr(cache, "LIMIT", 2 * size)
    PlanesCache(tmp_path / "new.planes", 2, 24)
    assert sorted(f.stem for f in tmp_path.glob("*.planes")) == ["new", "old"]
