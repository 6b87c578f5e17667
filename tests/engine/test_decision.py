"""One rule decides for a class, wherever a class is called predicted: the threshold that the run keeps, else the most probable class."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import torch
from untrained_run import untrained

import sightline as sl
from sightline import catalog
from sightline.annotate.advise import annotate_next
from sightline.annotate.score import entropy
from sightline.audit.examine import examine
from sightline.audit.which import own
from sightline.engine.decision import Decision
from sightline.engine.evaluate import evaluate
from sightline.engine.files import write_json
from sightline.engine.read_files import read_table
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.explain.class_image import class_images
from sightline.explain.figure.kind import Options
from sightline.explain.maps import explain
from sightline.explain.panels import compare_grid
from sightline.explain.run_pictures import columns, of_probabilities, rows
from sightline.report.audit_page import write_audit
from sightline.report.page import report
from sightline.results.calibration import Calibration


def test_without_a_threshold_the_most_probable_class_is_decided_for() -> None:
    said = np.array([[0.6, 0.4], [0.2, 0.8]])
    assert Decision()(said).tolist() == [0, 1]
    assert Decision(0.3)(said).tolist() == [1, 1]
    assert Decision(0.3)(said[0]) == 1
    assert "most probable" in Decision().words(["a", "b"])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, tiny_recipes) -> Run:
    """A run that keeps a threshold at which half of its decisions are not those of the most probable class, and a strong calibration."""
    found = untrained(tmp_path_factory.mktemp("runs") / "run", tiny_recipes({"data.annotated_fraction": 0.5}), scored=False)
    evaluate(found, ["val", "matched"])
    said = found.predictions("matched").probabilities[:, 1]
    assert (said > 0.5).all() or (said < 0.5).all()  # the most probable class is always the same
    strong = Calibration(method="platt", slope=2.5, intercept=1.5, n=40)
    write_json(found.path / "thresholds.json", found.thresholds.but(decision=float(np.median(said)), calibration=strong))
    evaluate(found, ["matched"])
    return found


def decided(run: Run, split: str = "matched") -> dict[str, str]:
    said = run.predictions(split)
    upper = said.probabilities[:, 1] >= run.thresholds.decision
    assert 0 < upper.sum() < len(upper)
    return {i: run.classes[int(one)] for i, one in zip(said.ids, upper, strict=True)}


def test_the_table_of_predictions_and_the_maps_go_by_the_threshold_of_every_split(run: Run) -> None:
    rows = read_table(run.path / "predictions.csv")
    assert {row["split"] for row in rows} == {"val", "matched"}
    for row in rows:
        assert row["predicted"] == run.classes[int(float(row["p:" + run.classes[1]]) >= run.thresholds.decision)]
    looked = run.attention("matched")
    assert {i: run.classes[c] for i, c in zip(looked.ids, looked.decided, strict=True)} == decided(run)


def test_explain_says_what_the_table_says_and_how(run: Run, tmp_path) -> None:
    ids = list(decided(run))
    pictures = [sample.image for sample in run.pictures("matched", ids)]
    files = explain(run, pictures, tmp_path)
    facts = [json.loads(f.read_text(encoding="utf-8")) for f in files if f.suffix == ".json"]
    assert [one["predicted"] for one in facts] == list(decided(run).values())
    assert all(one["explained"] == one["predicted"] and one["probability"] == one["probabilities"][one["predicted"]] for one in facts)
    kept = run.calibration.threshold(run.thresholds.decision)
    assert all(one["threshold"] == kept and f"probability of {kept:.3f}, the threshold" in one["rule"] for one in facts)
    said = run.predictions("matched")
    shown = run.calibration(said.probabilities)[[said.ids.index(i) for i in ids]]
    np.testing.assert_allclose([list(one["probabilities"].values()) for one in facts], shown, atol=1e-5)
    assert all(one["calibration"] == run.calibration.words() for one in facts)
    in_memory = sl.explain(run, pictures[0])
    np.testing.assert_allclose(list(in_memory.probabilities.values()), shown[0], atol=1e-5)
    looked = run.attention("matched")
    for i, file in enumerate(f for f in files if f.suffix == ".npy"):
        np.testing.assert_allclose(np.load(file), looked.said["cam"][i], atol=1e-4)


def probability(run: Run, split: str, id: str) -> str:
    """Of the class decided for, calibrated, as pictures have it."""
    said = run.predictions(split)
    raw = said.probabilities[said.ids.index(id)]
    shown, chosen = run.calibration(raw), int(raw[1] >= run.thresholds.decision)
    assert f"{shown[chosen]:.2f}" != f"{raw[chosen]:.2f}"
    return f"{shown[chosen]:.2f}"


def test_pictures_say_the_same(run: Run) -> None:
    said = decided(run)
    shown = rows(columns([run], "matched"), "matched", list(said))
    assert [row[-1].caption.split()[:2] for row in shown] == [[name, probability(run, "matched", i)] for i, name in said.items()]
    assert all(f"map cam for {name} over" in row[-1].alt for row, name in zip(shown, said.values(), strict=True))


def test_annotate_next_says_the_same(run: Run, tmp_path) -> None:
    chosen = annotate_next(run, 5, out=tmp_path).chosen
    classifier, train = run.classifier(), run.datasets["train"]
    place = {record.id: i for i, record in enumerate(train.records)}
    with torch.no_grad():
        images = torch.stack([torch.from_numpy(train.picture(place[row.id])[0]).permute(2, 0, 1) / 255 for row in chosen])
        upper = classifier(images).double().softmax(1)[:, 1].numpy() >= run.thresholds.decision
        raw = classifier(images).double().softmax(1).numpy()
    assert [row.predicted for row in chosen] == [run.classes[int(one)] for one in upper]
    shown = run.calibration(raw)[np.arange(5), upper.astype(int)]
    np.testing.assert_allclose([row.probability for row in chosen], shown, atol=1e-5)
    np.testing.assert_allclose([row.entropy for row in chosen], entropy(raw), atol=1e-5)


def texts(figure) -> str:
    return " ".join(text.get_text() for text in [*figure.texts, *(one for axes in figure.axes for one in axes.texts)]).replace("\n", " ")


CALIBRATED = "Probabilities are calibrated (Platt scaling, slope 2.50 and intercept 1.50)."


@pytest.mark.parametrize("name", ["attention-grid", "saliency", "class-maps", "positives"])
def test_figures_show_calibrated_probabilities_and_say_so_once(name, run: Run, monkeypatch) -> None:
    runs = [run, run] if name == "saliency" else [run]
    if name == "class-maps":
        settled = run.recipe.with_settings(evaluate__explain="label")
        monkeypatch.setattr(Run, "recipe", property(lambda self: settled))
    ids = [i for i, name in decided(run).items() if name == "melanoma"]
    right = [i for i, row in zip(run.predictions("matched").ids, run.predictions("matched").labels, strict=True) if row == 1 and i in ids]
    figure = catalog.find("figure", name)(runs, Options(split="matched", ids=tuple(right[:1])))
    assert texts(figure).count(CALIBRATED) == 1
    assert probability(run, "matched", right[0]) in texts(figure)


def test_reports_grids_and_class_images_show_them_too(run: Run, tmp_path) -> None:
    assert CALIBRATED in texts(compare_grid([run], "matched", run.predictions("matched").ids[:1]))
    page = report(run)
    assert page.count(CALIBRATED) == 1
    kept = run.calibration.threshold(run.thresholds.decision)
    assert f"<td>{kept:.3f}</td>" in page
    (image,) = class_images(run, ["melanoma"], tmp_path)
    with torch.no_grad():
        raw = run.classifier()(torch.full((1, 3, 32, 32), 0.5)).softmax(1).numpy()
    assert image.grey == pytest.approx(run.calibration(raw)[0, 1], abs=1e-5)


def test_an_audit_names_what_is_not_calibrated(run: Run, tmp_path) -> None:
    found = examine(run, own(run, "matched"), seconds=2, images=12)
    write_audit(run, found, "matched", tmp_path)
    page = (tmp_path / "audit.html").read_text(encoding="utf-8")
    assert page.count("P, odds, separation and curves are those of the probabilities as the network gives them.") == 1
    example = found.shown.examples[0]
    _, raw = example.tests["as_is"]
    chosen = int(run.decision(raw))
    assert f"{run.classes[chosen]} {run.calibration(raw)[chosen]:.2f}" in page
    assert found.facts.threshold == run.thresholds.decision


def test_several_runs_and_runs_without_a_calibration_are_told_apart(run: Run, tmp_path) -> None:
    shutil.copytree(run.path, tmp_path / "plain")
    plain = Run(tmp_path / "plain")
    write_json(plain.path / "thresholds.json", plain.thresholds.but(calibration=None))
    assert of_probabilities([plain]) == ""
    assert of_probabilities([run, plain]) == "Probabilities are calibrated, except those of plain, where no calibration is kept."
    assert plain.decision.shown(np.array([0.3, 0.7])).tolist() == [0.3, 0.7]
    write_json(plain.path / "thresholds.json", run.thresholds.but(calibration=run.calibration.but(slope=1.0)))
    assert of_probabilities([run, Run(plain.path)]) == "Probabilities are calibrated (each run by its own calibration)."


def test_a_threshold_that_is_lost_is_missed_and_not_replaced_by_another_rule(run: Run, tmp_path) -> None:
    kept = (run.path / "thresholds.json").read_bytes()
    (run.path / "thresholds.json").unlink()
    try:
        with pytest.raises(UserError, match=r"thresholds\.json: is missing\. Run `sightline\.evaluate\(.*\)` again"):
            explain(run, [np.zeros((8, 8, 3), np.uint8)], tmp_path)
    finally:
        (run.path / "thresholds.json").write_bytes(kept)
