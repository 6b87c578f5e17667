"""Remarks on unusual labels, groups and splits, which may be intended."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sightline.config import Data, Split
from sightline.data import survey_store
from sightline.data.check import check
from sightline.data.remarks import remarks
from sightline.results.data_check import Leak
from sightline.types import Record


def test_what_is_odd_is_listed_to_be_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey_store, "store_folder", lambda: tmp_path / "store")
    rng = np.random.default_rng(0)
    rows = ["image,label,split,group"]
    for split, a, b in (("train", 9, 2), ("val", 3, 3), ("test", 3, 3)):
        for i in range(a + b):
            name = f"{split}{i}.png"
            Image.fromarray(rng.integers(0, 256, (20, 20, 3), np.uint8)).save(tmp_path / name)
            rows.append(f"{name},{'ab'[i >= a]},{split},{'p' + split if i in (0, a) else ''}")
    for i in range(6):
        (tmp_path / f"test{i}.png").write_bytes((tmp_path / f"val{i}.png").read_bytes())
    (tmp_path / "table.csv").write_text("\n".join(rows), encoding="utf-8")
    table = Data(name="table", root=tmp_path / "table.csv")
    said = check(table).remarks.all
    assert said == [
        "train has very few images of a class: 2 of 'b'.",
        "3 groups have images of several classes, which is possible for patients, but not for one lesion: "
        "ptrain (a, b), pval (a, b), ptest (a, b).",
        "Every image of val is in test, too: the two lists are the same, or one contains the other.",
        "Every image of test is in val, too: the two lists are the same, or one contains the other.",
    ]
    (tmp_path / "table.csv").write_text("\n".join(row.replace(",test,", ",,") for row in rows), encoding="utf-8")
    remark = "6 images have no split, while others have (train, val): data.split divides them together with those of train."
    assert remark in check(table).remarks.all
    (tmp_path / "table.csv").write_text(
        "\n".join(row.replace(",test,", ",train,").replace(",val,", ",train,") for row in rows), encoding="utf-8"
    )
    assert "All images are marked as train: validation and test images are split off from them." in check(table).remarks.all


def records(split: str | None, labels: str, group: str | None = None) -> list[Record]:
    return [Record(f"{split}{i}{label}", Path(f"{split}{i}.png"), label, group, split) for i, label in enumerate(labels)]


def said(splits: dict[str, list[Record]], leaks: list[Leak] | None = None, settings: Split | None = None) -> list[str]:
    every = [record for some in splits.values() for record in some]
    return remarks(every, splits, ["a", "b", "c"], leaks or [], settings or Split(owner=False))


def test_a_class_of_two_images_in_a_large_split_is_rare() -> None:
    (remark,) = said({"train": records("train", "aaaabbc"), "val": records("val", "aabbc"), "test": records("test", "aaaabbbccc")})
    assert remark == "train has very few images of a class: 2 of 'b', 1 of 'c'."
    findings = [Record(str(i), Path(f"{i}.png"), "", findings={"a": True, "b": i < 2, "c": i > 2}) for i in range(7)]
    assert said({"train": findings}) == ["train has very few images of a class: 2 of 'b'."]


def test_groups_of_several_classes_are_named() -> None:
    one = [*records("train", "ab", "P1"), *records("train", "aa", "P2"), *records("train", "ab")]
    (remark,) = said({"train": one})
    assert remark == "1 group has images of several classes, which is possible for patients, but not for one lesion: P1 (a, b)."
    many = [record for number in range(7) for record in records("train", "ab", f"P{number}")]
    assert said({"train": many})[0].endswith("P0 (a, b), P1 (a, b), P2 (a, b), P3 (a, b), P4 (a, b) and 2 more.")


def test_images_without_the_owners_split_are_said_only_if_it_counts() -> None:
    splits = {"train": [*records("train", "ab"), *records(None, "a")], "test": records("test", "ab")}
    note = "1 image has no split, while others have (test, train): data.split divides them together with those of train."
    assert said(splits, settings=Split()) == [note]
    assert said(splits) == []
    alone = {"train": records("train", "ab")}
    assert said(alone, settings=Split()) == ["All images are marked as train: validation and test images are split off from them."]
    assert said({"train": records(None, "ab")}, settings=Split()) == []


def test_a_split_whose_every_image_is_in_another_one_is_said() -> None:
    splits = {"train": records("train", "ab"), "test": records("test", "aba")}

    def leak(number: int, kind: str = "same pixels") -> Leak:
        a, b = splits["train"][number], splits["test"][number]
        sides = {"split_a": "train", "split_b": "test", "label_a": a.label, "label_b": b.label}
        return Leak(kind=kind, a=a.id, b=b.id, similarity=1, exact=True, **sides)  # type: ignore[arg-type]

    remark = "Every image of train is in test, too: the two lists are the same, or one contains the other."
    assert said(splits, [leak(0), leak(1, "same file")]) == [remark]
    assert said(splits, [leak(0), leak(1, "near-duplicate")]) == said(splits, [leak(0)]) == []
