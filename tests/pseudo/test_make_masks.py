"""`sightline pseudo-mask` from end to end, small: what it writes, and when it refuses to write (003-32)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from moles import SIZE, mole, write_moles
from PIL import Image
from typer.testing import CliRunner

from sightline.cli import app
from sightline.data.guide.guiding import with_masks
from sightline.data.sets.folder import read
from sightline.engine.files import sha256
from sightline.engine.read_files import read_table
from sightline.errors import UserError
from sightline.pseudo.division import LABEL
from sightline.pseudo.make import new_folder, pseudo_masks
from sightline.pseudo.predict import judge, predict
from sightline.pseudo.quality import overlap
from sightline.pseudo.segmenter import load_segmenter
from sightline.pseudo.settings import PseudoMasks, settings_from
from sightline.types import Annotation

FAST = {"encoder": "test_resnet", "image_size": 64, "epochs": 4, "batch_size": 4, "lr": 5e-3}


def settings(root: Path, **changes: object) -> PseudoMasks:
    return settings_from({"data": {"name": "folder", "root": root}} | FAST | changes)


def quiet(_: str) -> None:
    pass


@pytest.fixture(scope="module")
def moles(tmp_path_factory) -> Path:
    return write_moles(tmp_path_factory.mktemp("moles"), annotated=18, bare=4)


@pytest.fixture(scope="module")
def made(moles) -> Path:
    """What the command writes, and beside it what it prints as JSON."""
    out = moles.parent / "made"
    changes = [f"--set={key}={value}" for key, value in FAST.items() if key not in ("encoder", "image_size")]
    command = ["pseudo-mask", "--data", "folder", "--root", str(moles), "--encoder", "test_resnet", "--image-size", "64"]
    result = CliRunner().invoke(app, [*command, "--out", str(out), "--json", f"{out}.json", *changes], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return out


def test_the_folder_holds_exactly_what_was_promised(made):
    files = {path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()}
    rows = read_table(made / "pseudo.csv")
    kept = [row["id"] for row in rows if row["kept"] == "1"]
    assert [row["id"] for row in rows] == ["a/18.png", "a/20.png", "b/19.png", "b/21.png"]
    assert list(rows[0]) == ["id", "kept", "area", "confidence", "components"]
    assert kept
    wanted = {"pseudo.csv", "pseudo.json", "samples.png", "segmenter.safetensors", *(f"masks/{id}.png" for id in kept)}
    assert files == wanted
    assert not [path for path in made.parent.iterdir() if "partial" in path.name]


def test_the_masks_mark_the_right_place_at_the_size_of_the_image(made):
    for path in (made / "masks").rglob("*.png"):
        with Image.open(path) as image:
            assert (image.mode, image.size) == ("L", SIZE)
            assert set(np.unique(image)) == {0, 255}
            dice, _ = overlap(np.asarray(image) > 0, mole(int(path.name.split(".")[0]))[1])
        assert dice > 0.75


def test_what_it_says_is_what_it_wrote(made):
    facts, said = (json.loads(path.read_text(encoding="utf-8")) for path in (made / "pseudo.json", made.with_suffix(".json")))
    assert said == facts | {"out": str(made)}
    scores, rows = facts["held_out"], read_table(made / "pseudo.csv")
    assert facts["images"]["train"] + facts["images"]["held_out"] == 18
    assert (facts["images"]["predicted"], facts["images"]["kept"]) == (4, sum(row["kept"] == "1" for row in rows))
    assert scores["kept"]["n"] + scores["dropped"]["n"] == scores["n"] == facts["images"]["held_out"]
    assert scores["dice"]["value"] >= 0.7
    assert scores["jaccard"]["value"] < scores["dice"]["value"]
    assert scores["dice"]["low"] <= scores["dice"]["value"] <= scores["dice"]["high"]


def test_the_segmenter_is_built_again_from_the_folder_and_says_the_same(made, moles):
    facts = json.loads((made / "pseudo.json").read_text(encoding="utf-8"))
    bare = [replace(record, label=LABEL) for record in read(moles) if not record.annotations]
    for found in predict(load_segmenter(made), bare, settings_from(facts["settings"])):
        with Image.open(made / "masks" / f"{found.record.id}.png") as image:
            np.testing.assert_array_equal(found.mask, np.asarray(image) > 0)


def test_a_training_can_be_guided_by_the_folder(made, moles):
    before = read(moles)
    after = with_masks(before, made)
    assert sum(not r.annotations for r in before) == 4
    assert not any(not r.annotations for r in after)


def test_equal_seeds_give_equal_masks(made, moles, tmp_path):
    torch.manual_seed(7)  # whatever was drawn before
    pseudo_masks(settings(moles), tmp_path / "again", say=quiet)
    for name in ("segmenter.safetensors", "pseudo.csv", "samples.png"):
        assert sha256(tmp_path / "again" / name) == sha256(made / name)


def test_an_untrained_network_writes_nothing(moles, tmp_path):
    with pytest.raises(UserError, match=r"held-out Dice: 0\.\d+ on 4 held-out images is below 0\.7.*`minimum_dice=\.\.\.`"):
        pseudo_masks(settings(moles, epochs=1, lr=1e-7), tmp_path / "out", say=quiet)
    assert not list(tmp_path.iterdir())


def test_masks_that_all_look_wrong_are_not_written(moles, tmp_path):
    keep = {"confidence": 1}
    with pytest.raises(UserError, match=r"none of the 4 predicted masks passes the checks \(4 unsure"):
        pseudo_masks(settings(moles, epochs=1, minimum_dice=0, keep=keep, lr=2e-3), tmp_path / "out", say=quiet)
    assert not list(tmp_path.iterdir())


def test_a_folder_appears_whole_or_not_at_all(tmp_path):
    def interrupted() -> None:
        with new_folder(tmp_path / "deep" / "out") as folder:
            (folder / "half").write_text("half", encoding="utf-8")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not list((tmp_path / "deep").iterdir())
    with new_folder(tmp_path / "deep" / "out") as folder:
        (folder / "file").write_text("whole", encoding="utf-8")
    assert (tmp_path / "deep" / "out" / "file").read_text(encoding="utf-8") == "whole"


@pytest.mark.parametrize(
    ("annotated", "bare", "changes", "message"),
    [
        (0, 3, {}, "has 0 annotated images"),
        (1, 3, {}, "has 1 annotated images"),
        (3, 0, {}, "no image without annotation.*`for_data="),
        (3, 3, {"weights": "missing.safetensors"}, r"missing\.safetensors.*cannot be read"),
        (3, 3, {"encoder": "test_resnett"}, 'Did you mean "test_resnet"'),
        (3, 3, {"encoder": "test_vit"}, "no maps at strides 2 to 32"),
    ],
)
def test_bad_input_is_named_before_anything_is_written(annotated, bare, changes, message, tmp_path):
    root = write_moles(tmp_path / "moles", annotated, bare)
    with pytest.raises(UserError, match=message):
        pseudo_masks(settings(root, **changes), tmp_path / "out", say=quiet)
    assert not (tmp_path / "out").exists()


def test_an_existing_folder_is_left_alone(moles, tmp_path):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match="exists already"):
        pseudo_masks(settings(moles), tmp_path, say=quiet)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_gaze_is_blurred_as_the_settings_say(moles):
    class Everywhere(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.logit = torch.nn.Parameter(torch.ones(()))

        def forward(self, images):
            return self.logit.expand(len(images), 1, *images.shape[-2:])

    looked = [replace(read(moles)[0], label=LABEL, annotations=(Annotation("gaze", points=((30.0, 24.0),)),))]
    narrow, wide = (judge(Everywhere(), looked, None, settings(moles, gaze_blur=blur)).dice.value for blur in (10, 80))
    assert 0 < narrow < wide < 1
