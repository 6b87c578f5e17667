"""The plans of the papers' tables: arms, folds and seeds as printed; every training resolves, and its network can be built."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
import torch

from sightline.attention.classifier import build
from sightline.overrides import parse_settings
from sightline.recipe import Recipe
from sightline.study.cells import cells
from sightline.study.plan import load_plan, plan_names

DOCS = Path(__file__).parents[2] / "docs"
TRAININGS = {  # arms x settings x seeds
    "paper-attnmel": 7,
    "paper-attnmel-2018": 5 * 5,
    "paper-gain": 6,
    "paper-ggcam": 4 * 5,
    "paper-spn": 3 * 3,
    "paper-spn-losses": 1 + 3 * 2,
}


def test_every_table_has_its_plan() -> None:
    assert [name for name in plan_names() if name.startswith("paper-")] == sorted(TRAININGS)


@pytest.mark.parametrize("name", TRAININGS)
def test_a_table_has_the_trainings_that_its_paper_prints(name: str) -> None:
    found = cells(load_plan(name))
    assert len(found) == TRAININGS[name]
    assert len({cell.key for cell in found}) == TRAININGS[name], "no two of them are the same"
    for cell in found:
        cell.recipe.check()


@pytest.mark.parametrize("name", TRAININGS)
def test_the_networks_of_a_table_can_be_built(name: str) -> None:
    built = set()
    for cell in cells(load_plan(name, {"backbone.weights": "none"})):
        network = (cell.recipe.backbone.name, cell.recipe.attention.name, cell.recipe.head.kind)
        if network not in built:
            built.add(network)
            with torch.device("meta"):
                assert build(cell.recipe, 3).classes == 3


def test_the_tables_of_ultrasound_are_the_same_plans_on_other_data() -> None:
    """With the settings that both pages print: BUSI has copies of images, which one part of the division has to hold together."""
    command = '--set data.name=busi --set "data.options={}" --set data.split.near_duplicates=true'
    for page in ("papers/spn.md", "studies.md"):
        assert command in " ".join((DOCS / page).read_text(encoding="utf-8").split())
    settings = parse_settings(tuple(shlex.split(command)[1::2]))
    for name in ("paper-spn", "paper-spn-losses"):
        for cell in cells(load_plan(name, settings)):
            data = cell.recipe.check().data
            assert (data.name, data.options, data.split.near_duplicates) == ("busi", {}, True)


def test_001_30_the_baseline_has_no_decoder_and_starts_as_the_program_s() -> None:
    """ResNetMask of the program starts its last layer from He's distribution, its plain ResNet as PyTorch does."""
    for name in ("paper-spn", "paper-spn-losses"):
        assert not {"epg", "artefact_energy"} & set(load_plan(name).scores), "maps of two kinds would be compared"
        for cell in cells(load_plan(name)):
            with_decoder = cell.arm != "baseline"
            assert (cell.recipe.attention.name == "decoder") == with_decoder
            assert cell.recipe.head.init == ("kaiming" if with_decoder else "default")
            assert cell.recipe.head.hidden == ()


def test_arms_of_a_table_differ_in_what_the_paper_says() -> None:
    """001, tables 1 and 3: three networks and the share of the masks, tables 2 and 4: ResNet-50, the loss, too; 004: gaze or none, on the
    same division with the same seeds."""
    spn = cells(load_plan("paper-spn"))
    names = [(cell.arm, cell.recipe.backbone.name, cell.recipe.data.annotated_fraction) for cell in spn]
    shares = {"baseline": 1, "quarter of the masks": 0.25, "all masks": 1}
    assert sorted(names) == sorted((arm, f"resnet{n}.tv_in1k", share) for n in (18, 34, 50) for arm, share in shares.items())
    assert {(cell.arm, cell.recipe.guided) for cell in spn} == {(arm, arm != "baseline") for arm in shares}
    losses = {cell.arm: cell.recipe for cell in cells(load_plan("paper-spn-losses"))}
    assert {r.backbone.name for r in losses.values()} == {"resnet50.tv_in1k"}
    assert not losses.pop("baseline").guided
    both = {arm: (r.losses.guidance[0].name, r.data.annotated_fraction) for arm, r in losses.items()}
    printed = {"cross-entropy": "pixel_ce", "L1": "l1", "L2": "l2"}
    assert both == {arm + quarter: (loss, share) for arm, loss in printed.items() for quarter, share in (("", 1), (", a quarter", 0.25))}
    chest = cells(load_plan("paper-ggcam"))
    assert len({cell.recipe.data.model_dump_json() for cell in chest}) == 1
    assert {cell.recipe.train.seed for cell in chest} == {0, 1, 2, 3, 4}
    assert {cell.arm: cell.recipe.guided for cell in chest if cell.seed == 0} == {
        "ResNet-50": False,
        "ResNet-50 with gaze": True,
        "EffNetV2-S": False,
        "EffNetV2-S with gaze": True,
    }


def test_a_table_has_the_scores_that_its_paper_prints() -> None:
    """001, tables 1 to 4: precision, sensitivity (its mean is the balanced accuracy), specificity, F1; 003, table 3.2: AP and AUC, table
    3.4: the mean recall."""
    for name in ("paper-spn", "paper-spn-losses"):
        assert set(load_plan(name).scores) >= {"precision", "balanced_accuracy", "specificity", "f1"}
    assert set(load_plan("paper-attnmel").scores) >= {"average_precision", "auc"}
    assert "balanced_accuracy" in load_plan("paper-attnmel-2018").scores


def test_003_34_five_models_are_held_against_each_other_on_the_same_folds_of_all_training_images() -> None:
    """003-31 and table 3.4: no test set is cut off; all arms divide, balance and choose alike, and one alone is guided."""
    of_fold: dict[int | None, list[Recipe]] = {}
    for cell in cells(load_plan("paper-attnmel-2018")):
        of_fold.setdefault(cell.recipe.data.split.fold, []).append(cell.recipe)
    assert sorted(of_fold) == [0, 1, 2, 3, 4]
    for recipes in of_fold.values():
        assert [r.guided for r in recipes] == [False] * 4 + [True]
        assert len({r.data.model_copy(update={"roi": recipes[0].data.roi}).model_dump_json() for r in recipes}) == 1
        assert (recipes[0].data.name, recipes[0].data.split.test, recipes[0].data.split.fold_is) == ("isic2018", 0, "held_out")
        assert {(r.train.select, r.train.select_mode) for r in recipes} == {("val/balanced_accuracy", "max")}


def test_003_35_claims_have_their_arms() -> None:
    """Attention, its regularisation, the wrong region, sparse regions (dermoscopic features) and rough ones (marked by a network)."""
    of_2017 = {cell.arm.removeprefix("AttnMel-CNN-"): cell.recipe for cell in cells(load_plan("paper-attnmel"))}
    names = {arm: (r.attention.name, r.guided) for arm, r in of_2017.items()}
    assert (names["VGG-16-GAP"], names["Mel-CNN"], names["AttnMel-CNN"]) == (("cam", False), ("none", False), ("gates", False))
    assert names["Dermo"] == names["Lesion"] == names["Bkg"] == ("gates", True)
    assert of_2017["Dermo"].data.roi.of == ("pigment_network", "negative_network", "milia_like_cyst", "streaks")
    assert of_2017["Bkg"].data.roi.invert
    marked = {"data.roi.pseudo": "lesions"}
    *_, rough = cells(load_plan("paper-attnmel-2018", marked))
    assert (rough.recipe.guided, str(rough.recipe.data.roi.pseudo)) == (True, "lesions")


@pytest.mark.parametrize("name", ["paper-attnmel", "paper-attnmel-2018"])
def test_003_48_the_models_without_gates_differ_in_dense_layers_pooling_and_depths(name: str) -> None:
    """Dense layers against pooling, and pooling of the last features against pooling of three depths."""
    models = {cell.arm: cell.recipe for cell in cells(load_plan(name))}
    named = {arm: (models[arm].head.kind, models[arm].attention.options.get("taps")) for arm in ("VGG-16", "VGG-16-GAP", "Mel-CNN")}
    taps = ["features.16", "features.23"]
    assert named == {"VGG-16": ("own", None), "VGG-16-GAP": ("gap", None), "Mel-CNN": ("gap", taps)}
    assert {(models[arm].attention.name, models[arm].guided) for arm in ("VGG-16", "Mel-CNN")} == {("none", False)}
