"""The report of `sightline data check`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tool_files import picture, write

from sightline.config import Data, Split
from sightline.data import survey_store
from sightline.data.check import check, layout, layout_lines, lines
from sightline.recipe import load_recipe
from sightline.results.data_check import Part


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
    (tmp_path / "table.csv").write_text("\n".join(rows), encoding="utf-8")
    return Data(name="table", root=tmp_path / "table.csv")


def test_the_report_counts_and_names(data: Data) -> None:
    report = check(data)
    json.dumps(report.to_json())
    assert report.images == 24
    assert report.classes == {"a": 12, "b": 12}
    assert report.splits == {"train": {"a": 8, "b": 8}, "val": {"a": 4, "b": 4}}
    assert report.annotations == {"box": 3, "nothing": 1, "unknown": 20}
    assert report.avoid == 1
    assert report.groups == 6
    assert report.problems.number == 3
    assert "lies outside the image" in report.problems.first[0]
    assert "9.png" in report.problems.first[1]
    assert "1 leak between training and test images" in report.problems.first[2]
    assert report.leaks.kinds == {"same file": 1}
    assert [(leak.a, leak.b) for leak in report.leaks.first] == [("4.png", "17.png")]
    assert report.near_duplicates_across_classes.number == 1
    assert report.known == 3


def test_the_report_reads_well(data: Data) -> None:
    text = "\n".join(lines(check(data)))
    for part in (
        "table: 24 images, 12 a, 12 b",
        "  val: 8 (4 a, 4 b)",
        "Where to look: 3 box, 1 nothing, 20 unknown",
        "Problems: 3",
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
    assert [part.files for part in parts] == [2, 1, 0, 0, 0]
    text = layout_lines("busi", parts)
    assert text[0] == "Official layout: 2 of 5 parts are there"
    assert text[1] == "        2  **/benign/benign (*).png: images of benign lesions"
    assert text[3] == "  missing  **/malignant/malignant (*).png: images of malignant lesions"
    assert text[-1].startswith("  Distributed by Cairo University")


def test_a_whole_layout_needs_no_address_and_own_data_have_no_layout(tmp_path: Path) -> None:
    complete = [Part(pattern="*.png", holds="images", files=3)]
    assert layout_lines("busi", complete) == ["Official layout: 1 of 1 parts are there", "        3  *.png: images"]
    assert layout("folder", tmp_path) == layout("busi", None) == layout("busi", tmp_path / "nowhere") == []
    assert layout_lines("folder", []) == []


def test_equal_problems_are_one_line_and_the_report_holds_all_of_them(data: Data) -> None:
    assert data.root is not None
    for i in range(24):
        (data.root.parent / f"{i}.png").write_bytes(b"broken")
    report = check(data)
    assert report.problems.number == len(report.problems.all) == 24
    assert len(report.problems.first) == 20
    (line,) = report.problems.grouped
    assert line.startswith("24 images: is not an image that can be read. ")
    assert line.endswith(
        f"(the first is {data.root.parent / '0.png'}; then {data.root.parent / '1.png'}, {data.root.parent / '2.png'} and 21 more)"
    )


def test_long_lists_are_cut_and_counted(data: Data) -> None:
    assert data.root is not None
    for i in range(24):
        (data.root.parent / f"{i}.png").write_bytes((data.root.parent / "0.png").read_bytes())
    report = check(data)
    assert report.leaks.number == len(report.leaks.all) == 22
    assert "  and 2 more" in lines(report)


def test_grouping_near_duplicates_mends_a_drawn_split(data: Data) -> None:
    assert data.root is not None
    table = data.root.read_text(encoding="utf-8").splitlines()
    data.root.write_text(
        "\n".join(",".join(cell for k, cell in enumerate(row.split(",")) if k not in (2, 3)) for row in table), encoding="utf-8"
    )
    leaking = [seed for seed in range(8) if check(data.model_copy(update={"split": Split(seed=seed)})).leaks.number]
    assert leaking
    for seed in leaking:
        grouped = check(data.model_copy(update={"split": Split(seed=seed, near_duplicates=True)}))
        assert grouped.leaks.number == 0


def test_nothing_ends_the_list(data: Data, tmp_path: Path) -> None:
    """Classes are counted and images looked through, although the split cannot be cut; a reader's refusal is a problem as well."""
    report = check(data.model_copy(update={"split": Split(owner=False, folds=20)}))
    assert report.classes == {"a": 12, "b": 12}
    assert report.splits == {}
    said = "\n".join(report.problems.all)
    for part in ("lies outside the image", "9.png", "has 6 groups (images, patients or lesions) for 21 parts"):
        assert part in said
    gone = check(Data(name="table", root=tmp_path / "gone.csv"))
    assert gone.problems.number == 1
    assert "gone.csv" in "\n".join(lines(gone))
    assert "table: no images were read" in lines(gone)


def test_an_id_twice_and_two_labels_do_not_hide_the_rest(data: Data) -> None:
    assert data.root is not None
    data.root.write_text(
        data.root.read_text(encoding="utf-8").replace("image,", "id,image,", 1).replace("\n", "\ni,").replace("\ni,0.png", "\nj,0.png"),
        encoding="utf-8",
    )
    said = "\n".join(check(data).problems.all)
    assert "the id 'i' occurs twice" in said
    assert "lies outside" not in said  # that was one of the ids


def test_it_reads_as_the_recipe_would(data: Data, tmp_path: Path) -> None:
    def problems(**settings: object) -> str:
        return "\n".join(check(load_recipe("energy", {"data.name": "table", "data.root": str(data.root)} | settings)).problems.all)

    assert "needs validation images" not in problems()
    assert "data.roi.of: no training image has a region 'streaks'" in problems(**{"data.roi": {"of": ["streaks"]}})
    assert "data.decoy.positive: unknown class 'c'" in problems(**{"data.decoy": {"positive": "c"}})
    assert "no such file" in problems(**{"data.annotated": str(tmp_path / "none.csv")})
    assert "is guided, but no training image is annotated" in problems(**{"data.annotated_fraction": 0})
    assert "leaks between" not in problems(**{"data.leaks": "warn"})
    assert "train.select=val/aucc: is not a score" in problems(**{"train.select": "val/aucc"})


def test_every_row_that_cannot_be_read_is_said_and_the_others_are_looked_at(data: Data) -> None:
    assert data.root is not None
    rows = data.root.read_text(encoding="utf-8").splitlines()
    for line, broken in ((6, "5 5 x 10"), (7, "9 9"), (12, "1,2 3,4 5,6 7,8")):
        rows[line - 1] = rows[line - 1].rstrip(",") + f',"{broken}",,'
    rows[20] = rows[20].replace("19.png", "gone.png")
    data.root.write_text("\n".join(rows), encoding="utf-8")
    report = check(data)
    said = "\n".join(report.problems.all)
    assert all(f"table.csv line {line}" in said for line in (6, 7, 12, 21)), said
    assert "lies outside the image" in said
    assert "9.png" in said
    assert report.images == 20


@pytest.mark.parametrize("reader", ["yolo", "voc", "labelme", "coco", "cvat", "via", "labelstudio"])
def test_every_annotation_that_cannot_be_read_is_said(tmp_path: Path, reader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey_store, "store_folder", lambda: tmp_path / "store")
    root = tmp_path / "data"
    for i in range(6):
        picture(root / f"p{i}.png", (20 + i, 20))
    BROKEN[reader](root)
    report = check(Data(name=reader, root=root))
    said = "\n".join(report.problems.all)
    for number in (1, 4):  # a file, or an entry in a file
        assert any(f"{what}{number}" in said for what in ("p", "annotation ", "task ")), said
    assert report.images == 4


def _yolo(root: Path) -> None:
    write(root / "classes.txt", "mel\nnev\n")
    for i in range(6):
        write(root / f"p{i}.txt", {1: "0 9 9 9 9\n", 4: "7 0.5 0.5 0.1 0.1\n"}.get(i, f"{i % 2} 0.5 0.5 0.2 0.2\n"))


def _voc(root: Path) -> None:
    for i in range(6):
        corners = "".join(f"<{key}>{'x' if i in (1, 4) else value}</{key}>" for key, value in zip(CORNERS, (2, 2, 9, 9), strict=True))
        box = f"<object><name>{'ab'[i % 2]}</name><bndbox>{corners}</bndbox></object>"
        write(root / f"p{i}.xml", f"<annotation><filename>p{i}.png</filename>{box}</annotation>")


def _labelme(root: Path) -> None:
    for i in range(6):
        points = [[2, 2], [9, 9]] if i not in (1, 4) else [[2]]
        shape = {"label": "ab"[i % 2], "points": points, "shape_type": "rectangle"}
        write(root / f"p{i}.json", {"shapes": [shape], "imagePath": f"p{i}.png", "imageData": None})


def _coco(root: Path) -> None:
    boxes = [[2, 2, 5, 5] if i not in (1, 4) else ["x", 2, 5, 5] for i in range(6)]
    write(
        root / "all.json",
        {
            "images": [{"id": i, "file_name": f"p{i}.png", "width": 20 + i, "height": 20} for i in range(6)],
            "annotations": [{"id": i, "image_id": i, "category_id": i % 2, "bbox": box} for i, box in enumerate(boxes)],
            "categories": [{"id": 0, "name": "a"}, {"id": 1, "name": "b"}],
        },
    )


def _cvat(root: Path) -> None:
    shapes = [f'<box label="{"ab"[i % 2]}" xtl="{"x" if i in (1, 4) else 2}" ytl="2" xbr="9" ybr="9"/>' for i in range(6)]
    images = [f'<image id="{i}" name="p{i}.png" width="{20 + i}" height="20">{shape}</image>' for i, shape in enumerate(shapes)]
    write(root / "annotations.xml", f"<annotations>{''.join(images)}</annotations>")


def _via(root: Path) -> None:
    def entry(i: int) -> dict[str, object]:
        shape = {"name": "rect", "x": "x" if i in (1, 4) else 2, "y": 2, "width": 5, "height": 5}
        return {"filename": f"p{i}.png", "size": 1, "regions": [{"shape_attributes": shape, "region_attributes": {"kind": "ab"[i % 2]}}]}

    write(root / "via.json", {f"p{i}.png1": entry(i) for i in range(6)})


def _labelstudio(root: Path) -> None:
    def task(i: int) -> dict[str, object]:
        value = {"x": "x" if i in (1, 4) else 10, "y": 10, "width": 20, "height": 20, "rotation": 0, "rectanglelabels": ["ab"[i % 2]]}
        result = {
            "original_width": 20 + i,
            "original_height": 20,
            "type": "rectanglelabels",
            "from_name": "l",
            "to_name": "i",
            "value": value,
        }
        return {"id": i, "data": {"image": f"p{i}.png"}, "annotations": [{"result": [result]}]}

    write(root / "project.json", [task(i) for i in range(6)])


CORNERS = ("xmin", "ymin", "xmax", "ymax")
BROKEN = {
    "yolo": _yolo,
    "voc": _voc,
    "labelme": _labelme,
    "coco": _coco,
    "cvat": _cvat,
    "via": _via,
    "labelstudio": _labelstudio,
}
