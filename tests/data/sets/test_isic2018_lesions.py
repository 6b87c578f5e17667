"""A miniature of ISIC 2018, tasks 1 and 2: five feature masks per image, some all black, a version in a folder's name, licences about."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from isic_files import SIZE, mask, name, photo

from sightline.config import Data
from sightline.data import survey_store
from sightline.data.annotation import render
from sightline.data.check import check, layout
from sightline.data.sets.isic2018_lesions import FEATURES, read
from sightline.errors import UserError

SETS = {"Training": [0, 1], "Validation": [12], "Test": [20]}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for set_name, numbers in SETS.items():
        folders = [tmp_path / f"ISIC2018_Task1-2_{set_name}_Input", tmp_path / f"ISIC2018_Task1_{set_name}_GroundTruth"]
        folders.append(tmp_path / f"ISIC2018_Task2_{set_name}_GroundTruth{'_v3' if set_name == 'Training' else ''}")
        for number in numbers:
            photo(folders[0] / f"{name(number)}.jpg", number)
            mask(folders[1] / f"{name(number)}_segmentation.png", number)
            for k, feature in enumerate(FEATURES):  # image number n has the features of which n is a multiple (0: all of them)
                mask(folders[2] / f"{name(number)}_attribute_{feature}.png", k if number % (k + 1) == 0 else None)
        for folder in folders:
            (folder / "LICENSE.txt").write_text("licence", encoding="utf-8")
            (folder / "ATTRIBUTION.txt").write_text("who", encoding="utf-8")
    return tmp_path


def test_every_image_has_its_lesion_and_the_owners_split(root: Path) -> None:
    records = read(root)
    assert [(r.id, r.label, r.split) for r in records] == [
        (name(0), "lesion", "train"),
        (name(1), "lesion", "train"),
        (name(12), "lesion", "val"),
        (name(20), "lesion", "test"),
    ]
    for record in records:
        roi = render(record.annotations, SIZE, where=record.id)
        assert roi is not None
        assert np.flatnonzero(roi).tolist() == [int(record.id[5:])]


def test_a_black_feature_mask_is_looked_for_and_absent(root: Path) -> None:
    (root / "ISIC2018_Task2_Test_GroundTruth" / f"{name(20)}_attribute_streaks.png").unlink()
    for record in read(root):
        number = int(record.id[5:])
        for k, feature in enumerate(FEATURES):
            if (number, feature) == (20, "streaks"):
                assert feature not in record.regions
                continue
            region = render(record.regions[feature], SIZE, where=record.id)
            assert region is not None
            assert np.flatnonzero(region).tolist() == ([k] if number % (k + 1) == 0 else [])


def test_the_check_reads_a_set_of_one_label(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey_store, "store_folder", lambda: tmp_path / "store")
    report = check(Data(name="isic2018_lesions", root=root, leaks="warn"))
    assert report.classes == {"lesion": 4}
    assert report.regions == dict.fromkeys(FEATURES, 4)
    assert [problem.partition(": ")[2] for problem in report.problems.all] == [
        "has only the class lesion. A classifier needs at least two."
    ]
    assert [part.files for part in layout("isic2018_lesions", root)] == [2, 2, 10, 1, 1, 5, 1, 1, 5]


def test_no_images_is_a_users_mistake(tmp_path: Path) -> None:
    (tmp_path / "ISIC2018_Task1-2_Training_Input").mkdir()
    with pytest.raises(UserError, match=r"holds no images of ISIC 2018, tasks 1 and 2\. Expected: a folder with ISIC2018_Task1-2"):
        read(tmp_path)
