"""The network as a program of PyTorch (`torch.export`), which ONNX is made of, and which can be kept by itself."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.export import ExportedProgram

from sightline.export.check import Answers
from sightline.export.network import INPUT, ExportedNetwork

EXAMPLE = 2  # images by which the graph is recorded: of a batch of one, torch.export would take the size for a constant
LARGEST_BATCH = 2**31 - 1  # without a bound, PyTorch 2.6 refuses to record average pooling
METADATA = "sightline.json"


def program_of(network: ExportedNetwork, side: int) -> ExportedProgram:
    """The recorded graph, for batches of any size."""
    batch = torch.export.Dim("batch", max=LARGEST_BATCH)
    example = torch.zeros(EXAMPLE, network.classifier.image_channels, side, side)
    with torch.no_grad():
        program = torch.export.export(network, (example,), dynamic_shapes={INPUT: {0: batch}}, strict=False)
    for node in program.graph.nodes:
        node.meta.pop("stack_trace", None)  # names the files of this machine
    return program


def program_bytes(program: ExportedProgram, metadata: Mapping[str, Any]) -> bytes:
    """The content of a `.pt2` file."""
    content = io.BytesIO()
    torch.export.save(program, content, extra_files={METADATA: json.dumps(metadata)})
    return content.getvalue()


def program_answers(content: bytes) -> Answers:
    """What such a file answers, once it is loaded again."""
    module = torch.export.load(io.BytesIO(content)).module()

    def answers(images: Tensor) -> list[np.ndarray]:
        with torch.no_grad():
            return [one.numpy() for one in module(images)]

    return answers
