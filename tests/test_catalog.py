"""What a plug-in says of itself: its options, also those of its parents, and its words."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from torch import nn

from sightline import catalog
from sightline.errors import UserError
from sightline.explain.figure import diagram_words
from sightline.losses.guidance import GuidanceLoss
from sightline.settings import Fraction


class Sharp(GuidanceLoss):
    def __init__(self, *, alpha: Fraction = 0.5, squash: Literal["sigmoid"] | None = None, **common: Any) -> None:
        super().__init__(squash=squash, **common)
        self.alpha = alpha


class Sharper(Sharp):
    def __init__(self, *, beta: bool = False, **common: Any) -> None:
        super().__init__(**common)


class Closed(GuidanceLoss):
    def __init__(self, *, alpha: Fraction = 0.5) -> None:
        super().__init__()


def test_options_of_the_parents_are_kept_where_they_are_passed_on() -> None:
    assert set(catalog.options_of(Sharp)) == {"alpha", "map", "classes", "squash", "over", "sampled"}
    assert set(catalog.options_of(Sharper)) == {"beta", *catalog.options_of(Sharp)}
    assert set(catalog.options_of(Closed)) == {"alpha"}
    assert catalog.options_of(nn.Identity) == {}


def test_the_class_nearest_to_the_plugin_says_what_an_option_may_be() -> None:
    catalog.check_options(GuidanceLoss, {"squash": "relu"}, "here")
    with pytest.raises(UserError, match=r"here\.squash"):
        catalog.check_options(Sharper, {"squash": "relu"}, "here")


def test_inherited_options_are_checked_by_their_own_type() -> None:
    catalog.check_options(Sharper, {"beta": True, "alpha": 1, "over": "batch"}, "here")
    for option, value in {"alpha": 2, "over": "all", "beta": 3}.items():
        with pytest.raises(UserError, match=rf"here\.{option}"):
            catalog.check_options(Sharper, {option: value}, "here")
    with pytest.raises(UserError, match='Did you mean "squash"'):
        catalog.check_options(Sharper, {"sqash": "sigmoid"}, "here")


@pytest.mark.parametrize("name", ["dice", "inside_ce", "pixel_ce", "outside", "avoid", "energy", "l1", "l2"])
def test_every_loss_without_a_reason_against_it_has_the_common_options(name: str) -> None:
    loss = catalog.make("guidance", name, {"map": "gate2", "classes": "all", "over": "batch", "squash": "sigmoid"})
    assert (loss.map, loss.classes, loss.over, loss.squash) == ("gate2", "all", "batch", "sigmoid")


CLASSES = [(room, name) for room in ("attention", "classification", "guidance", "behaviour", "weighting") for name in catalog.PLACES[room]]


@pytest.mark.parametrize(("room", "name"), CLASSES, ids=lambda part: part)
def test_every_class_has_words_of_its_own(room: str, name: str) -> None:
    said = vars(catalog.find(room, name))
    assert catalog.words(room, name) == said["words"]
    assert diagram_words.formula(room, name) == said.get("formula", said["words"])


def test_without_words_the_file_speaks() -> None:
    assert catalog.words("data", "folder") == "Own data, the simplest way: one folder of images per class"
