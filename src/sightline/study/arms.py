"""Ready-made arms: what a guided recipe has to be held against before one may say that guidance helped."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

from pydantic import model_validator

from sightline.errors import nearest
from sightline.settings import Name, Settings

UNGUIDED: dict[str, Any] = {"losses.guidance": [], "losses.behaviour": [], "weighting": {"name": "fixed"}, "data.augment.outside": None}


@dataclass(frozen=True)
class Ready:
    """An arm relative to a guided recipe.

    Attributes:
        says: what it is, for the report.
        set: dotted settings.
        tune: dotted setting -> values to choose from on the validation images.
        draw: whether a network draws the regions that are not annotated.
    """

    says: str
    set: dict[str, Any] = field(default_factory=dict)
    tune: dict[str, list[Any]] = field(default_factory=dict)
    draw: bool = False


def _roi(says: str, **settings: Any) -> Ready:
    return Ready(says, {f"data.roi.{key}": value for key, value in settings.items()})


def _share(share: float) -> Ready:
    return Ready(f"guided by {share:.0%} of the regions", {"data.annotated_fraction": share})


READY: dict[str, Ready] = {
    "label-only": Ready("the same network and schedule without guidance", UNGUIDED),
    # the comparison that guidance as mere regularisation has to lose against
    "weight-decay": Ready("label-only with tuned weight decay", UNGUIDED, {"train.optimizer.weight_decay": [1e-4, 1e-3, 1e-2, 1e-1]}),
    "random-roi": _roi("guided by another image's region of the same area", control="random"),
    "centre-prior": _roi("guided by a disc of the same area in the middle", control="centre"),
    "inverse-roi": _roi("guided by everything but the region", invert=True),
    "true-roi": Ready("guided by the region as it was given"),
    "roi-1": _share(0.01),
    "roi-5": _share(0.05),
    "roi-25": _share(0.25),
    "polygon-roi": _roi("guided by a coarse outline", shape="polygon"),
    "circle-roi": _roi("guided by a circle of the same area and centre", shape="circle"),
    "box-roi": _roi("guided by the bounding box", shape="box"),
    "dilated-roi": _roi("guided by the region, larger by 30 % of its radius", grow=0.3),
    "eroded-roi": _roi("guided by the region, smaller by 30 % of its radius", grow=-0.3),
    "shifted-roi": _roi("guided by the region, displaced by half its radius", shift=0.5),
    "pseudo-roi": Ready(
        "guided by some of the regions, and by what a network drew that learnt from them", {"data.annotated_fraction": 0.25}, draw=True
    ),
    "noisy-roi": _roi("guided by the region with a ragged outline", noise=0.2),
}


class Variant(Settings):
    """What an arm of a study and a candidate of its search begin with.

    Attributes:
        name: unique among them.
        like: a ready-made arm that it starts from; None: the plan's recipe as it is.
        recipe: another recipe than the plan's.
        set: settings on top.
    """

    name: Name
    like: str | None = None
    recipe: str | None = None
    set: dict[str, Any] = {}

    @property
    def ready(self) -> Ready | None:
        """The ready-made arm that it starts from."""
        return READY[self.like] if self.like else None

    @property
    def ready_set(self) -> dict[str, Any]:
        """The settings of that arm."""
        return self.ready.set if self.ready else {}

    @model_validator(mode="after")
    def _starts_from_a_known_arm(self) -> Self:
        if self.like is not None and self.like not in READY:
            raise ValueError(f"no ready-made arm {self.like!r}. {nearest(self.like, READY)}")
        return self
