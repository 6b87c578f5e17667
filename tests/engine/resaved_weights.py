"""Weights as another program may have saved them."""

from __future__ import annotations

import torch

from sightline.engine import saving
from sightline.engine.saving import save_model


def resaved(run, monkeypatch, change) -> None:
    """Weights as another program, or an earlier version of this one, may have saved them: with a hash that fits."""
    classifier = run.classifier()
    with torch.no_grad():
        change(classifier)
    with monkeypatch.context() as patched:
        patched.setattr(saving, "unsound", lambda *_: None)
        save_model(run.path, classifier, run.recipe, run.classes)
