"""Exports of other annotation tools: LabelMe, YOLO, VIA, Label Studio, CVAT."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from faulty.fault import Fault, Judge, Step, either, reads, refused
from faulty.scenes import LABELS, NAMES, SIDE, pictures, place, save, scene

ALL = len(NAMES)
FIRST = NAMES[0]
Tree = dict[str, Any]


def _check(reader: str, root: str) -> list[str]:
    return ["data", "check", reader, "--root", root, "--json", "report.json"]


def faults() -> list[Fault]:
    """An export over the same 20 pictures each."""

    def labelme(name: str) -> Tree:
        x0, y0, x1, y1 = place(name)
        shape = {"label": LABELS[name], "points": [[x0, y0], [x1, y0], [x1, y1]], "shape_type": "polygon", "flags": {}, "group_id": None}
        return {
            "version": "5.2.1",
            "flags": {},
            "shapes": [shape],
            "imagePath": f"{name}.png",
            "imageData": None,
            "imageHeight": SIDE,
            "imageWidth": SIDE,
        }

    def labelmes(folder: Path, change: Callable[[Tree], object], reader: str = "labelme") -> list[Step]:
        pictures(folder / "d")
        for name in NAMES:
            tree = labelme(name)
            changed = change(tree) if name == FIRST else None
            (folder / "d" / f"{name}.json").write_text(changed if isinstance(changed, str) else json.dumps(tree), encoding="utf-8")
        return [_check(reader, "d")]

    def yolo(
        folder: Path,
        change: Callable[[str], str],
        names: str | None = "names: [melanoma, nevus]\n",
        image: str = "images",
        marks: str = "labels",
    ) -> list[Step]:
        for name in NAMES:
            save(folder / "d" / image / f"{name}.png", scene(name))
            x0, y0, x1, y1 = place(name)
            shares = ((x0 + x1) / 2 / SIDE, (y0 + y1) / 2 / SIDE, (x1 - x0) / SIDE, (y1 - y0) / SIDE)
            line = f"{int(LABELS[name] == 'nevus')} {' '.join(f'{v:.5f}' for v in shares)}\n"
            path = folder / "d" / marks / f"{name}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(change(line) if name == FIRST else line, encoding="utf-8")
        if names is not None:
            (folder / "d" / "data.yaml").write_text(names, encoding="utf-8")
        return [_check("yolo", "d")]

    def via(folder: Path, change: Callable[[Tree], object]) -> list[Step]:
        pictures(folder / "d")
        tree = {}
        for name in NAMES:
            x0, y0, x1, y1 = place(name)
            region = {
                "shape_attributes": {"name": "rect", "x": x0, "y": y0, "width": x1 - x0, "height": y1 - y0},
                "region_attributes": {"label": LABELS[name]},
            }
            tree[f"{name}.png-1"] = {"filename": f"{name}.png", "size": 1, "regions": [region], "file_attributes": {}}
        changed = change(tree)
        (folder / "d" / "via.json").write_text(changed if isinstance(changed, str) else json.dumps(tree), encoding="utf-8")
        return [_check("via", "d")]

    def studio(folder: Path, change: Callable[[list[Tree]], object]) -> list[Step]:
        pictures(folder / "d")
        tasks = []
        for i, name in enumerate(NAMES):
            x0, y0, x1, y1 = (100 * v / SIDE for v in place(name))
            value = {"x": x0, "y": y0, "width": x1 - x0, "height": y1 - y0, "rotation": 0, "rectanglelabels": [LABELS[name]]}
            result = {
                "type": "rectanglelabels",
                "value": value,
                "original_width": SIDE,
                "original_height": SIDE,
                "from_name": "label",
                "to_name": "image",
                "id": f"r{i}",
            }
            tasks.append(
                {
                    "id": i,
                    "data": {"image": f"/data/upload/1/0a1b2c3d-{name}.png"},
                    "annotations": [{"id": i, "result": [result], "was_cancelled": False}],
                }
            )
        changed = change(tasks)
        (folder / "d" / "project.json").write_text(changed if isinstance(changed, str) else json.dumps(tasks), encoding="utf-8")
        return [_check("labelstudio", "d")]

    def cvat(folder: Path, change: Callable[[str], str]) -> list[Step]:
        pictures(folder / "d")
        parts = []
        for i, name in enumerate(NAMES):
            x0, y0, x1, y1 = place(name)
            parts.append(
                f'<image id="{i}" name="{name}.png" width="{SIDE}" height="{SIDE}"><box label="{LABELS[name]}" occluded="0" '
                f'xtl="{x0}" ytl="{y0}" xbr="{x1}" ybr="{y1}"/></image>'
            )
        (folder / "d" / "annotations.xml").write_text(
            change(f"<annotations><version>1.1</version>{''.join(parts)}</annotations>"), encoding="utf-8"
        )
        return [_check("cvat", "d")]

    read = reads(images=ALL, known=ALL)
    same: Callable[[Any], Any] = lambda x: None  # noqa: E731
    keep: Callable[[str], str] = lambda x: x  # noqa: E731

    def fault(name: str, build: Callable[[Path], list[Step]], judge: Judge) -> Fault:
        return Fault("annotation tools", name, build, judge)

    return [
        fault("LabelMe: plain", partial(labelmes, change=same), read),
        fault("LabelMe: backslashes", partial(labelmes, change=lambda t: t.update(imagePath=f"..\\d\\{FIRST}.png")), read),
        fault("LabelMe: an unknown shape", partial(labelmes, change=lambda t: t["shapes"][0].update(shape_type="cuboid")), refused(FIRST)),
        fault(
            "LabelMe: a polygon of one point", partial(labelmes, change=lambda t: t["shapes"][0].update(points=[[1, 1]])), refused(FIRST)
        ),
        fault(
            "LabelMe: points of words", partial(labelmes, change=lambda t: t["shapes"][0].update(points=[["a", "b"]] * 3)), refused(FIRST)
        ),
        fault("LabelMe: no shapes key", partial(labelmes, change=lambda t: t.pop("shapes") and None), reads(f"{FIRST}.json")),
        fault("LabelMe: another size", partial(labelmes, change=lambda t: t.update(imageWidth=96)), refused(FIRST)),
        fault("LabelMe: cut JSON", partial(labelmes, change=lambda t: json.dumps(t)[:50]), refused(FIRST)),
        fault(
            "LabelMe: a picture that is not there",
            partial(labelmes, change=lambda t: t.update(imagePath="gone.png")),
            either(read, refused("gone.png")),
        ),
        fault(
            "LabelMe: two labels",
            partial(labelmes, change=lambda t: t["shapes"].append({**t["shapes"][0], "label": "nevus"})),
            refused(FIRST),
        ),
        fault("LabelMe read as folder", partial(labelmes, change=same, reader="folder"), refused("labelme")),
        fault("LabelMe read as COCO", partial(labelmes, change=same, reader="coco"), refused("labelme")),
        fault("YOLO: plain", partial(yolo, change=keep), read),
        fault("YOLO: polygons", partial(yolo, change=lambda s: "0 0.1 0.1 0.5 0.1 0.5 0.5\n"), read),
        fault("YOLO: pixels in place of shares", partial(yolo, change=lambda s: "0 20 20 10 10\n"), refused(FIRST)),
        fault("YOLO: a class beyond the names", partial(yolo, change=lambda s: "7" + s[1:]), refused(FIRST, "7")),
        fault("YOLO: words", partial(yolo, change=lambda s: "melanoma" + s[1:]), refused(FIRST)),
        fault("YOLO: three numbers", partial(yolo, change=lambda s: "0 0.5 0.5\n"), refused(FIRST)),
        fault("YOLO: NaN", partial(yolo, change=lambda s: "0 nan nan nan nan\n"), refused(FIRST)),
        fault("YOLO: two classes", partial(yolo, change=lambda s: s + "1" + s[1:]), refused(FIRST)),
        fault("YOLO: no names", partial(yolo, change=keep, names=None), either(read, refused("data.yaml"), refused("names"))),
        fault("YOLO: names as a mapping", partial(yolo, change=keep, names="names:\n  0: melanoma\n  1: nevus\n"), read),
        fault("YOLO: names that are no YAML", partial(yolo, change=keep, names="names: [a"), refused("data.yaml")),
        fault("VIA: plain", partial(via, change=same), read),
        fault(
            "VIA: an unknown shape",
            partial(via, change=lambda t: next(iter(t.values()))["regions"][0]["shape_attributes"].update(name="star")),
            refused(FIRST),
        ),
        fault(
            "VIA: regions as a mapping",
            partial(via, change=lambda t: [e.update(regions=dict(enumerate(e["regions"]))) for e in t.values()] and None),
            read,
        ),
        fault(
            "VIA: a rectangle without width",
            partial(via, change=lambda t: next(iter(t.values()))["regions"][0]["shape_attributes"].pop("width") and None),
            refused(FIRST),
        ),
        fault("VIA: cut", partial(via, change=lambda t: json.dumps(t)[:99]), refused("via.json")),
        fault("Label Studio: plain", partial(studio, change=same), read),
        fault(
            "Label Studio: no results",
            partial(studio, change=lambda t: t[0]["annotations"][0].update(result=[])),
            either(reads("1", images=ALL - 1), refused(FIRST), refused("task 0")),
        ),
        fault(
            "Label Studio: beyond 100 percent",
            partial(studio, change=lambda t: t[0]["annotations"][0]["result"][0]["value"].update(x=900)),
            refused(FIRST),
        ),
        fault(
            "Label Studio: words",
            partial(studio, change=lambda t: t[0]["annotations"][0]["result"][0]["value"].update(x="left")),
            either(refused(FIRST), refused("task 0")),
        ),
        fault("Label Studio: cut", partial(studio, change=lambda t: json.dumps(t)[:99]), refused("project.json")),
        fault("CVAT: plain", partial(cvat, change=keep), read),
        fault("CVAT: cut", partial(cvat, change=lambda x: x[:300]), refused("annotations.xml")),
        fault("CVAT: a box of words", partial(cvat, change=lambda x: x.replace('xtl="', 'xtl="a', 1)), refused(FIRST)),
        fault("CVAT: no label", partial(cvat, change=lambda x: x.replace(' label="melanoma"', "", 1)), refused(FIRST)),
        fault(
            "CVAT: an image that is not there", partial(cvat, change=lambda x: x.replace(f"{FIRST}.png", "gone.png")), refused("gone.png")
        ),
    ]
