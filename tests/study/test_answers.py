"""Answers of one training: written and read unchanged, and refused where they hold something else."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from sightline.engine.read_files import Damaged
from sightline.study.answers import Answers, beside, load, readable, save, save_measured

N = 6
IDS = [f"i{i}" for i in range(N)]


def some() -> Answers:
    p = np.random.default_rng(0).random(N)
    tags = {"ruler": np.array([0, 1, 0, 1, np.nan, 0.0])}
    return Answers(IDS, np.arange(N) % 2, np.stack([1 - p, p], 1), np.where(p > 0.5, p, np.nan), ["a", "a", *IDS[2:]], tags)


def findings() -> Answers:
    labels = np.array([[0, 1.0], [1, np.nan], [np.nan, 0], [1, 1], [0, 0], [1, 0]])
    said = np.random.default_rng(1).random((N, 2))
    return Answers(IDS, labels, said, said / 2, IDS, {}, findings=("edema", "mass"))


def same(a: Answers, b: Answers) -> bool:
    arrays = all(np.array_equal(getattr(a, name), getattr(b, name), equal_nan=True) for name in ("labels", "probabilities", "epg"))
    tags = a.tags.keys() == b.tags.keys() and all(np.array_equal(a.tags[name], b.tags[name], equal_nan=True) for name in a.tags)
    return arrays and tags and (a.ids, a.groups, a.findings) == (b.ids, b.groups, b.findings)


@pytest.mark.parametrize("said", [some(), findings()])
def test_they_are_read_as_they_were_written(said: Answers, tmp_path: Path) -> None:
    save(said, tmp_path / "a.npz")
    assert same(load(tmp_path / "a.npz"), said)


def test_what_was_measured_stands_beside_them_and_is_nan_where_nobody_measured(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    save(some(), path)
    assert np.isnan(load(path, ["pasted_flips-ruler"]).measured["pasted_flips-ruler"]).all()
    assert not readable(path, ["pasted_flips-ruler"])
    save_measured(np.linspace(0, 1, N), path, "pasted_flips-ruler")
    assert load(path, ["pasted_flips-ruler"]).measured["pasted_flips-ruler"].tolist() == np.linspace(0, 1, N).tolist()
    assert readable(path, ["pasted_flips-ruler"])
    assert load(path, ["swapped"]).measured["swapped"].shape == (2, N, 2)
    np.save(beside(path, "swapped"), np.zeros(N))
    with pytest.raises(Damaged, match="one measurement for each image"):
        load(path, ["swapped"])


def test_one_finding_is_that_of_the_images_of_which_it_is_known() -> None:
    one, known = findings().of("mass")
    assert known.tolist() == [True, False, True, True, True, True]
    assert one.ids == ["i0", "i2", "i3", "i4", "i5"]
    assert one.labels.tolist() == [1, 0, 1, 0, 0]
    assert np.allclose(one.probabilities[:, 1], findings().probabilities[known, 1])
    assert np.allclose(one.probabilities.sum(1), 1)


def test_answers_that_are_no_probabilities_or_name_no_class_are_refused(tmp_path: Path) -> None:
    for wrong in (
        {"probabilities": np.full((N, 2), np.nan)},
        {"labels": np.full(N, 7)},
        {"labels": np.full(N, 0.5)},
        {"groups": IDS[:3]},
        {"tags": {"ruler": np.zeros(3)}},
    ):
        save(dataclasses.replace(some(), **wrong), tmp_path / "a.npz")
        with pytest.raises(Damaged):
            load(tmp_path / "a.npz")
    save(dataclasses.replace(findings(), labels=np.full((N, 2), 2.0)), tmp_path / "a.npz")
    with pytest.raises(Damaged):
        load(tmp_path / "a.npz")


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive"])
def test_a_damaged_file_is_not_readable(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(content)
    assert not readable(tmp_path / "a.npz")
    assert not readable(tmp_path / "missing.npz")
