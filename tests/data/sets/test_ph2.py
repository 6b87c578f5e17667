"""A miniature of PH2: gaps in the numbers, 1-bit masks, empty cells, irregular names of regions, a legend under the table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sightline.config import Data
from sightline.data.annotation import render
from sightline.data.reading import read as read_data
from sightline.data.sets.ph2 import read
from sightline.errors import UserError

HEADER = "||   Name   || Histological Diagnosis || Clinical Diagnosis || Asymmetry || Pigment Network || Blue-Whitish Veil || Colors   ||"
ROWS = [
    "|| IMD003   ||                        ||         0          ||     0     ||        T        ||         A         ||  4       ||",
    "|| IMD009   ||                        ||         1          ||     1     ||        AT       ||         A         ||  3  4    ||",
    "|| IMD058   ||  Melanoma in situ      ||         2          ||     2     ||        AT       ||         P         ||  1  5  6 ||",
]
LEGEND = ["", "Legend", "|| Clinical diagnosis: 0 - Common Nevus; 1 - Atypical Nevus; 2 - Melanoma ||", "Espécie"]


def save(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def table(root: Path, *lines: str) -> None:
    (root / "PH2Dataset/PH2_dataset.txt").write_bytes("\r\n".join(lines).encode("latin-1"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    images = tmp_path / "PH2Dataset/PH2 Dataset images"
    inside = np.zeros((12, 16), bool)
    inside[3:6] = True
    for id in ("IMD003", "IMD009", "IMD058"):
        save(images / id / f"{id}_Dermoscopic_Image/{id}.bmp", np.full((12, 16, 3), 90, np.uint8))
        save(images / id / f"{id}_lesion/{id}_lesion.bmp", inside)
    for name in ("R1_Label5", "R2_Label5", "R3_Label6", "R4_LabelStreaks", "R5_Label"):
        save(images / f"IMD058/IMD058_roi/IMD058_{name}.bmp", inside)
    table(tmp_path, HEADER, *ROWS, *LEGEND)
    return tmp_path


@pytest.mark.parametrize("inside", ["", "PH2Dataset"])
def test_images_with_masks_facts_and_colours(root: Path, inside: str) -> None:
    first, second, third = read(root / inside)
    assert [record.label for record in (first, second, third)] == ["common_nevus", "atypical_nevus", "melanoma"]
    assert [record.id for record in (first, second, third)] == ["IMD003", "IMD009", "IMD058"]
    assert dict(third.tags) == {"asymmetry": 2, "pigment_network": "AT", "blue_whitish_veil": "P"}
    assert {name: len(marks) for name, marks in third.regions.items()} == {"blue_grey": 2, "black": 1}
    assert not first.regions
    drawn = render(first.annotations, (12, 16), where=first.id)
    assert drawn is not None
    assert np.flatnonzero(drawn.all(axis=1)).tolist() == [3, 4, 5]


@pytest.mark.parametrize(("task", "classes"), [(None, ("other", "melanoma")), ("three", ("common_nevus", "atypical_nevus", "melanoma"))])
def test_tasks(root: Path, task: str | None, classes: tuple[str, ...]) -> None:
    assert read_data(Data(name="ph2", root=root, task=task)).classes == classes


def test_an_image_without_a_mask_is_unknown(root: Path) -> None:
    (root / "PH2Dataset/PH2 Dataset images/IMD003/IMD003_lesion/IMD003_lesion.bmp").unlink()
    assert read(root)[0].annotations == ()


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([HEADER, ROWS[0].replace("   0   ", "   7   ", 1)], r"txt line 2: the clinical diagnosis is '7'\. It has to be 0, 1 or 2"),
        ([HEADER, ROWS[0] + " 5 ||"], r"txt line 2: has 8 columns, and the header 7"),
        (["Name;Clinical Diagnosis", "IMD003;0"], r"txt: has no column 'Clinical Diagnosis'\. Columns are divided by \|\|"),
    ],
)
def test_a_table_that_is_another_one_is_refused(root: Path, lines: list[str], said: str) -> None:
    table(root, *lines)
    with pytest.raises(UserError, match=said):
        read(root)


def test_what_is_not_there_is_named(root: Path, tmp_path: Path) -> None:
    (root / "PH2Dataset/PH2_dataset.txt").unlink()
    with pytest.raises(UserError, match=r"PH2_dataset\.txt: no such file\. It comes with the images, beside PH2_dataset\.xlsx"):
        read(root)
    with pytest.raises(UserError, match="is not the folder of PH2"):
        read(tmp_path / "PH2Dataset/PH2 Dataset images")
    with pytest.raises(UserError, match=r"`root=...`: is not given\. Expected: PH2Dataset/"):
        read(None)
