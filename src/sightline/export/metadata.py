"""What a program has to know to use an exported network: classes, image size, how pictures become squares, and the decision."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from sightline.attention.classifier import GuidedClassifier
from sightline.channels import colour_in
from sightline.config import Data
from sightline.engine.files import sha256
from sightline.engine.run import Run
from sightline.settings import COLOUR


def preprocessing(data: Data) -> dict[str, Any]:
    """How a picture becomes a square of the network's input; see `Data`."""
    settings = data.model_dump(mode="json", include={"image_size", "fit", "centre", "load_size", "grey"})
    colours = {1: "brightness (ITU-R BT.601)", COLOUR: "RGB"}.get(data.channels, "as in the file")
    fill = colour_in(data.augment.fill, data.channels)
    return {"colours": colours, "channels": data.channels, "range": [0, 1], **settings, "fill": fill}


def metadata(run: Run, classifier: GuidedClassifier, maps: bool) -> dict[str, Any]:
    """Plain values, for the head of an exported file.

    Args:
        maps: whether the map is exported.
    """
    kept = run.decision.threshold  # of the probability of the last of two classes; None: the most probable class
    named = {"map": classifier.map_names[0], "map_range": classifier.source.range} if maps else {}
    return {
        "classes": list(run.classes),
        "image_size": run.recipe.data.image_size,
        "preprocessing": preprocessing(run.recipe.data),
        "threshold": kept if run.calibration is None else run.calibration.threshold(kept),
        "calibration": run.calibration.words() if run.calibration else None,
        **named,
        "run": run.name,
        "sightline": version("sightline"),
        "weights_sha256": sha256(run.home / "model.safetensors"),
    }
