from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import sightline as sl
from sightline.engine.run import Run
from sightline.recipe import load_recipe

SMALL = {"backbone.name": "test_resnet", "backbone.stride": 8, "data.image_size": 32}


def test_a_recipe_and_its_name_build_the_same_network() -> None:
    torch.manual_seed(1)
    named = sl.build("energy", 3, SMALL)
    torch.manual_seed(1)
    given = sl.build(load_recipe("energy", SMALL), 3)
    images = torch.rand(2, 3, 32, 32)
    assert named.eval()(images).shape == (2, 3)
    torch.testing.assert_close(named(images), given.eval()(images), rtol=0, atol=0)


def test_what_is_no_recipe_or_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(sl.UserError, match='Did you mean "energy"'):
        sl.build("enrgy", 2)
    with pytest.raises(sl.UserError, match="is not a run folder"):
        sl.load(tmp_path)


def test_the_classifier_of_a_run_answers_as_the_run_does(run: Run) -> None:
    images = torch.stack([run.datasets["val"][i].image for i in range(2)])
    loaded = sl.load(str(run.path), "cpu")
    assert not loaded.training
    np.testing.assert_allclose(loaded(images).softmax(1).detach().numpy(), run.predictions("val").probabilities[:2], atol=1e-5)


def test_a_folder_of_the_hub_is_recognised(run: Run, tmp_path: Path) -> None:
    sl.export(run, hub=tmp_path / "hub")
    loaded = sl.load(tmp_path / "hub", "cpu")
    images = torch.rand(1, 3, 32, 32)
    torch.testing.assert_close(loaded(images), run.classifier()(images))
