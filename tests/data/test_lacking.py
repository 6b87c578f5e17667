"""What a split lacks for a training: classes to learn, and what its epochs are judged by."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from looked_through import facts

from sightline.data.lacking import gaps, lacking, selects, watches
from sightline.data.survey import Survey
from sightline.recipe import Recipe
from sightline.types import Annotation, Record

Make = Callable[..., Recipe]
BOX = Annotation("box", points=((0, 0, 2, 2),))
UNSEEN = Survey({}, [])


def records(labels: str, *marks: Annotation) -> list[Record]:
    return [Record(str(i), Path(f"{i}.png"), label, annotations=marks) for i, label in enumerate(labels)]


def said(recipe: Recipe, dropped: int = 0, seen: Survey = UNSEEN, **splits: list[Record]) -> list[str]:
    return [str(problem) for problem in lacking(recipe, splits, ["a", "b"], seen, dropped)]


def judged_by(make: Make, select: str, **settings: Any) -> Recipe:
    mode = "min" if select.endswith("loss") else "max"
    return make({"train.select": select, "train.select_mode": mode, **settings})


def test_a_whole_division_lacks_nothing(tiny_recipe: Make) -> None:
    for select in ("val/loss", "val/auc", "last"):
        assert said(judged_by(tiny_recipe, select), train=records("ab"), val=records("ab")) == []


def test_validation_images_are_needed_unless_the_last_epoch_counts(tiny_recipe: Make) -> None:
    (problem,) = said(judged_by(tiny_recipe, "val/loss"), train=records("ab"))
    assert problem.startswith("data phantom: has no images for 'val'. Set data.split.val, or mark them in the split column")
    assert problem.endswith("without validation images, train with train.select=last.")
    assert said(judged_by(tiny_recipe, "last"), train=records("ab")) == []
    plateau = judged_by(tiny_recipe, "last", **{"train.schedule.name": "plateau"})
    assert watches(plateau)
    assert len(said(plateau, train=records("ab"))) == 1
    (problem,) = said(judged_by(tiny_recipe, "val/loss"), dropped=1, train=records("ab"))
    assert "has no images for 'val' once data.leaks=drop has left out 1 image. Train with data.leaks=warn" in problem


def test_every_class_has_to_be_learned(tiny_recipe: Make) -> None:
    recipe = judged_by(tiny_recipe, "last")
    (problem,) = said(recipe, train=records("aa"), val=records("ab"), test=records("bb"))
    assert "train holds one class alone, 'a'; no training image is of the class 'b' (1 in val, 2 in test). Move some" in problem
    (problem,) = said(recipe, dropped=3, train=records("bb"), val=records("b"))
    assert "of the class 'a' once data.leaks=drop has left out 3 images. Correct the split, or train with data.leaks=warn" in problem


def test_scores_over_every_class_need_each_in_validation(tiny_recipe: Make) -> None:
    splits = {"train": records("ab"), "val": records("aa")}
    for score in ("auc", "balanced_accuracy"):
        (problem,) = said(judged_by(tiny_recipe, f"val/{score}"), **splits)
        assert problem.startswith(f"train.select=val/{score}: needs validation images of every class, and none is of the class 'b'")
    for select in ("val/loss", "val/accuracy", "train/loss", "last"):
        assert said(judged_by(tiny_recipe, select), **splits) == []
    for select in ("val/acu", "auc"):
        (problem,) = said(judged_by(tiny_recipe, select), **splits)
        assert 'is not a score that is measured on the validation images. Did you mean "val/auc"' in problem


def test_the_share_of_the_map_in_the_region_needs_maps_and_regions(tiny_recipe: Make) -> None:
    splits = {"train": records("ab"), "val": records("ab", BOX)}
    seen = Survey({str(i): facts(None, "x") for i in range(2)}, [])
    none = judged_by(tiny_recipe, "val/epg", **{"attention.name": "none"})
    assert "needs attention maps, and attention.name=none has none" in said(none, **splits)[0]
    cam = judged_by(tiny_recipe, "val/epg", **{"attention.name": "cam"})
    assert said(cam, **splits) == [], "nothing was looked through"
    assert "needs annotated validation images, and there are none" in said(cam, seen=seen, **splits)[0], "no box is known there"
    empty = {**splits, "val": records("ab", Annotation("nothing"))}
    assert "needs annotated validation images" in said(cam, seen=Survey({"x": facts(None, "x")}, []), **empty)[0]
    assert said(cam, seen=Survey({"x": facts(None, "x")}, []), **splits) == []


def test_each_stage_is_asked_for_its_score(tiny_recipe: Make) -> None:
    set_two = {"train.select": "val/auc", "train.select_mode": "max"}
    recipe = tiny_recipe({"train.select": "last"}, stages=[{"name": "one"}, {"name": "two", "set": set_two}, {"name": "three"}])
    assert selects(recipe) == ["last", "val/auc"]
    assert watches(recipe)
    assert not watches(judged_by(tiny_recipe, "last"))


def test_a_finding_that_all_images_have_is_lacking_too(tiny_recipe: Make) -> None:
    def findings(*present: bool | None) -> list[Record]:
        return [Record(str(i), Path("x.png"), "", findings={"a": one, "b": i % 2 == 0}) for i, one in enumerate(present)]

    recipe = judged_by(tiny_recipe, "last")
    assert said(recipe, train=findings(True, False)) == []
    assert "no training image is of the class 'a'" in said(recipe, train=findings(True, None))[0]


def test_splits_that_show_some_classes_only_are_said() -> None:
    classes = list("abcdefg")
    found = gaps({"train": records("a"), "val": records("a"), "test": records("abcdefg"), "far": []}, classes)
    assert found == [
        "val has no image of the class 'b', 'c', 'd', 'e', 'f' and 1 more: "
        "scores that need every class, such as AUC, leave it out there or cannot be computed."
    ]
