from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import sightline as sl
from sightline.engine.run import Run


def test_a_picture_may_come_in_any_form(classifier: sl.GuidedClassifier, tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 30, 3), np.uint8)
    path = tmp_path / "a.png"
    Image.fromarray(pixels).save(path)
    forms = [path, str(path), pixels, torch.from_numpy(pixels).permute(2, 0, 1) / 255, Image.fromarray(pixels)]
    found = [sl.explain(classifier, form, image_size=32) for form in forms]
    for one in found[1:]:
        assert one.probabilities == found[0].probabilities
        assert np.array_equal(one.maps["cam"], found[0].maps["cam"])
    assert sum(found[0].probabilities.values()) == pytest.approx(1)
    assert np.asarray(Image.open(found[0].save(tmp_path / "map.png"))).shape == pixels.shape
    assert set(sl.explain(classifier, pixels, "all", image_size=32, classes=["a", "b"]).maps) == {"cam:a", "cam:b"}
    for wrong, why in ((pixels[..., 0], r"an array \(40, 30\)"), (torch.zeros(1, 3, 8, 8), r"a tensor \(1, 3, 8, 8\)")):
        with pytest.raises(sl.UserError, match=why):
            sl.explain(classifier, wrong)
    with pytest.raises(sl.UserError, match='Did you mean "cam"'):
        found[0].save(tmp_path / "b.png", map="cma")


def test_a_figure_is_given_and_not_written(run: Run) -> None:
    before = sorted(run.path.rglob("*"))
    assert sl.figure("roc", run, split="matched").axes
    assert sorted(run.path.rglob("*")) == before
    with pytest.raises(sl.UserError, match='Did you mean "roc"'):
        sl.figure("rock", run)
