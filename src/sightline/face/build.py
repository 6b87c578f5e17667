"""`sl.build` and `sl.load`: classifiers from a recipe, or from a run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sightline.attention.classifier import GuidedClassifier
from sightline.attention.classifier import build as build_classifier
from sightline.device import AUTO, resolve
from sightline.engine.run import Run
from sightline.export.hub import is_hub_folder, load_hub
from sightline.recipe import Recipe, load_recipe


def build(recipe: Recipe | str, classes: int, settings: Mapping[str, Any] | None = None) -> GuidedClassifier:
    """The classifier that a recipe describes.

    Args:
        recipe: a recipe, its name, or a YAML file.
        classes: number of classes.
        settings: settings of the recipe to change, e.g. `{"backbone.weights": "imagenet"}`.

    Raises:
        UserError: no such recipe, or settings that do not fit each other.
    """
    return build_classifier(recipe if isinstance(recipe, Recipe) else load_recipe(recipe, dict(settings or {})), classes)


def load(run: str | Path, device: str = AUTO) -> GuidedClassifier:
    """The trained classifier of a run, in evaluation mode, on a device.

    Args:
        run: a run folder; a folder that `sl.export(run, hub=...)` wrote; or `hf://owner/name`, which is fetched from Hugging Face.

    Raises:
        UserError: there is no such run, it is not finished, or it is damaged.
    """
    if is_hub_folder(run):
        return load_hub(run).to(resolve(device))
    return Run(run, device).classifier()
