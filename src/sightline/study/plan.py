"""The plan of a study: which arms, how many seeds, what is judged, all in one small file."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from sightline.annotate.choose import By
from sightline.errors import UserError, nearest
from sightline.recipe import named_tree, names_in, recipe_names, validated
from sightline.settings import NUMBER, Confidence, Count, Name, Resamples, Settings
from sightline.study.arms import READY, Variant
from sightline.study.score_names import check_score, split_of
from sightline.study.search_settings import Search, Values

_FOLDER = resources.files("sightline.study") / "plans"


class Annotate(Settings):
    """More annotations, of training images that a trained arm chooses, as `sightline annotate-next` does.

    Attributes:
        after: an arm further up. Its run of the same seed and setting chooses, and the annotations that it had are kept.
        budget: how many are added.
        by: what the choice goes by; `random` is what the others have to be better than.
    """

    after: str
    budget: Count
    by: By = "uncertainty"


class Arm(Variant):
    """One condition of the study.

    Attributes:
        tune: settings tried out, setting -> values; the combination with the best mean score on the validation images stands for the arm.
        annotate: more annotations than another arm had; None: those that the settings say.
        draw: settings of `sightline pseudo-mask`, by which a network learns from the annotated training images and draws the regions of the
            others; None: nothing is drawn.
        found: the arm has the settings of the best candidate of the plan's search (1), the second best (2), and so on, below its own.
        title: what it is, for the report; empty: the report tells it from the settings.
        name, like, recipe, set: see `Variant`.
    """

    tune: dict[str, Values] = {}
    annotate: Annotate | None = None
    draw: dict[str, Any] | None = None
    found: Count | None = None
    title: str = ""

    @property
    def drawn(self) -> dict[str, Any] | None:
        """`draw`, also where the ready-made arm asks for it."""
        return {} if self.draw is None and self.ready and self.ready.draw else self.draw

    @property
    def tuned(self) -> dict[str, list[Any]]:
        """What is tried out, with what the ready-made arm tries."""
        return (self.ready.tune if self.ready else {}) | self.tune

    @model_validator(mode="after")
    def _takes_what_goes_together(self) -> Self:
        if self.drawn is not None and self.annotate is not None:
            raise ValueError("an arm has its annotations chosen or drawn, not both: leave `annotate` or `draw` out")
        if self.found is not None and (self.tuned or self.annotate is not None):
            raise ValueError("an arm with `found` has the settings of the search; leave `tune` and `annotate` out")
        return self


class Plan(Settings):
    """A study.

    Attributes:
        name, title: what it is called, and the question that it answers.
        recipe: of every arm that names none of its own.
        set: settings of every arm.
        arms: names of ready-made arms, or arms of one's own.
        search: for settings that the arms with `found` have; it is carried out before them, with `set` and without the grid.
        seeds: trainings of each arm in each setting. Five or fewer cannot reach p < 0.05 in a paired rank test.
        seed_settings: the settings that the number of the seed goes into.
        grid: setting -> values that every arm is trained with, e.g. a loss weight for a Pareto picture, or the strength of a shortcut.
        splits: on which the arms are judged.
        scores: which scores; `accuracy[TAG]` is that of the images with a tag, `accuracy[!TAG]` of those without, `accuracy[sex=female]`
            and `accuracy[age=40-60]` of a group, so for every score; `accuracy@SPLIT` on one of the splits alone.
        base: the arms that every other arm is compared with.
        primary: the comparison that the answer rests on: its score and split. None: the first of each.
        matters: the smallest difference worth knowing of, in units of the score.
        tune_on: validation score that `tune` goes by.
        confidence: of the intervals, before they are widened for the number of comparisons.
        draws: of the bootstrap.
    """

    name: Name
    title: str = ""
    recipe: str
    set: dict[str, Any] = {}
    arms: Annotated[list[Arm], Field(min_length=1)]
    search: Search | None = None
    seeds: Annotated[int, Field(ge=1, le=1000), NUMBER] = 6
    seed_settings: tuple[str, ...] = ("train.seed", "data.roi.seed")
    grid: dict[str, Values] = {}
    splits: tuple[str, ...] = ("test",)
    scores: tuple[str, ...] = ("accuracy", "auc", "epg")
    base: tuple[str, ...] = ("label-only",)
    primary: tuple[str, str] | None = None
    matters: Annotated[float, Field(gt=0, le=1), NUMBER] = 0.02
    tune_on: Literal["accuracy", "balanced_accuracy", "auc"] = "auc"
    confidence: Confidence = 0.95
    draws: Resamples = 2000

    @field_validator("arms", mode="before")
    @classmethod
    def _names_of_ready_made_arms(cls, value: Any) -> Any:
        return [{"name": arm, "like": arm} if isinstance(arm, str) else arm for arm in value] if isinstance(value, list) else value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        names = [arm.name for arm in self.arms]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two arms are called {twice[0]!r}")
        for name in self.base:
            if name not in names:
                raise ValueError(f"base {name!r} is not an arm of this plan. {nearest(name, names)}")
        if self.search and self.search.seed < self.seeds:
            raise ValueError(f"search.seed {self.search.seed} is a seed of the study, which has those from 0 to {self.seeds - 1}")
        for i, arm in enumerate(self.arms):
            self._check_arm(arm, self.arms[:i])
        self._check_scores()
        return self

    def _check_arm(self, arm: Arm, above: Sequence[Arm]) -> None:
        """What it takes from others, they have to have."""
        if arm.found is not None and arm.found > (0 if self.search is None else self.search.drawn):
            tries = "the plan has no search" if self.search is None else f"the search tries {self.search.drawn}"
            raise ValueError(f"{arm.name!r} takes what a search found as number {arm.found}, and {tries}")
        if arm.annotate is not None:
            self._check_choice(arm.name, arm.annotate.after, above)

    def _check_scores(self) -> None:
        for score in self.scores:
            name, where = split_of(score)
            check_score(name)
            if where and where not in self.splits:
                raise ValueError(f"score {score!r}: {where!r} is not among the splits. {nearest(where, self.splits)}")
        if silent := [split for split in self.splits if not self.scores_on(split)]:
            raise ValueError(f"nothing is scored on {silent[0]!r}")
        if self.primary and (self.primary[1] not in self.splits or self.primary[0] not in self.scores_on(self.primary[1])):
            raise ValueError(f"primary {list(self.primary)} is not among scores and splits")

    def _check_choice(self, name: str, after: str, above: Sequence[Arm]) -> None:
        """Another arm can choose images if it is trained before, once, and with some annotations left out."""
        first = next((arm for arm in above if arm.name == after), None)
        if first is None:
            raise ValueError(f"{name!r} annotates after {after!r}, which is no arm further up")
        if first.found is not None:
            raise ValueError(f"{name!r} annotates after {after!r}, whose settings a search has yet to find")
        if first.tuned:
            raise ValueError(f"{name!r} annotates after {after!r}, which has several candidates; one has to choose")
        if first.drawn is not None:
            raise ValueError(f"{name!r} annotates after {after!r}, for which a network draws what is missing, so nothing is left")
        said = {*self.set, *first.set, *(READY[first.like].set if first.like else ())}
        partly = {"data.annotated", "data.annotated_fraction"} & said
        if first.annotate is None and not partly:
            raise ValueError(f"{name!r} annotates after {after!r}, which has all annotations; set its data.annotated_fraction")

    @property
    def decides(self) -> tuple[str, str]:
        """Score and split that the answer rests on."""
        name, where = split_of(self.scores[0])
        return self.primary or (name, where or self.splits[0])

    def scores_on(self, split: str) -> tuple[str, ...]:
        """The scores that are taken on a split."""
        return tuple(dict.fromkeys(name for name, where in map(split_of, self.scores) if where in ("", split)))

    @property
    def same_patients(self) -> bool:
        """Whether seeds are judged on images of one pool: nothing that the seed goes into makes other images of it, only divides it."""
        return not any(key.startswith("data.") and not key.startswith(("data.roi.", "data.split.")) for key in self.seed_settings)


def plan_names() -> list[str]:
    """The plans that come with sightline."""
    return names_in(_FOLDER)


def load_plan(name: str | Path, settings: dict[str, Any] | None = None, seeds: int | None = None) -> Plan:
    """A plan by name, or from a YAML file of one's own.

    Args:
        settings: dotted settings of every training, over the plan's own `set`.
        seeds: another number of them.

    Raises:
        UserError: no such plan or file, broken YAML, an unknown key, an arm or recipe that does not exist.
    """
    tree = named_tree("plan", name, _FOLDER, "Write at least `recipe:` and `arms:`.")
    changed = {"set": (tree.get("set") or {}) | (settings or {})} | ({} if seeds is None else {"seeds": seeds})
    plan = validated(Plan, tree | changed, where=name)
    named = {plan.recipe, *(arm.recipe for arm in plan.arms), *(one.recipe for one in (plan.search.among if plan.search else []))}
    for recipe in filter(None, named):
        if not recipe.endswith((".yaml", ".yml")) and recipe.partition("/")[0] not in recipe_names():
            raise UserError(f"{name}: recipe {recipe!r}", "is unknown", nearest(recipe, recipe_names()))
    return plan
