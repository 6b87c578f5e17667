"""One rule decides for a class, wherever a class is called predicted: the threshold that the run keeps, else the most probable class."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from untrained_run import untrained

from sightline.annotate.advise import annotate_next
from sightline.engine.decision import Decision
from sightline.engine.evaluate import evaluate
from sightline.engine.files import write_json
from sightline.engine.read_files import read_table
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.explain.maps import explain
from sightline.explain.run_pictures import columns, rows


def test_without_a_threshold_the_most_probable_class_is_decided_for() -> None:
    said = np.array([[0.6, 0.4], [0.2, 0.8]])
    assert Decision()(said).tolist() == [0, 1]
    assert Decision(0.3)(said).tolist() == [1, 1]
    assert Decision(0.3)(said[0]) == 1
    assert "most probable" in Decision().words(["a", "b"])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, tiny_recipes) -> Run:
    """A run that keeps a threshold at which half of its decisions are not those of the most probable class."""
    found = untrained(tmp_path_factory.mktemp("runs") / "run", tiny_recipes({"data.annotated_fraction": 0.5}), scored=False)
    evaluate(found, ["val", "matched"])
    said = found.predictions("matched").probabilities[:, 1]
    assert (said > 0.5).all() or (said < 0.5).all()  # the most probable class is always the same
    write_json(found.path / "thresholds.json", found.thresholds.but(decision=float(np.median(said))))
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
    facts = [json.loads(f.read_text()) for f in files if f.suffix == ".json"]
    assert [one["predicted"] for one in facts] == list(decided(run).values())
    assert all(one["explained"] == one["predicted"] and one["probability"] == one["probabilities"][one["predicted"]] for one in facts)
    assert all("threshold" in one["rule"] and one["threshold"] == run.thresholds.decision for one in facts)
    looked = run.attention("matched")
    for i, file in enumerate(f for f in files if f.suffix == ".npy"):
        np.testing.assert_allclose(np.load(file), looked.said["cam"][i], atol=1e-4)


def test_pictures_say_the_same(run: Run) -> None:
    said = decided(run)
    shown = rows(columns([run], "matched"), "matched", list(said))
    assert [row[-1].caption.split()[0] for row in shown] == list(said.values())
    assert all(f"map cam for {name} over" in row[-1].alt for row, name in zip(shown, said.values(), strict=True))


def test_annotate_next_says_the_same(run: Run, tmp_path) -> None:
    chosen = annotate_next(run, 5, out=tmp_path)["chosen"]
    classifier, train = run.classifier(), run.datasets["train"]
    place = {record.id: i for i, record in enumerate(train.records)}
    with torch.no_grad():
        images = torch.stack([torch.from_numpy(train.picture(place[row["id"]])[0]).permute(2, 0, 1) / 255 for row in chosen])
        upper = classifier(images).double().softmax(1)[:, 1].numpy() >= run.thresholds.decision
    assert [row["predicted"] for row in chosen] == [run.classes[int(one)] for one in upper]


def test_a_threshold_that_is_lost_is_missed_and_not_replaced_by_another_rule(run: Run, tmp_path) -> None:
    kept = (run.path / "thresholds.json").read_bytes()
    (run.path / "thresholds.json").unlink()
    try:
        with pytest.raises(UserError, match=r"thresholds.json: is missing.*evaluate"):
            explain(run, [np.zeros((8, 8, 3), np.uint8)], tmp_path)
    finally:
        (run.path / "thresholds.json").write_bytes(kept)
