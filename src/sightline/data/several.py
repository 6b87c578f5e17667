"""What a recipe may ask of images with several findings. What supposes one label per image is refused before anything starts."""

from __future__ import annotations

from sightline import catalog
from sightline.errors import UserError
from sightline.recipe import Recipe

REMEDY = "Leave it out, or give data with one label per image."


def for_several(recipe: Recipe) -> Recipe:
    """The recipe with the binary cross-entropy in place of the one that is left as it is in most recipes: softmax cross-entropy."""
    loss = recipe.losses.classification
    if loss.name != "cross_entropy" or loss.options:
        return recipe
    changed = recipe.losses.model_copy(update={"classification": loss.model_copy(update={"name": "binary_cross_entropy"})})
    return recipe.model_copy(update={"losses": changed})


def check_several(recipe: Recipe) -> None:
    """Refuses a recipe that cannot be trained on images with several findings.

    Raises:
        UserError: a loss, an attention source or a setting that supposes one label per image.
    """
    for stage in [recipe.at_stage(stage) for stage in recipe.stages] or [recipe]:
        data = stage.data
        asked = {
            "data.decoy": data.decoy is not None,
            "data.roi.of": bool(data.roi.of),
            "data.roi.pseudo": data.roi.pseudo is not None,
            "data.roi.control": data.roi.control is not None,
            "data.balance_by": bool(data.balance_by),
            f"data.balance={data.balance}": data.balance in ("oversample", "weighted_sampler"),
            "losses.behaviour": bool(stage.losses.behaviour),
            "evaluate.point_into": bool(stage.evaluate.point_into),
            "evaluate.coverage": stage.evaluate.coverage is not None,
        }
        for setting, given in asked.items():
            if given:
                raise UserError(setting, "is for one label per image, and these images have several findings", REMEDY)
        _check_plugins(stage)


def _check_plugins(recipe: Recipe) -> None:
    name = recipe.losses.classification.name
    if "several" not in getattr(catalog.find("classification", name), "labels", ("one",)):
        remedy = "Set losses.classification.name=binary_cross_entropy, or focal."
        raise UserError("losses.classification", f"{name} is for one label per image, and these images have several findings", remedy)
    if not catalog.find("attention", recipe.attention.name).several_labels:
        remedy = "Choose another source, e.g. attention.name=cam."
        raise UserError("attention", f"{recipe.attention.name} lets the classes compete, and an image can have several findings", remedy)
