"""EGD-CXR: chest X-rays, three diagnoses, one radiologist's gaze, organ masks (Karargyris et al. 2021); the data of GG-CAM."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, NamedTuple

from sightline.data.findings import label_of
from sightline.data.images import image_size
from sightline.data.roots import existing
from sightline.data.sets.csv_columns import numbers, rows
from sightline.data.sets.mimic import IMAGES, RADIOGRAPHS, check_size, find_images
from sightline.errors import UserError
from sightline.paths import expanded
from sightline.types import Annotation, Record

WHERE = f"Distributed by PhysioNet to credentialed users: https://physionet.org/content/egd-cxr/1.0.0. {IMAGES}."
KIND = "xray"
LAYOUT = "a folder with master_sheet.csv, fixations.csv, eye_gaze.csv, bounding_boxes.csv, audio_segmentation_transcripts/"
TASKS = {"diagnosis": {"normal": ["Normal"], "cardiomegaly": ["CHF"], "pneumonia": ["pneumonia"]}}
FOLDERS = "audio_segmentation_transcripts"
PARTS = {
    "master_sheet.csv": "patients, diagnoses, where the images lie",
    "fixations.csv": "gaze, one row a fixation",
    "eye_gaze.csv": "gaze, one row a sample (data.options.gaze=raw)",
    "bounding_boxes.csv": "boxes of organs and zones",
    f"{FOLDERS}/*/left_lung.png": "masks of the left lung",
    f"{FOLDERS}/*/right_lung.png": "masks of the right lung",
    f"{FOLDERS}/*/mediast[ai]num.png": "masks of the mediastinum",
    f"{FOLDERS}/*/aortic_knob.png": "masks of the aortic knob",
    **RADIOGRAPHS,
}
DIAGNOSES = ("Normal", "CHF", "pneumonia")
FINDINGS = (  # columns NAME__chx: what the CheXpert labeller read in the reports
    *("atelectasis", "cardiomegaly", "consolidation", "edema", "enlarged_cardiomediastinum", "fracture", "lung_lesion", "lung_opacity"),
    *("pleural_effusion", "pleural_other", "pneumonia", "pneumothorax"),
)
MASKS = {
    "left_lung": ("left_lung.png",),
    "right_lung": ("right_lung.png",),
    "mediastinum": ("mediastanum.png", "mediastinum.png"),  # on disk, and in the documentation
    "aortic_knob": ("aortic_knob.png",),
}
Regions = dict[str, tuple[Annotation, ...]]


class _Case(NamedTuple):
    path: str
    patient: str
    label: str
    tags: dict[str, Any]


def read(
    root: Path | None, *, images: Path | None = None, gaze: Literal["fixations", "raw"] = "fixations", findings: bool = False
) -> list[Record]:
    """All images; the owner gives no split (004-08 draws 70/10/20: data.split.val=0.1, data.split.test=0.2).

    Gaze is what the owner mapped to original pixels. Samples off the image and those that the tracker calls invalid (blinks, saccades:
    their point is the one before) are dropped; so are the recordings of calibration pictures. An image that no valid sample touched is
    unknown. In landscape images the owner's y is off by up to some 13 pixels.

    Regions: the masks `left_lung`, `right_lung`, `mediastinum` and `aortic_knob`, every box under the owner's name (`cardiac silhouette`,
        `right lung`, ...; a mask goes before a box of its name), and for the criterion of Zhu et al. 2022 `heart`, which is the mediastinum
        as
    in its authors' code, and `lungs`, both of them.

    Args:
        images: folder of MIMIC-CXR that holds `files/` or its content; None: `root` holds it.
        findings: several findings per image in place of the diagnosis: the columns `__chx` of the master sheet, which a program read in the
            reports. 1: present, 0: absent, -1 or empty: not known. The gaze holds for each finding that is present.
        gaze: `fixations`, weighted by their durations, or `raw`: 60 samples a second, each of weight one (Zhu et al. 2022, Algorithm 1).

    Raises:
        UserError: not the layout of EGD-CXR, no images, or images that were resized.
    """
    folder = existing(root, LAYOUT, WHERE)
    cases = _cases(folder / "master_sheet.csv")
    files = find_images(expanded(images) if images else folder, {id: case.path for id, case in cases.items()})
    seen = _gaze(folder / ("fixations.csv" if gaze == "fixations" else "eye_gaze.csv"), timed=gaze == "fixations")
    boxes = _boxes(folder / "bounding_boxes.csv")
    regions = {id: _regions(folder / FOLDERS / id, boxes.get(id, {})) for id in cases}
    _check_first_size(files, regions)
    said = _findings(folder / "master_sheet.csv") if findings else {}
    return [
        Record(
            id=id,
            image=files[id],
            label=label_of(said[id]) if findings else case.label,
            findings=said.get(id, {}),
            group=case.patient,
            annotations=(Annotation("gaze", points=tuple(seen[id])),) if id in seen else (),
            regions=regions[id],
            tags=case.tags,
        )
        for id, case in cases.items()
    ]


def _cases(table: Path) -> dict[str, _Case]:
    cases = {}
    for line, cells in rows(table, "dicom_id", "path", "patient_id", "gender", "anchor_age", *DIAGNOSES):
        id, path, patient, gender, age, *diagnoses = (cell.strip() for cell in cells)
        said = [name for name, cell in zip(DIAGNOSES, diagnoses, strict=True) if cell in ("1", "1.0")]
        if len(said) != 1:
            reason = f"{id} is {' and '.join(said) or 'none'} of {', '.join(DIAGNOSES)}"
            raise UserError(f"{table} line {line}", reason, "Exactly one of them has to be 1. Fetch the original table again.")
        tags = {"sex": {"F": "female", "M": "male"}.get(gender), "age": age or None}
        cases[id] = _Case(path, patient, said[0], {name: value for name, value in tags.items() if value})
    if not cases:
        raise UserError(table, "holds no rows", "Fetch the original table again.")
    return cases


def _findings(table: Path) -> dict[str, dict[str, bool | None]]:
    meant = {"1": True, "0": False, "-1": None, "": None}
    found = {}
    for line, (id, *cells) in rows(table, "dicom_id", *(f"{name}__chx" for name in FINDINGS)):
        plain = [cell.strip().removesuffix(".0") for cell in cells]
        if strange := [cell for cell in plain if cell not in meant]:
            raise UserError(f"{table} line {line}", f"holds {strange[0]!r} as a finding", "Fetch the original table again.")
        found[id.strip()] = {name: meant[cell] for name, cell in zip(FINDINGS, plain, strict=True)}
    return found


def _gaze(table: Path, *, timed: bool) -> dict[str, list[tuple[float, ...]]]:
    """Id -> its samples on the image: (x, y), or (x, y, seconds) if `timed`, in the order of time.

    Calibration pictures are among the ids: theirs is an image's id that is cut short, so nobody asks for it.
    """
    seen: dict[str, list[tuple[float, ...]]] = {}
    for (id,), (valid, *sample) in numbers(table, ("FPOGV", "X_ORIGINAL", "Y_ORIGINAL", *(["FPOGD"] if timed else [])), ("DICOM_ID",)):
        if valid == 1 and sample[0] >= 0 and sample[1] >= 0:  # off the image they are -2, -3, ...: a -1 that was scaled
            seen.setdefault(id, []).append(tuple(sample))
    return seen


def _boxes(table: Path) -> dict[str, Regions]:
    boxes: dict[str, Regions] = {}
    if table.is_file():
        for (id, name), corners in numbers(table, ("x1", "y1", "x2", "y2"), ("dicom_id", "bbox_name")):
            of = boxes.setdefault(id, {})
            of[name] = (*of.get(name, ()), Annotation("box", points=(corners,)))
    return boxes


def _regions(folder: Path, boxes: Regions) -> Regions:
    found = dict(boxes)
    for name, files in MASKS.items():
        if mask := next((folder / file for file in files if (folder / file).is_file()), None):
            found[name] = (Annotation("mask", mask),)
    if "mediastinum" in found:
        found["heart"] = found["mediastinum"]
    if "left_lung" in found and "right_lung" in found:
        found["lungs"] = found["left_lung"] + found["right_lung"]
    return found


def _check_first_size(files: dict[str, Path], regions: dict[str, Regions]) -> None:
    """Masks have the size of the original image; looking at one pair tells of a folder of resized images."""
    for id, file in files.items():
        mask = regions[id]["left_lung"][0].source if "left_lung" in regions[id] else None
        if mask and file.is_file():
            check_size(file, image_size(mask))
            return
