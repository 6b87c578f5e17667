"""What a training leaves in its folder, as it is read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from invented_run import invent

from sightline.engine.read_files import Damaged
from sightline.engine.run_folder import TrainedFolder
from sightline.errors import UserError


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return invent(tmp_path_factory.mktemp("folder") / "run", counts=(4, 4, 4), splits=()).path


@pytest.fixture
def folder(trained: Path, tmp_path: Path) -> Path:
    shutil.copytree(trained, tmp_path / "run")
    return tmp_path / "run"


def finding_of(folder: Path, name: str = "edema") -> TrainedFolder:
    """The folder is made one of several findings, and that of one of them is opened."""
    model = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    (folder / "model.json").write_text(json.dumps(model | {"classes": ["edema", "pleural effusion"], "several": True}), encoding="utf-8")
    own = TrainedFolder(folder).finding_folder(name)
    own.mkdir(parents=True)
    (own / "finding.json").write_text(json.dumps({"finding": name}), encoding="utf-8")
    return TrainedFolder(own)


def test_a_folder_without_settings_is_no_run(tmp_path):
    with pytest.raises(UserError, match=r"is not a run folder \(it has no config\.yaml\)"):
        TrainedFolder(tmp_path)


def test_a_folder_has_its_name_its_classes_and_its_recipe(folder):
    run = TrainedFolder(folder)
    assert (run.name, run.classes, run.findings, run.home, run.finished) == ("run", ("nevus", "melanoma"), (), folder, False)
    assert run.recipe.name == "demo-guided"
    assert {row["split"] for row in run.split_table} >= {"train", "val", "matched"}


def test_the_folder_of_a_finding_has_two_classes_and_shares_what_the_training_left(folder):
    one = finding_of(folder, "pleural effusion")
    assert (one.home, one.name, one.classes) == (folder, "run pleural effusion", ("no pleural effusion", "pleural effusion"))
    assert one.recipe == TrainedFolder(folder).recipe
    assert one.findings == ()
    whole = TrainedFolder(folder)
    assert whole.findings == ("edema", "pleural effusion")
    with pytest.raises(UserError, match=r"with several findings \(edema, pleural effusion\)\. Give one of them, e\.g\. .*findings.edema"):
        _ = whole.classes


def test_what_is_found_elsewhere_lies_apart_by_format_and_folder(folder, tmp_path):
    run = TrainedFolder(folder)
    (tmp_path / "list.csv").touch()
    assert run.external("isic2017", tmp_path).name == "isic2017"
    assert run.external("folder", tmp_path / "other hospital").name.startswith("folder-other")
    assert run.external("table", tmp_path / "list.csv").name == "table-list"
    assert run.audit_folder() == folder / "audit"
    assert run.audit_folder("isic2017") == folder / "external" / "isic2017" / "audit"


def test_the_logs_of_stages_are_one_history(folder):
    shutil.rmtree(folder / "logs")
    for stage, rows in (("stage-1-a", "0,0.9,\n0,,0.8\n1,0.7,\n"), ("stage-2-b", "0,0.5,0.4\n")):
        (folder / stage / "logs").mkdir(parents=True)
        (folder / stage / "logs" / "metrics.csv").write_text(f"epoch,train/loss,val/loss\n{rows}", encoding="utf-8")
    assert TrainedFolder(folder).history == [
        {"epoch": 0, "train/loss": 0.9, "val/loss": 0.8},
        {"epoch": 1, "train/loss": 0.7},
        {"epoch": 2, "train/loss": 0.5, "val/loss": 0.4},
    ]
    (folder / "stage-2-b" / "logs" / "metrics.csv").write_text("epoch,train/loss\n0,lots\n", encoding="utf-8")
    with pytest.raises(Damaged, match="line 2: holds something that is not a number"):
        _ = TrainedFolder(folder).history


def test_settings_that_were_cut_off_are_no_defaults(folder):
    kept = (folder / "config.yaml").read_text(encoding="utf-8")
    (folder / "config.yaml").write_text(kept[: kept.index("\ntrain:") + 1], encoding="utf-8")
    with pytest.raises(Damaged, match=r"lacks \w+, which model\.json names"):
        _ = TrainedFolder(folder).recipe


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,split,label,group,annotated\n", "names no image"),
        ("id,split,label,group,annotated\na,train,nevus,,yes\n", "line 2: annotated is 'yes', neither 0 nor 1"),
        ("id,split,label,group\na,train,nevus,\n", "annotated"),
    ],
)
def test_a_damaged_division_is_refused(folder, content, message):
    (folder / "split.csv").write_text(content, encoding="utf-8")
    with pytest.raises(Damaged, match=message):
        _ = TrainedFolder(folder).split_table


def test_a_class_named_twice_and_a_training_that_has_not_ended_are_said(folder):
    model = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    (folder / "model.json").write_text(json.dumps(model | {"classes": ["nevus", "nevus"]}), encoding="utf-8")
    with pytest.raises(Damaged, match=r"names a class twice \(nevus, nevus\)"):
        _ = TrainedFolder(folder).classes
    (folder / "model.json").unlink()
    with pytest.raises(UserError, match=r"model\.json: is missing.*The run is not finished"):
        _ = TrainedFolder(folder).weights_sha256
