"""BUSI: breast ultrasound, benign, malignant and normal, with lesion masks (Al-Dhabyani et al. 2020)."""

from __future__ import annotations

import re
from pathlib import Path

from sightline.data.roots import existing
from sightline.errors import UserError
from sightline.types import Annotation, Record

WHERE = (
    "Distributed by Cairo University (https://scholar.cu.edu.eg/?q=afahmy/pages/dataset) with Al-Dhabyani et al., Data in Brief 28, 2020, "
    "as Dataset_BUSI.zip."
)
KIND = "ultrasound"
LAYOUT = "Dataset_BUSI_with_GT/ with the folders benign, malignant and normal"
TASKS = {
    "malignancy": {"benign": ["benign"], "malignant": ["malignant"]},
    "three": {"normal": ["normal"], "benign": ["benign"], "malignant": ["malignant"]},
    "lesion": {"normal": ["normal"], "lesion": ["benign", "malignant"]},
}
PARTS = {
    "**/benign/benign (*).png": "images of benign lesions",
    "**/benign/benign (*)_mask.png": "their masks",
    "**/malignant/malignant (*).png": "images of malignant lesions",
    "**/malignant/malignant (*)_mask.png": "their masks",
    "**/normal/normal (*).png": "images without a lesion",
}
NAME = re.compile(r"(?P<stem>(?P<label>benign|malignant|normal) \((?P<number>\d+)\))(?P<mask>_mask(_\d+)?)?\.png")


def read(root: Path | None) -> list[Record]:
    """All images; the owner gives no split.

    A lesion may have several masks: the ROI is their union. Of a normal image the expert said that there is nothing to mark, so it is
    known and zero, whatever its (empty) mask file looks like.

    Raises:
        UserError: not the layout of BUSI, or a mask whose image is missing.
    """
    top = _top(existing(root, LAYOUT, WHERE))
    images: dict[str, Path] = {}
    masks: dict[str, list[Path]] = {}
    for file in sorted(top.glob("*/*.png")):
        name = NAME.fullmatch(file.name)
        if name and name["label"] == file.parent.name:
            if name["mask"]:
                masks.setdefault(name["stem"], []).append(file)
            else:
                images[name["stem"]] = file
    for stem, files in masks.items():
        if stem not in images:
            raise UserError(files[0], f"is the mask of {stem}.png, which is missing", f"Unpack the archive again. {WHERE}")
    return [_record(stem, images[stem], masks.get(stem, [])) for stem in sorted(images, key=_order)]


def _top(root: Path) -> Path:
    inner = root / "Dataset_BUSI_with_GT"
    for folder in (root, inner, inner / inner.name):
        if (folder / "benign").is_dir():
            return folder
    raise UserError(root, "is not the folder of BUSI", f"Expected: {LAYOUT}. {WHERE}")


def _record(stem: str, image: Path, masks: list[Path]) -> Record:
    label = image.parent.name
    marks = (Annotation("nothing"),) if label == "normal" else tuple(Annotation("mask", mask) for mask in masks)
    return Record(id=stem, image=image, label=label, annotations=marks)


def _order(stem: str) -> tuple[str, int]:
    label, number = stem.split()
    return label, int(number.strip("()"))
