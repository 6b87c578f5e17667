"""A miniature of EGD-CXR with its odd cases: cells with line breaks, calibration rows, samples off the image, boxes as x1,x2,y1,y2."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from dicoms import write_dicom
from PIL import Image

from sightline.config import Data, Split
from sightline.data import survey_store
from sightline.data.annotation import gaze_map, render
from sightline.data.check import layout
from sightline.data.images import open_map
from sightline.data.reading import read as read_data
from sightline.data.sets.egd_cxr import read
from sightline.data.splits import split
from sightline.data.survey import survey
from sightline.errors import UserError

DIAGNOSES = ("Normal", "CHF", "pneumonia")
CHEXPERT = (
    "atelectasis cardiomegaly consolidation edema enlarged_cardiomediastinum fracture lung_lesion lung_opacity no_finding pleural_effusion "
    "pleural_other pneumonia pneumothorax support_devices"
)
SHEET = (
    "dicom_id path study_id patient_id stay_id gender anchor_age image_top_pad image_bottom_pad image_left_pad image_right_pad "
    + " ".join(f"dx{k} dx{k}_icd" for k in range(1, 10))
    + " normal_reports Normal CHF pneumonia consolidation enlarged_cardiac_silhouette linear__patchy_atelectasis lobar__segmental_collapse "
    "not_otherwise_specified_opacity___pleural__parenchymal_opacity__ pleural_effusion_or_thickening pulmonary_edema__hazy_opacity "
    "normal_anatomically elevated_hemidiaphragm hyperaeration vascular_redistribution "
    + " ".join(f"{name}__chx" for name in CHEXPERT.split())
    + " cxr_exam_indication"
).split()
TRACKER = (
    "SESSION_ID,MEDIA_ID,DICOM_ID,CNT,Time (in secs),TIMETICK(f=10000000),FPOGX,FPOGY,FPOGS,FPOGD,FPOGID,FPOGV,BPOGX,BPOGY,BPOGV,"
    "LPCX,LPCY,LPD,LPS,LPV,RPCX,RPCY,RPD,RPS,RPV,BKID,BKDUR,BKPMIN,LPMM,LPMMV,RPMM,RPMMV,SACCADE_MAG,SACCADE_DIR,VID_FRAME,"
    "X_ORIGINAL,Y_ORIGINAL"
)
GAZE = TRACKER.split(",")
SIZES = {0: (30, 24), 1: (24, 30), 2: (30, 24)}  # (H, W): portrait, landscape, portrait
PADS = {0: (0, 0, 528, 528), 1: (106, 106, 320, 320), 2: (0, 0, 528, 528)}  # top, bottom, left, right


def name(number: int) -> str:
    return "-".join([f"{number:08x}"] + ["0123abcd"] * 4)


def on_image(x: float, y: float, pads: tuple[int, int, int, int], size: tuple[int, int]) -> tuple[int, int]:
    """The owner's mapping of a point of the screen, both in [0, 1], to the image, whose sides are rounded up to even ones."""
    (top, bottom, left, right), (height, width) = pads, (side + side % 2 for side in size)
    ex, ey = 1920 * x, 1080 * y
    inside = left < ex < 1920 - right and top < ey < 1080 - bottom
    px, py = (ex - left, ey - top) if inside else (-1, -1)
    return int(width / (1920 - left - right) * px), int(height / (1080 - top - bottom) * py)


def sample(id: str, x: float, y: float, spot: tuple[int, int], seconds: float = 0.2, valid: int = 1) -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys(GAZE, 0)
    where = {"FPOGX": x, "FPOGY": y, "FPOGD": seconds, "FPOGV": valid, "X_ORIGINAL": spot[0], "Y_ORIGINAL": spot[1]}
    return row | {"DICOM_ID": id, "SESSION_ID": "a_b"} | where


def looks(number: int, points: list[tuple[float, float]], **more: float) -> list[dict[str, object]]:
    """Rows of points of the screen. The miniatures are hundredths of images of true size, so that what lies off them is -2 or -3."""
    height, width = SIZES[number]
    spots = [on_image(x, y, PADS[number], (100 * height, 100 * width)) for x, y in points]
    small = [(x, y) if x < 0 else (x // 100, y // 100) for x, y in spots]
    return [sample(name(number), x, y, spot, **more) for (x, y), spot in zip(points, small, strict=True)]  # type: ignore[arg-type]


def write(table: Path, columns: list[str], rows: list[dict[str, object]]) -> None:
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def mask(path: Path, size: tuple[int, int], rows: slice, columns: slice) -> None:
    inside = np.zeros(size, np.uint8)
    inside[rows, columns] = 255
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(inside).save(path)


def case(number: int, **cells: object) -> dict[str, object]:
    """A row of the master sheet. `pneumonia` is a diagnosis, `pneumonia__chx` what a program read in the report: -1, 0, 1 or nothing."""
    patient = 10000000 + number
    pads = dict(zip(("image_top_pad", "image_bottom_pad", "image_left_pad", "image_right_pad"), PADS.get(number, PADS[0]), strict=True))
    said = {diagnosis: int(i == number % 3) for i, diagnosis in enumerate(DIAGNOSES)}
    row = {"dicom_id": name(number), "path": f"files/p10/p{patient}/s5{number:07d}/{name(number)}.dcm", "patient_id": patient}
    row |= {"study_id": 50000000 + number, "stay_id": 30000000 + number, "dx1": "Fever, unspecified", "dx1_icd": "R509"}
    row |= {f"{finding}__chx": ("", -1, 0, 1)[(number + k) % 4] for k, finding in enumerate(CHEXPERT.split())}
    row |= {"normal_reports": said["Normal"], "consolidation": said["pneumonia"], "enlarged_cardiac_silhouette": said["CHF"]}
    indication = 'History: cough,\n"fever"\nand chills.\n'
    return row | {"gender": "FM"[number % 2], "anchor_age": "20 - 30", "cxr_exam_indication": indication} | pads | said | cells


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(survey_store, "store_folder", lambda: tmp_path / "store")
    root = tmp_path / "egd-cxr"
    root.mkdir()
    cases = [case(number) for number in SIZES]
    write(root / "master_sheet.csv", SHEET, cases)
    fixations = [
        *looks(0, [(0.5, 0.5), (0.4, 0.25)], seconds=0.25),
        *looks(0, [(0.1, 0.5)]),  # beside the image
        *looks(0, [(0.6, 0.6)], valid=0),
        sample(name(0)[:-5], 0.5, 0.5, (7, 7)),  # a calibration picture
        *looks(1, [(0.5, 0.75)], seconds=0.5),
        *looks(2, [(0.01, 0.5), (0.99, 0.5)]),
    ]
    write(root / "fixations.csv", GAZE, fixations)
    write(root / "eye_gaze.csv", GAZE, [row for row in fixations for _ in range(3)])
    boxes = [
        (name(0), "cardiac silhouette", 4.5, 20, 12, 25),
        (name(0), "mediastinum", 0, 24, 0, 30),
        (name(1), "right lung", 2, 12, 3, 20),
    ]
    columns = ["dicom_id", "bbox_name", "x1", "x2", "y1", "y2"]
    write(root / "bounding_boxes.csv", columns, [dict(zip(columns, box, strict=True)) for box in boxes])
    for number, size in SIZES.items():
        folder = root / "audio_segmentation_transcripts" / name(number)
        mask(folder / "left_lung.png", size, slice(4, 20), slice(14, 22))
        mask(folder / "right_lung.png", size, slice(4, 20), slice(2, 10))
        mask(folder / ("mediastinum.png" if number == 1 else "mediastanum.png"), size, slice(8, 22), slice(9, 15))
        mask(folder / "aortic_knob.png", size, slice(6, 8), slice(13, 15))
        (folder / "transcript.json").write_text('{"full_text": "", "time_stamped_text": []}', encoding="utf-8")
        pixels = np.random.default_rng(number).integers(0, 4096, size)
        write_dicom(root / str(cases[number]["path"]), pixels, f"MONOCHROME{1 + (number != 1)}")
    return root


def test_the_miniature_has_the_owners_columns(root: Path) -> None:
    assert len(SHEET) == len(set(SHEET)) == 59
    assert len(GAZE) == len(set(GAZE)) == 37
    for table, columns in (("master_sheet", SHEET), ("fixations", GAZE), ("eye_gaze", GAZE)):
        assert (root / f"{table}.csv").read_text(encoding="utf-8").splitlines()[0] == ",".join(columns)


def test_the_labels_of_the_reports_are_several_findings(root: Path) -> None:
    names = CHEXPERT.split()
    for number, record in zip(SIZES, read(root, findings=True), strict=True):
        assert set(record.findings) == set(names) - {"no_finding", "support_devices"}
        for finding, present in record.findings.items():
            assert present == (None, None, False, True)[(number + names.index(finding)) % 4]
        assert not read(root)[number].findings
    write(root / "master_sheet.csv", SHEET, [case(0, edema__chx=2), case(1), case(2)])
    with pytest.raises(UserError, match="holds '2' as a finding"):
        read(root, findings=True)


def test_every_image_has_its_one_diagnosis_and_its_patient(root: Path) -> None:
    assert (root / "master_sheet.csv").read_text(encoding="utf-8").count("\n") > 1 + 3, "some cells hold line breaks"
    records = read(root)
    assert [(r.id, r.label, r.group, r.split) for r in records] == [(name(n), DIAGNOSES[n], str(10000000 + n), None) for n in SIZES]
    assert records[0].tags == {"sex": "female", "age": "20 - 30"}
    assert read_data(Data(name="egd_cxr", root=root)).classes == ("normal", "cardiomegaly", "pneumonia")


def test_the_centre_of_the_screen_is_the_centre_of_the_image(root: Path) -> None:
    pads, size = (0, 0, 534, 534), (3056, 2544)
    assert on_image(0.5, 0.5, pads, size) == (1272, 1528)
    write(root / "fixations.csv", GAZE, [sample(name(0), 0.5, 0.5, on_image(0.5, 0.5, pads, size))])
    heat = gaze_map(read(root)[0].annotations[0].points, size, blur=51)
    assert heat is not None
    assert np.unravel_index(heat.argmax(), size) == (1528, 1272)


def test_fixations_are_weighted_by_their_durations(root: Path) -> None:
    portrait, landscape, _ = read(root)
    assert portrait.annotations[0].points == ((12, 15, 0.25), (6, 7, 0.25))
    assert landscape.annotations[0].points == ((15, 19, 0.5),)
    heat = render(portrait.annotations, SIZES[0], gaze_blur=1, where="")
    assert heat is not None
    assert np.argwhere(heat == 1).tolist() == [[7, 6], [15, 12]]


def test_raw_samples_weigh_one_each(root: Path) -> None:
    portrait, landscape, _ = read(root, gaze="raw")
    assert portrait.annotations[0].points == ((12, 15),) * 3 + ((6, 7),) * 3
    assert landscape.annotations[0].points == ((15, 19),) * 3


def test_an_image_that_no_gaze_touched_is_unknown(root: Path) -> None:
    with (root / "fixations.csv").open(newline="", encoding="utf-8") as file:
        beside = [row for row in csv.DictReader(file) if row["DICOM_ID"] == name(2)]
    assert [(row["X_ORIGINAL"], row["Y_ORIGINAL"]) for row in beside] == [("-2", "-2")] * 2
    assert [bool(record.annotations) for record in read(root)] == [True, True, False]


def test_regions_are_masks_and_boxes_in_original_pixels(root: Path) -> None:
    portrait, landscape, _ = read(root)
    assert set(portrait.regions) == {*("left_lung", "right_lung", "mediastinum", "aortic_knob", "heart", "lungs"), "cardiac silhouette"}
    assert portrait.regions["cardiac silhouette"][0].points == ((4.5, 12, 20, 25),)
    assert [mark.kind for mark in portrait.regions["mediastinum"]] == ["mask"], "a mask goes before a box of its name"
    assert landscape.regions["right lung"][0].points == ((2, 3, 12, 20),)
    for record in (portrait, landscape):
        for name_, marks in record.regions.items():
            drawn = render(marks, SIZES[0 if record is portrait else 1], where=name_)
            assert drawn is not None
            assert drawn.any(), name_


def test_004_the_heart_is_the_mediastinum_and_the_lungs_are_both(root: Path) -> None:
    for record, spelling in zip(read(root), ("mediastanum", "mediastinum", "mediastanum"), strict=True):
        assert [mark.source.name for mark in record.regions["heart"]] == [f"{spelling}.png"]  # type: ignore[union-attr]
        lungs = np.maximum.reduce([open_map(mark.source) for mark in record.regions["lungs"]])  # type: ignore[arg-type]
        assert (lungs > 0).sum() == 2 * 16 * 8
    (root / "audio_segmentation_transcripts" / name(0) / "left_lung.png").unlink()
    assert "lungs" not in read(root)[0].regions, "one lung is not the lungs"


def test_every_picture_can_be_used(root: Path) -> None:
    found = survey(read(root), gaze_blur=5)
    assert found.problems == []
    assert [found.facts[name(n)].size for n in SIZES] == list(SIZES.values())
    assert [found.facts[name(n)].known for n in SIZES] == [True, True, False]


@pytest.mark.parametrize("top", ["files", "."])
def test_images_may_lie_elsewhere_as_jpeg(root: Path, tmp_path: Path, top: str) -> None:
    mimic = tmp_path / "mimic-cxr-jpg" / top
    for number, (height, width) in SIZES.items():
        file = mimic / str(case(number)["path"]).removeprefix("files/").replace(".dcm", ".jpg")
        file.parent.mkdir(parents=True)
        Image.new("L", (width, height)).save(file)
    with_jpeg = read(root, images=tmp_path / "mimic-cxr-jpg")
    assert all(r.image.suffix == ".jpg" and r.image.is_file() for r in with_jpeg)  # type: ignore[union-attr]
    dataset = read_data(Data(name="egd_cxr", root=root, options={"images": str(tmp_path / "mimic-cxr-jpg")}))
    assert [r.image for r in dataset.records] == [r.image for r in with_jpeg]


def test_one_missing_image_is_found_by_the_survey_but_none_at_all_is_refused(root: Path, tmp_path: Path) -> None:
    gone = root / str(case(1)["path"])
    gone.unlink()
    assert [p.where for p in survey(read(root), gaze_blur=5).problems] == [str(gone)]
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match=r"empty: holds none of the 3 images, such as files/p10/p10000000/.*Set data\.options\.images"):
        read(root, images=tmp_path / "empty")


def test_images_that_were_resized_are_refused(root: Path, tmp_path: Path) -> None:
    small = tmp_path / "small" / str(case(0)["path"]).replace(".dcm", ".jpg")
    small.parent.mkdir(parents=True)
    Image.new("L", (12, 15)).save(small)
    with pytest.raises(UserError, match=r"has 12 x 15 pixels, its original 24 x 30\. Annotations are in pixels of the original"):
        read(root, images=tmp_path / "small")


def test_an_image_of_two_diagnoses_or_none_is_refused(root: Path) -> None:
    for cells, message in [({"CHF": 1}, "Normal and CHF"), ({"Normal": 0}, "none")]:
        write(root / "master_sheet.csv", SHEET, [case(1), case(0, **cells)])
        with pytest.raises(UserError, match=rf"master_sheet\.csv line 9: {name(0)} is {message} of Normal, CHF, pneumonia"):
            read(root)


def test_a_missing_table_column_or_number_is_named(root: Path) -> None:
    for row, message in [
        (dict(sample(name(0), 0.5, 0.5, (1, 2)), X_ORIGINAL="left"), r"fixations\.csv line 2: could not convert .*'left'"),
        ({"DICOM_ID": name(0)}, None),
    ]:
        write(root / "fixations.csv", GAZE, [row])
        if message:
            with pytest.raises(UserError, match=message):
                read(root)
        else:
            assert read(root)[0].annotations == (), "empty cells are no sample"
    write(root / "fixations.csv", GAZE[:-1], [])
    with pytest.raises(UserError, match="has no column 'Y_ORIGINAL'"):
        read(root)
    (root / "fixations.csv").unlink()
    with pytest.raises(UserError, match=r"fixations\.csv: no such file"):
        read(root)
    (root / "bounding_boxes.csv").unlink()
    assert "heart" in read(root, gaze="raw")[0].regions, "boxes are not needed"


def test_004_08_the_split_is_a_matter_of_settings(root: Path) -> None:
    write(root / "master_sheet.csv", SHEET, [case(n, patient_id=20000000 + n // 2) for n in range(120)])
    parts = split(read(root), Split(val=0.1, test=0.2))
    assert {part: len(some) for part, some in parts.items()} == pytest.approx({"train": 84, "val": 12, "test": 24}, abs=3)
    for some in parts.values():
        assert max(Counter(r.label for r in some).values()) - min(Counter(r.label for r in some).values()) <= 3
    patients = [{r.group for r in some} for some in parts.values()]
    assert sum(map(len, patients)) == len(set.union(*patients)) == 60


def test_the_parts_of_the_layout_are_all_found(root: Path) -> None:
    assert [part.files for part in layout("egd_cxr", root)] == [1, 1, 1, 1, 3, 3, 3, 3, 3]
