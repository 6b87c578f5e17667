"""Which training frees the decision on one's own data: what is tried, for how long, and what is said of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from sightline.errors import UserError
from sightline.results.study import StudyResult
from sightline.study import recommend as room
from sightline.study.plan import Plan
from sightline.study.recommend import advice, plan_for, recommend

SMALL = {
    "data.name": "phantom",
    "data.image_size": 32,
    "data.options": {"train": 24, "val": 12, "test": 8},
    "backbone": {"name": "resnet10t", "stride": 8},
    "train.epochs": 1,
    "train.batch_size": 8,
    "evaluate.bootstrap": 20,
}


def level(arm: str, split: str, value: float) -> dict[str, Any]:
    blank = dict.fromkeys(("p", "se", "sd_seeds", "se_images", "se_own", "seed_share"), 0.1)
    counts = {"confidence": 0.95, "per_seed": [value], "seeds": 3, "images": 50, "patients": 50}
    return (
        blank
        | counts
        | {"value": value, "low": value - 0.1, "high": value + 0.1, "score": "auc", "split": split, "setting": {}, "arm": arm}
    )


def measured(plan: Plan, flipped: dict[str, tuple[float, str]], removed: dict[str, tuple[float, str]]) -> StudyResult:
    """As if a study had said so: arm -> AUC and verdict against label-only."""
    levels, comparisons = [], []
    for split, said in (("flipped", flipped), ("removed", removed)):
        levels += [level(arm, split, value) for arm, (value, _) in said.items()]
        rows = []
        for arm, (value, word) in said.items():
            if arm != "label-only":
                mean = level(arm, split, value - said["label-only"][0])
                verdict = {"word": word, "sentence": word, "smallest": 0.05, "value": 0.1, "low": 0.0, "high": 0.2}
                rows.append(
                    {"arm": arm, "base": "label-only", "difference": mean, "simultaneous": mean, "p_holm": 0.01, "verdict": verdict}
                )
        comparisons.append({"score": "auc", "split": split, "setting": {}, "family": 2, "confidence": 0.95, "rows": rows})
    facts = {"name": plan.name, "title": "", "recipe": plan.recipe, "decides": ("auc", "flipped"), "matters": 0.05, "arms": []}
    facts |= {"levels": levels, "comparisons": comparisons, "notes": [], "conclusion": [], "answer": [], "failed": [], "missing": 0}
    return StudyResult.model_validate(facts)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_for(SMALL)


def test_the_test_images_are_left_out_and_pasted_artefacts_are_others_than_the_planted_one(plan: Plan) -> None:
    assert plan.set["data.split.rehearse"] is True
    assert plan.set["data.decoy"]["artefact"] == "ruler"  # of dermoscopy
    [pasted] = [arm for arm in plan.arms if arm.name == "pasted-artefacts"]
    assert pasted.set["data.augment.artefacts"]["without"] == ["ruler"]


def test_without_regions_only_what_needs_none_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_has_regions", lambda data: False)
    assert [arm.name for arm in plan_for(SMALL).arms] == ["label-only", "pasted-artefacts"]
    monkeypatch.setattr(room, "ARTEFACTS_OF", {})
    with pytest.raises(UserError, match="nothing to compare"):
        plan_for(SMALL)


def test_what_frees_the_decision_without_a_shown_cost_is_recommended(plan: Plan) -> None:
    flipped = {
        "label-only": (0.2, ""),
        "random-background": (0.8, "better"),
        "agreement": (0.9, "better"),
        "pasted-artefacts": (0.3, "not distinguishable"),
    }
    removed = {
        "label-only": (0.8, ""),
        "random-background": (0.8, "not distinguishable"),
        "agreement": (0.6, "worse"),
        "pasted-artefacts": (0.8, "not distinguishable"),
    }
    said = advice(plan, measured(plan, flipped, removed), seeds=3)
    assert said.arm == "random-background"
    assert "`random-background` frees the decision: AUC is 0.80" in said.sentences[1]


def told(plan: Plan, freed: float, control: float) -> list[str]:
    """Of a study in which everything frees the decision, the best arm as far as `freed` of .8."""
    arms = {"random-background": freed, "agreement": freed - 0.05, "another-region": control}
    flipped = {"label-only": (0.2, "")} | {arm: (value, "better") for arm, value in arms.items()}
    removed = {"label-only": (0.8, "")} | dict.fromkeys(arms, (0.8, "not distinguishable"))
    said = advice(plan, measured(plan, flipped, removed), seeds=3)
    assert said.arm == "random-background"
    return said.sentences[1:]


def test_how_far_which_others_and_whether_the_true_region_is_needed(plan: Plan) -> None:
    near, others, control = told(plan, freed=0.75, control=0.74)
    assert "`random-background` frees the decision: AUC is 0.75" in near
    assert others == "Others free it, too, and were not compared with the best: `agreement` (0.70)."
    assert control.endswith("`random-background` has 0.74: rough regions may do as well as exact ones.")
    far, _, control = told(plan, freed=0.5, control=0.3)
    assert "frees the decision in part: AUC is 0.50" in far
    assert control.endswith("`random-background` has 0.30.")


def test_the_control_is_never_recommended(plan: Plan) -> None:
    flipped, removed = (
        {"label-only": (0.2, ""), "another-region": (0.9, "better")},
        {"label-only": (0.8, ""), "another-region": (0.8, "not distinguishable")},
    )
    assert advice(plan, measured(plan, flipped, removed), seeds=3).arm is None


def test_an_artefact_that_is_none_is_refused_by_the_name_of_the_argument() -> None:
    with pytest.raises(UserError, match=r"`artefact='rular'`: is none that can be planted\. Did you mean \"ruler\""):
        plan_for(SMALL, "rular")


def test_what_costs_is_named_and_not_recommended(plan: Plan) -> None:
    flipped, removed = ({"label-only": (a, ""), "agreement": (b, word)} for a, b, word in ((0.2, 0.9, "better"), (0.8, 0.6, "worse")))
    said = advice(plan, measured(plan, flipped, removed), seeds=3)
    assert said.arm is None
    assert "AUC falls without the artefact" in said.sentences[1]


@pytest.mark.parametrize(("misled", "words"), [(0.79, "does not mislead it"), (0.2, "Of no other arm can it be told")])
def test_nothing_to_free_is_told_from_not_being_able_to_tell(plan: Plan, misled: float, words: str) -> None:
    flipped, removed = (
        {"label-only": (misled, ""), "agreement": (0.5, "not distinguishable")},
        {"label-only": (0.8, ""), "agreement": (0.8, "not distinguishable")},
    )
    said = advice(plan, measured(plan, flipped, removed), seeds=3)
    assert said.arm is None
    assert words in said.sentences[1]


def test_seeds_are_added_while_another_one_fits(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now, asked = [0.0], []

    def train(seeded: Plan, folder: Path, told: object, **options: object) -> object:
        asked.append(seeded.seeds)
        now[0] += 100
        return type("Study", (), {"plan": seeded, "cells": (), "failures": staticmethod(dict)})

    monkeypatch.setattr(room, "run_study", train)
    monkeypatch.setattr(room, "analyse", lambda study: None)
    monkeypatch.setattr(room, "advice", lambda plan, result, seeds: seeds)
    monkeypatch.setattr(room.time, "monotonic", lambda: now[0])
    few = plan.model_copy(update={"arms": plan.arms[:2]})
    assert recommend(few, tmp_path, lambda *_: None, 6) == 3  # a fourth hundred seconds would be over six minutes
    assert asked == [1, 2, 3]


def test_seeds_that_are_done_stay_in_the_answer_whatever_the_time(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few, asked = plan.model_copy(update={"arms": plan.arms[:2]}), list[int]()
    done = {cell.key for cell in room.Study(tmp_path, few.model_copy(update={"seeds": 3})).cells}

    def train(seeded: Plan, folder: Path, told: object, **options: object) -> object:
        asked.append(seeded.seeds)
        return type("Study", (), {"plan": seeded, "cells": (), "failures": staticmethod(dict)})

    monkeypatch.setattr(room, "run_study", train)
    monkeypatch.setattr(room, "analyse", lambda study: None)
    monkeypatch.setattr(room, "advice", lambda plan, result, seeds: seeds)
    monkeypatch.setattr(room.Study, "done", lambda study, key: key in done)
    assert recommend(few, tmp_path, lambda *_: None, 0) == 3
    assert asked == [3]


def test_a_small_study_is_carried_out_and_gone_on_with(plan: Plan, tmp_path: Path) -> None:
    few, done = plan.model_copy(update={"arms": plan.arms[:2]}), list[str]()
    first = recommend(few, tmp_path, lambda outcome, *_: done.append(outcome.failure or "done"), 0, workers=1)
    assert (first.seeds, done) == (1, ["done", "done"])
    assert first.sentences[0].startswith("Trained on labels alone, AUC is")
    recommend(few, tmp_path, lambda outcome, *_: done.append("again"), 0, workers=1)
    assert "again" not in done


def test_a_training_on_labels_that_fails_ends_it_in_words(plan: Plan, tmp_path: Path) -> None:
    broken = plan.model_copy(update={"arms": plan.arms[:2], "set": plan.set | {"train.accelerator": "gpu"}})
    if torch.cuda.is_available():
        pytest.skip("needs a machine without a GPU")
    with pytest.raises(UserError, match=r"labels alone failed: .*GPU"):
        recommend(broken, tmp_path, lambda *_: None, 0, workers=1)
