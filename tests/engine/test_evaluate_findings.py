"""A run with several findings, from its training to its scores."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from PIL import Image
from typer.testing import CliRunner

import sightline as sl
from sightline.cli import app
from sightline.engine.evaluate_findings import answers
from sightline.engine.run import Run
from sightline.engine.train import objective, train
from sightline.errors import UserError
from sightline.explain.maps import explain
from sightline.study.answers import collect, load, save
from sightline.study.scores import applies, statistic

DATA = {
    "name": "phantom_findings",
    "image_size": 32,
    "options": {"size": 64, "train": 32, "val": 16, "test": 12, "correlation": 0.9, "unknown": 0.2},
}


@pytest.fixture(scope="module")
def run(tmp_path_factory, tiny_recipes) -> Run:
    recipe = tiny_recipes({"losses.guidance": [{"name": "energy", "classes": "all"}], "train.epochs": 1}, data=DATA)
    found = train(recipe, tmp_path_factory.mktemp("several") / "run", say=lambda line: None)
    sl.evaluate(found, ["val", "matched"])
    return found


def test_the_run_says_what_it_was_trained_for(run):
    assert run.findings == ("cardiomegaly", "pneumonia")
    assert run.recipe.losses.classification.name == "binary_cross_entropy"
    assert {"val/auc", "val/auc[pneumonia]", "val/epg", "train/energy"} <= run.history[0].keys()
    again = train(run.recipe, run.path, resume=True, say=lambda line: None)
    assert again.findings == run.findings


def test_each_finding_is_a_run_of_two_classes(run):
    one = Run(run.path / "findings" / "pneumonia")
    assert (one.classes, one.findings, one.name) == (("no pneumonia", "pneumonia"), (), "run pneumonia")
    said, dataset = one.predictions("matched"), run.datasets["matched"]
    images = torch.stack([dataset[i].image for i in range(len(dataset))])
    with torch.no_grad():
        probabilities = run.classifier(several=True)(images).sigmoid()[:, 1].numpy()
    assert said.probabilities[:, 1] == pytest.approx(probabilities, abs=1e-5)
    assert one.decision.threshold is not None
    assert one.attention("matched").known.sum() == 6  # half of the twelve have it, and all of these have a mask


def test_labels_that_are_not_known_are_not_scored(run):
    assert len(run.of("pneumonia").datasets["train"]) == sum(
        record.findings["pneumonia"] is not None for record in run.datasets["train"].records
    )
    labels, probabilities, epg, _ = answers(run, "matched")
    assert not np.isnan(labels).any()
    assert probabilities.shape == labels.shape == epg.shape == (12, 2)
    assert (~np.isnan(epg)).sum() == 12


def test_scores_are_kept_for_each_finding_and_as_means(run):
    scores = run.finding_scores["matched"]
    of_each = [one.classification.auc.value for one in scores.findings.values()]
    assert scores.macro.auc.value == pytest.approx(np.mean(of_each))
    at = [one.classification.at_threshold.sensitivity.value for one in scores.findings.values()]
    assert scores.macro.sensitivity.value == pytest.approx(np.mean(at))
    assert run.finding_scores["val"].macro.sensitivity is None
    assert json.loads((run.path / "metrics.json").read_text(encoding="utf-8"))["matched"]["macro"]["auc"]["value"] == scores.macro.auc.value


@pytest.mark.parametrize(
    "ask",
    [
        lambda run: run.classes,
        lambda run: run.scores,
        lambda run: run.decision,
        lambda run: run.predictions("val"),
        lambda run: run.classifier(),
        lambda run: sl.audit(run),
        lambda run: sl.evaluate(run, prevalence=0.1),
        lambda run: sl.figure("roc", run),
        lambda run: sl.compare(run, run.of("pneumonia")),
    ],
)
def test_what_is_for_one_label_per_image_refuses_the_run_and_names_that_of_a_finding(run, ask):
    with pytest.raises(UserError, match=r"several findings \(cardiomegaly, pneumonia\).*findings/cardiomegaly"):
        ask(run)


def test_each_finding_is_scored_in_groups_of_a_tag(run, tmp_path):
    shutil.copytree(run.path, tmp_path / "copy")
    config = yaml.safe_load((tmp_path / "copy" / "config.yaml").read_text(encoding="utf-8"))
    config["evaluate"] |= {"by_least": 2, "by_least_of_class": 1}
    (tmp_path / "copy" / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    asked = ["evaluate", str(tmp_path / "copy"), "--split", "val", "--split", "matched", "--by", "token"]
    said = CliRunner().invoke(app, asked, catch_exceptions=False, env={"COLUMNS": "200"}).output
    copy = Run(tmp_path / "copy")
    for name, one in copy.finding_scores["matched"].findings.items():
        groups = {group.name: group for group in one.by["token"].groups}
        known = [record for record in copy.datasets["matched"].records if record.findings[name] is not None]
        assert groups["no"].n == sum(not record.tags["token"] for record in known)
        assert copy.of(name).scores["matched"].by["token"] == one.by["token"]
        assert f"Groups of token, matched, {name}" in said
        assert f"{name}: decided for {name} from" in said
        assert f"{copy.of(name).calibration.words()}. {copy.of(name).calibration.note}" in " ".join(said.split())
        assert copy.of(name).calibration.note


def test_an_unknown_finding_is_refused(run):
    with pytest.raises(UserError, match="finding 'pneumonja'"):
        run.of("pneumonja")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"losses.behaviour": [{"name": "sufficiency"}]}, "losses.behaviour: is for one label per image"),
        ({"data.balance": "oversample"}, "data.balance=oversample"),
        ({"data.roi.control": "centre"}, "data.roi.control"),
        ({"attention.name": "segment"}, "attention: segment lets the classes compete"),
        (
            {"losses.classification": {"name": "cross_entropy", "label_smoothing": 0.1}},
            "losses.classification: cross_entropy is for one label",
        ),
    ],
)
def test_what_supposes_one_label_per_image_is_refused_before_the_training(tmp_path: Path, tiny_recipes, settings, message):
    with pytest.raises(UserError, match=message):
        train(tiny_recipes(settings, data=DATA), tmp_path / "run", say=lambda line: None)


def test_balance_by_class_weights_lets_presence_and_absence_count_alike(tmp_path: Path, tiny_recipes):
    recipe = tiny_recipes({"data.balance": "class_weights"}, data=DATA)
    recipe = recipe.with_settings(losses__classification={"name": "binary_cross_entropy"})
    dataset = sl.data(**DATA).train
    weights = objective(recipe, dataset).classification.class_weights
    said = np.array([[record.findings[name] for name in dataset.classes] for record in dataset.records], float)  # NaN: not known
    for c in range(2):
        assert weights[c, 1] / weights[c, 0] == pytest.approx((said[:, c] == 0).sum() / (said[:, c] == 1).sum())
    train(recipe, tmp_path / "run", say=lambda line: None)
    assert np.isfinite(Run(tmp_path / "run").history[0]["train/binary_cross_entropy"])


def test_a_data_set_has_findings_in_place_of_labels():
    sets = sl.data(**DATA)
    batch = next(iter(sets.train.loader(batch_size=4)))
    assert batch.labels.shape == (4, 2)
    assert batch.finding_roi.shape == (4, 2, 32, 32)
    with pytest.raises(UserError, match="have no single class each"):
        _ = sets.train.labels
    assert sets.val.of("pneumonia").classes == ("no pneumonia", "pneumonia")


def test_predictions_name_every_finding_that_is_decided_for(run, tmp_path):
    for place in (0, 3):
        Image.fromarray(run.datasets["matched"].records[place].image.draw()).save(tmp_path / f"{place}.png")
    table = sl.predict(run, tmp_path)
    assert [row.image for row in table] == [str(tmp_path / "0.png"), str(tmp_path / "3.png")]
    for row in table:
        one = {name: sl.predict(run.of(name), row.image)[0] for name in run.findings}
        assert row.probabilities == pytest.approx({name: said.probabilities[name] for name, said in one.items()}, abs=1e-6)
        assert row.thresholds == {name: said.threshold for name, said in one.items()}
        assert row.prediction == (";".join(name for name, said in one.items() if said.prediction == name) or "none")
    with pytest.raises(UserError, match="is for one finding"):
        sl.predict(run, tmp_path, coverage=0.9)


def test_a_picture_is_explained_for_one_finding(run, tmp_path):
    picture = run.datasets["matched"].records[3].image.draw()
    whole = run.classifier(several=True)
    found = sl.explain(run, picture, "pneumonia")
    assert found.found[0].explained == "pneumonia"
    assert found.probabilities["pneumonia"] == pytest.approx(sl.explain(run.of("pneumonia"), picture).probabilities["pneumonia"])
    assert whole.classes == 2
    with pytest.raises(UserError, match="says which finding is explained"):
        sl.explain(run, picture)
    names = sorted(path.name for path in explain(run, [picture], tmp_path) if path.suffix == ".png")
    assert names == ["image-1-cam-cardiomegaly.png", "image-1-cam-pneumonia.png"]


def test_a_study_keeps_the_answers_for_each_finding(run, tmp_path):
    said = collect(run, "matched")
    save(said, tmp_path / "matched.npz")
    again = load(tmp_path / "matched.npz")
    assert again.findings == run.findings
    once = np.ones((1, 12))
    of_each = {name: float(statistic(f"auc[{name}]")(again, once)[0]) for name in run.findings}
    assert of_each == pytest.approx({n: one.classification.auc.value for n, one in run.finding_scores["matched"].findings.items()})
    assert statistic("auc")(again, once)[0] == pytest.approx(np.mean(list(of_each.values())))
    assert statistic("accuracy[token]")(again, once)[0] == pytest.approx(
        np.mean([statistic("accuracy[token]")(again.of(name)[0], once[:, again.of(name)[1]])[0] for name in run.findings])
    )
    assert applies("epg[pneumonia]", again).sum() == 6


def test_the_report_has_a_line_and_a_page_for_each_finding(run):
    page = sl.report(run).read_text(encoding="utf-8")
    assert "The mean AUC of cardiomegaly and pneumonia is" in page
    for name in run.findings:
        assert f'href="findings/{name}/report.html"' in page
        one = (run.path / "findings" / name / "report.html").read_text(encoding="utf-8")
        assert f"no {name}" in one
    train = [row for row in run.of("pneumonia").split_table if row["split"] == "train"]
    known = [r for r in run.datasets["train"].records if r.findings["pneumonia"] is not None]
    assert len(train) == len(known)
    assert sum(row["label"] == "pneumonia" for row in train) == sum(bool(r.findings["pneumonia"]) for r in known)
    assert sum(row["annotated"] == "1" for row in train) == sum(bool(r.findings["pneumonia"]) for r in known)
