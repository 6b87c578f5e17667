"""The network as an ONNX graph."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.export import ExportedProgram
from torch.torch_version import TorchVersion

from sightline.errors import UserError
from sightline.export.check import Answers
from sightline.export.network import INPUT

NEEDED = ("onnx", "onnxscript", "onnxruntime")
OLDEST = "2.10"  # of PyTorch, whose exporter has to fit onnxscript


def require_onnx() -> None:
    """Refuses to go on without the libraries for ONNX.

    Raises:
        UserError: one is not installed, or PyTorch is older than `OLDEST`.
    """
    if TorchVersion(torch.__version__) < OLDEST:
        reason = f"needs PyTorch {OLDEST}, and {torch.__version__} is installed"
        raise UserError("`onnx=...`", reason, "Update PyTorch, or export with `torch=...`.")
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise UserError("`onnx=...`", f"needs {', '.join(missing)}, which is not installed", "Run `pip install 'sightline[onnx]'`.")


def graph_bytes(program: ExportedProgram, outputs: tuple[str, ...], metadata: Mapping[str, Any]) -> bytes:
    """The content of an `.onnx` file. Each entry of the metadata is JSON, but for texts, which stand as they are."""
    from onnx.helper import set_model_props

    with _quiet():
        made = torch.onnx.export(
            program,
            (),
            input_names=[INPUT],
            output_names=list(outputs),
            dynamic_shapes={INPUT: {0: "batch"}},
            dynamo=True,
            verbose=False,
        )
    assert made is not None
    model = made.model_proto
    for node in [*model.graph.node, *(node for function in model.functions for node in function.node)]:
        del node.metadata_props[:]  # names the files of this machine
    set_model_props(model, {name: value if isinstance(value, str) else json.dumps(value) for name, value in metadata.items()})
    content: bytes = model.SerializeToString()
    return content


def graph_answers(content: bytes) -> Answers:
    """What ONNX Runtime answers, on the CPU."""
    from onnxruntime import InferenceSession

    session = InferenceSession(content, providers=["CPUExecutionProvider"])

    def answers(images: Tensor) -> list[np.ndarray]:
        found: list[np.ndarray] = session.run(None, {INPUT: images.numpy()})
        return found

    return answers


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what the exporter says of its own steps, which no user can act on."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "onnxscript", "onnx_ir")]
    before = [one.level for one in loggers]
    for one in loggers:
        one.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    finally:
        for one, level in zip(loggers, before, strict=True):
            one.setLevel(level)
