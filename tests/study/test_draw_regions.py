"""Arms whose missing regions a network draws, from the annotated images of the same training."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from moles import mole
from PIL import Image
from tiny_plan import QUICK_DRAWING, TINY, write_plan

from sightline.data.reading import Dataset, read
from sightline.engine.prepare import prepare
from sightline.engine.read_files import read_table
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.report.study import markdown, page
from sightline.study.analyse import analyse
from sightline.study.cells import Cell, cells
from sightline.study.check import check_data
from sightline.study.draw import drawn
from sightline.study.estimate import seconds_left
from sightline.study.folder import Study
from sightline.study.plan import load_plan
from sightline.study.run import run_study
from sightline.study.work import Outcome

QUICK = QUICK_DRAWING | {"epochs": 6, "batch_size": 4, "lr": 5e-3}
MORE = TINY["set"] | {"data.options": {"train": 48, "val": 8, "test": 12, "size": 64}}


@pytest.fixture(scope="module")
def moles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of drawn moles, all with a mask: 16 to train, 4 to validate, 4 to test."""
    folder = tmp_path_factory.mktemp("moles")
    rows = ["image,label,split,mask,id"]
    for i in range(24):
        image, inside = mole(i)
        Image.fromarray(image).save(folder / f"{i}.png")
        Image.fromarray(inside.astype(np.uint8) * 255).save(folder / f"{i}_mask.png")
        rows.append(f"{i}.png,{'ab'[i % 2]},{'train' if i < 16 else 'val' if i < 20 else 'test'},{i}_mask.png,{i}.png")
    (folder / "moles.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder / "moles.csv"


def of_moles(tmp_path: Path, table: Path) -> Cell:
    settings = {"data": {"name": "table", "root": str(table), "image_size": 32}, "backbone": TINY["set"]["backbone"]}
    arm = {"name": "drawn", "like": "pseudo-roi", "set": {"data.annotated_fraction": 0.5}, "draw": QUICK | {"epochs": 1}}
    return planned(tmp_path, arm, set=settings, splits=["test"], seed_settings=["train.seed", "data.roi.seed"])[0]


def planned(tmp_path: Path, *arms: Any, **changed: Any) -> list[Cell]:
    return cells(load_plan(write_plan(tmp_path / "p.yaml", arms=list(arms), base=[], **changed)))


def test_what_decides_a_drawing_names_it_and_the_training(tmp_path: Path) -> None:
    stronger = {"name": "stronger", "like": "pseudo-roi", "set": {"losses.guidance.0.weight": 3}}
    boxes = {"name": "boxes", "like": "pseudo-roi", "set": {"data.roi.shape": "box"}}
    longer = {"name": "longer", "like": "pseudo-roi", "draw": {"epochs": 30}}
    few = {"name": "few", "like": "pseudo-roi", "set": {"data.annotated_fraction": 0.5}}
    found = {(c.arm, c.seed): c for c in planned(tmp_path, "pseudo-roi", "roi-25", stronger, boxes, longer, few)}
    names = {key: cell.drawing.name for key, cell in found.items() if cell.drawing}
    first = names["pseudo-roi", 0]
    assert names["stronger", 0] == names["boxes", 0] == first, "one drawing serves all"
    assert len({first, names["pseudo-roi", 1], names["longer", 0], names["few", 0]}) == 4
    assert len({cell.key for cell in found.values()}) == len(found), "yet each is a training of its own"
    assert found["roi-25", 0].drawing is None
    drawing = found["pseudo-roi", 1].drawing
    assert drawing is not None
    assert (drawing.settings["encoder"], drawing.settings["seed"], drawing.settings["image_size"]) == ("resnet10t", 1, 64)


@pytest.mark.parametrize(
    ("arm", "message"),
    [
        ({"draw": {"epocs": 3}}, 'Did you mean "epochs"?'),
        ({"draw": {"data.name": "busi"}}, "regions are drawn on the training images only"),
        ({"draw": {}, "set": {"data.roi.pseudo": "masks"}}, "names masks that are there already"),
        ({"draw": {}, "set": {"data.roi": {"pseudo": "masks"}}}, "names masks that are there already"),
        ({"draw": {}, "tune": {"data.roi.pseudo": ["a", "b"]}}, "names masks that are there already"),
        ({"draw": {}, "like": "random-roi"}, "data.roi.control 'random' would replace them"),
        ({"draw": {}, "annotate": {"after": "first", "budget": 2}}, "leave `annotate` or `draw` out"),
        ({"draw": {}, "set": {"losses.guidance": [{"name": "avoid"}]}}, "needs areas to avoid, which are not drawn"),
        ({"draw": {}, "set": {"losses.guidance": [], "losses.behaviour": [{"name": "rrr", "region": "avoid"}]}}, "which are not drawn"),
        ({"draw": {}, "set": {"stages": [{"name": "a", "set": {"losses.guidance": [{"name": "avoid"}]}}]}}, "which are not drawn"),
    ],
)
def test_a_mistake_in_an_arm_that_draws_is_named(tmp_path: Path, arm: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError) as caught:
        planned(tmp_path, {"name": "first", "like": "roi-25"}, {"name": "drawn"} | arm)
    assert message in str(caught.value)


def test_after_an_arm_that_draws_nothing_is_left_to_annotate(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="a network draws what is missing, so nothing is left"):
        planned(tmp_path, "pseudo-roi", {"name": "more", "annotate": {"after": "pseudo-roi", "budget": 2}})


@pytest.mark.parametrize(
    ("arm", "message"),
    [
        ({"draw": {}}, r"none is left to draw on.*Set data\.annotated_fraction"),
        ({"like": "pseudo-roi", "draw": {"encoder": "test_vit"}}, r"arm 'drawn'.*no maps at strides 2 to 32"),
    ],
)
def test_what_cannot_be_drawn_is_said_before_the_first_training(tmp_path: Path, arm: dict[str, Any], message: str) -> None:
    plan = load_plan(write_plan(tmp_path / "p.yaml", arms=[{"name": "drawn"} | arm], base=[]))
    with pytest.raises(UserError, match=message):
        check_data(plan, cells(plan))


def test_a_part_that_few_images_have_can_be_drawn_on_the_others(tmp_path: Path) -> None:
    plan = load_plan(write_plan(tmp_path / "p.yaml", arms=[{"name": "d", "draw": QUICK, "set": {"data.roi.of": ["globules"]}}], base=[]))
    records = [replace(record, regions={}) for record in read(cells(plan)[0].recipe.data).records]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sightline.study.check.read", lambda data, several=False: Dataset(records, ("nevus", "melanoma")))
        check_data(plan, cells(plan))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("drawn")
    draw = QUICK | {"keep.confidence": 0.9}  # drops some
    arms = [{"name": name, "like": "pseudo-roi", "set": {"data.annotated_fraction": 0.5}, "draw": draw} for name in ("one", "two")]
    arms[1]["set"] |= {"losses.guidance.0.weight": 3}
    plan = load_plan(write_plan(folder / "tiny.yaml", arms=arms, base=["one"], seeds=1, set=MORE | {"train.epochs": 1}))

    def succeeds(outcome: Outcome, done: int, total: int) -> None:
        assert outcome.failure is None, outcome.failure

    assert seconds_left(Study(folder / "study", plan), threads=1) > 0
    return run_study(plan, folder / "study", succeeds, workers=2)


def test_two_trainings_share_one_drawing_whichever_comes_first(study: Study) -> None:
    assert len([path for path in (study.path / "drawn").iterdir() if path.is_dir()]) == 1


def test_annotated_images_keep_their_region_and_drawn_ones_get_theirs(study: Study) -> None:
    run = Run(study.run_folder(study.cells[0].key))
    folder = next(path for path in (study.path / "drawn").iterdir() if path.is_dir())
    rows = read_table(folder / "pseudo.csv")
    kept, not_kept = ({row["id"] for row in rows if row["kept"] == flag} for flag in "10")
    assert len(rows) == 24, "half of the training images, and no other image"
    assert kept
    assert not_kept
    listed = {row["id"] for row in read_table(folder / "annotated.csv")}
    used = {row["id"] for row in run.split_table if row["split"] == "train" and row["annotated"] == "1"}
    assert used == listed
    assert len(listed - kept) == 24
    assert not not_kept & used, "what is not kept stays unknown, though the data set knows its region"
    by_hand = prepare(study.cells[0].recipe.with_settings(data__roi__pseudo=None))
    annotated = {row["id"] for row in by_hand.table if row["split"] == "train" and row["annotated"] == "1"}
    assert annotated == listed - kept
    train, true = run.datasets["train"], by_hand.datasets["train"]
    for i, record in enumerate(train.records):
        roi = train.picture(i)[1]
        if record.id in kept:
            with Image.open(folder / "masks" / f"{record.id}.png") as mask:
                assert roi is not None
                assert np.abs(roi - np.asarray(mask.resize((32, 32), Image.Resampling.BOX)) / 255).mean() < 0.02
        elif record.id in annotated:
            assert roi is not None
            assert np.array_equal(roi, true.picture(i)[1])
        else:
            assert roi is None


def test_the_pages_say_how_good_the_drawn_regions_are(study: Study) -> None:
    result = analyse(study)
    found = result.arms[0].drawn
    assert (found.drawings, 0 < found.kept <= 1, 0 < found.dice < 1) == (1, True, True)
    for text in (markdown(study, result), page(study, result)):
        assert "of the drawn masks are kept; held-out Dice" in text
    assert "0.25" not in result.arms[0].says
    assert "data.annotated_fraction = 0.5; drawn with batch_size = 4, encoder = test_resnet" in result.arms[0].says


def test_masks_that_are_not_good_enough_are_refused_and_leave_nothing(tmp_path: Path) -> None:
    arm = {"name": "drawn", "like": "pseudo-roi", "draw": QUICK_DRAWING | {"minimum_dice": 1}}
    plan = load_plan(write_plan(tmp_path / "p.yaml", arms=[arm], base=[], seeds=1, set=MORE))
    (cell,) = cells(plan)
    assert cell.drawing is not None
    with pytest.raises(UserError, match="is below 1, so no mask is written"):
        drawn(cell.recipe, cell.drawing, tmp_path, lambda line: None)
    assert not [path for path in (tmp_path / "drawn").iterdir() if path.is_dir()]


def test_a_run_whose_drawn_masks_are_gone_can_still_be_asked_of_its_test_images(study: Study) -> None:
    run, there = Run(study.run_folder(study.cells[0].key)), study.path / "drawn"
    there.rename(study.path / "elsewhere")
    try:
        assert len(run.datasets["flipped"]) == 12
        with pytest.raises(UserError, match=r"pseudo\.csv: no such file"):
            run.datasets["train"]
    finally:
        (study.path / "elsewhere").rename(there)


def test_what_a_sudden_end_left_is_cleared_away_and_drawn_anew(tmp_path: Path, moles: Path) -> None:
    cell = of_moles(tmp_path, moles)
    assert cell.drawing is not None
    half = tmp_path / "drawn" / cell.drawing.name
    for left in (half, half.with_name(f".{half.name}.{os.getpid()}.partial")):
        left.mkdir(parents=True)
        (left / "pseudo.csv").write_text("half", encoding="utf-8")
    found = drawn(cell.recipe, cell.drawing, tmp_path, lambda line: None)
    assert Path(found["data.annotated"]).is_file()
    assert [path.name for path in (tmp_path / "drawn").iterdir() if path.is_dir()] == [half.name]
    before = half.stat().st_mtime_ns
    assert drawn(cell.recipe, cell.drawing, tmp_path, lambda line: None) == found
    assert half.stat().st_mtime_ns == before, "drawn once"


def test_nothing_is_learnt_from_hidden_annotations_or_from_images_that_validate_or_test(tmp_path: Path, moles: Path) -> None:
    """Other masks of the images that count as not annotated, and other validation and test images: the drawing is the same, bit for bit."""
    cell = of_moles(tmp_path, moles)
    rows = prepare(cell.recipe.with_settings(data__roi__pseudo=None)).table
    other = tmp_path / "other"
    shutil.copytree(moles.parent, other)
    for row in rows:
        image = other / row["id"]
        if row["split"] != "train":
            Image.fromarray(mole(500 + int(image.stem))[0]).save(image)
        if row["annotated"] == "0" or row["split"] != "train":
            Image.fromarray(np.eye(48, 64, dtype=np.uint8) * 255).save(image.with_name(f"{image.stem}_mask.png"))
    drawings = []
    for folder, table in (("a", moles), ("b", other / moles.name)):
        cell = of_moles(tmp_path, table)
        assert cell.drawing is not None
        drawn(cell.recipe, cell.drawing, tmp_path / folder, lambda line: None)
        path = tmp_path / folder / "drawn" / cell.drawing.name
        names = (
            "annotated.csv",
            "pseudo.csv",
            "segmenter.safetensors",
            *sorted(p.relative_to(path).as_posix() for p in path.rglob("masks/*")),
        )
        drawings.append({name: (path / name).read_bytes() for name in names})
    assert drawings[0] == drawings[1]
    assert len(drawings[0]) > 3
