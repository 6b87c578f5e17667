"""Where annotations are written, what is refused, and what is said of what a format cannot hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import sightline as sl
from sightline import catalog
from sightline.cli import app
from sightline.data.sets.phantom import read as phantom
from sightline.engine.annotation_files import FILE_OF, FORMATS, write_annotations
from sightline.errors import UserError
from sightline.types import Annotation, Record

OF_ANY_PICTURES = [kind for kind in FORMATS if kind != "dicom_seg"]
BOX = Annotation("box", points=((1.0, 2.0, 5.0, 6.0),))


def record(folder: Path, name: str = "a.png", label: str = "mel", **more: object) -> Record:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (10, 8)).save(path)
    return Record(name, path, label, **{"annotations": (BOX,), **more})  # type: ignore[arg-type]


def message(call: Callable[[], object]) -> str:
    with pytest.raises(UserError) as error:
        call()
    return str(error.value)


@pytest.mark.parametrize("kind", OF_ANY_PICTURES)
def test_nothing_that_exists_is_overwritten_unasked(kind: str, tmp_path: Path) -> None:
    out = tmp_path / f"out{FILE_OF.get(kind, '')}"
    write_annotations([record(tmp_path)], kind, out)
    before = sorted((path.name, path.stat().st_mtime_ns) for path in tmp_path.rglob("*"))
    assert "is there already" in message(lambda: write_annotations([record(tmp_path / "more")], kind, out))
    if kind in FILE_OF:
        write_annotations([record(tmp_path / "more", "b.png")], kind, out, overwrite=True)
        assert "b.png" in out.read_text(encoding="utf-8")
    else:
        kept = [pair for pair in before if pair[0] != "a.png"]
        assert set(kept) <= {(path.name, path.stat().st_mtime_ns) for path in tmp_path.rglob("*")}


@pytest.mark.parametrize("kind", OF_ANY_PICTURES)
def test_a_failure_leaves_nothing_behind(kind: str, tmp_path: Path) -> None:
    wrong = record(tmp_path / "photos", "b.png", annotations=(Annotation("box", points=((20.0, 2.0, 25.0, 6.0),)),))
    out = tmp_path / f"out{FILE_OF.get(kind, '')}"
    assert "lies outside the image" in message(lambda: write_annotations([record(tmp_path / "photos"), wrong], kind, out))
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


def test_what_cannot_be_written_is_refused_in_one_line(tmp_path: Path) -> None:
    one, out = record(tmp_path), tmp_path / "x.json"
    drawn = phantom(None, size=32, train=2, val=2, test=2)
    for records, kind, place, said in (
        ([one], "cocos", out, 'Did you mean "coco"'),
        ([], "coco", out, "there is no image"),
        ([one], "coco", tmp_path / "x.xml", "does not end in .json"),
        ([one], "coco", tmp_path, "is a folder"),
        (drawn, "coco", out, "is no picture in a file of its own"),
        ([one, one], "coco", out, "is the picture of two records"),
        ([record(tmp_path, label="a/b")], "yolo", tmp_path / "y", "cannot be the name of the folder"),
        ([record(tmp_path, label="test")], "yolo", tmp_path / "y", "cannot be the name of the folder"),
        ([record(tmp_path, annotations=())], "yolo", tmp_path / "y", "no image has a box or an outline"),
        ([record(tmp_path, split="external")], "yolo", tmp_path / "y", "split 'external'"),
    ):
        assert said in message(lambda records=records, kind=kind, place=place: write_annotations(records, kind, place))  # type: ignore[misc]
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


SOFT = (
    Annotation("gaze", points=((1.0, 1.0, 0.3), (4.7, 2.2, 0.1), (99.0, 1.0, 0.2), (float("nan"), 1.0, 0.2))),
    Annotation("heatmap", source=Path("heat.png")),
)


@pytest.mark.parametrize("kind", OF_ANY_PICTURES)
def test_gaze_is_written_as_points_where_there_are_points(kind: str, tmp_path: Path) -> None:
    out = tmp_path / f"out{FILE_OF.get(kind, '')}"
    given = [record(tmp_path, "g.png", annotations=SOFT[:1]), record(tmp_path, "h.png", "nev")]
    notes = write_annotations(given, kind, out).notes
    pointed = kind not in ("coco", "yolo")
    words = "written as points, without durations, and are no region when they are read again" if pointed else "not written"
    assert notes[0] == f"Gaze recordings are {words}: 1 image (g.png)"
    options = {"by": "folder"} if kind == "yolo" else {}
    found = {r.image.resolve().name: r for r in catalog.make("data", kind, options, out, where="x")}  # type: ignore[union-attr]
    assert (found["g.png"].label, found["g.png"].annotations) == ("mel", ()), "no place is known"
    text = "".join(path.read_text(encoding="utf-8") for path in ([out] if out.is_file() else sorted(out.rglob("*.json"))))
    held = {
        "labelme": '"points"',
        "cvat": 'points="1.5,1.5;4.5,2.5"',
        "via": '"cx": 4.5, "cy": 2.5',
        "labelstudio": '"x": 45.0, "y": 31.25',
    }
    assert held.get(kind, "") in text
    assert "99.5" not in text, "what lies outside of the picture"


def test_what_a_format_cannot_hold_is_said_once(tmp_path: Path) -> None:
    heat = tmp_path / "heat.png"
    Image.new("L", (10, 8), 100).save(heat)
    soft = record(tmp_path, "g.png", annotations=(SOFT[0], Annotation("heatmap", source=heat)))
    avoiding = record(tmp_path, "h.png", avoid=(BOX,), group="P1")
    notes = write_annotations([soft, avoiding], "yolo", tmp_path / "out").notes
    assert [note.split(":")[0] for note in notes if "data." not in note] == [
        "Gaze recordings are not written",
        "Heat maps have no outline and are not written",
        "Places to avoid and further regions are not written",
        "YOLO has no place for groups and tags, which are not written",
    ]


def test_other_programs_find_what_they_expect(tmp_path: Path) -> None:
    inside = np.zeros((8, 10), np.uint8)
    inside[1:4, 2:5] = 255
    Image.fromarray(inside).save(tmp_path / "m.png")
    records = [record(tmp_path / "photos", annotations=(BOX, Annotation("mask", tmp_path / "m.png")), split="train")]
    for kind, name in (("coco", "c.json"), ("via", "v.json"), ("labelstudio", "l.json"), ("cvat", "c.xml"), ("labelme", "lm")):
        write_annotations(records, kind, tmp_path / "photos" / name)
    coco = json.loads((tmp_path / "photos/c.json").read_text(encoding="utf-8"))
    assert [(one["file_name"], one["height"], one["width"]) for one in coco["images"]] == [("a.png", 8, 10)]
    assert [(one["bbox"], one["area"], one["iscrowd"]) for one in coco["annotations"]] == [([1, 2, 4, 4], 16, 0), ([2, 1, 3, 3], 9, 0)]
    assert coco["categories"] == [{"id": 1, "name": "mel"}]
    size = (tmp_path / "photos/a.png").stat().st_size
    (via,) = json.loads((tmp_path / "photos/v.json").read_text(encoding="utf-8")).items()
    assert (via[0], via[1]["size"], via[1]["filename"]) == (f"a.png{size}", size, "a.png")
    (task,) = json.loads((tmp_path / "photos/l.json").read_text(encoding="utf-8"))
    assert task["data"]["image"] == "/data/local-files/?d=a.png"
    assert [one["type"] for one in task["annotations"][0]["result"]] == ["choices", "rectanglelabels", "brushlabels"]
    image = ElementTree.parse(tmp_path / "photos/c.xml").getroot().find("image")
    assert image is not None
    assert {key: image.get(key) for key in ("name", "subset", "width")} == {"name": "a.png", "subset": "train", "width": "10"}
    assert [one.tag for one in image] == ["tag", "box", "mask"]
    shown = json.loads((tmp_path / "photos/lm/a.json").read_text(encoding="utf-8"))
    assert (shown["imagePath"], shown["flags"]) == ("../a.png", {"mel": True})
    assert [one["shape_type"] for one in shown["shapes"]] == ["rectangle", "mask"]


def test_the_verb_converts_what_a_reader_reads(tmp_path: Path) -> None:
    for name in ("mel/a.png", "nev/b.png"):
        record(tmp_path / "photos", name)
    call = ["data", "convert", "--data", "folder", "--root", str(tmp_path / "photos"), "--to", "via", "--out", str(tmp_path / "v.json")]
    done = CliRunner().invoke(app, call)
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, f"{tmp_path / 'v.json'}: 2 images, 0 of them annotated")
    assert isinstance(CliRunner().invoke(app, call).exception, UserError)
    done = CliRunner().invoke(app, [*call, "--overwrite", "--set", "data.classes={any: [mel, nev]}"])
    assert done.exit_code == 0
    written = sl.convert("via", tmp_path / "v.json", to="coco", out=tmp_path / "c.json")
    assert (written.format, written.files, written.images, written.unknown) == ("coco", 1, 2, 2)
