"""A training is gone on with on the data of its start, and with no others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from begun_training import copy_of, photos, quiet, refused
from PIL import Image

from sightline.engine.files import write_table
from sightline.engine.read_files import read_table
from sightline.engine.run import Run
from sightline.engine.train import train
from sightline.errors import UserError


def test_images_that_came_since_are_named_and_so_are_those_that_would_change_sides(begun, data, tmp_path, on):
    recipe, folder = begun
    recipe = copy_of(data, folder, tmp_path / "data", on)
    photos(tmp_path / "data", "op")
    refused(recipe, folder, r"4 images are new \(.* and 1 more\)")


def test_an_image_that_is_gone_is_named(begun, data, tmp_path, on):
    _, folder = begun
    recipe = copy_of(data, folder, tmp_path / "data", on)
    (tmp_path / "data" / "a" / "ac.png").unlink()
    refused(recipe, folder, r"1 image is gone \(.*ac")


def test_a_picture_with_other_pixels_is_named(begun, data, tmp_path, on):
    _, folder = begun
    recipe = copy_of(data, folder, tmp_path / "data", on)
    Image.effect_noise((40, 40), 80).convert("RGB").save(tmp_path / "data" / "b" / "bd.png")
    refused(recipe, folder, r"1 image with another picture \(.*bd")


def test_an_image_that_went_into_another_class_is_named(begun, data, tmp_path, on):
    _, folder = begun
    recipe = copy_of(data, folder, tmp_path / "data", on)
    (tmp_path / "data" / "a" / "ac.png").rename(tmp_path / "data" / "b" / "ac.png")
    refused(recipe, folder, r"ac")


def test_a_mask_that_came_since_is_named(begun, data, tmp_path, on):
    _, folder = begun
    recipe = copy_of(data, folder, tmp_path / "data", on)
    Image.fromarray(np.pad(np.full((20, 20), 255, np.uint8), 10)).save(tmp_path / "data" / "a" / "ac_mask.png")
    refused(recipe, folder, r"1 image with other annotations \(.*ac")


def test_a_split_that_was_edited_is_named(begun):
    recipe, folder = begun
    rows = read_table(folder / "split.csv")
    row = next(r for r in rows if r["split"] == "test")
    row["split"] = "train"
    write_table(folder / "split.csv", rows, list(row))
    refused(recipe, folder, rf"1 image in another split \({row['id']}: train, now test\)")


def test_copied_data_with_new_times_are_the_same_and_a_run_of_an_earlier_version_goes_on(begun, data, tmp_path, on):
    _, folder = begun
    recipe = copy_of(data, folder, tmp_path / "data", on)
    rows = read_table(folder / "split.csv")
    write_table(folder / "split.csv", [{k: v for k, v in row.items() if k not in ("picture", "marks")} for row in rows], list(rows[0])[:5])
    for file in folder.glob("last.ckpt.sha256"):
        file.unlink()
    for path in (tmp_path / "data").rglob("*.png"):
        path.write_bytes(path.read_bytes())
    said: list[str] = []
    run = train(recipe, folder, say=said.append, resume=True)
    assert run.finished
    assert sum("earlier version" in line for line in said) == 1


def test_a_finished_run_is_held_to_its_data_too(begun, data, tmp_path, on):
    _, folder = begun
    recipe = copy_of(data, folder, tmp_path / "data", on)
    run = train(recipe, folder, say=quiet, resume=True)
    tested = next(row["id"] for row in run.split_table if row["split"] == "test")
    path = next((tmp_path / "data").rglob(f"{Path(tested).stem}.png"))
    kept = path.read_bytes()
    assert len(Run(folder).datasets["test"]) > 0

    Image.effect_noise((40, 40), 80).convert("RGB").save(path)
    with pytest.raises(UserError, match=rf"1 image with another picture \({tested}\)"):
        Run(folder).datasets["test"]
    assert len(Run(folder).datasets["val"]) > 0
    path.write_bytes(kept)

    other = {"a": "b", "b": "a"}[path.parent.name]
    path.rename(path.parent.parent / other / path.name)
    with pytest.raises(UserError, match=Path(tested).stem):
        list(Run(folder).datasets)
    (path.parent.parent / other / path.name).rename(path)

    rows = run.split_table
    rows[0]["split"] = "test"
    write_table(folder / "split.csv", rows, list(rows[0]))
    with pytest.raises(UserError, match=r"split\.csv: is missing, or was changed after the training"):
        list(Run(folder).datasets)
