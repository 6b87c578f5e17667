from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from spoiling import spoilt

from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.export import check
from sightline.export.network import exportable


@pytest.mark.parametrize("how", ["moved", "shape", "nan"])
def test_every_difference_is_found(how, finished: Run) -> None:
    network = exportable(finished.classifier().cpu()).network

    def right(images: torch.Tensor) -> list[np.ndarray]:
        with torch.no_grad():
            return [output.numpy() for output in network(images)]

    images = torch.rand(3, 3, 32, 32)
    assert max(check.differences(network, right, images, Path("a.onnx")).values()) < 1e-5
    with pytest.raises(UserError, match="output `logits`"):
        check.differences(network, spoilt(right, how), images, Path("a.onnx"))


def test_without_the_data_random_images_are_taken_and_named(finished: Run, monkeypatch) -> None:
    def gone(_run: Run) -> None:
        raise UserError("photos", "does not exist")

    monkeypatch.setattr(Run, "datasets", property(gone))
    seen = check.sample(finished)
    assert seen.images.shape == (3, 3, 32, 32)
    assert seen.words == "random images, since those of the run cannot be read (photos: does not exist)"
