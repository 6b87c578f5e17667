"""Pascal VOC folders as annotation tools and scripts export them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from faulty.fault import Fault, Judge, Step, either, reads, refused
from faulty.scenes import LABELS, NAMES, SIDE, place, save, scene

ALL = len(NAMES)
FIRST = NAMES[0]


def voc_xml(name: str, extra: str = "", size: str | None = None, filename: str | None = None) -> str:
    """The annotation of one picture."""
    x0, y0, x1, y1 = place(name)
    told = f"<size><width>{SIDE}</width><height>{SIDE}</height><depth>3</depth></size>" if size is None else size
    return (
        f"<annotation><folder>x</folder><filename>{filename or name + '.png'}</filename>{told}<object><name>{LABELS[name]}</name>"
        f"<bndbox><xmin>{x0 + 1}</xmin><ymin>{y0 + 1}</ymin><xmax>{x1}</xmax><ymax>{y1}</ymax></bndbox></object>{extra}</annotation>"
    )


def faults() -> list[Fault]:
    """One folder over the same 20 pictures each."""

    def devkit(folder: Path, images: str, marks: str, sets: Mapping[str, list[str]], write: Callable[[str], str]) -> list[Step]:
        for name in NAMES:
            save(folder / "voc" / images / f"{name}.png", scene(name))
            path = folder / "voc" / marks / f"{name}.xml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(write(name), encoding="utf-8")
        for name, members in sets.items():
            path = folder / "voc" / "ImageSets" / "Main" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(members), encoding="utf-8")
        return [["data", "check", "voc", "--root", "voc", "--json", "report.json"]]

    def fault(
        name: str,
        judge: Judge,
        write: Callable[[str], str] = voc_xml,
        images: str = "JPEGImages",
        marks: str = "Annotations",
        sets: Mapping[str, list[str]] | None = None,
    ) -> Fault:
        return Fault("annotation tools", f"VOC: {name}", partial(devkit, images=images, marks=marks, sets=sets or {}, write=write), judge)

    def first(change: Callable[[str], str]) -> Callable[[str], str]:
        return lambda name: change(voc_xml(name)) if name == FIRST else voc_xml(name)

    parts = (NAMES[0:6] + NAMES[10:16], NAMES[6:8] + NAMES[16:18], NAMES[8:10] + NAMES[18:20])
    bomb = (
        '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">'
        + "".join(f'<!ENTITY {c} "{f"&{p};" * 10}">' for p, c in zip("abcdefgh", "bcdefghi", strict=True))
        + "]>"
    )
    read = reads(images=ALL, known=ALL)
    return [
        fault("devkit", read),
        fault("side by side", read, images="", marks=""),
        fault("lower case folders", read, images="images", marks="annotations"),
        *(
            fault(
                f"sets called {', '.join(names)}",
                reads(images=ALL, owners_split=True, splits__train={"melanoma": 6, "nevus": 6}),
                sets=dict(zip(names, parts, strict=True)),
            )
            for names in (
                ("train.txt", "val.txt", "test.txt"),
                ("Train.txt", "Validation.txt", "Test.txt"),
                ("TRAIN.TXT", "VALID.TXT", "TEST.TXT"),
            )
        ),
        fault("broken XML", refused(FIRST), first(lambda x: x[:-20])),
        fault("empty XML", refused(FIRST), first(lambda x: "")),
        fault("entities that grow", refused(FIRST), first(lambda x: bomb + x.replace("<folder>x", "<folder>&i;"))),
        fault(
            "entities that read a file",
            refused(FIRST),
            first(lambda x: '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + x.replace("<folder>x", "<folder>&x;")),
        ),
        fault("a box of words", refused(FIRST), first(lambda x: x.replace("<xmin>", "<xmin>left"))),
        fault("no box", refused(FIRST), first(lambda x: x.replace("bndbox", "box"))),
        fault("no name", refused(FIRST), first(lambda x: x.replace("<name>melanoma</name>", ""))),
        fault("no size", read, first(lambda x: x.replace("size>", "sizes>"))),
        fault("a picture's former name", read, lambda n: voc_xml(n, filename="gone.png") if n == FIRST else voc_xml(n)),
        fault("decimal coordinates", read, first(lambda x: x.replace("</xmin>", ".0</xmin>"))),
        fault("declared size is another", refused(FIRST), first(lambda x: x.replace(f"<width>{SIDE}", "<width>96"))),
        fault("UTF-16", either(read, refused(FIRST)), first(lambda x: "\ufeff" + x)),
    ]
