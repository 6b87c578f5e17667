"""Presets: settings that suit most first trainings, in place of those of a recipe."""

from __future__ import annotations

from importlib import resources
from typing import Any

from sightline.errors import UserError, nearest
from sightline.overrides import merged
from sightline.yaml_text import parse

_FOLDER = resources.files("sightline") / "presets"


def preset_names() -> list[str]:
    """The presets that come with sightline.

    >>> preset_names()
    ['good', 'quick']
    """
    return sorted(file.name.removesuffix(".yaml") for file in _FOLDER.iterdir() if file.name.endswith(".yaml"))


def laid_over(tree: dict[str, Any], preset: str) -> dict[str, Any]:
    """The settings of a recipe with those of a preset laid over them.

    Weights that the recipe already names are kept, and the recipe's deviations say that the preset was used.

    Args:
        tree: all settings of a recipe.
        preset: name of a preset.

    Raises:
        UserError: there is no such preset.
    """
    if preset not in preset_names():
        raise UserError(f"preset {preset!r}", "is unknown", nearest(preset, preset_names()))
    settings = parse((_FOLDER / f"{preset}.yaml").read_text(encoding="utf-8"), preset)
    title = settings.pop("title")
    own = tree["backbone"]["weights"]
    result = merged(tree, settings)
    if own != "none":
        result["backbone"] = result["backbone"] | {"weights": own}
    return result | {"deviations": [*tree["deviations"], f"trained with the preset {preset}: {title}"]}
