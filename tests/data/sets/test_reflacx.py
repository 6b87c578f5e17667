"""A miniature of REFLACX with its odd cases: CRLF, two label sets, a discarded reading, empty ellipse files, fixations off the image."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from dicoms import write_dicom

from sightline.config import Data
from sightline.data import survey_store
from sightline.data.annotation import polygon_map, render
from sightline.data.check import layout
from sightline.data.reading import read as read_data
from sightline.data.sets.reflacx import ellipse, read
from sightline.data.survey import survey
from sightline.errors import UserError
from sightline.types import Record

SIZE = (30, 40)  # H, W
HEART, DEVICES = "Enlarged cardiac silhouette", "Support devices"
FIXED = "id,split,eye_tracking_data_discarded,image,dicom_id,subject_id,image_size_x,image_size_y"
OF_PHASE = {
    1: "Airway wall thickening,Atelectasis,Consolidation,Emphysema,Enlarged cardiac silhouette,Fibrosis,Fracture,Groundglass opacity,Mass,"
    "Nodule,Other,Pleural effusion,Pleural thickening,Pneumothorax,Pulmonary edema,Quality issue,Support devices,Wide mediastinum",
    3: "Abnormal mediastinal contour,Acute fracture,Atelectasis,Consolidation,Enlarged cardiac silhouette,Enlarged hilum,"
    "Groundglass opacity,Hiatal hernia,High lung volume / emphysema,Interstitial lung disease,Lung nodule or mass,Other,"
    "Pleural abnormality,Pneumothorax,Pulmonary edema,Support devices",
}
LABELS = {phase: names.split(",") for phase, names in OF_PHASE.items()}
NO_CERTAINTY = {"Other": "", DEVICES: "False", "Quality issue": "False"}
RECTANGLES = [f"{corner}_{of}" for of in ("shown_from_image", "in_screen_coordinates") for corner in ("xmin", "ymin", "xmax", "ymax")]
EYES = ["x_position", "y_position", "pupil_area_normalized", "angular_resolution_x_pixels_per_degree"]
EYES += ["angular_resolution_y_pixels_per_degree", "window_width", "window_level", *RECTANGLES]
FIXATION = ",".join(["timestamp_start_fixation", "timestamp_end_fixation", *EYES])
SAMPLE = ",".join(["timestamp_sample", *EYES])
REST = f"0.9,1.2,1.2,0.5,0.5,0,0,{SIZE[1]},{SIZE[0]},660,135,3180,2025"  # of a row, after the position
CHEST = "xmin,ymin,xmax,ymax"


def table(path: Path, *lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("".join(line + "\r\n" for line in lines).encode())


def image(number: int) -> tuple[str, str]:
    """(dicom_id, path)."""
    id = "-".join([f"{number:08x}"] + ["0123abcd"] * 4)
    return id, f"physionet.org/files/mimic-cxr/2.0.0/files/p10/p1000000{number}/s5000000{number}/{id}.dcm"


def row(reading: str, number: int, split: str, discarded: bool, **said: object) -> str:
    """Of the metadata; what is said of a label, `_` standing for a space, and of all others that they are absent."""
    id, path = image(number)
    known = {label: said.pop(label.replace(" ", "_"), NO_CERTAINTY.get(label, 0)) for label in LABELS[int(reading[1])]}
    assert not said, "labels of another phase"
    return ",".join(map(str, [reading, split, discarded, path, id, 10000000 + number, SIZE[1], SIZE[0], *known.values()]))


def folder(root: Path, reading: str, fixations: list[str] | None, ellipses: list[tuple[str, str]], phase: int) -> None:
    """`ellipses`: box and certainty; the labels that it stands for, `+` between them."""
    marked = [label for label in LABELS[phase] if label not in NO_CERTAINTY]
    inside = root / "main_data" / reading
    if fixations is not None:
        table(inside / "fixations.csv", FIXATION, *(f"{line},{REST}" for line in fixations))
        samples = [f"{0.001 * i:.3f},{line.split(',', 2)[2]},{REST}" for i, line in enumerate(fixations)]
        table(root / "gaze_data" / reading / "gaze.csv", SAMPLE, *samples)
        table(inside / "timestamps_transcription.csv", "word,timestamp_start_word,timestamp_end_word", "Heart,0.5,0.9", ".,0.9,0.9")
        (inside / "transcription.txt").write_text("Heart.\n", encoding="utf-8")
    flags = [",".join([line, *(str(label in labels.split("+")) for label in marked)]) for line, labels in ellipses]
    table(inside / "anomaly_location_ellipses.csv", ",".join([CHEST, "certainty", *marked]), *flags)
    table(inside / "chest_bounding_box.csv", CHEST, "2,3,38,29")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Image 1: three readings of phase 1, the last one's gaze discarded. Images 2 to 4: one reading each, of phase 3."""
    monkeypatch.setattr(survey_store, "store_folder", lambda: tmp_path / "store")
    root = tmp_path / "reflacx"
    readings = [
        row("P101R000001", 1, "train", False, Enlarged_cardiac_silhouette=5, Support_devices="True"),
        row("P102R000002", 1, "train", False, Atelectasis=3, Enlarged_cardiac_silhouette=2, Other="pacemaker|line"),
        row("P103R000003", 1, "train", True, Enlarged_cardiac_silhouette=3, Quality_issue="True"),
    ]
    table(root / "main_data/metadata_phase_1.csv", ",".join([FIXED, *LABELS[1]]), *readings)
    readings = [
        row("P300R000004", 2, "validate", False),
        row("P300R000005", 3, "test", False, Atelectasis=4, Enlarged_cardiac_silhouette=4),
        row("P300R000006", 4, "test", False, Enlarged_cardiac_silhouette=3, Support_devices="True"),
    ]
    table(root / "main_data/metadata_phase_3.csv", ",".join([FIXED, *LABELS[3]]), *readings)
    heart = "10,10,30,20"
    folder(root, "P101R000001", ["-0.25,0.25,20,15", "0.3,0.4,-7,12"], [(f"{heart},5", HEART)], 1)
    folder(root, "P102R000002", ["0,0.75,12.5,8.25"], [(f"{heart},2", HEART), ("4,4,12,12,3", "Atelectasis")], 1)
    folder(root, "P103R000003", None, [("20,10,34,24,3", HEART)], 1)
    folder(root, "P300R000004", ["1,2,5,6", "2,2.5,,"], [], 3)
    folder(root, "P300R000005", ["1,2,40,6"], [(f"{heart},4", f"Atelectasis+{HEART}")], 3)
    folder(root, "P300R000006", ["1,2,39,29"], [], 3)
    for number in range(1, 5):
        write_dicom(root / "files" / image(number)[1].rpartition("files/")[2], np.full(SIZE, 700 * number))
    return root


def test_the_miniature_has_the_owners_columns(root: Path) -> None:
    assert (len(FIXATION.split(",")), len(SAMPLE.split(","))) == (17, 16)
    assert {phase: len(labels) for phase, labels in LABELS.items()} == {1: 18, 3: 16}
    assert all(labels == sorted(labels) for labels in LABELS.values()), "sorted by name"
    for file in root.rglob("*.csv"):
        lines = file.read_bytes().decode().split("\r\n")
        assert {line.count(",") for line in lines[:-1]} == {lines[0].count(",")}, file.name


def drawn(record: Record, name: str | None = None) -> np.ndarray:
    heat = render(record.annotations if name is None else record.regions[name], SIZE, gaze_blur=1, where=record.id)
    assert heat is not None
    return heat


def test_readings_of_one_image_become_one_record(root: Path) -> None:
    records = read(root)
    assert [(r.id, r.label, r.group, r.split) for r in records] == [
        (image(1)[0], "present", "10000001", "train"),  # two of three say so
        (image(2)[0], "absent", "10000002", "val"),
        (image(3)[0], "present", "10000003", "test"),
        (image(4)[0], "present", "10000004", "test"),
    ]
    assert [dict(r.tags) for r in records] == [
        {"readings": readings, "support_devices": devices} for readings, devices in [(3, True), (1, False), (1, False), (1, True)]
    ]
    assert read_data(Data(name="reflacx", root=root)).classes == ("absent", "present")


def test_fixations_are_in_original_pixels_and_weighted_by_duration(root: Path) -> None:
    first, second, third, fourth = read(root)
    assert [mark.author for mark in first.annotations] == ["P101R000001", "P102R000002"], "the third reading's gaze was discarded"
    assert [mark.points for mark in first.annotations] == [((20, 15, 0.5),), ((12.5, 8.25, 0.75),)]
    assert np.argwhere(drawn(first)).tolist() == [[8, 12], [15, 20]]
    assert second.annotations[0].points == ((5, 6, 1),), "without the blink"
    assert third.annotations == (), "x = 40 is past the edge: this gaze never touched the image"
    assert fourth.annotations[0].points == ((39, 29, 1),)


def test_ellipses_of_the_finding_of_all_readings(root: Path) -> None:
    first, second, third, fourth = read(root, annotation="ellipses")
    assert [mark.author for mark in first.annotations] == ["P101R000001", "P103R000003"], "certainty 2 is not present"
    one, other = (polygon_map(ellipse(*box), SIZE) for box in ((10, 10, 30, 20), (20, 10, 34, 24)))
    assert (drawn(first) == np.maximum(one, other)).all()
    assert [mark.kind for mark in second.annotations] == ["nothing"], "the reader looked and found no such thing"
    assert (drawn(third) == one).all()
    assert fourth.annotations == (), "present, but nobody said where"


def test_an_ellipse_is_circumscribed_by_its_box(root: Path) -> None:
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]] + 0.5
    inside = ((columns - 20) / 10) ** 2 + ((rows - 15) / 5) ** 2 <= 1
    assert (polygon_map(ellipse(10, 10, 30, 20), SIZE) != inside).sum() <= 2
    points = np.array(ellipse(0, 0, 2, 2))
    area = 0.5 * abs(np.dot(points[:, 0], np.roll(points[:, 1], 1)) - np.dot(points[:, 1], np.roll(points[:, 0], 1)))
    assert area == pytest.approx(math.pi, rel=0.002)


def test_every_finding_is_a_region_known_empty_or_unknown(root: Path) -> None:
    first, second, third, fourth = read(root)
    assert (drawn(third, HEART) == drawn(third, "Atelectasis")).all(), "one ellipse may stand for two findings"
    assert [mark.kind for mark in first.regions["Fracture"]] == ["nothing"]
    assert "Acute fracture" not in first.regions, "phase 1 did not ask for it"
    assert [mark.author for mark in first.regions["Atelectasis"]] == ["P102R000002"]
    assert DEVICES not in fourth.regions, "present without an ellipse"
    assert [mark.kind for mark in second.regions[DEVICES]] == ["nothing"]
    for record in (first, second, third, fourth):
        assert np.argwhere(drawn(record, "chest"))[[0, -1]].tolist() == [[3, 2], [28, 37]]
        assert "Other" not in record.regions


def test_another_finding_leaves_out_what_a_phase_did_not_ask_for(root: Path) -> None:
    assert [r.label for r in read(root, finding="Acute fracture")] == ["absent"] * 3
    assert [(r.id, r.label) for r in read(root, finding="Fracture")] == [(image(1)[0], "absent")]
    assert [r.label for r in read(root, finding=DEVICES)] == ["absent", "absent", "absent", "present"], "one of three is not half"
    for unknown in ("Enlarged cardiac siluette", "Other"):
        with pytest.raises(UserError, match=rf"data\.options\.finding: unknown finding '{unknown}'"):
            read(root, finding=unknown)


def test_every_picture_can_be_used(root: Path) -> None:
    found = survey(read(root), gaze_blur=5)
    assert found.problems == []
    assert [found.facts[image(n)[0]].known for n in range(1, 5)] == [True, True, False, True]


def test_images_that_were_resized_or_are_missing_are_refused(root: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds none of the 4 images"):
        read(root, images=tmp_path)
    write_dicom(root / "files" / image(1)[1].rpartition("files/")[2], np.zeros((15, 20)))
    with pytest.raises(UserError, match="has 20 x 15 pixels, its original 40 x 30"):
        read(root)


def test_an_incomplete_layout_is_named(root: Path) -> None:
    with pytest.raises(UserError, match=r"main_data: holds no metadata_phase_1\.csv"):
        read(root / "main_data" / "P300R000004")
    metadata = root / "main_data/metadata_phase_3.csv"
    whole = metadata.read_bytes()
    metadata.write_bytes(whole.replace(b",4,", b",maybe,"))
    with pytest.raises(UserError, match=r"metadata_phase_3\.csv line 3: could not convert .*'maybe'"):
        read(root)
    metadata.write_bytes(whole)
    (root / "main_data/P300R000004/fixations.csv").unlink()
    with pytest.raises(UserError, match=r"P300R000004.fixations\.csv: no such file"):
        read(root)
    assert len(read(root, annotation="ellipses")) == 4, "ellipses need no gaze"


def test_the_parts_of_the_layout_are_found(root: Path) -> None:
    assert [part.files for part in layout("reflacx", root)] == [1, 0, 1, 5, 6, 6, 4]
