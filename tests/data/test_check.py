"""The report of `sightline data check`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sightline.config import Data, Split
from sightline.data import survey_store
from sightline.data.check import check, layout, layout_lines, lines


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Data:
    """24 images: a copy across the splits with two labels, one broken file, one box outside, patients on one side only."""
    monkeypatch.setattr(survey_store, "store_folder", lambda: tmp_path / "store")
    rng = np.random.default_rng(0)
    rows = ["image,label,split,group,box,nothing,avoid_box"]
    for i in range(24):
        Image.fromarray(rng.integers(0, 256, (20, 20, 3), np.uint8)).save(tmp_path / f"{i}.png")
        mark = {0: "5 5 10 10,,", 1: ",true,", 2: "30 30 40 40,,", 3: "0 0 20 20,,0 0 4 4"}.get(i, ",,")
        rows.append(f"{i}.png,{'ab'[i % 2]},{('train', 'val')[i >= 16]},p{i // 4},{mark}")
    (tmp_path / "17.png").write_bytes((tmp_path / "4.png").read_bytes())
    (tmp_path / "9.png").write_bytes(b"broken")
    (tmp_path / "table.csv").write_text("\n".join(rows))
    return Data(name="table", root=tmp_path / "table.csv")


def test_the_report_counts_and_names(data: Data) -> None:
    report = check(data)
    json.dumps(report)
    assert report["images"] == 24
    assert report["classes"] == {"a": 12, "b": 12}
    assert report["splits"] == {"train": {"a": 8, "b": 8}, "val": {"a": 4, "b": 4}}
    assert report["annotations"] == {"box": 3, "nothing": 1, "unknown": 20}
    assert report["avoid"] == 1
    assert report["groups"] == 6
    assert report["problems"]["number"] == 2
    assert "lies outside the image" in report["problems"]["first"][0]
    assert "9.png" in report["problems"]["first"][1]
    assert report["leaks"]["kinds"] == {"same file": 1}
    assert [(leak["a"], leak["b"]) for leak in report["leaks"]["first"]] == [("4.png", "17.png")]
    assert report["near_duplicates_across_classes"]["number"] == 1
    assert report["known"] == 3


def test_the_report_reads_well(data: Data) -> None:
    text = "\n".join(lines(check(data)))
    for part in (
        "table: 24 images, 12 a, 12 b",
        "  val: 8 (4 a, 4 b)",
        "Where to look: 3 box, 1 nothing, 20 unknown",
        "Problems: 2",
        "  4.png (train, a) = 17.png (val, b): same file",
        "Near-duplicates of different classes: 1",
        "data.leaks=warn",
    ):
        assert part in text


def test_the_layout_says_what_is_there_what_is_missing_and_who_distributes_it(tmp_path: Path) -> None:
    folder = tmp_path / "Dataset_BUSI_with_GT" / "benign"
    folder.mkdir(parents=True)
    for name in ("benign (1).png", "benign (2).png", "benign (1)_mask.png"):
        (folder / name).touch()
    parts = layout("busi", tmp_path)
    assert [part["files"] for part in parts] == [2, 1, 0, 0, 0]
    text = layout_lines("busi", parts)
    assert text[0] == "Official layout: 2 of 5 parts are there"
    assert text[1] == "        2  **/benign/benign (*).png: images of benign lesions"
    assert text[3] == "  missing  **/malignant/malignant (*).png: images of malignant lesions"
    assert text[-1].startswith("  Distributed by Cairo University")


def test_a_whole_layout_needs_no_address_and_own_data_have_no_layout(tmp_path: Path) -> None:
    complete = [{"pattern": "*.png", "holds": "images", "files": 3}]
    assert layout_lines("busi", complete) == ["Official layout: 1 of 1 parts are there", "        3  *.png: images"]
    assert layout("folder", tmp_path) == layout("busi", None) == layout("busi", tmp_path / "nowhere") == []
    assert layout_lines("folder", []) == []


def test_long_lists_are_cut_and_counted(data: Data) -> None:
    assert data.root is not None
    for i in range(24):
        (data.root.parent / f"{i}.png").write_bytes(b"broken")
    report = check(data)
    assert report["problems"]["number"] == 24
    assert len(report["problems"]["first"]) == 20
    assert "  and 4 more" in lines(report)


def test_grouping_near_duplicates_mends_a_drawn_split(data: Data) -> None:
    assert data.root is not None
    table = data.root.read_text().splitlines()
    data.root.write_text("\n".join(",".join(cell for k, cell in enumerate(row.split(",")) if k not in (2, 3)) for row in table))
    leaking = [seed for seed in range(8) if check(data.model_copy(update={"split": Split(seed=seed)}))["leaks"]["number"]]
    assert leaking
    for seed in leaking:
        grouped = check(data.model_copy(update={"split": Split(seed=seed, near_duplicates=True)}))
        assert grouped["leaks"]["number"] == 0
