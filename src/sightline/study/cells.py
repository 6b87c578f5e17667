"""From a plan to the trainings that it asks for. What decides a training decides its name, so nothing is trained twice."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sightline import catalog
from sightline.config import Roi
from sightline.errors import UserError
from sightline.overrides import override
from sightline.pseudo.settings import PseudoMasks
from sightline.recipe import Recipe, load_recipe, recipe_from, validated
from sightline.results.setting_words import setting_words
from sightline.study.arms import READY
from sightline.study.plan import Arm, Plan

_METHOD: dict[str, Any] = {  # settings of the data that are a method of training, with what they are without it
    "data.augment.outside": None,
    "data.augment.artefacts": None,
    "data.balance_by": [],
    "data.roi.control": None,
    "data.roi.pseudo": None,
}
UNNAMED = ("name", "title", "source", "deviations")  # of a recipe: what it is called does not change what it does


@dataclass(frozen=True)
class Cell:
    """One training of the study.

    Attributes:
        arm, seed: which.
        setting: values of the plan's grid.
        candidate: values of the arm's `tune`.
        recipe: everything that decides it. What a trained arm has yet to choose has a name in it that stands for how it is chosen.
        key: name made of its content; cells of equal content share one training.
        choice: whose annotations it is trained with, where a trained arm chooses them.
        drawing: of the regions that are not annotated, where a network draws them.
    """

    arm: str
    seed: int
    setting: tuple[tuple[str, Any], ...]
    candidate: tuple[tuple[str, Any], ...]
    recipe: Recipe
    key: str
    choice: Choice | None = None
    drawing: Drawing | None = None


@dataclass(frozen=True)
class Choice:
    """A training that chooses images to annotate.

    Attributes:
        first: its key.
        budget, by, seed: as of `annotate_next`.
    """

    first: str
    budget: int
    by: str
    seed: int

    @property
    def name(self) -> str:
        """Stands for everything that decides the choice; the folder of its files."""
        return f"{self.first}-{self.budget}-{self.by}-{self.seed}"


@dataclass(frozen=True)
class Drawing:
    """A network that learns from the annotated training images and draws the regions of the others.

    Attributes:
        settings: of `pseudo_masks`, in plain values.
        name: stands for everything that decides what is drawn; the folder of its files.
    """

    settings: dict[str, Any]
    name: str


def cells(plan: Plan) -> list[Cell]:
    """All trainings, seed by seed, so that a study that is stopped early has whole seeds.

    Raises:
        UserError: settings that a recipe does not have, or that do not fit each other.
    """
    found: list[Cell] = []
    for setting in combinations(plan.grid):
        for seed in range(plan.seeds):
            keys: dict[str, str] = {}
            for arm in plan.arms:
                if arm.found is not None:
                    continue  # until the search is over
                wish = arm.annotate
                choice = None if wish is None else Choice(keys[wish.after], wish.budget, wish.by, seed)
                found += [cell_of(plan, arm, dict(setting), dict(candidate), seed, choice) for candidate in combinations(arm.tuned)]
                keys[arm.name] = found[-1].key
    return sorted(found, key=lambda cell: cell.seed)


class _Hashed:
    """A value of a grid that consists of several settings; tables of results have it as a key."""

    def __hash__(self) -> int:
        return hash(json.dumps(self, sort_keys=True))


class _Section(_Hashed, dict[str, Any]):  # type: ignore[misc]  # a dictionary has no hash of its own
    """Such as a planted artefact."""


class _Entries(_Hashed, list[Any]):  # type: ignore[misc]
    """Such as losses."""


def _as_key(value: Any) -> Any:
    return _Section(value) if isinstance(value, dict) else _Entries(value) if isinstance(value, list) else value


def combinations(values: Mapping[str, list[Any]]) -> list[tuple[tuple[str, Any], ...]]:
    """Every choice of one value each.

    >>> combinations({"a": [1, 2]})
    [(('a', 1),), (('a', 2),)]
    """
    return [tuple(zip(values, map(_as_key, chosen), strict=True)) for chosen in itertools.product(*values.values())]


def cell_of(plan: Plan, arm: Arm, setting: dict[str, Any], candidate: dict[str, Any], seed: int, choice: Choice | None) -> Cell:
    """One training.

    Args:
        setting, candidate: settings below those of the arm, and above them.

    Raises:
        UserError: settings that a recipe does not have, or that do not fit each other.
    """
    # the grid first: an arm without guidance has no loss weight to change, and is then the same training in every setting
    recipe = load_recipe(arm.recipe or plan.recipe, plan.set | setting)
    own = arm.ready_set | arm.set | candidate | dict.fromkeys(plan.seed_settings, seed)
    own |= {} if choice is None else {"data.annotated": choice.name}
    where = f"arm {arm.name!r}"
    if arm.recipe:
        _check_kept(load_recipe(arm.recipe), plan.set, own, where)
    recipe = recipe_from(override(recipe.model_dump(mode="json"), own) | {"name": arm.name, "title": says(arm)}, where).check()
    drawing = None if arm.drawn is None else _drawing(recipe, arm.drawn, seed, where)
    recipe = recipe if drawing is None else recipe.with_settings(data__roi__pseudo=drawing.name)
    return Cell(arm.name, seed, tuple(setting.items()), tuple(candidate.items()), recipe, key(recipe), choice, drawing)


def _check_kept(recipe: Recipe, common: Mapping[str, Any], own: Mapping[str, Any], where: str) -> None:
    """Refuses a section that the plan sets whole, if it drops what makes the recipe of an arm: the arm would be another one unnoticed.

    Raises:
        UserError: names the setting.
    """
    given = override(recipe.model_dump(mode="json"), dict(common))
    for dotted, usual in _METHOD.items():
        said = _below(recipe.model_dump(mode="json"), dotted)
        if said != usual and _below(given, dotted) in (None, usual) and not any(key.startswith(dotted) for key in (*common, *own)):
            reason = f"the plan's `set` replaces {dotted.rpartition('.')[0]} whole, and with it {dotted} of the recipe {recipe.name}"
            raise UserError(where, reason, f"Repeat `{dotted}: {json.dumps(said)}` in the arm's `set`.")


def _below(tree: Any, dotted: str) -> Any:
    """The value of a dotted setting, None where it is not written down."""
    for part in dotted.split("."):
        tree = tree.get(part) if isinstance(tree, Mapping) else None
    return tree


def _drawing(recipe: Recipe, own: Mapping[str, Any], seed: int, where: str) -> Drawing:
    data, backbone = recipe.data, recipe.backbone
    if data.roi.pseudo is not None:
        remedy = "Leave data.roi.pseudo out, or `draw` and `like: pseudo-roi`."
        raise UserError(where, "draws its own masks, and data.roi.pseudo names masks that are there already", remedy)
    if data.roi.control is not None:
        raise UserError(where, f"draws regions, and data.roi.control {data.roi.control!r} would replace them", "Leave one of them out.")
    if avoiding := _avoiding(recipe):
        reason = f"draws regions, but its loss {avoiding!r} needs areas to avoid, which are not drawn"
        raise UserError(where, reason, "Leave the loss out, or give the arm annotations.")
    if named := {"data", "target"} & {key.partition(".")[0] for key in own}:
        raise UserError(f"{where}: draw", f"says {min(named)!r}, but regions are drawn on the training images only", "Leave it out.")
    side = max(64, math.ceil(data.image_size / 32) * 32)  # what a U-Net takes
    tree: dict[str, Any] = {"data": {"name": data.name, "root": data.root, "options": data.options}, "image_size": side, "seed": seed}
    tree["gaze_blur"] = data.gaze_blur
    if "encoder" not in own:
        tree |= {"encoder": backbone.name, "weights": backbone.weights}
    plain = validated(PseudoMasks, tree, where).model_dump(mode="json")
    settings = validated(PseudoMasks, override(plain, dict(own)), f"{where}: draw").model_dump(mode="json")
    # what else is done to regions is done to the drawn ones as well
    shown = data.model_copy(update={"roi": Roi(of=data.roi.of, seed=data.roi.seed)})
    return Drawing(settings, _digest({"data": shown.model_dump(mode="json"), "settings": settings}))


def _avoiding(recipe: Recipe) -> str | None:
    """A loss, of any stage, that goes by what to avoid."""
    for part in (recipe, *map(recipe.at_stage, recipe.stages)):
        for _, room, plugin in part.plugins():
            if getattr(catalog.find(room, plugin.name), "reads", "roi") == "avoid" or plugin.options.get("region") == "avoid":
                return plugin.name
    return None


def says(arm: Arm) -> str:
    """What the arm is, in a few words."""
    if arm.title:
        return arm.title
    ready, wish = READY.get(arm.like or ""), arm.annotate
    base = ready.says if ready else "a network draws the regions that are not annotated" if arm.drawn is not None else ""
    settings = (ready.set if ready and ready.draw else {}) | arm.set
    own = setting_words(settings)
    more = f"{wish.budget} more annotations than {wish.after}, chosen by {wish.by}" if wish else ""
    how = setting_words(arm.draw or {})
    return "; ".join(part for part in (base, own, more, how and f"drawn with {how}") if part) or arm.recipe or "the recipe as it is"


def named(cell: Cell) -> str:
    """Arm and seed, and what is tried, for people."""
    values = setting_words(dict(cell.candidate))
    return f"{cell.arm}, {values}, seed {cell.seed}" if values else f"{cell.arm}, seed {cell.seed}"


def key(recipe: Recipe) -> str:
    """Twelve hex digits that stand for everything that decides a training."""
    tree = {name: value for name, value in recipe.model_dump(mode="json").items() if name not in UNNAMED}
    return _digest(tree)


def _digest(tree: Any) -> str:
    return hashlib.sha256(json.dumps(tree, sort_keys=True).encode()).hexdigest()[:12]
