"""A warning of a network that starts from random weights on few images, which is the most common reason for a poor first training."""

from __future__ import annotations

from sightline import catalog
from sightline.recipe import Recipe

FEW = 5000  # training images; with so many, networks from nothing come near to pretrained ones


def from_nothing(recipe: Recipe, images: int) -> tuple[str, ...]:
    """What to say before such a training, in one entry; none where it is not one.

    Drawn data sets, which have no place, are made for networks from nothing; and so are the networks of the catalogue.

    Args:
        images: number of training images.
    """
    backbone = recipe.backbone
    fresh = backbone.weights == "none" and recipe.train.start is None and backbone.name not in catalog.places("backbone")
    if not fresh or recipe.data.root is None or images >= FEW or not _published(backbone.name):
        return ()
    said = (
        f"{backbone.name} starts from random weights, and {images:,} training images are few for that (fewer than {FEW:,}). Pretrained "
        "weights mostly give better scores after fewer epochs: `preset='good'`, or `backbone.weights=imagenet`."
    )
    return (said,)


def _published(name: str) -> bool:
    """Whether there are pretrained weights of a timm model."""
    import timm

    return timm.is_model_pretrained(name) if timm.is_model(name) else False
