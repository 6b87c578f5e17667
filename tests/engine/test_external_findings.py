"""A run with several findings on another data set: findings are matched by name, each is scored where it is known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

import sightline as sl
from sightline.cli import app
from sightline.cli.console import console
from sightline.engine.elsewhere import elsewhere
from sightline.engine.run import Run
from sightline.engine.train import train
from sightline.errors import UserError

DATA = {
    "name": "phantom_findings",
    "image_size": 32,
    "options": {"size": 64, "train": 32, "val": 16, "test": 12, "correlation": 0.9, "unknown": 0.2},
}


@pytest.fixture(scope="module")
def run(tmp_path_factory, tiny_recipes) -> Run:
    recipe = tiny_recipes({"losses.guidance": [], "train.epochs": 1}, data=DATA)
    found = train(recipe, tmp_path_factory.mktemp("several") / "run", say=lambda line: None)
    sl.evaluate(found, ["val", "matched"])
    return found


@pytest.fixture(scope="module")
def clinic(run, tmp_path_factory) -> Path:
    """The pictures of the split `matched` with findings called `Pneumonia` and `heart`, and a third one; the first is not known of one."""
    folder = tmp_path_factory.mktemp("clinic")
    lines = ["image,Pneumonia,heart,mass"]
    for i, record in enumerate(run.datasets["matched"].records):
        Image.fromarray(record.image.draw()).save(folder / f"{i:02}.png")
        said = [int(record.findings[name]) for name in ("pneumonia", "cardiomegaly")]
        lines.append(f"{i:02}.png,{'' if i == 0 else said[0]},{said[1]},{int(i == 3)}")
    (folder / "chest.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder / "chest.csv"


def test_each_finding_is_scored_where_it_is_known(run, clinic):
    found = sl.evaluate(run, data="table", root=clinic, classes={"heart": "cardiomegaly"})
    assert (list(found.findings), found.lacking, found.left_out) == (["cardiomegaly", "pneumonia"], (), {"mass": 1})
    own = run.finding_scores["matched"].findings["cardiomegaly"]
    there = found.findings["cardiomegaly"]
    assert (there.scores.n, there.own_split) == (12, "matched")
    assert there.scores.classification.auc.value == own.classification.auc.value, "they are the same pictures"
    assert there.scores.classification.at_threshold.sensitivity.value == own.classification.at_threshold.sensitivity.value
    assert found.findings["pneumonia"].scores.n == 11
    assert json.loads((run.path / "external" / f"table-{clinic.stem}" / "scores.json").read_text(encoding="utf-8"))["left_out"] == {
        "mass": 1
    }
    assert (run.path / "external" / f"table-{clinic.stem}" / "pneumonia" / "predictions.csv").is_file()


def test_a_finding_that_is_lacking_is_said(run, clinic, tmp_path, monkeypatch):
    monkeypatch.setattr(console, "width", 180)
    asked = ["evaluate", str(run.path), "--data", "table", "--root", str(clinic), "--out", str(tmp_path / "out")]
    said = CliRunner().invoke(app, asked, catch_exceptions=False).output
    assert "The data set says nothing of cardiomegaly." in said
    assert "Findings that the run does not know are left out: heart (6 images), mass (1 image)." in said
    assert "pneumonia: AUC:" in said
    assert "matched, pneumonia" in said
    assert "table, all, pneumonia" in said
    assert (tmp_path / "out" / "scores.json").is_file()


def test_the_run_of_one_finding_reads_several_findings_too(run, clinic):
    there = elsewhere(run.of("cardiomegaly"), "table", clinic, classes={"heart": "cardiomegaly"})
    assert there.predictions("table, all").labels.tolist() == run.of("cardiomegaly").predictions("matched").labels.tolist()


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        ({"hart": "cardiomegaly"}, "'hart'.*Did you mean \"heart\""),
        ({"heart": "cardiomegali"}, "has no finding 'cardiomegali'"),
    ],
)
def test_names_that_nobody_has_are_refused(run, clinic, classes, message):
    with pytest.raises(UserError, match=message):
        sl.evaluate(run, data="table", root=clinic, classes=classes)


def test_a_wish_for_the_absence_of_a_finding_is_refused(run, clinic):
    with pytest.raises(UserError, match="cannot mean that there is none"):
        elsewhere(run.of("pneumonia"), "table", clinic, classes={"heart": "no pneumonia"})


def test_one_label_per_image_is_for_the_run_of_one_finding(run, tmp_path):
    for name in ("normal", "sick"):
        (tmp_path / name).mkdir()
        for i in range(2):
            Image.new("L", (40, 40), 60 + 50 * i).save(tmp_path / name / f"{name}{i}.png")
    with pytest.raises(UserError, match=r"one label per image \(normal, sick\).*findings/cardiomegaly.*'normal': 'no cardiomegaly'"):
        sl.evaluate(run, data="folder", root=tmp_path)
    told = {"normal": "no cardiomegaly", "sick": "cardiomegaly"}
    assert sl.evaluate(run.of("cardiomegaly"), data="folder", root=tmp_path, classes=told).scores.n == 4


def test_nothing_in_common_is_refused(run, tmp_path):
    Image.new("L", (40, 40)).save(tmp_path / "a.png")
    (tmp_path / "t.csv").write_text("image,mass,nodule\na.png,1,0\n", encoding="utf-8")
    with pytest.raises(UserError, match="has the findings mass, nodule, and the run has cardiomegaly, pneumonia"):
        sl.evaluate(run, data="table", root=tmp_path / "t.csv", classes={})
