"""Who is learnt from, who judges, who gets a mask; nothing learnt from is judged where the masks go."""

from __future__ import annotations

from pathlib import Path

import pytest
from moles import mole, write_moles
from PIL import Image

from sightline.data.sets.folder import read
from sightline.errors import UserError
from sightline.pseudo import division
from sightline.pseudo.division import divide
from sightline.pseudo.settings import settings_from
from sightline.types import Annotation, Record


def settings(source: Path, target: Path | None = None, **changes: object):
    tree: dict[str, object] = {"data": {"name": "folder", "root": source}}
    if target:
        tree["target"] = {"name": "folder", "root": target}
    return settings_from(tree | changes)


def put(image: Path, seed: int) -> None:
    image.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(mole(seed)[0]).save(image)


def ids(records: list[Record]) -> set[str]:
    return {record.id for record in records}


def test_annotated_images_are_divided_and_the_others_get_masks(tmp_path):
    found = divide(settings(write_moles(tmp_path / "s", annotated=10, bare=3), held_out=0.3))
    assert (len(found.train), len(found.held_out), len(found.targets)) == (7, 3, 3)
    assert not ids(found.train) & ids(found.held_out)
    assert ids(found.targets) == {"a/10.png", "b/11.png", "a/12.png"}
    assert (found.left_out, found.shared) == ([], [])


def test_the_seed_decides_who_is_held_out(tmp_path):
    source = write_moles(tmp_path / "s", annotated=10, bare=1)
    held_out = [ids(divide(settings(source, seed=seed)).held_out) for seed in (0, 0, 1)]
    assert held_out[0] == held_out[1] != held_out[2]


def test_images_that_validate_or_test_in_the_target_are_not_learnt_from(tmp_path):
    source = write_moles(tmp_path / "s", annotated=8, bare=0)
    put(tmp_path / "t/train/a/copy.png", 0)  # the same pixels as a/0.png, to train on: allowed, and said
    put(tmp_path / "t/val/a/copy of 2.png", 2)
    put(tmp_path / "t/test/b/copy of 3.png", 3)
    put(tmp_path / "t/test/b/new.png", 99)
    found = divide(settings(source, tmp_path / "t"))
    assert found.left_out == ["a/2.png", "b/3.png"]
    assert ids(found.train) | ids(found.held_out) == {f"{'ab'[i % 2]}/{i}.png" for i in (0, 1, 4, 5, 6, 7)}
    assert set(found.shared) == {"a/0.png"} & ids(found.train)
    assert len(found.targets) == 4


def test_an_equal_id_in_the_targets_test_set_is_not_learnt_from(tmp_path, monkeypatch):
    records = read(write_moles(tmp_path / "s", annotated=6, bare=0))
    other = Record(id="a/4.png", image=records[0].image, label="x", split="test")
    monkeypatch.setattr(division, "_read", lambda images, key: records if key == "data" else [other])
    assert divide(settings(tmp_path, tmp_path)).left_out == ["a/0.png", "a/4.png"]  # by its pixels, and by its id


def test_within_one_data_set_its_own_test_images_are_not_learnt_from(tmp_path):
    for split, start in (("train", 0), ("test", 20)):
        write_moles(tmp_path / split, annotated=4, bare=2, start=start)
    found = divide(settings(tmp_path))
    assert found.left_out == ["test/a/20.png", "test/a/22.png", "test/b/21.png", "test/b/23.png"]
    assert len(found.targets) == 4


def test_a_patient_and_images_that_look_alike_stay_on_one_side(tmp_path, monkeypatch):
    source = write_moles(tmp_path / "s", annotated=12, bare=1)
    for copy in range(3):  # of image 0, one grey level brighter
        pixels = mole(0)[0]
        pixels[0, 0] = copy
        Image.fromarray(pixels).save(source / "a" / f"again{copy}.png")
        Image.fromarray(mole(0)[1]).save(source / "a" / f"again{copy}_mask.png")
    group = {f"{'ab'[i % 2]}/{i}.png": "patient 1" for i in (2, 3, 4, 5)}
    records = [Record(**(vars(r) | {"group": group.get(r.id)})) for r in read(source)]
    monkeypatch.setattr(division, "_read", lambda images, key: records)
    for seed in range(4):
        found = divide(settings(source, seed=seed, held_out=0.5))
        for same in (set(group), {"a/0.png", "a/again0.png", "a/again1.png", "a/again2.png"}):
            assert same <= ids(found.train) or same <= ids(found.held_out)
        assert len(found.groups) == len(found.held_out)


def test_images_of_one_patient_cannot_be_divided(tmp_path, monkeypatch):
    records = [Record(**(vars(r) | {"group": "only"})) for r in read(write_moles(tmp_path, annotated=4, bare=1))]
    monkeypatch.setattr(division, "_read", lambda images, key: records)
    with pytest.raises(UserError, match="4 annotated images to learn from, 1 that are independent"):
        divide(settings(tmp_path))


def test_an_annotation_that_says_nothing_does_not_count(tmp_path, monkeypatch):
    records = read(write_moles(tmp_path, annotated=4, bare=1))
    blink = (Annotation("gaze", points=((-5.0, -5.0),)),)  # never touched the image: unknown
    records = [Record(**(vars(r) | {"annotations": blink})) if r.id == "a/0.png" else r for r in records]
    monkeypatch.setattr(division, "_read", lambda images, key: records)
    found = divide(settings(tmp_path))
    assert len(found.train) + len(found.held_out) == 3


@pytest.mark.parametrize("id", ["../../escape", "/etc/escape", "a/../../escape"])
def test_an_id_cannot_lead_out_of_the_folder(id, tmp_path, monkeypatch):
    records = read(write_moles(tmp_path, annotated=4, bare=1))
    records = [r if r.annotations else Record(**(vars(r) | {"id": id})) for r in records]
    monkeypatch.setattr(division, "_read", lambda images, key: records)
    with pytest.raises(UserError, match="leads out of the folder"):
        divide(settings(tmp_path))
