"""Annotations as Pascal VOC and labelling tools write them."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

PART = "<part><name>head</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></part>"


def thing(name: str, box: tuple[float, ...], more: str = "") -> str:
    """An object."""
    xmin, ymin, xmax, ymax = box
    corners = f"<xmax>{xmax}</xmax><xmin>{xmin}</xmin><ymax>{ymax}</ymax><ymin>{ymin}</ymin>"  # not always in the order of the names
    return f"<object>{more}<name>{name}</name><pose>Left</pose><bndbox>{corners}</bndbox></object>"


def write(images: Path, notes: Path, name: str, *objects: str, suffix: str = ".jpg") -> None:
    """A picture, and its file."""
    images.mkdir(parents=True, exist_ok=True)
    notes.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (10, 7), (10, 20, 30)).save(images / f"{name}{suffix}")
    size = "<size><width>10</width><height>7</height><depth>3</depth></size>"
    (notes / f"{name}.xml").write_text(
        f"<annotation><filename>{name}.jpg</filename>{size}{''.join(objects)}</annotation>", encoding="utf-8"
    )


def lists(folder: Path, **names: list[str]) -> None:
    """The owner's lists."""
    (folder / "ImageSets/Main").mkdir(parents=True, exist_ok=True)
    for name, lines in names.items():
        (folder / f"ImageSets/Main/{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def voc_year(top: Path) -> Path:
    """A year of the data set, with boxes of parts, difficult objects, and an image on no list."""
    folder = top / "VOCdevkit/VOC2007"
    images, notes = folder / "JPEGImages", folder / "Annotations"
    write(images, notes, "000005", thing("dog", (1, 1, 10, 7)))  # the whole image
    write(images, notes, "000007", thing("person", (2, 2, 4.5, 3), PART), thing("person", (6, 5, 6, 5)))
    write(
        images,
        notes,
        "000009",
        thing("cat", (1, 1, 4, 4), "<difficult>0</difficult>"),
        thing("dog", (1, 1, 9, 7), "<difficult>1</difficult>"),
    )
    write(images, notes, "000012", thing("dog", (1, 1, 9, 7), "<difficult>1</difficult>"))
    write(images, notes, "000016")
    write(images, notes, "000017", thing("cat", (1, 1, 2, 2)))  # on no list
    lists(folder, trainval=["000005", "000007", "000012", "000016"], train=["000005", "000016"], val=["000007"], test=["000009"])
    lists(folder, dog_train=["000005  1", "000016 -1"])
    return folder
