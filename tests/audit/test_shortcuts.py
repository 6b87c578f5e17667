"""Which simple facts predict the class, before anything is trained."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from sightline.audit.shortcuts import Shortcut, by_chance, dealt_labels, screen, shortcuts
from sightline.config import Data
from sightline.data import survey_store
from sightline.data.check import check, lines
from sightline.data.simple_facts import SimpleFact

RNG = np.random.default_rng
TWO, THREE = ("a", "b"), ("a", "b", "c")


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey_store, "store_folder", lambda: tmp_path / "store")


def found(columns: list[SimpleFact], labels: np.ndarray, classes: tuple[str, ...] = TWO, groups: list[str] | None = None) -> list[Shortcut]:
    return [one for one in shortcuts(columns, labels, classes, groups) if one.found]


def test_pictures_of_one_class_saved_more_strongly_compressed_are_listed(tmp_path: Path) -> None:
    rng = RNG(0)
    for i in range(60):
        pixels = gaussian_filter(rng.normal(128, 90, (48, 48, 3)), (1, 1, 0)).clip(0, 255).astype(np.uint8)
        label = "ab"[i % 2]
        (tmp_path / "set" / label).mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(tmp_path / "set" / label / f"{i}.jpg", quality=30 if label == "b" else 90)
    report = check(Data(name="folder", root=tmp_path / "set"), screen=screen).shortcuts
    json.dumps(report.to_json())
    said = {shortcut.fact: shortcut for shortcut in report.all}
    compression = said["compression (bytes per pixel)"]
    assert compression.auc > 0.95
    assert 0.5 < compression.low <= compression.auc <= compression.high
    assert compression.said.startswith("compression (bytes per pixel) alone tells b from a with AUC")
    assert compression.said.endswith("it is lower in b")
    assert "brightness" not in said
    assert report.images == 42  # those of training


def test_the_report_names_them_and_says_what_they_mean(tmp_path: Path) -> None:
    for i in range(40):
        (tmp_path / "ab"[i % 2]).mkdir(exist_ok=True)
        pixels = RNG(i).integers(0, 120 if i % 2 else 256, (24, 24, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / "ab"[i % 2] / f"{i}.png")
    data = Data(name="folder", root=tmp_path)
    text = "\n".join(lines(check(data, screen=screen)))
    assert "Shortcuts that need no network (" in text
    assert " of 28 training images)" in text
    assert "  brightness alone tells b from a with AUC 1.00 (1.00 to 1.00): it is lower in b" in text
    assert "instead of the finding" in text
    assert "Shortcuts" not in "\n".join(lines(check(data)))


def test_without_a_planted_fact_nothing_is_listed_in_nineteen_of_twenty_sets() -> None:
    sets = 0
    for seed in range(20):
        rng = RNG(seed)
        columns = [SimpleFact(f"number {i}", rng.normal(size=80)) for i in range(8)]
        columns += [SimpleFact("tag", rng.integers(2, size=80).astype(float), yes_no=True)]
        columns += [SimpleFact("site", rng.integers(6, size=80).astype(float), tuple("uvwxyz"))]
        sets += bool(found(columns, rng.integers(2, size=80)))
    assert sets <= 1


def test_facts_of_a_patient_are_no_shortcut_for_being_the_same_in_all_of_the_patients_images() -> None:
    """Twelve patients of ten images, each with one class and one camera: as images they look sure, as patients they are few."""
    sets, as_images = 0, 0
    for seed in range(20):
        rng = RNG(seed)
        patient = np.repeat(np.arange(12), 10)
        labels = rng.permutation(np.arange(12) % 2)[patient]
        columns = [SimpleFact("brightness", rng.normal(size=12)[patient] + rng.normal(0, 0.1, 120))]
        columns += [SimpleFact("camera", rng.integers(6, size=12)[patient].astype(float), tuple("uvwxyz"))]
        sets += bool(found(columns, labels, groups=[f"p{i}" for i in patient]))
        as_images += bool(found(columns, labels))
    assert sets <= 1
    assert as_images >= 15


def test_three_classes_each_against_the_rest() -> None:
    labels = np.arange(90) % 3
    rng = RNG(0)
    columns = [SimpleFact("sharpness", (labels == 1) * 2.0 + rng.normal(size=90)), SimpleFact("contrast", rng.normal(size=90))]
    one = found(columns, labels, THREE)
    assert [shortcut.fact for shortcut in one] == ["sharpness"]
    assert one[0].said.startswith("sharpness alone tells the 3 classes apart with AUC 0.")
    area = [np.mean(columns[0].values[labels == c][:, None] > columns[0].values[labels != c]) for c in range(3)]
    assert one[0].auc == pytest.approx(np.mean([max(a, 1 - a) for a in area]))


def test_the_direction_does_not_matter() -> None:
    labels, values = np.arange(60) % 2, RNG(0).normal(size=60) + np.arange(60) % 2
    up, down = (shortcuts([SimpleFact("x", sign * values)], labels, TWO, None)[0] for sign in (1, -1))
    assert up.auc == down.auc
    assert up.p == down.p
    assert (up.said.split(": ")[1], down.said.split(": ")[1]) == ("it is higher in b", "it is lower in b")


def test_tags_are_listed_the_strongest_first() -> None:
    labels, rng = np.arange(200) % 2, RNG(0)
    weak, strong = (np.where(rng.random(200) < share, labels, rng.integers(2, size=200)).astype(float) for share in (0.5, 0.9))
    some = [SimpleFact("the tag ink", weak, yes_no=True), SimpleFact("the tag ruler", strong, yes_no=True)]
    one = found(some, labels)
    assert [shortcut.fact for shortcut in one] == ["the tag ruler", "the tag ink"]
    assert one[0].said.endswith("it is more often true in b")


def test_a_category_predicts_by_how_often_the_class_occurs_there_in_other_groups() -> None:
    labels = np.arange(120) % 2
    clinic = np.where(RNG(0).random(120) < 0.8, labels, 2).astype(float)
    one = found([SimpleFact("clinic", clinic, tuple("xyz"))], labels)
    assert [shortcut.fact for shortcut in one] == ["clinic"]
    assert one[0].said.startswith("clinic alone tells b from a with AUC 0.9")
    own = [SimpleFact("name", np.arange(120).astype(float), tuple(map(str, range(120))))]
    alone = shortcuts(own, labels, TWO, None)[0]
    assert alone.auc == pytest.approx(0.5)
    assert alone.p == pytest.approx(1)
    patients = [SimpleFact("clinic", np.repeat(np.arange(12.0), 10), tuple(map(str, range(12))))]
    shared = shortcuts(patients, np.repeat(np.arange(12) % 2, 10), TWO, [f"p{i // 10}" for i in range(120)])[0]
    assert shared.auc == pytest.approx(0.5)


def test_images_without_a_fact_are_left_out_of_it() -> None:
    labels = np.arange(100) % 2
    age = np.where(np.arange(100) < 60, labels + RNG(0).normal(0, 0.1, 100), np.nan)
    assert found([SimpleFact("the tag age", age)], labels)[0].n == 60
    one_class = np.where(labels == 0, np.arange(100.0), np.nan)
    nothing = shortcuts([SimpleFact("the tag age", one_class)], labels, TWO, None)[0]
    assert (nothing.auc, nothing.low, nothing.p, nothing.found) == (None, None, None, False)


def test_one_class_has_no_shortcuts() -> None:
    assert shortcuts([SimpleFact("x", np.arange(9.0))], np.zeros(9, int), ("a",), None) == []


def test_labels_are_dealt_out_to_whole_groups() -> None:
    labels, groups = np.array([0, 0, 0, 1, 1, 0, 1, 0]), ["p", "p", "p", "q", "q", "r", None, None]
    dealt = np.concatenate(list(dealt_labels(labels, groups, 500, 0)))
    assert dealt.shape == (500, 8)
    for start, end in ((0, 3), (3, 5)):
        assert (dealt[:, start:end] == dealt[:, start : start + 1]).all()
    assert dealt[:, 0].mean() == pytest.approx(2 / 5, abs=0.07)
    assert (dealt[:, 3] != dealt[:, 0]).any()


def test_p_is_the_share_of_dealt_labels_that_are_predicted_as_well() -> None:
    """Of the 70 ways to give 8 images two classes of four, two are told apart without error."""
    labels = np.repeat([0, 1], 4)
    p = by_chance([SimpleFact("x", np.arange(8.0))], labels, np.array([1]), None, 20_000, 0)["x"]
    assert p == pytest.approx(2 / 70, abs=0.005)
