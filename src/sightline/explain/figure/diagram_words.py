"""The words in the boxes of a diagram: the settings of a recipe in a few words."""

from __future__ import annotations

import re

from sightline import catalog
from sightline.config import Augment, Roi, WeightedLoss
from sightline.recipe import Recipe

Words = tuple[str, str]  # title and body of a box


def images(recipe: Recipe) -> Words:
    """The images."""
    data = recipe.data
    changed = data.augment != Augment(fill=data.augment.fill)
    return "images", f"{data.image_size} × {data.image_size} px" + (", changed at random" if changed else "")


def annotation(recipe: Recipe) -> Words:
    """Who marked the regions, and in how many images."""
    data = recipe.data
    if data.roi.pseudo:
        return "pseudo masks", "in place of annotations"
    if data.annotated:
        return "annotation", "of the images in a list"
    names = ", ".join(data.roi.of).replace("_", " ")
    return "annotation", names if data.annotated_fraction == 1 else f"{names} {data.annotated_fraction:.0%} of the images".strip()


def roi(recipe: Recipe) -> Words:
    """What becomes of the annotation."""
    own = recipe.data.roi
    changed = [f"{key} {getattr(own, key):g}" for key in ("grow", "shift", "noise") if getattr(own, key)]
    shape = [] if own.shape == Roi().shape else [own.shape]
    control = {"random": ["of another image"], "centre": ["disc in the middle"], None: []}[own.control]
    return "ROI map", ", ".join([*control, *shape, *changed, *(["inverted"] if own.invert else [])]) or "soft, in [0, 1]"


def backbone(recipe: Recipe) -> Words:
    """The network, its weights, where it is cut."""
    own = recipe.backbone
    weights = {"none": "from scratch", "imagenet": "ImageNet weights"}.get(own.weights, "given weights")
    cut = f"cut at stride\u00a0{own.stride}, " if own.stride else ""
    dilated = f"dilated to stride\u00a0{own.output_stride}, " if own.output_stride else ""
    return own.name, f"{weights}, {cut}{dilated}features\u00a0F"


def head(recipe: Recipe) -> Words:
    """From features to scores."""
    own = recipe.head
    if own.kind == "own":
        return "its own head", "last layer renewed, scores y, softmax"
    hidden = "".join(f"dense {width}, " for width in own.hidden)
    if catalog.find("attention", recipe.attention.name).looks_again:
        return "second network", f"GAP, {hidden}linear: scores y, softmax"
    return "classification head", f"GAP, {hidden}linear: scores y, softmax"


def source(recipe: Recipe) -> Words:
    """Where the maps come from."""
    name = recipe.attention.name
    layer = recipe.attention.options.get("taps") or recipe.attention.options.get("layer")
    title, body = catalog.find("attention", name).title or name.replace("_", " "), formula("attention", name)
    return title, f"{body}, at {layer if isinstance(layer, str) else ' and '.join(layer)}" if layer else body


def loss(room: str, own: WeightedLoss, weighting: str) -> Words:
    """A loss with its weight."""
    of = own.options.get("map")
    weight = f"\u00a0×\u00a0{own.weight:g}" if weighting == "fixed" else ""
    late = f" from epoch {own.start + 1}" if own.start else ""
    return own.name.replace("_", " ") + (f" of {of}" if of else "") + weight + late, formula(room, own.name)


def second_pass(own: WeightedLoss) -> Words:
    """What the network is asked again."""
    loss = catalog.find("behaviour", own.name)
    return "second pass" if loss.runs_again else "same pass", loss.shown


def total(recipe: Recipe) -> Words:
    """How the losses become one."""
    return "total loss", formula("weighting", recipe.weighting.name)


def formula(room: str, name: str) -> str:
    """What a plug-in computes, as it says itself; without references where it gives only words."""
    return getattr(catalog.find(room, name), "formula", "") or re.sub(r"\s*\(.*?\)", "", catalog.words(room, name))
