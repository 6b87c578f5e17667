"""What stands in the boxes of a diagram: the settings of a recipe in a few words."""

from __future__ import annotations

import re
import sys

from sightline import catalog
from sightline.config import Augment, Roi, WeightedLoss
from sightline.recipe import Recipe

Words = tuple[str, str]  # title and body of a box

SOURCES = {
    "cam": ("class activation map", "A = Σ wₖ Fₖ, w: of the linear layer"),
    "gradcam": ("Grad-CAM", "A = Σ wₖ Fₖ, wₖ: mean gradient of y"),
    "gates": ("attention gates", "features weighed by maps A"),
    "decoder": ("saliency decoder", "draws the map A from the last features"),
    "mask": ("feature mask", "weighs the last features by its map A"),
    "segment": ("segmentation", "classes of every pixel, A; y: their mean"),
}
LOSSES = {
    "cross_entropy": "y against the label",
    "focal": "y against the label, hard images count more",
    "l1": "|A − ROI|, point by point",
    "l2": "(A − ROI)², point by point",
    "pixel_ce": "A against ROI, point by point",
    "dice": "overlap of A and ROI in the batch",
    "selective_mse": "(sigmoid(αA) − ROI)² of the labelled class",
    "energy": "share of evidence outside the ROI",
    "outside": "no evidence outside the ROI",
    "avoid": "no evidence on artefacts",
    "mining": "what is left must not tell the class",
    "background": "the region keeps its label",
    "rrr": "no input gradient outside the ROI",
    "rrr_smooth": "nor where the outside is perturbed",
    "pixel_class": "class in the ROI, background outside",
}
PASSES = {
    "mining": "attended region hidden, same network",
    "background": "region on another background, same network",
    "rrr": "same images, gradient of the input",
    "rrr_smooth": "outside perturbed, gradient of the input",
    "sufficiency": "region alone, same network",
    "necessity": "region taken out, same network",
    "invariance": "outside changed, same network",
}
SAME_PASS = {"pixel_class": "classes of every pixel"}  # judged without asking again
TOTALS = {
    "fixed": "Σ wᵢ Lᵢ, weights from the recipe",
    "calibrated": "Σ wᵢ Lᵢ, weights measured at the start",
    "uncertainty": "Σ Lᵢ / σᵢ² + r(σᵢ), every σ learned",
}


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
    return "classification head", f"GAP, {hidden}linear: scores y, softmax"


def source(recipe: Recipe) -> Words:
    """Where the maps come from."""
    name = recipe.attention.name
    layer = recipe.attention.options.get("taps") or recipe.attention.options.get("layer")
    title, body = SOURCES.get(name, (name.replace("_", " "), described("attention", name)))
    return title, f"{body}, at {layer if isinstance(layer, str) else ' and '.join(layer)}" if layer else body


def loss(room: str, own: WeightedLoss, weighting: str) -> Words:
    """A loss with its weight."""
    of = own.options.get("map")
    weight = f"\u00a0×\u00a0{own.weight:g}" if weighting == "fixed" else ""
    late = f" from epoch {own.start + 1}" if own.start else ""
    return own.name.replace("_", " ") + (f" of {of}" if of else "") + weight + late, LOSSES.get(own.name) or described(room, own.name)


def second_pass(own: WeightedLoss) -> Words:
    """What the network is asked again."""
    if own.name in SAME_PASS:
        return "same pass", SAME_PASS[own.name]
    return "second pass", PASSES.get(own.name) or "changed images, same network"


def total(recipe: Recipe) -> Words:
    """How the losses become one."""
    name = recipe.weighting.name
    return "total loss", TOTALS.get(name) or described("weighting", name)


def described(room: str, name: str) -> str:
    """What a plug-in's own file says of it, without references."""
    module = sys.modules[catalog.find(room, name).__module__]
    return re.sub(r"\s*\(.*?\)", "", (module.__doc__ or name).strip().split("\n")[0]).rstrip(".")
