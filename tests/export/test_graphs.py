from __future__ import annotations

from pathlib import Path

import pytest
from spoiling import fits_onnx, spoilt

import sightline as sl
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.export import graphs, write


@fits_onnx
def test_a_broken_graph_is_refused_and_leaves_nothing(finished: Run, nowhere: Path, monkeypatch) -> None:
    monkeypatch.setattr(write, "graph_answers", lambda content: spoilt(graphs.graph_answers(content), "moved"))
    with pytest.raises(UserError, match="output `logits`"):
        sl.export(finished, onnx=nowhere / "a.onnx", torch=nowhere / "a.pt2", hub=nowhere / "hub")
    assert list(nowhere.iterdir()) == []


@fits_onnx
def test_onnx_that_is_not_installed_is_said_at_once(finished: Run, nowhere: Path, monkeypatch) -> None:
    monkeypatch.setattr(graphs, "find_spec", lambda name: None if name == "onnxruntime" else object())
    with pytest.raises(UserError, match=r"needs onnxruntime, which is not installed. Run `pip install 'sightline\[onnx\]'`"):
        sl.export(finished, onnx=nowhere / "a.onnx")


def test_a_pytorch_that_is_too_old_for_onnx_is_refused(finished: Run, nowhere: Path, monkeypatch) -> None:
    monkeypatch.setattr(graphs, "OLDEST", "99.1")
    with pytest.raises(UserError, match=r"needs PyTorch 99\.1, and 2\..* is installed"):
        sl.export(finished, onnx=nowhere / "a.onnx")
    assert list(nowhere.iterdir()) == []
