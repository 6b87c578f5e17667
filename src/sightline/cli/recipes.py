"""The verb `recipes`."""

from __future__ import annotations

from typing import Annotated

import typer

from sightline.cli.groups import recipes_app
from sightline.cli.options import Json, Preset, Settings, finish


@recipes_app.callback(epilog="Examples:\n\n    sightline recipes\n\n    sightline recipes show energy")
def recipes(context: typer.Context, json: Json = None) -> None:
    """List the recipes that can be trained, or show one."""
    if context.invoked_subcommand is not None:
        return
    from sightline import catalog, plugins
    from sightline.cli.console import say, table
    from sightline.recipe import load_recipe, recipe_names

    loaded = [load_recipe(name) for name in recipe_names()]
    table("Recipes", ["name", "what it is", "source"], [[r.name, r.title, r.source] for r in loaded])
    for line in plugins.complaints(catalog.PLACES):
        say(line)
    say("Show one with all its settings: sightline recipes show NAME")
    finish({"recipes": [{"name": r.name, "title": r.title, "source": r.source} for r in loaded]}, json)


@recipes_app.command("show", epilog="Examples:\n\n    sightline recipes show energy --preset good --set train.epochs=3")
def recipes_show(
    name: Annotated[str, typer.Argument(help="Name of a recipe, or a YAML file.", metavar="RECIPE", show_default=False)],
    preset: Preset = None,
    settings: Settings = [],
    json: Json = None,
) -> None:
    """Print a recipe with all its settings, as a YAML file that 'sightline train' accepts."""
    from sightline.cli.console import say
    from sightline.overrides import parse_settings
    from sightline.recipe import load_recipe, recipe_names
    from sightline.yaml_text import dump

    changed = parse_settings(settings)
    recipe = load_recipe(name, changed, preset=preset)
    if name not in recipe_names() or not recipe.names_the_same(load_recipe(name)):
        recipe.check()  # it imports what the recipe names, and PyTorch with it; the recipes as they come are checked by the tests
    tree = recipe.model_dump(mode="json")
    say(dump(tree).rstrip())
    finish({"recipe": tree}, json)
