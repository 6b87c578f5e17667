"""sightline: train image classifiers that look where the expert looks, measure whether they do, and show it.

    import sightline as sl

    recipe = sl.load_recipe("energy", {"data.name": "folder", "data.root": "photos"})
    run = sl.train(recipe, "runs/first")
    scores = sl.evaluate(run)
    look = run.classifier().look(images)

Names are imported when they are first used, so that `import sightline` is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sightline.attention.classifier import GuidedClassifier as GuidedClassifier
    from sightline.attention.classifier import build as build
    from sightline.attention.classifier import wrap as wrap
    from sightline.data.reading import read as read
    from sightline.engine.evaluate import evaluate as evaluate
    from sightline.engine.run import Run as Run
    from sightline.engine.train import train as train
    from sightline.errors import UserError as UserError
    from sightline.recipe import Recipe as Recipe
    from sightline.recipe import load_recipe as load_recipe
    from sightline.report import write_report as write_report
    from sightline.types import Annotation as Annotation
    from sightline.types import Batch as Batch
    from sightline.types import Look as Look
    from sightline.types import Record as Record

_PLACES = {
    "sightline.attention.classifier": ("GuidedClassifier", "build", "wrap"),
    "sightline.data.reading": ("read",),
    "sightline.engine.evaluate": ("evaluate",),
    "sightline.engine.run": ("Run",),
    "sightline.engine.train": ("train",),
    "sightline.errors": ("UserError",),
    "sightline.recipe": ("Recipe", "load_recipe"),
    "sightline.report": ("write_report",),
    "sightline.types": ("Annotation", "Batch", "Look", "Record"),
}
_PLACE_OF = {name: module for module, names in _PLACES.items() for name in names}
__all__ = sorted(_PLACE_OF)


def __getattr__(name: str) -> Any:
    if name in _PLACE_OF:
        return getattr(import_module(_PLACE_OF[name]), name)
    raise AttributeError(f"module 'sightline' has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)
