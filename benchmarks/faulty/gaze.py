"""Gaze recordings and heat maps beside a table, and tables as JSON lines."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from faulty.fault import Fault, Judge, Step, either, reads, refused
from faulty.scenes import LABELS, NAMES, SIDE, place, rows, save
from faulty.tables import ALL, FIRST, build, fault_of


def faults() -> list[Fault]:
    """Counted among the tables."""
    return [*_gaze(), *_heat_maps(), *_json_lines()]


def _gaze() -> list[Fault]:
    points = "x,y,duration\n" + "".join(f"{20 + i % 3},{18 + i % 5},0.2\n" for i in range(12))
    table = rows("image,label,gaze", cells={FIRST: {"gaze": "g.csv"}})

    def fault(name: str, content: bytes | str, judge: Judge, *settings: str) -> Fault:
        return Fault("tables", f"gaze: {name}", partial(_with_gaze, content=content, text=table, settings=settings), judge)

    known = reads(images=ALL, known=1)

    def shared(name: str, content: str, judge: Judge) -> Fault:
        text = rows("image,label,gaze", cells={n: {"gaze": "g.csv"} for n in NAMES})
        return Fault("tables", f"gaze: {name}", partial(_with_gaze, content=content, text=text, settings=()), judge)

    def timed(header: str, times: str) -> str:
        return f"x,y,{header}\n" + "".join(f"{20 + i % 3},{18 + i % 5},{times}\n" for i in range(12))

    whose = "image,x,y\n" + "".join(f"{n}.png,20,18\n" for n in NAMES)
    return [
        shared("one file of all images", whose, reads("column 'image'", images=ALL, known=ALL)),
        shared("one file of all images, without the image of one", whose.replace(f"{FIRST}.png", "other"), refused("line 2", "no sample")),
        shared("one file of all images that does not say whose", points, refused("line 2", "which image")),
        fault("dwell times", timed("dwell_time_ms", "200"), reads("dwell_time_ms", images=ALL, known=1)),
        fault("start and end", timed("start,end", "100,300"), reads("'start'", "duration", images=ALL, known=1)),
        fault("samples that are not valid", timed("validity", "1") + "0,0,0\n", reads("not valid", images=ALL, known=1)),
        fault("codes of validity", timed("validity", "4"), refused("g.csv", "validity")),
        fault("a further column", timed("pupil", "3.2"), reads("pupil", images=ALL, known=1)),
        fault("mostly outside", "x,y\n20,18\n" + "900,900\n" * 14, reads("93%", images=ALL, known=1)),
        fault("plain", points, known),
        fault("semicolons", points.replace(",", ";"), either(known, refused("g.csv"))),
        fault("Latin-1", points.encode() + "# Häufung\n".encode("latin-1"), either(known, refused("g.csv"))),
        fault("no header", points.split("\n", 1)[1], refused("g.csv")),
        fault("words for numbers", points.replace("20,", "left,"), refused("g.csv", "line")),
        fault("empty", "", refused("g.csv")),
        fault("header alone", "x,y,duration\n", either(reads(images=ALL, known=0), refused("g.csv"))),
        fault("shares", "x,y,duration\n" + "".join(f"0.{40 + i},0.{45 + i},0.2\n" for i in range(12)), refused("share", "units")),
        fault("wholly outside", "x,y\n" + "900,900\n" * 5, either(reads(images=ALL, known=0), refused("g.csv"))),
        fault("negative durations", points.replace(",0.2", ",-0.2"), refused("g.csv")),
        fault("NaN samples, as trackers write them in blinks", points + "nan,nan,0.1\n", either(known, refused("g.csv"))),
    ]


def _with_gaze(folder: Path, content: bytes | str, text: str, settings: tuple[str, ...]) -> list[Step]:
    (folder / "g.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    return build(folder, text, "t.csv", settings)


def _heat_maps() -> list[Fault]:
    known = reads(images=ALL, known=ALL)

    def fault(name: str, change: Callable[[np.ndarray], np.ndarray], judge: Judge, suffix: str = "png") -> Fault:
        return Fault("tables", f"heat map: {name}", partial(_with_maps, change=change, suffix=suffix), judge)

    def colours(heat: np.ndarray) -> np.ndarray:
        return (255 * np.stack([heat, 1 - np.abs(2 * heat - 1), 1 - heat], axis=2)).astype(np.uint8)

    def opacity(heat: np.ndarray) -> np.ndarray:
        return np.dstack([np.full((*heat.shape, 3), 255), 255 * heat]).astype(np.uint8)

    return [
        fault("plain", lambda heat: (255 * heat).astype(np.uint8), known),
        fault("in colours", colours, refused("heat map", "colours")),
        fault("in the alpha channel", opacity, known),
        fault("inverted", lambda heat: (255 - 255 * heat).astype(np.uint8), reads("exchanged", images=ALL)),
        fault("empty", lambda heat: (0 * heat).astype(np.uint8), reads("marks nothing", images=ALL)),
        fault("of 16 bits up to 1000", lambda heat: (1000 * heat).astype(np.uint16), reads("1000", images=ALL, known=ALL)),
        fault("floats up to 0.02", lambda heat: (heat / 50).astype(np.float32), reads("0.02", images=ALL, known=ALL), suffix="tiff"),
    ]


def _with_maps(folder: Path, change: Callable[[np.ndarray], np.ndarray], suffix: str) -> list[Step]:
    for name in NAMES:
        x0, y0, x1, y1 = place(name)
        y, x = np.mgrid[:SIDE, :SIDE]
        save(folder / "maps" / f"{name}.{suffix}", change(np.clip(1 - np.hypot(x - (x0 + x1) / 2, y - (y0 + y1) / 2) / 9, 0, 1)))
    return build(folder, rows("image,label,heatmap", cells={n: {"heatmap": f"maps/{n}.{suffix}"} for n in NAMES}), "t.csv", ())


def _json_lines() -> list[Fault]:
    lines = [f'{{"image": "{n}.png", "label": "{LABELS[n]}", "box": {list(place(n))}}}' for n in NAMES]
    read = reads(images=ALL, known=ALL)

    def fault(name: str, content: str, judge: Judge) -> Fault:
        return fault_of(f"JSON lines: {name}", content, judge, file="t.jsonl")

    return [
        fault("plain", "\n".join(lines), read),
        fault("a line that is cut", "\n".join([*lines[:-1], lines[-1][:20]]), refused("line 20", "json")),
        fault("a list in place of an object", "\n".join([*lines, "[1, 2]"]), refused("line 21")),
        fault("one array", "[" + ",\n".join(lines) + "]", refused("t.jsonl")),
        fault(
            "NaN",
            lines[0].replace(str(list(place(FIRST))), "NaN") + "\n" + "\n".join(lines[1:]),
            either(reads(images=ALL, known=ALL - 1), refused("line 1")),
        ),
        fault("a number for an image", lines[0].replace(f'"{FIRST}.png"', "7") + "\n" + "\n".join(lines[1:]), refused("line 1")),
        fault(
            "an object for a box",
            lines[0].replace(str(list(place(FIRST))), '{"x": 1}') + "\n" + "\n".join(lines[1:]),
            refused("line 1", "box"),
        ),
        fault("nested without end", '{"image": ' + "[" * 5000, refused("t.jsonl")),
    ]
