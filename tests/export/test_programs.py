"""The network as a program of PyTorch."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch.export import ExportedProgram

from sightline.attention.classifier import GuidedClassifier
from sightline.export.network import ExportedNetwork, exportable
from sightline.export.programs import METADATA, program_answers, program_bytes, program_of


@pytest.fixture(scope="module")
def network(classifier: Callable[..., GuidedClassifier]) -> ExportedNetwork:
    return exportable(classifier("cam")).network


@pytest.fixture(scope="module")
def program(network: ExportedNetwork) -> ExportedProgram:
    return program_of(network, 32)


def test_it_answers_batches_of_any_size(network: ExportedNetwork, program: ExportedProgram) -> None:
    answers = program_answers(program_bytes(program, {}))
    for size in (1, 2, 5):
        images = torch.rand(size, 3, 32, 32)
        with torch.no_grad():
            expected = network(images)
        for found, right in zip(answers(images), expected, strict=True):
            np.testing.assert_allclose(found, right.numpy(), rtol=0, atol=1e-6)


def test_no_node_names_a_file_of_this_machine(program: ExportedProgram) -> None:
    assert len(list(program.graph.nodes)) > 10
    assert not [node for node in program.graph.nodes if "stack_trace" in node.meta]


def test_what_has_to_be_known_travels_with_it(program: ExportedProgram) -> None:
    kept = {METADATA: ""}
    torch.export.load(io.BytesIO(program_bytes(program, {"classes": ["nevus", "melanoma"]})), extra_files=kept)
    assert json.loads(kept[METADATA]) == {"classes": ["nevus", "melanoma"]}
