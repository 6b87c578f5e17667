"""The recipe: every setting of a training, validated before anything starts."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, Field, ValidationError, model_validator

from sightline import catalog
from sightline.config import Backbone, Data, Evaluate, Head, Losses, Plugin, Settings, Stage, Train
from sightline.errors import UserError, nearest
from sightline.overrides import merged, override
from sightline.preset import laid_over
from sightline.refusals import in_words
from sightline.settings import COLOUR, Name
from sightline.yaml_text import parse, read

S = TypeVar("S", bound=Settings)
LONGEST_CHAIN = 10  # of recipes that extend one another


class Extension(Settings):
    """What a recipe file says about the recipe that it extends.

    Attributes:
        extends: name or file of that recipe.
        no_longer: first words of those of its deviations that do not hold here.
        deviations: further deviations, added to the remaining ones.
    """

    extends: str
    no_longer: list[str] = []
    deviations: list[str] = []


class Recipe(Settings):
    """All settings of a training.

    Attributes:
        name: name of the recipe.
        title: description in one line.
        source: paper, section and equation; or a statement that it is our own.
        deviations: differences from the source, with reasons.
        attention: how the attention maps are computed.
    """

    name: Name
    title: str = ""
    source: str = ""
    deviations: list[str] = []
    data: Data = Data()
    backbone: Backbone = Backbone()
    head: Head = Head()
    attention: Plugin = Plugin(name="cam")
    losses: Losses = Losses()
    weighting: Plugin = Plugin(name="fixed")
    train: Train = Train()
    evaluate: Evaluate = Evaluate()
    stages: Annotated[list[Stage], Field(max_length=20)] = []

    @model_validator(mode="after")
    def _stages_have_names_of_their_own(self) -> Self:
        names = [stage.name for stage in self.stages]
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"two stages are called {twice[0]!r}. Give each a name of its own")
        return self

    @model_validator(mode="after")
    def _normalisation_fits_the_channels(self) -> Self:
        channels = self.data.channels
        for name in ("mean", "std"):
            values = getattr(self.backbone, name)
            if values is not None and len(values) not in (1, COLOUR, channels):
                each = f" or {channels}, one for each channel" if channels not in (1, COLOUR) else ""
                raise ValueError(f"backbone.{name} has {len(values)} values. Give one, three of red, green and blue{each}")
        return self

    @property
    def guided(self) -> bool:
        """Whether any stage needs annotated images."""
        return bool(self.losses.guidance or self.losses.behaviour) or any(self.at_stage(stage).guided for stage in self.stages)

    def plugins(self) -> list[tuple[str, str, Plugin]]:
        """(recipe key, catalogue room, plug-in) of everything named from the catalogue."""
        found = [("attention", "attention", self.attention), ("weighting", "weighting", self.weighting)]
        found.append(("losses.classification", "classification", self.losses.classification))
        for room in ("guidance", "behaviour"):
            found += [(f"losses.{room}.{i}", room, loss) for i, loss in enumerate(getattr(self.losses, room))]
        return found

    def names_the_same(self, other: Recipe) -> bool:
        """Whether both name the same plug-ins with the same options and weights, in every stage, and the same data set."""
        mine, others = ((one.plugins(), one.data.name, one.data.options, one.stages) for one in (self, other))
        return mine == others

    def check(self) -> Recipe:
        """Checks the names and options of every stage against the catalogue, and imports the plug-ins.

        Raises:
            UserError: an unknown name or option, a value of a wrong type; no loss that teaches the classes, or the region that decides.
        """
        for where, room, plugin in self.plugins():
            found, beside = catalog.find(room, plugin.name), set(type(plugin).model_fields) - {"name"}
            catalog.check_options(found, plugin.options, f"{where} ({plugin.name})", also=beside)
        catalog.check_options(catalog.find("data", self.data.name), self.data.options, f"data.options ({self.data.name})")
        self._check_classes_are_taught()
        self._check_groups_are_used()
        on_map = [*self.losses.guidance, *(b for b in self.losses.behaviour if catalog.find("behaviour", b.name).needs_map)]
        untaught = not self.stages and not any(loss.weight > 0 for loss in on_map)
        if untaught and catalog.find("attention", self.attention.name).looks_again:
            remedy = "Add a guidance loss such as pixel_ce, or set attention.name=cam. In a plan: {name: label-only, recipe: label-only}."
            raise UserError(f"attention {self.attention.name}", "has no loss that teaches the region from which it decides", remedy)
        for stage in self.stages:
            self.at_stage(stage).check()
        return self

    def _check_classes_are_taught(self) -> None:
        if self.stages or self.losses.classification.weight > 0:
            return
        heard = [loss.name for loss in self.losses.behaviour if loss.weight > 0]
        if not any(catalog.find("behaviour", name).teaches_classes for name in heard):
            raise UserError("losses.classification.weight", "is 0, and no other loss teaches the classes", "Give it a weight above 0.")

    def _check_groups_are_used(self) -> None:
        weighed = getattr(catalog.find("classification", self.losses.classification.name), "by_group", False)
        if self.data.balance_by and not self.stages and not weighed and self.data.balance not in ("oversample", "weighted_sampler"):
            remedy = "Set data.balance=weighted_sampler, or losses.classification.name=group_dro."
            raise UserError("data.balance_by", f"does nothing with data.balance={self.data.balance}", remedy)

    def at_stage(self, stage: Stage) -> Recipe:
        """The recipe of one stage: the common settings, overridden by those of the stage."""
        return recipe_from(override(self.model_dump(mode="json") | {"stages": []}, stage.set), where=f"stage {stage.name!r}")

    def changed(self, settings: Mapping[str, Any] | None = None, preset: str | None = None, where: str | Path = "") -> Recipe:
        """A copy with a preset laid over it, and then dotted settings: `changed({"train.epochs": 3}, "good")`.

        Raises:
            UserError: a setting that is unknown or has no such value; `data.options` that leave out an option of the recipe.
        """
        tree = self.model_dump(mode="json")
        given = (settings or {}).get("data.options")
        if (
            isinstance(given, Mapping)
            and given
            and "data.name" not in (settings or {})
            and (lost := tree["data"]["options"].keys() - given)
        ):
            reason = f"replaces the options of {self.name} whole, and so drops its {', '.join(sorted(lost))}"
            raise UserError("data.options", reason, f"Set data.options.{min(given)} alone, or name {min(lost)} as well.")
        return recipe_from(override(laid_over(tree, preset) if preset else tree, dict(settings or {})), where=where or self.name)

    def with_settings(self, **settings: Any) -> Recipe:
        """A copy with dotted settings changed, written with `__` for the dot: `with_settings(train__epochs=3)`."""
        return self.changed({key.replace("__", "."): value for key, value in settings.items()})


def recipe_from(tree: dict[str, Any], where: str | Path) -> Recipe:
    """See `validated`."""
    return validated(Recipe, tree, where)


def validated(model: type[S], tree: dict[str, Any], where: str | Path) -> S:
    """Validates a tree of settings.

    Raises:
        UserError: the first thing that is wrong, with its key and a remedy.
    """
    try:
        return model.model_validate(tree)
    except ValidationError as error:
        first = error.errors()[0]
        key, reason, remedy = in_words(error)
        if first["type"] == "extra_forbidden":
            raise UserError(where, f"unknown setting {key!r}", nearest(str(first["loc"][-1]), _fields(model, first["loc"]))) from None
        raise UserError(where, f"{key}: {reason}" if key else reason, remedy) from None


def _fields(model: Any, loc: tuple[int | str, ...]) -> list[str]:
    """The names of the settings that exist at the place where an unknown one was found."""
    for part in loc[:-1]:
        if isinstance(part, str) and part in model.model_fields:
            annotation = model.model_fields[part].annotation
            inner = [a for a in (annotation, *getattr(annotation, "__args__", ())) if isinstance(a, type)]
            model = next((a for a in inner if issubclass(a, BaseModel)), model)
    return list(model.model_fields)


def extended(tree: dict[str, Any], where: str | Path, above: tuple[str, ...] = ()) -> dict[str, Any]:
    """The settings of the extended recipe, overridden by those of a file, see `merged` and `Extension`.

    Args:
        above: the files that extend this one, outermost first.

    Raises:
        UserError: the extended recipe cannot be read, extends this file in turn, or makes the chain too long; or `no_longer` names no
        deviation of it.
    """
    said = validated(Extension, {key: tree[key] for key in Extension.model_fields if key in tree}, where)
    chain = (*above, _place(where))
    if _place(said.extends) in chain:
        raise UserError(where, f"extends {said.extends}, which extends it in turn", "Leave one `extends` out.")
    if len(chain) > LONGEST_CHAIN:
        raise UserError(
            where, f"stands at the end of a chain of more than {LONGEST_CHAIN} recipes, each extending the next", "Write one out."
        )
    below = load_recipe(said.extends, above=chain)
    for start in said.no_longer:
        if not any(line.startswith(start) for line in below.deviations):
            raise UserError(where, f"no_longer: no deviation of {below.name} begins with {start!r}", nearest(start, below.deviations))
    still = [line for line in below.deviations if not line.startswith(tuple(said.no_longer))]
    own = {key: value for key, value in tree.items() if key not in Extension.model_fields}
    return merged(below.model_dump(mode="json"), own) | {"deviations": still + said.deviations}


def _place(name: str | Path) -> str:
    """A form that is equal for all spellings of the path of one file."""
    return str(Path(name).resolve()) if _is_file_name(name) else str(name)


def _one_stage(recipe: Recipe, name: str) -> Recipe:
    stages = {stage.name: stage for stage in recipe.stages}
    if name not in stages:
        remedy = nearest(name, stages) if stages else f"{recipe.name} is trained in one go."
        raise UserError(f"recipe '{recipe.name}/{name}'", f"{recipe.name} has no stage of this name", remedy)
    alone = recipe.at_stage(stages[name])
    return alone.model_copy(update={"name": f"{recipe.name}-{name}", "title": f"{recipe.title} ({name} alone)"})


def goes_on(name: str) -> bool:
    """Whether `name` is a stage of a built-in recipe that another stage comes before."""
    whole, _, stage = name.rpartition("/")
    return whole in recipe_names() and stage in [s.name for s in load_recipe(whole).stages[1:]]


def recipe_names() -> list[str]:
    """The recipes that come with sightline."""
    return names_in(resources.files("sightline") / "recipes")


def names_in(folder: Traversable) -> list[str]:
    """The names of the YAML files of a folder, without suffix."""
    return sorted(f.name.removesuffix(".yaml") for f in folder.iterdir() if f.name.endswith(".yaml"))


def named_tree(kind: str, name: str | Path, folder: Traversable, if_empty: str) -> dict[str, Any]:
    """The settings of a YAML file: a file of the user, given by its path, or a file of `folder`, given by its name. A missing `name` is
    filled in.

    Args:
        kind: what the file describes, for the messages.
        if_empty: remedy to suggest if the file holds no settings.

    Raises:
        UserError: no such name or file, or broken YAML.
    """
    path, known = Path(name), names_in(folder)
    if str(name) in known:
        tree = parse((folder / f"{name}.yaml").read_text(encoding="utf-8"), path)
    elif _is_file_name(name):
        tree = read(path, f"{kind} of your own, or one of {', '.join(known)}")
    elif os.path.exists(name):
        raise UserError(path, f"is not a {kind}: its file name does not end in .yaml", "Rename it, and give that name.")
    else:
        raise UserError(f"{kind} {str(name)!r}", "is unknown", nearest(str(name), known))
    if not isinstance(tree, dict):
        raise UserError(path, "holds no settings", if_empty)
    return {"name": re.sub(r"[^\w .+=,@~-]+", "-", path.stem)[:100].strip("-.+=,@~ ") or kind} | tree


def _is_file_name(name: str | Path) -> bool:
    return Path(name).suffix.lower() in (".yaml", ".yml")


def load_recipe(
    name: str | Path, settings: dict[str, Any] | None = None, above: tuple[str, ...] = (), *, preset: str | None = None
) -> Recipe:
    """Loads a recipe by its name or from a YAML file, overridden by a preset, and then by dotted settings.

    Args:
        name: `gain`, or a file (which may extend another recipe by `extends: NAME`, see `merged` and `extended`); `gain/stage2` is one
            stage alone; `train.start` then names the run whose weights it starts from.
        above: see `extended`.
        preset: `quick` or `good`, see `preset.laid_over`; the settings win over it.

    Raises:
        UserError: no such recipe, file, stage or preset, broken YAML, an unknown key.
    """
    whole, slash, stage = str(name).rpartition("/")
    if slash and whole in recipe_names():
        return _one_stage(load_recipe(whole), stage).changed(settings, preset, where=name)
    tree = named_tree("recipe", name, resources.files("sightline") / "recipes", "See `sightline recipes show NAME`.")
    if "extends" in tree:
        tree = extended(tree, name, above)
    return recipe_from(tree, where=name).changed(settings, preset, where=name)
