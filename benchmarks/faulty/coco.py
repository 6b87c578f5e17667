"""COCO files as annotation tools and scripts export them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from faulty.fault import Fault, Judge, Step, either, reads, refused
from faulty.scenes import LABELS, NAMES, SIDE, pictures, place

ALL = len(NAMES)
FIRST = NAMES[0]
Tree = dict[str, Any]


def coco_tree() -> Tree:
    """One image a picture, one box with its outline each, a category per class."""
    images = [{"id": i + 1, "file_name": f"{n}.png", "width": SIDE, "height": SIDE} for i, n in enumerate(NAMES)]
    categories = [{"id": 1, "name": "melanoma"}, {"id": 2, "name": "nevus"}]
    annotations = []
    for i, name in enumerate(NAMES):
        x0, y0, x1, y1 = place(name)
        annotations.append(
            {
                "id": 100 + i,
                "image_id": i + 1,
                "category_id": 1 if LABELS[name] == "melanoma" else 2,
                "bbox": [x0, y0, x1 - x0, y1 - y0],
                "area": (x1 - x0) * (y1 - y0),
                "segmentation": [[x0, y0, x1, y0, x1, y1, x0, y1]],
                "iscrowd": 0,
            }
        )
    return {"images": images, "annotations": annotations, "categories": categories}


def _coco_build(folder: Path, change: Callable[[Tree], object]) -> list[Step]:
    root = folder / "coco"
    pictures(root)
    tree = coco_tree()
    replaced = change(tree)
    content = replaced if isinstance(replaced, str) else json.dumps(replaced if isinstance(replaced, dict | list) else tree)
    (root / "instances.json").write_text(content, encoding="utf-8")
    return [["data", "check", "coco", "--root", "coco", "--json", "report.json"]]


def _each(part: str, **values: Any) -> Callable[[Tree], None]:
    """Sets keys of every entry; a function gets the entry, None as a value is kept, `...` removes the key."""

    def change(tree: Tree) -> None:
        for entry in tree[part]:
            _set(entry, values)

    return change


def _one(part: str, **values: Any) -> Callable[[Tree], None]:
    return lambda tree: _set(tree[part][0], values)


def _set(entry: Tree, values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        if value is ...:
            entry.pop(key, None)
        else:
            entry[key] = value(entry) if callable(value) else value


def _pairs(numbers: list[float]) -> list[list[float]]:
    return [numbers[i : i + 2] for i in range(0, len(numbers), 2)]


def faults() -> list[Fault]:
    """One file over the same 20 pictures each."""
    read = reads(images=ALL, known=ALL)

    def fault(name: str, change: Callable[[Tree], object], judge: Judge) -> Fault:
        return Fault("annotation tools", f"COCO: {name}", partial(_coco_build, change=change), judge)

    def duplicate(tree: Tree) -> None:
        tree["images"][1]["id"] = 1

    def twice(tree: Tree) -> None:
        tree["images"][1]["file_name"] = tree["images"][0]["file_name"]

    def half(tree: Tree) -> None:
        tree["annotations"] = [a for a in tree["annotations"] if a["image_id"] > 4]

    def two_categories(tree: Tree) -> None:
        tree["annotations"].append({**tree["annotations"][0], "id": 999, "category_id": 2})

    box = {"bbox": ...}
    outline = {"segmentation": ...}
    return [
        fault("plain", lambda t: None, read),
        fault("sizes are null", _each("images", width=None, height=None), read),
        fault("no sizes", _each("images", width=..., height=...), read),
        fault("sizes 0", _each("images", width=0, height=0), either(read, refused("size"), refused("width"))),
        fault(
            "declared size is double, boxes",
            lambda t: (_each("images", width=96, height=96)(t), _each("annotations", **outline)(t)),
            refused("96"),
        ),
        fault(
            "declared size is double, outlines",
            lambda t: (_each("images", width=96, height=96)(t), _each("annotations", **box)(t)),
            refused("96"),
        ),
        fault("width and height exchanged on oblong pictures", _one("images", width=30, height=48), refused(FIRST)),
        fault("empty boxes", _each("annotations", bbox=[]), read),
        fault("no boxes", _each("annotations", **box), read),
        fault("boxes are null", _each("annotations", bbox=None), read),
        fault("outlines are null", _each("annotations", segmentation=None), read),
        fault("no outlines", _each("annotations", **outline), read),
        fault("neither", _each("annotations", **box, **outline), reads("20 objects without outline or box")),
        fault("outlines without a list around", _each("annotations", segmentation=lambda a: a["segmentation"][0]), read),
        fault(
            "outlines of nested pairs",
            _each("annotations", segmentation=lambda a: [_pairs(a["segmentation"][0])]),
            read,
        ),
        fault("an outline of two points", _one("annotations", segmentation=[[1, 1, 5, 5]]), either(read, refused("100"))),
        fault("an outline of words", _one("annotations", segmentation=[["a", "b", "c"] * 2]), refused("100")),
        fault("a box of three numbers", _one("annotations", bbox=[1, 2, 3], segmentation=[]), refused("100")),
        fault("a box of words", _one("annotations", bbox=["a", "b", "c", "d"], segmentation=[]), refused("100")),
        fault("a box with NaN", _one("annotations", bbox=[float("nan")] * 4, segmentation=[]), refused("100")),
        fault("a box of no width", _one("annotations", bbox=[5, 5, 0, 3], segmentation=[]), reads("1 object without outline or box")),
        fault("a box outside", _one("annotations", bbox=[900, 900, 5, 3], segmentation=[]), refused("outside")),
        fault("boxes as shares", _each("annotations", bbox=lambda a: [v / SIDE for v in a["bbox"]], segmentation=[]), refused("share")),
        fault("ids as text in one part", _each("images", id=lambda e: str(e["id"])), read),
        fault("categories as text in one part", _each("annotations", category_id=lambda e: str(e["category_id"])), read),
        fault("an image id twice", duplicate, refused("1", NAMES[1])),
        fault("a file twice", twice, refused(f"{FIRST}.png")),
        fault("a category that is not declared", _one("annotations", category_id=77), refused("77")),
        fault("an annotation of an image that is not listed", _one("annotations", image_id=777), refused("777")),
        fault("no annotations for four", half, reads("4", images=ALL - 4)),
        fault("no annotations at all", lambda t: t.update(annotations=[]), refused("coco")),
        fault("no images", lambda t: t.update(images=[]), refused("coco")),
        fault("no categories", lambda t: t.update(categories=[]), refused("categor")),
        fault("an image of two categories", two_categories, refused(FIRST)),
        fault("backslashes", _each("images", file_name=lambda e: ".\\" + e["file_name"]), read),
        fault("an image that is not there", _one("images", file_name="gone.png"), refused("gone.png")),
        fault("a path that leaves the folder", _one("images", file_name="../../../etc/passwd"), refused("passwd")),
        fault("no file names", _each("images", file_name=...), refused("file_name")),
        fault("images is an object", lambda t: t.update(images={}), refused("instances.json")),
        fault("annotations of null", lambda t: t.update(annotations=[None]), refused("instances.json")),
        fault("a list at the top", lambda t: [t], refused("instances.json")),
        fault("a list of numbers", lambda t: [1, 2], refused("instances.json")),
        fault("cut in half", lambda t: json.dumps(t)[:2000], refused("instances.json")),
        fault("empty", lambda t: "", refused("instances.json")),
        fault("a LabelMe file", lambda t: {"version": "5.0", "shapes": [], "imagePath": "a.png"}, refused("labelme")),
        fault("a VIA project", lambda t: {"_via_settings": {}, "_via_img_metadata": {}}, refused("via")),
        fault("nested without end", lambda t: '{"images": ' + "[" * 100_000, refused("instances.json")),
        fault("RLE of another size", _one("annotations", segmentation={"size": [9, 9], "counts": [81]}), refused(FIRST, "9 x 9")),
        fault("RLE that does not add up", _one("annotations", segmentation={"size": [SIDE, SIDE], "counts": [5, 5]}), refused("100")),
        fault("RLE of garbage", _one("annotations", segmentation={"size": [SIDE, SIDE], "counts": "????"}), refused("100")),
    ]
