"""Tables as spreadsheets, scripts and annotation teams write them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from faulty.fault import Fault, Judge, Step, either, reads, refused
from faulty.scenes import LABELS, NAMES, pictures, place, rows

CHECK = ["data", "check", "table", "--root", "t.csv", "--json", "report.json"]
ALL = len(NAMES)
FIRST = NAMES[0]
Text = str | bytes


def faults() -> list[Fault]:
    """A table each, over the same 20 pictures."""
    return [*_delimiters(), *_columns(), *_cells(), *_coordinates(), *_labels(), *_encodings()]


def fault_of(name: str, text: Text | Callable[[], Text], judge: Judge, *settings: str, file: str = "t.csv") -> Fault:
    return Fault("tables", name, partial(build, text=text, file=file, settings=settings), judge)


def build(folder: Path, text: Text | Callable[[], Text], file: str, settings: tuple[str, ...]) -> list[Step]:
    pictures(folder)
    content = text() if callable(text) else text
    (folder / file).write_bytes(content.encode() if isinstance(content, str) else content)
    command = [file if part == "t.csv" else part for part in CHECK]
    return [[*command, *(part for setting in settings for part in ("--set", setting))]]


def _delimiters() -> list[Fault]:
    read = reads(images=ALL, known=ALL)
    return [
        fault_of("plain", rows(), read),
        *(
            fault_of(f"delimiter {name}", rows(delimiter=mark), reads(name, images=ALL, known=ALL))
            for name, mark in (("semicolon", ";"), ("tab", "\t"))
        ),
        fault_of("delimiter tab in a .tsv", rows(delimiter="\t"), read, file="t.tsv"),
        fault_of("first line sep=;", "sep=;\n" + rows(delimiter=";"), read),
        fault_of("CRLF line ends", rows().replace("\n", "\r\n"), read),
        fault_of("CR line ends", rows().replace("\n", "\r"), either(read, refused("t.csv"))),
        fault_of("blank lines between rows", rows().replace("\n", "\n\n"), read),
        fault_of("no line end at the end", rows().rstrip("\n"), read),
        fault_of("every cell in quotes", "\n".join(",".join(f'"{c}"' for c in line.split(",")) for line in rows().splitlines()), read),
        fault_of("spaces after the delimiter", rows().replace(",", ", "), read),
        fault_of("header alone", rows().splitlines()[0] + "\n", refused("t.csv", "no rows")),
        fault_of("empty file", "", refused("t.csv")),
        fault_of("no header", "\n".join(rows().splitlines()[1:]), refused("t.csv")),
        fault_of("a web page in place of the table", "<!DOCTYPE html><html><body>Sign in</body></html>", refused("t.csv")),
        fault_of("an Excel workbook named .csv", b"PK\x03\x04\x14\x00\x06\x00" + bytes(range(256)), refused("t.csv")),
        fault_of("a workbook .xlsx", b"PK\x03\x04\x14\x00\x06\x00", refused("t.xlsx"), file="t.xlsx"),
        fault_of("an unbalanced quote", rows().replace(f"{NAMES[3]}.png", f'"{NAMES[3]}.png', 1), refused("t.csv", "line 5", "quot")),
        fault_of(
            "an unbalanced quote in the last row", rows().replace(f"{NAMES[-1]}.png", f'"{NAMES[-1]}.png', 1), refused("line 21", "quot")
        ),
        fault_of(
            "a quote opened in a note", rows("image,label,box,tag:note", cells={FIRST: {"tag:note": '"about 3'}}), refused("line 2", "quot")
        ),
        fault_of(
            "a cell with a line break in quotes",
            rows("image,label,box,tag:note", cells={FIRST: {"tag:note": '"two\nlines"'}}),
            read,
        ),
        fault_of("NUL bytes", rows().replace("nevus", "nev\0us", 1), refused("t.csv")),
        fault_of(
            "a cell of 200,000 characters",
            rows("image,label,box,tag:note", cells={FIRST: {"tag:note": "x" * 200_000}}),
            either(read, refused("line 2")),
        ),
    ]


def _columns() -> list[Fault]:
    read = reads(images=ALL, known=ALL)

    def numbered(header: str) -> str:
        return "\n".join([header + rows().splitlines()[0], *(f"{i},{line}" for i, line in enumerate(rows().splitlines()[1:]))])

    def spread(header: str, *, sized: bool = False) -> str:
        def four(name: str) -> str:
            x0, y0, x1, y1 = place(name)
            return f"{x0},{y0},{x1 - x0},{y1 - y0}" if sized else f"{x0},{y0},{x1},{y1}"

        return "\n".join([f"image,label,{header}", *(f"{n}.png,{LABELS[n]},{four(n)}" for n in NAMES)])

    headless = "\n".join([rows().splitlines()[0], *(f"{i},{line}" for i, line in enumerate(rows().splitlines()[1:], 1))])
    return [
        fault_of("xmin, ymin, xmax, ymax", spread("xmin,ymin,xmax,ymax"), reads("xmin", images=ALL, known=ALL)),
        fault_of("left, top, width, height", spread("left,top,width,height", sized=True), reads("left", images=ALL, known=ALL)),
        fault_of("x, y, width, height", spread("x,y,width,height", sized=True), refused("line 1", "column box")),
        fault_of("x, y, width, height as tags", spread("x,y,width,height", sized=True), refused("column box"), "data.options={tags: all}"),
        fault_of("row numbers that the header passes over, as R writes them", headless, reads("row numbers", images=ALL, known=ALL)),
        fault_of("a nameless column of row numbers", numbered(","), read),
        fault_of("Unnamed: 0", numbered("Unnamed: 0,"), read),
        fault_of("empty columns at the end", "\n".join(line + ",," for line in rows().splitlines()), read),
        fault_of("an extra column age", rows("image,label,box,age", cells={n: {"age": "50"} for n in NAMES}), refused("age", "tag:")),
        fault_of(
            "extra columns taken as tags",
            rows("image,label,box,age", cells={n: {"age": "50"} for n in NAMES}),
            read,
            "data.options={tags: all}",
        ),
        fault_of("the image column is called filename", rows().replace("image", "filename", 1), refused("filename", "image")),
        fault_of("the label column is called diagnosis", rows().replace("label", "diagnosis", 1), refused("diagnosis", "label")),
        fault_of("no label column", rows("image,box"), refused("label")),
        fault_of("no image column", rows("label,box"), refused("image")),
        fault_of("a column twice", rows("image,label,box,box"), refused("box", "twice")),
        fault_of("capital letters in the header", rows().replace("image,label,box", "Image,Label,Box"), either(read, refused("image"))),
        fault_of("spaces around the names of columns", rows().replace("image,label,box", " image , label , box "), read),
        fault_of("a row with a cell too many", rows().replace("\n", ",extra\n", 3).replace(",extra", "", 1), refused("cells")),
        fault_of(
            "a row that ends early",
            rows().replace(f",{' '.join(map(str, place(FIRST)))}", "", 1),
            either(reads(images=ALL, known=ALL - 1), refused("line 2")),
        ),
        fault_of("a misspelt column", rows().replace("box", "bxo", 1), refused("bxo", "box")),
    ]


def _cells() -> list[Fault]:
    def named(change: Callable[[str], str], only: str | None = None) -> str:
        return rows(cells={n: {"image": change(n)} for n in NAMES if only in (None, n)})

    groups = {
        n: {"group": word}
        for n, word in zip(NAMES, ["NaN", "nan", "N/A", "n/a", "None", "none", "NULL", "null", "NA", ""] * 2, strict=True)
    }

    def grouped(*words: str) -> str:
        return rows("image,label,box,group", cells={n: {"group": words[i % len(words)]} for i, n in enumerate(NAMES)})

    return [
        fault_of("patients 3 and 3.0", grouped("3", "3.0", "4"), refused("3.0", "spellings")),
        fault_of("patients 003 and 3", grouped("003", "3", "4"), refused("003", "spellings")),
        fault_of(
            "patients P 1 and P1", grouped("P 1", "P1", "P2", "P3", "P4", "P5"), either(reads("'p 1' and 'p1'", images=ALL), refused("p 1"))
        ),
        fault_of("patients rounded by a spreadsheet", grouped("4.12E+11", "4.13E+11"), refused("4.12e+11", "rounded")),
        *(
            fault_of(f"a patient called {word}", grouped(word), reads(word.lower(), images=ALL, groups=0))
            for word in ("n.a.", "#REF!", "not recorded", "unbekannt", "-999")
        ),
        fault_of("backslashes in paths", named(lambda n: f".\\{n}.png"), reads(images=ALL, known=ALL)),
        fault_of("other case in paths", named(lambda n: f"{n.upper()}.PNG"), either(refused(f"{FIRST}.png"), reads(images=ALL))),
        fault_of("names without suffix", named(lambda n: n), either(refused(f"{FIRST}.png"), reads(images=ALL))),
        fault_of("another suffix", named(lambda n: f"{n}.jpg"), refused(f"{FIRST}.png")),
        fault_of("absolute paths of another machine", named(lambda n: f"/home/ada/study/{n}.png"), refused(f"{FIRST}.png")),
        fault_of("paths of a Windows machine", named(lambda n: f"C:\\study\\{n}.png"), refused(f"{FIRST}.png")),
        fault_of("one image that is not there", named(lambda n: "gone.png", FIRST), refused("gone.png", "line 2")),
        fault_of("one image that is a folder", named(lambda n: ".", FIRST), refused("line 2")),
        fault_of("an image named twice", named(lambda n: f"{NAMES[1]}.png", FIRST), refused("line 3", "line 2")),
        fault_of("an empty image cell", named(lambda n: "", FIRST), refused("line 2", "image")),
        fault_of("an empty label", rows(cells={FIRST: {"label": ""}}), refused("line 2", "label")),
        fault_of("a label NaN", rows(cells={FIRST: {"label": "NaN"}}), refused("label")),
        fault_of("groups partly NaN", rows("image,label,box,group", cells=groups), reads(images=ALL, groups=0)),
        fault_of(
            "a patient called NaN beside patients with names",
            rows("image,label,box,group", cells={n: {"group": "nan"} for n in NAMES[:4]}),
            reads(images=ALL, groups=ALL - 4),
        ),
        fault_of("an id twice", rows("image,label,box,id", cells={FIRST: {"id": NAMES[1]}}), refused(NAMES[1])),
        fault_of("nothing: perhaps", rows("image,label,nothing", cells={FIRST: {"nothing": "perhaps"}}), refused("line 2", "perhaps")),
        fault_of(
            "nothing: NaN",
            rows("image,label,nothing", cells={FIRST: {"nothing": "NaN"}}),
            either(reads(images=ALL, known=0), refused("line 2")),
        ),
        fault_of("nothing beside a box", rows("image,label,box,nothing", cells={FIRST: {"nothing": "true"}}), refused("line 2")),
        fault_of("box NaN", rows(cells={FIRST: {"box": "nan"}}), either(reads(images=ALL, known=ALL - 1), refused("line 2", "box"))),
        fault_of("a mask that is not there", rows("image,label,mask", cells={FIRST: {"mask": "gone.png"}}), refused("line 2", "gone.png")),
        fault_of(
            "a mask that is the image itself",
            rows("image,label,mask", cells={FIRST: {"mask": f"{FIRST}.png"}}),
            either(refused(FIRST), reads(FIRST)),
        ),
        fault_of("a split named trian", rows("image,label,box,split", cells={n: {"split": "trian"} for n in NAMES}), refused("train")),
        fault_of(
            "splits in capitals",
            rows(
                "image,label,box,split", cells={n: {"split": ["TRAIN", "Train", "Validation", "TEST"][i % 4]} for i, n in enumerate(NAMES)}
            ),
            reads(images=ALL, known=ALL, owners_split=True),
        ),
    ]


def _coordinates() -> list[Fault]:
    def boxes(change: Callable[[list[float]], str]) -> str:
        return rows(cells={n: {"box": change([float(v) for v in place(n)])} for n in NAMES})

    def first(value: str) -> str:
        return rows(cells={FIRST: {"box": value}})

    def share(box: list[float]) -> str:
        return " ".join(f"{v / 48:.4f}" for v in box)

    def polygons(change: Callable[[float], str]) -> str:
        def corners(name: str) -> str:
            x0, y0, x1, y1 = place(name)
            return " ".join(change(v + 0.5) for v in (x0, y0, x1, y0, x1, y1))

        return rows("image,label,polygon", cells={n: {"polygon": corners(n)} for n in NAMES})

    return [
        fault_of("boxes as shares", boxes(share), refused("share", "units")),
        fault_of("boxes as shares, said", boxes(share), reads(images=ALL, known=ALL), "data.options={units: share}"),
        fault_of(
            "boxes in percent, said",
            boxes(lambda b: " ".join(f"{100 * v / 48:.2f}" for v in b)),
            reads(images=ALL, known=ALL),
            "data.options={units: percent}",
        ),
        fault_of("polygons as shares", polygons(lambda v: f"{v / 48:.4f}"), refused("share", "units")),
        fault_of("pixels said to be shares", boxes(lambda b: " ".join(map(str, b))), refused("t.csv"), "data.options={units: share}"),
        fault_of("units that do not exist", rows(), refused("units"), "data.options={units: inches}"),
        fault_of("boxes as x y width height", boxes(lambda b: f"{b[0]} {b[1]} {b[2] - b[0]} {b[3] - b[1]}"), refused("box")),
        fault_of(
            "decimal commas in a polygon",
            polygons(lambda v: f"{v:.1f}".replace(".", ","))
            .replace("image,label", "image;label")
            .replace(".png,", ".png;")
            .replace("noma,", "noma;")
            .replace("nevus,", "nevus;")
            .replace("label,", "label;"),
            refused("comma"),
        ),
        fault_of("a box of three numbers", first("1 2 3"), refused("line 2", "box")),
        fault_of("a box of five numbers", first("1 2 3 4 5"), refused("line 2", "box")),
        fault_of("a box of words", first("left top right bottom"), refused("line 2", "box")),
        fault_of("an infinite box", first("0 0 inf inf"), refused("line 2", "box")),
        fault_of("a box turned round", first("30 30 10 10"), refused("box", "area")),
        fault_of("a box outside the picture", first("500 500 600 600"), refused("box", "outside")),
        fault_of("a box in brackets", first('"[6, 8, 24, 22]"'), either(reads(images=ALL, known=ALL), refused("line 2", "box"))),
        fault_of("a box as a tuple", first('"(6, 8, 24, 22)"'), reads(images=ALL, known=ALL)),
        fault_of("a box as a list of tuples", first('"[(6, 8, 24, 22)]"'), reads(images=ALL, known=ALL)),
        fault_of("a box divided by commas", first('"6,8,24,22"'), reads(images=ALL, known=ALL)),
        fault_of("two boxes in a cell", first('"6 8 24 22; 2 2 5 5"'), reads(images=ALL, known=ALL)),
        fault_of(
            "a polygon of two points", rows("image,label,polygon", cells={FIRST: {"polygon": "1 1 5 5"}}), refused("polygon", "3 points")
        ),
        fault_of("a polygon with an odd number", rows("image,label,polygon", cells={FIRST: {"polygon": "1 1 5 5 9"}}), refused("polygon")),
        fault_of(
            "a polygon outside the picture",
            rows("image,label,polygon", cells={FIRST: {"polygon": "90 90 99 90 99 99"}}),
            refused("polygon"),
        ),
    ]


def _labels() -> list[Fault]:
    def relabelled(change: Callable[[str, str], str]) -> str:
        return rows(cells={n: {"label": change(n, LABELS[n])} for n in NAMES})

    return [
        fault_of("two labels in a cell", relabelled(lambda n, v: '"melanoma;nevus"' if n == FIRST else v), refused("label")),
        fault_of("two labels divided by a bar", relabelled(lambda n, v: "melanoma|nevus" if n == FIRST else v), refused("label")),
        fault_of("labels that differ in case", relabelled(lambda n, v: v.title() if n == FIRST else v), refused("melanoma")),
        fault_of("labels with spaces around", relabelled(lambda n, v: f" {v} "), reads(images=ALL, classes__melanoma=10)),
        fault_of("one class", relabelled(lambda n, v: "nevus"), refused("nevus")),
        fault_of("a class of one image", relabelled(lambda n, v: "bcc" if n == FIRST else v), refused("bcc")),
        fault_of("as many classes as images", relabelled(lambda n, v: n), refused("train")),
        fault_of("labels 0 and 1", relabelled(lambda n, v: str(int(v == "nevus"))), reads(images=ALL, classes__0=10)),
    ]


def _encodings() -> list[Fault]:
    umlaut = rows(cells={n: {"label": "Nävus"} for n in NAMES[10:]})
    read = reads(images=ALL, classes__Nävus=10)
    return [
        fault_of("UTF-8 with a byte order mark", b"\xef\xbb\xbf" + umlaut.encode(), read),
        fault_of("UTF-16", umlaut.encode("utf-16"), either(read, refused("t.csv"))),
        fault_of("Latin-1", umlaut.encode("latin-1"), either(read, refused("t.csv", "utf-8"))),
        fault_of("cut within a character", umlaut.encode()[: umlaut.encode().index("ä".encode()) + 1], refused("t.csv")),
        fault_of("a binary file", bytes(range(256)) * 20, refused("t.csv")),
    ]
