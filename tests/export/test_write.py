"""What is written is whole, checked and described; what fails its check leaves nothing behind."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from spoiling import fits_onnx

import sightline as sl
from sightline.engine.files import sha256
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.export import check, graphs
from sightline.export.programs import METADATA
from sightline.results.calibration import Calibration


@fits_onnx
def test_files_tell_how_they_are_used(finished: Run, tmp_path: Path) -> None:
    found = sl.export(finished, onnx=tmp_path / "a.onnx", torch=tmp_path / "a.pt2")
    assert found.outputs == ["logits", "probabilities", "map"]
    assert "split 'val'" in found.checked_on
    assert all(much <= check.LARGEST for each in found.differences.values() for much in each.values())
    model = onnx.load(tmp_path / "a.onnx")
    about = {prop.key: prop.value for prop in model.metadata_props}
    assert json.loads(about["classes"]) == list(finished.classes)
    assert about["image_size"] == "32"
    assert json.loads(about["preprocessing"])["fit"] == "squash"
    kept, calibration = finished.decision.threshold, finished.calibration
    assert json.loads(about["threshold"]) == (kept if calibration is None else calibration.threshold(kept))
    assert (about["run"], about["map"]) == (finished.name, "cam")
    assert about["weights_sha256"] == sha256(finished.path / "model.safetensors")
    assert [one.dim_param or one.dim_value for one in model.graph.input[0].type.tensor_type.shape.dim] == ["batch", 3, 32, 32]
    assert [one.name for one in model.graph.output] == found.outputs
    assert str(Path(torch.__file__).parent).encode() not in (tmp_path / "a.onnx").read_bytes(), "no path of this machine"
    extra = {METADATA: ""}
    program = torch.export.load(tmp_path / "a.pt2", extra_files=extra).module()
    assert json.loads(extra[METADATA])["classes"] == list(finished.classes)
    images = torch.rand(4, 3, 32, 32)
    with torch.no_grad():
        assert torch.allclose(program(images)[0], finished.classifier().cpu()(images), atol=1e-5)


@fits_onnx
def test_places_that_are_not_free_are_refused(finished: Run, nowhere: Path) -> None:
    for reason, places in {
        "nothing is asked for": {},
        "is a folder": {"onnx": nowhere},
        "is a run folder": {"hub": finished.path},
        "both": {"onnx": nowhere / "a", "torch": nowhere / "a"},
    }.items():
        with pytest.raises(UserError, match=reason):
            sl.export(finished, **places)
    with pytest.raises(UserError, match="is unknown"):
        sl.export(finished, onnx=nowhere / "a", map="perhaps")


@fits_onnx
@pytest.mark.parametrize("options", [{"method": "temperature", "slope": 0.5}, {"method": "platt", "slope": 1.5, "intercept": -0.7}])
def test_the_calibration_is_part_of_the_graph(finished: Run, options: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calibration = Calibration(**options, n=90)
    monkeypatch.setattr(Run, "calibration", calibration)
    sl.export(finished, onnx=tmp_path / "a.onnx")
    model = onnx.load(tmp_path / "a.onnx")
    about = {prop.key: prop.value for prop in model.metadata_props}
    assert calibration.words() in about["calibration"]
    images = torch.rand(2, 3, 32, 32)
    logits, probabilities, _ = graphs.graph_answers((tmp_path / "a.onnx").read_bytes())(images)
    plain = torch.from_numpy(np.asarray(logits)).double().softmax(1).numpy()
    assert np.asarray(probabilities) == pytest.approx(calibration(plain), abs=1e-5)
    assert np.abs(np.asarray(probabilities) - plain).max() > 1e-3
