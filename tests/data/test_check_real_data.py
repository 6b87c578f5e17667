"""The counts and traps of the real ISIC 2017 and BUSI images."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from sightline.config import Data
from sightline.data import survey_store
from sightline.data.check import check
from sightline.data.reading import read

pytestmark = pytest.mark.real


@pytest.fixture(autouse=True)
def _own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey_store, "store_folder", lambda: tmp_path)


def test_isic2017_counts_artefacts_and_the_copy_across_the_official_split(real_data: Path) -> None:
    data = Data(name="isic2017", root=real_data / "isic2017", task="three")
    records = read(data).records
    band_aids = Counter(r.label for r in records if r.split == "train" and r.tags["band_aid"])
    assert band_aids == {"nevus": 117, "seborrheic_keratosis": 3, "melanoma": 1}
    report = check(data)
    assert report.splits == {
        "train": {"nevus": 1372, "seborrheic_keratosis": 254, "melanoma": 374},
        "val": {"nevus": 78, "seborrheic_keratosis": 42, "melanoma": 30},
    }
    assert report.annotations == {"mask": 2150, "unknown": 0}
    assert report.problems.number == 1  # the copy
    assert [(k.kind, k.a, k.b) for k in report.leaks.first] == [
        ("same file", "ISIC_0012970", "ISIC_0012127"),
        ("near-duplicate", "ISIC_0000171", "ISIC_0015124"),
        ("near-duplicate", "ISIC_0000215", "ISIC_0015313"),
    ]


def test_busi_counts_and_near_duplicates(real_data: Path) -> None:
    report = check(Data(name="busi", root=real_data / "busi", task="three"))
    assert report.classes == {"normal": 133, "benign": 437, "malignant": 210}
    assert report.annotations == {"mask": 647, "nothing": 133, "unknown": 0}
    assert report.problems.number == 0
    assert abs(report.near_duplicates.groups - 129) <= 3
    assert abs(report.near_duplicates.images - 286) <= 6
    pairs = report.near_duplicates_across_classes.first
    assert Counter(tuple(sorted((p["label_a"], p["label_b"]))) for p in pairs) == {("benign", "malignant"): 6, ("benign", "normal"): 2}
