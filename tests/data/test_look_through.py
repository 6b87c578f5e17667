"""A data set is read, looked through, divided and checked in one way, by a training as by a check."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from looked_through import noise
from PIL import Image

from sightline.data import survey_store
from sightline.data.look_through import REHEARSAL, SEVERAL, Collected, check_point_into, judged, look_through, without_leaks
from sightline.data.reading import Dataset
from sightline.errors import UserError
from sightline.recipe import Recipe
from sightline.results.data_check import Leak
from sightline.types import Annotation, Record

Make = Callable[..., Recipe]
LAST = {"train.select": "last"}
ROWS = [(f"{i}.png", "ab"[i % 2], ("train", "train", "val", "test")[i // 2 % 4]) for i in range(8)]


@pytest.fixture(autouse=True)
def _store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey_store, "store_folder", lambda: tmp_path / "store")


@pytest.fixture
def data(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """The settings of a small table of random pictures."""

    def make(rows: list[tuple[str, ...]] = ROWS, header: str = "image,label,split", **settings: Any) -> dict[str, Any]:
        for number, (name, *_) in enumerate(rows):
            if not (tmp_path / name).exists():
                noise(tmp_path / name, number)
        (tmp_path / "t.csv").write_text("\n".join([header, *map(",".join, rows)]), encoding="utf-8")
        return {"name": "table", "root": str(tmp_path / "t.csv"), "image_size": 32, **settings}

    return make


def leak(a: str, b: str, split_a: str = "train", split_b: str = "test", *, exact: bool = True) -> Leak:
    kind = "same file" if exact else "near-duplicate"
    return Leak(kind=kind, a=a, b=b, split_a=split_a, split_b=split_b, label_a="a", label_b="a", similarity=1, exact=exact)  # type: ignore[arg-type]


def test_what_comes_out_is_divided_as_the_owner_did(data: Any, tiny_recipe: Make) -> None:
    steps: list[tuple[int, int]] = []
    found = look_through(tiny_recipe(LAST, data=data()), progress=lambda done, total: steps.append((done, total)))
    assert {name: [record.id for record in some] for name, some in found.divided.items()} == {
        "train": ["0.png", "1.png", "2.png", "3.png"],
        "val": ["4.png", "5.png"],
        "test": ["6.png", "7.png"],
    }
    assert found.kept == found.divided
    assert found.guided == found.divided["train"]
    assert (found.leaks, found.warnings, found.gaps, found.annotated, found.groups) == ([], [], [], frozenset(), {})
    assert set(found.survey.facts) == {name for name, *_ in ROWS}
    assert steps[-1] == (8, 8)
    assert look_through(tiny_recipe(LAST, data=data(leaks="ignore"))).compared is None, "nothing asks for it"


def test_every_problem_of_every_step_is_collected(data: Any, tiny_recipe: Make, tmp_path: Path) -> None:
    settings = data()
    (tmp_path / "1.png").write_bytes(b"no picture")
    (tmp_path / "6.png").write_bytes((tmp_path / "0.png").read_bytes())
    recipe = tiny_recipe({"train.select": "val/acu", "train.select_mode": "max"}, data=settings, losses={"guidance": [{"name": "energy"}]})
    met = Collected()
    found = look_through(recipe, meet=met)
    for part in ("1.png: is not an image", "is not a score", "1 leak between training and test", "no training image is annotated"):
        assert sum(part in str(problem) for problem in met) == 1, part
    assert len(met) == 4
    assert found.compared is not None
    with pytest.raises(UserError, match=r"1\.png: is not an image"):
        look_through(recipe)


def test_a_reader_that_refuses_ends_the_list(tiny_recipe: Make, tmp_path: Path) -> None:
    met = Collected()
    found = look_through(tiny_recipe(LAST, data={"name": "table", "root": str(tmp_path / "gone.csv"), "image_size": 32}), meet=met)
    assert len(met) == 1
    assert (found.dataset.records, found.divided, found.kept) == ([], {}, {})


def test_what_cannot_be_cut_keeps_the_owners_division(data: Any, tiny_recipe: Make) -> None:
    met = Collected()
    rows = [*ROWS[:6], ("6.png", "a", ""), ("7.png", "b", "")]
    found = look_through(tiny_recipe(LAST, data=data(rows, split={"folds": 20})), meet=met)
    assert any("for 20 parts" in str(problem) for problem in met)
    assert {name: len(some) for name, some in found.divided.items()} == {"train": 4, "val": 2, "not divided": 2}


def test_the_recipe_is_settled_and_notes_say_it(data: Any, tiny_recipe: Make) -> None:
    rows = [(f"{i}.png", str(i % 2), str(i // 2 % 2), ("train", "val")[i // 4]) for i in range(8)]
    found = look_through(tiny_recipe(LAST, data=data(rows, "image,nodule,mass,split", split={"rehearse": True})))
    assert found.recipe.losses.classification.name == "binary_cross_entropy"
    assert {SEVERAL, REHEARSAL} <= set(found.dataset.notes)


def test_annotations_that_guide_are_those_of_the_settings(data: Any, tiny_recipe: Make) -> None:
    rows = [(*row, "1 1 9 9" if number < 2 else "") for number, row in enumerate(ROWS)]
    found = look_through(tiny_recipe(LAST, data=data(rows, "image,label,split,box"), losses={"guidance": [{"name": "energy"}]}))
    assert found.annotated == {"0.png", "1.png"}
    half = look_through(tiny_recipe(LAST, data=data(rows, "image,label,split,box", annotated_fraction=0.5)))
    assert len(half.annotated) == 1
    with pytest.raises(UserError, match=r"data\.roi\.of: no training image has a region 'organ'"):
        look_through(tiny_recipe(LAST, data=data(rows, "image,label,split,box", roi={"of": ["organ"]})))


@pytest.mark.parametrize(("inverted", "warned"), [(8, True), (5, True), (4, False), (0, False)])
def test_masks_that_mostly_look_inverted_are_warned_of(data: Any, tiny_recipe: Make, tmp_path: Path, inverted: int, warned: bool) -> None:
    for number in range(len(ROWS)):
        inside = np.zeros((20, 30), np.uint8)
        inside[8:12, 8:12] = 255
        Image.fromarray(255 - inside if number < inverted else inside).save(tmp_path / f"m{number}.png")
    rows = [(*row, f"m{number}.png") for number, row in enumerate(ROWS)]
    found = look_through(tiny_recipe(LAST, data=data(rows, "image,label,split,mask")))
    said = f"{inverted} of 8 masks and heat maps mark most of the image and its border. Check whether inside and outside are exchanged."
    assert found.warnings == ([said] if warned else [])


def test_each_exact_leak_loses_the_image_that_is_learned_from() -> None:
    splits = {name: [Record(f"{name}{i}", Path("x.png"), "a") for i in range(2)] for name in ("train", "val", "test")}
    leaks = [
        leak("train0", "test0"),
        leak("val0", "test1", "val"),
        leak("train1", "val1", "train", "val"),
        leak("train1", "x", exact=False),
    ]
    left = without_leaks(splits, leaks)
    assert {name: [record.id for record in some] for name, some in left.items()} == {
        "train": [],
        "val": ["val1"],
        "test": ["test0", "test1"],
    }
    assert without_leaks(splits, leaks[3:]) == splits


def test_leaks_are_refused_dropped_or_said() -> None:
    exact, near = leak("a", "b"), leak("c", "d", exact=False)
    with pytest.raises(UserError, match=r"splits: 1 leak between training and test images: a \(train\) = b \(test\), same file\. `data"):
        judged([exact, near], "refuse")
    assert judged([near], "refuse") == ["1 possible leaks between splits: c (train) = d (test), near-duplicate"]
    assert judged([exact, near], "warn")[0].startswith("2 possible leaks between splits: a (train) = b (test), same file; c (train)")
    assert [said.split(":")[0] for said in judged([exact, near], "drop")] == [
        "1 exact leaks are left out of the training",
        "1 possible leaks between splits",
    ]
    assert judged([near] * 7, "drop")[0].endswith("; and 2 more")
    assert judged([], "refuse") == []


def test_problems_are_collected_once_each() -> None:
    met = Collected()
    met([UserError("a", "is broken", "Mend it."), UserError("a", "is broken", "Mend it.")])
    met([UserError("a", "is broken", "Mend it."), UserError("b", "is broken", "Mend it.")])
    assert [problem.where for problem in met] == ["a", "b"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"evaluate.point_into": {"c": ["organ"]}}, r"evaluate\.point_into\.c: unknown class 'c'"),
        ({"evaluate.point_into": {"a": ["organs"]}}, r"evaluate\.point_into\.a: no image has a region 'organs'.*\"organ\""),
        ({"evaluate.point_into": {"a": ["organ"]}, "evaluate.explain": "predicted"}, "asks about the map of the labelled class"),
    ],
)
def test_regions_to_point_into_have_to_be_there(tiny_recipe: Make, settings: dict[str, Any], said: str) -> None:
    box = Annotation("box", points=((0, 0, 2, 2),))
    dataset = Dataset([Record("1", Path("1.png"), "a", regions={"organ": (box,)}), Record("2", Path("2.png"), "b")], ("a", "b"))
    check_point_into(tiny_recipe({"evaluate.point_into": {"a": ["organ"]}, "evaluate.explain": "label"}), dataset)
    with pytest.raises(UserError, match=said):
        check_point_into(tiny_recipe({"evaluate.explain": "label", **settings}), dataset)


def test_a_stage_cannot_change_regions_or_the_decoy(data: Any, tiny_recipe: Make) -> None:
    stages = [{"name": "one"}, {"name": "two", "set": {"data.roi.grow": 0.2}}]
    with pytest.raises(UserError, match=r"stage 'two': data\.roi cannot change within a run"):
        look_through(tiny_recipe(LAST, data=data(), stages=stages))
