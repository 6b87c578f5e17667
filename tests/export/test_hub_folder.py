"""The content of a Hugging Face folder."""

from __future__ import annotations

import json
import re

import pytest
import torch

from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.export import hub_folder
from sightline.export.hub_folder import hub_files, portable
from sightline.recipe import load_recipe
from sightline.results.calibration import Calibration


def test_a_recipe_loses_its_places() -> None:
    places = {"data.name": "folder", "data.root": "/data/mine", "data.options": {"masks": "/data/mine/masks"}, "backbone.weights": "/w.pt"}
    found = portable(load_recipe("energy", places))
    assert "/data" not in str(found)
    assert "/w.pt" not in str(found)
    assert found["data"]["options"] == {"masks": "masks"}


def test_the_places_of_data_and_of_earlier_weights_are_left_out() -> None:
    places = {"data.annotated": "/a.csv", "data.reviews": "/r.jsonl", "data.roi": {"pseudo": "masks"}, "train.start": "/runs/one"}
    found = portable(load_recipe("energy", places))
    assert (found["data"]["root"], found["data"]["annotated"], found["data"]["reviews"], found["data"]["roi"]["pseudo"]) == (None,) * 4
    assert found["train"]["start"] is None
    assert found["data"]["name"] == load_recipe("energy").data.name


def test_a_folder_has_weights_configuration_and_card(finished: Run) -> None:
    found = hub_files(finished)
    assert list(found) == ["model.safetensors", "config.json", "README.md"]
    assert found["model.safetensors"] == (finished.path / "model.safetensors").read_bytes()
    config = json.loads(found["config.json"])
    assert (config["library_name"], config["classes"], config["map"]) == ("sightline", list(finished.classes), "cam")
    assert config["recipe"]["name"] == finished.recipe.name


def test_the_threshold_is_that_of_the_logits_and_the_calibration_stands_beside_it(finished: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    strong = Calibration(method="platt", slope=4.0, intercept=0.5, n=20)
    monkeypatch.setattr(Run, "thresholds", finished.thresholds.but(decision=0.4, calibration=strong))
    found = hub_files(Run(finished.path))
    config = json.loads(found["config.json"])
    assert config["threshold"] == 0.4
    assert config["calibrated"] == {"slope": 4, "intercept": 0.5, "threshold": strong.threshold(0.4)}
    [code] = re.findall(r"probabilities = (.*)  # calibrated", found["README.md"].decode())
    logits = torch.randn(5, 2)
    torch.testing.assert_close(eval(code, {"logits": logits, "torch": torch}).numpy(), strong(logits.softmax(1).numpy()), check_dtype=False)


def test_what_answers_otherwise_once_it_is_read_back_is_not_written(finished: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_folder, "restored", lambda config, weights: lambda images: torch.zeros(2, 2))
    with pytest.raises(UserError, match="gives other logits once it is read back"):
        hub_files(finished)


def test_one_finding_of_several_is_no_network_by_itself(finished: Run) -> None:
    one = Run(finished.path)
    one.finding = "mass"
    with pytest.raises(UserError, match=r"is one finding of a network with several.* Export it as ONNX"):
        hub_files(one)
