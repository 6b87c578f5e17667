"""sightline: train image classifiers that look where the expert looks, measure whether they do, and show it.

    import sightline as sl

    data = sl.data("folder", root="photos", image_size=224)
    classifier = sl.wrap(network, "layer4")
    for batch in data.train.loader(batch_size=32):
        look = classifier.look(batch.images, batch.labels)
        loss = cross_entropy(look.logits, batch.labels) + sl.losses.Energy(squash="minmax")(look, batch)
        ...
    scores = sl.evaluate(classifier, data.test)
    sl.explain(classifier, "photo.jpg").save("map.png")

or, with a recipe and a run folder:

    run = sl.train(sl.load_recipe("energy", {"data.name": "folder", "data.root": "photos"}), "runs/first")

Names are imported when they are first used, so that `import sightline` is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sightline import attention as attention
    from sightline import losses as losses
    from sightline import metrics as metrics
    from sightline.attention.classifier import GuidedClassifier as GuidedClassifier
    from sightline.attention.classifier import wrap as wrap
    from sightline.data.reading import read as read
    from sightline.engine.run import Run as Run
    from sightline.errors import Stopped as Stopped
    from sightline.errors import UserError as UserError
    from sightline.face.annotating import annotate_next as annotate_next
    from sightline.face.annotating import pseudo_mask as pseudo_mask
    from sightline.face.auditing import AuditResult as AuditResult
    from sightline.face.auditing import audit as audit
    from sightline.face.build import build as build
    from sightline.face.build import load as load
    from sightline.face.comparing import compare as compare
    from sightline.face.comparing import report as report
    from sightline.face.data_sets import DataSets as DataSets
    from sightline.face.data_sets import check as check
    from sightline.face.data_sets import convert as convert
    from sightline.face.data_sets import data as data
    from sightline.face.data_sets import draw as draw
    from sightline.face.demo import demo as demo
    from sightline.face.drawing import figure as figure
    from sightline.face.drawing import figures as figures
    from sightline.face.exporting import export as export
    from sightline.face.judge import evaluate as evaluate
    from sightline.face.learnt import class_image as class_image
    from sightline.face.learnt import gallery as gallery
    from sightline.face.learnt import units as units
    from sightline.face.predictions import predict as predict
    from sightline.face.recommending import recommend as recommend
    from sightline.face.reviewing import review as review
    from sightline.face.serving import serve as serve
    from sightline.face.show import case_sheet as case_sheet
    from sightline.face.show import explain as explain
    from sightline.face.study import study as study
    from sightline.face.study import study_report as study_report
    from sightline.face.training import train as train
    from sightline.recipe import Recipe as Recipe
    from sightline.recipe import load_recipe as load_recipe
    from sightline.recipe import recipe_names as recipe_names
    from sightline.results import Comparison as Comparison
    from sightline.results import Difference as Difference
    from sightline.results import Score as Score
    from sightline.results import SplitScores as SplitScores
    from sightline.types import Annotation as Annotation
    from sightline.types import Batch as Batch
    from sightline.types import Look as Look
    from sightline.types import Record as Record

_PLACES = {
    "sightline.attention.classifier": ("GuidedClassifier", "wrap"),
    "sightline.data.reading": ("read",),
    "sightline.engine.run": ("Run",),
    "sightline.errors": ("Stopped", "UserError"),
    "sightline.face.annotating": ("annotate_next", "pseudo_mask"),
    "sightline.face.auditing": ("AuditResult",),
    "sightline.face.build": ("build", "load"),
    "sightline.face.comparing": ("compare",),
    "sightline.face.data_sets": ("DataSets", "check", "convert", "draw"),
    "sightline.face.judge": ("evaluate",),
    "sightline.face.demo": ("demo",),
    "sightline.face.drawing": ("figure", "figures"),
    "sightline.face.learnt": ("class_image", "gallery", "units"),
    "sightline.face.recommending": ("recommend",),
    "sightline.face.show": ("case_sheet",),
    "sightline.face.study": ("study_report",),
    "sightline.face.training": ("train",),
    "sightline.recipe": ("Recipe", "load_recipe", "recipe_names"),
    "sightline.results": ("Comparison", "Difference", "Score", "SplitScores"),
    "sightline.types": ("Annotation", "Batch", "Look", "Record"),
}
_ROOMS = (
    "attention",
    "audit",
    "data",
    "explain",
    "export",
    "losses",
    "metrics",
    "predict",
    "report",
    "review",
    "serve",
    "study",
)  # packages; nine of them are also verbs
_PLACE_OF = {name: module for module, names in _PLACES.items() for name in names}
__all__ = sorted([*_PLACE_OF, *_ROOMS])


def __getattr__(name: str) -> Any:
    if name in _PLACE_OF:
        return getattr(import_module(_PLACE_OF[name]), name)
    if name in _ROOMS:
        return import_module(f"sightline.{name}")
    if name == "__version__":
        return import_module("importlib.metadata").version(__name__)
    raise AttributeError(f"module 'sightline' has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)
