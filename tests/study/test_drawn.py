"""Arms whose missing regions a network draws, from the annotated images of the same training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tiny_plan import QUICK_DRAWING, TINY, write_plan

from sightline.engine.files import read_table
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.report.study import markdown, page
from sightline.study.analyse import analyse
from sightline.study.cells import Cell, cells
from sightline.study.check import check_data
from sightline.study.estimate import seconds_left
from sightline.study.folder import Study
from sightline.study.plan import load_plan
from sightline.study.run import run_study
from sightline.study.work import Outcome

QUICK = QUICK_DRAWING | {"epochs": 6, "batch_size": 4, "lr": 5e-3}
MORE = TINY["set"] | {"data.options": {"train": 48, "val": 8, "test": 12, "size": 64}}


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
        ({"draw": {"data.name": "busi"}}, "it is the training images that are drawn on"),
        ({"draw": {}, "set": {"data.roi.pseudo": "masks"}}, "leave one of them out"),
        ({"draw": {}, "annotate": {"after": "first", "budget": 2}}, "leave `annotate` or `draw` out"),
        ({"draw": {}, "set": {"losses.guidance": [{"name": "avoid"}]}}, "goes by what to avoid, which nobody draws"),
        ({"draw": {}, "set": {"losses.guidance": [], "losses.behaviour": [{"name": "rrr", "region": "avoid"}]}}, "which nobody draws"),
    ],
)
def test_a_mistake_in_an_arm_that_draws_is_named(tmp_path: Path, arm: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError) as caught:
        planned(tmp_path, {"name": "first", "like": "roi-25"}, {"name": "drawn"} | arm)
    assert message in str(caught.value)


def test_after_an_arm_that_draws_nothing_is_left_to_annotate(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="which has all annotations"):
        planned(tmp_path, "pseudo-roi", {"name": "more", "annotate": {"after": "pseudo-roi", "budget": 2}})


def test_that_nothing_is_left_to_draw_is_said_before_the_first_training(tmp_path: Path) -> None:
    plan = load_plan(write_plan(tmp_path / "p.yaml", arms=[{"name": "drawn", "draw": {}}], base=[]))
    with pytest.raises(UserError, match=r"none is left to draw on.*Set data\.annotated_fraction"):
        check_data(plan, cells(plan))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("drawn")
    arms = [{"name": name, "like": "pseudo-roi", "set": {"data.annotated_fraction": 0.5}, "draw": QUICK} for name in ("one", "two")]
    arms[1]["set"] |= {"losses.guidance.0.weight": 3}
    plan = load_plan(write_plan(folder / "tiny.yaml", arms=arms, base=["one"], seeds=1, set=MORE | {"train.epochs": 1}))

    def succeeds(outcome: Outcome, done: int, total: int) -> None:
        assert outcome.failure is None, outcome.failure

    assert seconds_left(Study(folder / "study", plan), threads=1) > 0
    return run_study(plan, folder / "study", succeeds, workers=2)


def test_two_trainings_share_one_drawing_whichever_comes_first(study: Study) -> None:
    assert len(list((study.path / "drawn").iterdir())) == 1


def test_annotated_images_keep_their_region_and_drawn_ones_get_theirs(study: Study) -> None:
    run = Run(study.run_folder(study.cells[0].key))
    folder = next((study.path / "drawn").iterdir())
    rows = read_table(folder / "pseudo.csv")
    kept, not_kept = ({row["id"] for row in rows if row["kept"] == flag} for flag in "10")
    assert len(rows) == 24, "half of the training images, and no other image"
    assert kept
    listed = {row["id"] for row in read_table(folder / "annotated.csv")}
    used = {row["id"] for row in run.split_table if row["split"] == "train" and row["annotated"] == "1"}
    assert used == listed
    assert len(listed - kept) == 24
    assert not not_kept & used, "what is not kept stays unknown, though the data set knows its region"
    train = run.datasets["train"]
    for i, record in enumerate(train.records):
        roi = train.picture(i)[1]
        if record.id in kept:
            with Image.open(folder / "masks" / f"{record.id}.png") as mask:
                assert roi is not None
                assert np.abs(roi - np.asarray(mask.resize((32, 32), Image.Resampling.BOX)) / 255).mean() < 0.02
        else:
            assert (roi is not None) == (record.id in listed)


def test_the_pages_say_how_good_the_drawn_regions_are(study: Study) -> None:
    result = analyse(study)
    found = result["arms"][0]["drawn"]
    assert (found["drawings"], 0 < found["kept"] <= 1, 0 < found["dice"] < 1) == (1, True, True)
    for text in (markdown(study, result), page(study, result)):
        assert "of the drawn masks are kept; held-out Dice" in text
    assert "half of" not in result["arms"][0]["says"]
    assert "data.annotated_fraction = 0.5" in result["arms"][0]["says"]


def test_masks_that_are_not_good_enough_fail_their_training_and_say_so(tmp_path: Path) -> None:
    arm = {"name": "drawn", "like": "pseudo-roi", "draw": QUICK_DRAWING | {"minimum_dice": 1}}
    plan = load_plan(write_plan(tmp_path / "p.yaml", arms=[arm], base=[], seeds=1, set=MORE))
    study = run_study(plan, tmp_path / "study", lambda *_: None, workers=1)
    assert "is below 1, so no mask is written" in next(iter(study.failures().values()))
    assert not list((tmp_path / "study" / "drawn").iterdir())
