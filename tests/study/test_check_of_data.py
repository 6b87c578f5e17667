"""What the data lacks is told before anything is trained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tiny_plan import write_plan

from sightline.errors import UserError
from sightline.study.cells import cells
from sightline.study.check import check_data
from sightline.study.plan import load_plan
from sightline.study.run import run_study


def checked(path: Path, **changed: Any) -> None:
    plan = load_plan(write_plan(path / "tiny.yaml", **changed))
    check_data(plan, cells(plan))


def test_what_is_there_passes(tmp_path: Path) -> None:
    checked(tmp_path, splits=["flipped", "removed"], scores=["accuracy", "accuracy[ruler]", "auc[!ruler]", "pasted_flips[band_aid]"])


def test_groups_that_have_images_pass(tmp_path: Path) -> None:
    checked(tmp_path, scores=["auc[lesion_area=<0.1]", "accuracy[!lesion_area=>=0.1]", "accuracy[hair=no]", "accuracy[ruler=yes]@flipped"])


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"splits": ["fliped"]}, "no images for 'fliped'.*flipped"),
        ({"splits": ["test"]}, "no images for 'test'"),
        ({"scores": ["accuracy[ruller]"]}, "no image of 'flipped' has the tag 'ruller'.*ruler"),
        ({"scores": ["accuracy[!hair_gel]"]}, "no image of 'flipped' has the tag 'hair_gel'"),
        ({"scores": ["auc[skin_type=VII]"]}, "no image of 'flipped' is in the group 'skin_type=VII'.*Did you mean \"VI\""),
        ({"scores": ["auc[!lesion_area=<1]"]}, "no image of 'flipped' is outside the group 'lesion_area=<1'"),
        ({"scores": ["auc[hairs=yes]"]}, "no image of 'flipped' has a known tag 'hairs'.*hair"),
        ({"set": {"data.decoy": {"positive": "wart"}}}, "unknown class 'wart'"),
        ({"splits": ["removed"], "scores": ["removed_flips"]}, "no image of 'removed' has an artefact marked"),
        ({"splits": ["removed"], "scores": ["artefact_energy"]}, "no image of 'removed' has an artefact marked"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        checked(tmp_path, **changed)


def test_a_decoy_makes_splits_of_its_own(tmp_path: Path) -> None:
    checked(tmp_path, set={"data.decoy": {}}, splits=["matched", "flipped", "removed"], scores=["accuracy[swatch]"])


def test_nothing_is_written_for_a_plan_that_cannot_be_judged(tmp_path: Path) -> None:
    plan = load_plan(write_plan(tmp_path / "tiny.yaml", splits=["tset"]))
    with pytest.raises(UserError, match="tset"):
        run_study(plan, tmp_path / "study", lambda *_: None)
    assert not (tmp_path / "study").exists()


def test_a_class_without_training_images_is_told_before_the_first_training(tmp_path: Path) -> None:
    rows = [f"{i}.png,{label},{split}" for i, (label, split) in enumerate([("a", "train"), ("b", "val"), ("b", "test"), ("a", "test")])]
    (tmp_path / "table.csv").write_text("\n".join(["image,label,split", *rows]), encoding="utf-8")
    for i in range(4):
        (tmp_path / f"{i}.png").touch()
    changes = {"data.name": "table", "data.root": str(tmp_path / "table.csv"), "data.options": {}, "data.task": None}
    with pytest.raises(UserError, match="train holds one class alone, 'a'; no training image is of the class 'b'"):
        checked(tmp_path, set={"data.image_size": 32} | changes, splits=["test"], seed_settings=["train.seed"])
