"""Classifiers, objectives and batches whose gradients are followed."""

from __future__ import annotations

import torch

from sightline.attention.classifier import GuidedClassifier, build
from sightline.config import Losses, Plugin
from sightline.losses.check.gradient_path import PathReport
from sightline.losses.objective import Objective
from sightline.recipe import recipe_from
from sightline.types import Batch

SOURCES = ["cam", "gradcam", "gates", "decoder"]


def classifier(source: str = "cam", hidden: tuple[int, ...] = (), **options) -> GuidedClassifier:
    tree = {
        "name": "small",
        "data": {"image_size": 64},
        "backbone": {"name": "test_resnet", "weights": "none"},
        "head": {"hidden": hidden},
        "attention": {"name": source, **options},
    }
    torch.manual_seed(2)
    return build(recipe_from(tree, "test"), 2)


def objective(guidance=(), behaviour=()) -> Objective:
    return Objective(Losses.model_validate({"guidance": list(guidance), "behaviour": list(behaviour)}), Plugin(name="fixed"))


def batch(n: int = 4, known: bool = True) -> Batch:
    roi = torch.zeros(n, 1, 64, 64)
    roi[:, :, :32, :32] = 1
    seen = torch.full((n,), known)
    images = torch.rand(n, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    return Batch(images, torch.arange(n) % 2, roi, seen, 1 - roi, seen.clone(), torch.arange(n), [str(i) for i in range(n)])


def only(reports: list[PathReport]) -> PathReport:
    (report,) = reports
    return report


def planted(source_method) -> GuidedClassifier:
    """A CAM classifier whose look is spoilt."""
    model = classifier()
    honest = model.source.look
    model.source.look = lambda *args: source_method(model, honest(*args))
    return model
