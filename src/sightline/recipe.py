"""The recipe: every setting of a training, validated before anything starts."""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from sightline import catalog
from sightline.config import Backbone, Data, Evaluate, Head, Losses, Plugin, Settings, Stage, Train
from sightline.errors import UserError, nearest

S = TypeVar("S", bound=Settings)
PLUGINS = ("attention", "weighting", "classification")  # sections whose settings are those of what they name


class Extension(Settings):
    """What a file says of the recipe that it extends.

    Attributes:
        extends: that recipe's name, or file.
        no_longer: which of its deviations do not hold here, by how they begin.
        deviations: further ones, added to those that do.
    """

    extends: str
    no_longer: list[str] = []
    deviations: list[str] = []


class Recipe(Settings):
    """Everything that decides a training.

    Attributes:
        name: its own name.
        title: one line that says what it is.
        source: paper, section, equation; or that it is our own.
        deviations: where it departs from its source, and why.
        attention: where the classifier says it looks.
    """

    name: str
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
    stages: list[Stage] = []

    @property
    def guided(self) -> bool:
        """Whether it needs annotated images, in any of its stages."""
        return bool(self.losses.guidance or self.losses.behaviour) or any(self.at_stage(stage).guided for stage in self.stages)

    def plugins(self) -> list[tuple[str, str, Plugin]]:
        """(recipe key, catalogue room, plug-in) of everything named from the catalogue."""
        found = [("attention", "attention", self.attention), ("weighting", "weighting", self.weighting)]
        found.append(("losses.classification", "classification", self.losses.classification))
        for room in ("guidance", "behaviour"):
            found += [(f"losses.{room}.{i}", room, loss) for i, loss in enumerate(getattr(self.losses, room))]
        return found

    def check(self) -> Recipe:
        """Checks names and options against the catalogue, of every stage. Imports what is named.

        Raises:
            UserError: an unknown name or option, or a value of a wrong type.
        """
        for where, room, plugin in self.plugins():
            found, beside = catalog.find(room, plugin.name), set(type(plugin).model_fields) - {"name"}
            catalog.check_options(found, plugin.options, f"{where} ({plugin.name})", also=beside)
        catalog.check_options(catalog.find("data", self.data.name), self.data.options, f"data.options ({self.data.name})")
        for stage in self.stages:
            self.at_stage(stage).check()
        return self

    def at_stage(self, stage: Stage) -> Recipe:
        """The recipe that one stage follows: its own settings laid over the common ones."""
        return recipe_from(override(self.model_dump(mode="json") | {"stages": []}, stage.set), where=f"stage {stage.name!r}")

    def with_settings(self, **settings: Any) -> Recipe:
        """A copy with dotted settings changed, written with `__` for the dot: `with_settings(train__epochs=3)`."""
        changed = {key.replace("__", "."): value for key, value in settings.items()}
        return recipe_from(override(self.model_dump(mode="json"), changed), where=self.name)


def override(tree: dict[str, Any], settings: dict[str, Any]) -> dict[str, Any]:
    """A copy of `tree` with dotted keys set: `{"losses.guidance.0.weight": 2}`. Numbers step into lists; what a stage sets has dotted keys
    of its own: `{"stages.1.set.train.epochs": 2}`.

    Raises:
        UserError: a key that leads nowhere.
    """
    tree = yaml.safe_load(yaml.safe_dump(tree))
    for dotted, value in settings.items():
        node: Any = tree
        *path, last = _keys(dotted)
        for part in path:
            node = _step(node, part, dotted)
            if node is None:
                raise UserError(f"--set {dotted}", f"{part!r} is not set, so nothing lies below it", "Set it whole.")
        if isinstance(node, list):
            _step(node, last, dotted)
            node[int(last)] = value
        elif isinstance(node, dict):
            node[last] = value
        else:
            raise UserError(f"--set {dotted}", f"nothing lies below {path[-1]!r}", "Set the value above it.")
    return tree


def _keys(dotted: str) -> list[str]:
    parts = dotted.split(".")
    return [*parts[:3], ".".join(parts[3:])] if parts[0] == "stages" and parts[2:3] == ["set"] and parts[3:] else parts


def _step(node: Any, part: str, dotted: str) -> Any:
    if isinstance(node, list):
        if not part.isdigit() or int(part) >= len(node):
            raise UserError(f"--set {dotted}", f"{part!r} is not an entry of a list of {len(node)}", "Count from 0.")
        return node[int(part)]
    if not isinstance(node, dict) or part not in node:
        raise UserError(f"--set {dotted}", f"unknown setting {part!r}", nearest(part, node if isinstance(node, dict) else []))
    return node[part]


def parse_settings(pairs: list[str]) -> dict[str, Any]:
    """`["train.epochs=3"]` -> `{"train.epochs": 3}`; values are YAML."""
    settings = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise UserError(f"--set {pair}", "is not of the form key=value", "Write for example --set train.epochs=3.")
        settings[key.strip()] = _number(yaml.safe_load(value))
    return settings


def _number(value: Any) -> Any:
    """YAML 1.1 reads 1e-3 as a string, which nobody expects."""
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return value
    return value


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
        key = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            raise UserError(where, f"unknown setting {key!r}", nearest(str(first["loc"][-1]), _fields(model, first["loc"]))) from None
        said = first["msg"].removeprefix("Value error, ")  # of our own checks, which look at whole sections and often name a remedy
        reason, _, remedy = said.partition(". ")
        given = "Change it there." if isinstance(first.get("input"), dict) else f"Given: {first.get('input')!r}."
        raise UserError(where, f"{key}: {reason}" if key else reason, remedy or given) from None


def _fields(model: Any, loc: tuple[int | str, ...]) -> list[str]:
    """The settings that are known where an unknown one was found."""
    for part in loc[:-1]:
        if isinstance(part, str) and part in model.model_fields:
            annotation = model.model_fields[part].annotation
            inner = [a for a in (annotation, *getattr(annotation, "__args__", ())) if isinstance(a, type)]
            model = next((a for a in inner if issubclass(a, BaseModel)), model)
    return list(model.model_fields)


def merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """`above` laid over `below`, section by section; lists are replaced whole.

    A plug-in of another name is replaced whole as well, since its options are its own; of another data set so are task and reader options.

    >>> merged({"a": {"b": 1, "c": 2}, "weighting": {"name": "x", "e": 3}}, {"a": {"c": 4}, "weighting": {"name": "y"}})
    {'a': {'b': 1, 'c': 4}, 'weighting': {'name': 'y'}}
    """
    result = dict(below)
    for key, value in above.items():
        under = below.get(key)
        if isinstance(value, dict) and isinstance(under, dict):
            renamed = value.get("name", under.get("name")) != under.get("name")
            if renamed and key == "data":
                under = under | {"task": None, "options": {}}
            if not (renamed and key in PLUGINS):
                value = merged(under, value)
        result[key] = value
    return result


def extended(tree: dict[str, Any], where: str | Path) -> dict[str, Any]:
    """The settings of a file laid over the recipe that it extends, see `merged` and `Extension`.

    Raises:
        UserError: what is extended cannot be read, or `no_longer` names what is no deviation of it.
    """
    said = validated(Extension, {key: tree[key] for key in Extension.model_fields if key in tree}, where)
    below = load_recipe(said.extends)
    for start in said.no_longer:
        if not any(line.startswith(start) for line in below.deviations):
            raise UserError(where, f"no_longer: no deviation of {below.name} begins with {start!r}", nearest(start, below.deviations))
    still = [line for line in below.deviations if not line.startswith(tuple(said.no_longer))]
    own = {key: value for key, value in tree.items() if key not in Extension.model_fields}
    return merged(below.model_dump(mode="json"), own) | {"deviations": still + said.deviations}


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
    """The YAML files of a folder, without their ending."""
    return sorted(f.name.removesuffix(".yaml") for f in folder.iterdir() if f.name.endswith(".yaml"))


def named_tree(kind: str, name: str | Path, folder: Traversable, if_empty: str) -> dict[str, Any]:
    """The settings of a YAML file: one of the user's by its path, or one of `folder` by its name. Its own `name` is filled in.

    Args:
        kind: what it is, for the messages.
        if_empty: remedy where the file holds no settings.

    Raises:
        UserError: no such name or file, or broken YAML.
    """
    path, builtin = Path(name), folder / f"{name}.yaml"
    if path.suffix in (".yaml", ".yml"):
        if not path.is_file():
            raise UserError(path, "no such file", f"Built-in {kind}s: {', '.join(names_in(folder))}.")
        text = path.read_text(encoding="utf-8")
    elif builtin.is_file():
        text = builtin.read_text(encoding="utf-8")
    else:
        raise UserError(f"{kind} {str(name)!r}", "is unknown", nearest(str(name), names_in(folder)))
    try:
        tree = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UserError(path, f"is not YAML: {str(error).splitlines()[0]}", "Mend the file.") from None
    if not isinstance(tree, dict):
        raise UserError(path, "holds no settings", if_empty)
    return {"name": path.stem} | tree


def load_recipe(name: str | Path, settings: dict[str, Any] | None = None) -> Recipe:
    """A recipe by name, or from a YAML file of one's own, with dotted settings laid over it.

    Args:
        name: `gain`, or a file (which may say `extends: NAME` to lay its settings over another recipe's, see `merged` and `extended`);
            `gain/stage2` is one stage of it alone, which `train.start` lets begin at another run's weights.

    Raises:
        UserError: no such recipe, file or stage, broken YAML, an unknown key.
    """
    whole, slash, stage = str(name).rpartition("/")
    if slash and whole in recipe_names():
        alone = _one_stage(load_recipe(whole), stage)
        return recipe_from(override(alone.model_dump(mode="json"), settings or {}), where=name)
    tree = named_tree("recipe", name, resources.files("sightline") / "recipes", "See `sightline recipes show NAME`.")
    if "extends" in tree:
        tree = extended(tree, name)
    base = recipe_from(tree, where=name).model_dump(mode="json")
    return recipe_from(override(base, settings or {}), where=name)
