"""Folders of pictures as people keep them."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from faulty.fault import Fault, Judge, Step, either, reads, refused
from faulty.scenes import CLASSES, LABELS, NAMES, classes, mask, save, scene

ALL = len(NAMES)
FIRST = NAMES[0]
CHECK = ["data", "check", "folder", "--root", "photos", "--json", "report.json"]


def faults() -> list[Fault]:
    """A folder each, most of them over the same 20 pictures."""
    return [*_suffixes(), *_trees(), *_strangers(), *_structures(), *_entries()]


def _fault(name: str, fill: Callable[[Path], object], judge: Judge, *settings: str, slow: bool = False) -> Fault:
    return Fault("folders", name, partial(_build, fill=fill, settings=settings), judge, slow=slow)


def _build(folder: Path, fill: Callable[[Path], object], settings: tuple[str, ...]) -> list[Step]:
    photos = folder / "photos"
    photos.mkdir()
    fill(photos)
    return [[*CHECK, *(part for setting in settings for part in ("--set", setting))]]


def _suffixes() -> list[Fault]:
    read = reads(images=ALL, known=ALL)
    spellings = [
        "{}_mask.png", "{}-mask.png", "{}_Mask.png", "{}_MASK.png", "{}_segmentation.png", "{}_Segmentation.png", "{}_seg.png", "{}_gt.png",
        "{}_GT.png", "{}_label.png", "{}_mask_1.png", "mask_{}.png", "{}_mask.tif", "{}_mask.bmp", "{}.mask.png", "{}_annotation.png",
        "{}_roi.png", "{}_lesion.png",
    ]  # fmt: skip

    def beside(spelling: str, photos: Path) -> None:
        classes(photos, suffix=".jpg")
        for name in NAMES:
            save(photos / LABELS[name] / spelling.format(name), mask(name))

    uncommon = ["{}_xyz.png", "{} copy.png"]
    return [
        *(_fault(f"masks called {spelling}", partial(beside, spelling), either(read, refused("mask"))) for spelling in spellings),
        *(_fault(f"two-level pictures called {spelling}", partial(beside, spelling), refused(FIRST)) for spelling in uncommon),
    ]


def _trees() -> list[Fault]:
    read = either(reads(images=ALL, known=ALL), refused("mask"))

    def parallel(image: str, marks: str, photos: Path, suffix: str = ".png") -> None:
        for name in NAMES:
            save(photos / image.format(c=LABELS[name]) / f"{name}.jpg", scene(name))
            save(photos / marks.format(c=LABELS[name]) / f"{name}{suffix}", mask(name))

    pairs = [
        ("images/{c}", "masks/{c}"), ("img/{c}", "ann/{c}"), ("image/{c}", "mask/{c}"), ("{c}/images", "{c}/masks"),
        ("images/{c}", "labels/{c}"), ("Images/{c}", "Masks/{c}"), ("images/{c}", "segmentation/{c}"), ("images/{c}", "GT/{c}"),
        ("{c}/image", "{c}/mask"), ("images/{c}", "masks"), ("{c}", "masks/{c}"), ("images/train/{c}", "masks/train/{c}"),
        ("train/images/{c}", "train/masks/{c}"),
    ]  # fmt: skip
    return [
        *(_fault(f"{image} beside {marks}", partial(parallel, image, marks), read) for image, marks in pairs),
        _fault("images/{c} beside masks/{c} called x_mask", lambda p: parallel("images/{c}", "masks/{c}", p, "_mask.png"), read),
    ]


def _strangers() -> list[Fault]:
    def kinds(suffix: str, photos: Path) -> None:
        classes(photos, NAMES[:5] + NAMES[10:15])
        classes(photos, NAMES[5:10] + NAMES[15:], suffix)

    def more(write: Callable[[Path], object], photos: Path) -> None:
        classes(photos)
        write(photos)

    def text(name: str, content: bytes, photos: Path) -> None:
        (photos / "nevus" / name).write_bytes(content)

    def hidden(place: str, photos: Path) -> None:
        save(photos / place, scene("stranger"))

    read = reads(images=ALL)
    return [
        *(_fault(f"half of them end in {s}", partial(kinds, s), read) for s in (".jfif", ".JPG", ".jpeg", ".TIFF", ".bmp", ".webp")),
        _fault("half of them end in .gif", partial(kinds, ".gif"), either(read, reads(".gif"))),
        *(
            _fault(f"hidden: {place}", partial(more, partial(hidden, place)), read)
            for place in (
                ".ipynb_checkpoints/a.png", "nevus/.ipynb_checkpoints/a-checkpoint.png", "nevus/._a.png", "nevus/.a.png",
                "__MACOSX/nevus/a.png", "nevus/__MACOSX/a.png", ".git/a.png", "nevus/.thumbnails/a.png", "nevus/@eaDir/a.png",
            )
        ),
        *(
            _fault(f"a stranger: {name}", partial(more, partial(text, name, content)), either(read, refused(name)))
            for name, content in (
                ("Thumbs.db", b"\xd0\xcf\x11\xe0"), (".DS_Store", b"\0\0\0\1Bud1"), ("notes.txt", b"seen"), ("table.csv", b"a,b"),
                ("desktop.ini", b"[x]"),
            )
        ),
        _fault("a text file called .jpg", partial(more, partial(text, "a.jpg", b"not a picture")), refused("a.jpg")),
        _fault("an empty file called .png", partial(more, partial(text, "a.png", b"")), refused("a.png")),
        _fault("a web page called .jpg", partial(more, partial(text, "a.jpg", b"<html>404</html>")), refused("a.jpg")),
        _fault("five .svg", lambda p: (classes(p), [text(f"{i}.svg", b"<svg/>", p) for i in range(5)]), reads(".svg", "5")),
    ]  # fmt: skip


def _structures() -> list[Fault]:
    def split(tops: tuple[str, ...], photos: Path) -> None:
        for i, name in enumerate(NAMES):
            save(photos / tops[(i % 10) // 4] / LABELS[name] / f"{name}.png", scene(name))

    def only_in_test(photos: Path) -> None:
        split(("train", "val", "test"), photos)
        for name in ("bcc0", "bcc1"):
            save(photos / "test" / "bcc" / f"{name}.png", scene(name))

    def mixed(photos: Path) -> None:
        split(("train", "val", "test"), photos)
        classes(photos / "more", NAMES[:2])

    def same_stem(photos: Path) -> None:
        classes(photos, suffix=".jpg")
        classes(photos, suffix=".png")

    def same_stem_with_mask(photos: Path) -> None:
        same_stem(photos)
        save(photos / LABELS[FIRST] / f"{FIRST}_mask.png", mask(FIRST))

    owned = reads(images=ALL, owners_split=True)
    return [
        *(
            _fault(f"splits called {', '.join(tops)}", partial(split, tops), owned)
            for tops in (
                ("train", "val", "test"),
                ("Train", "Val", "Test"),
                ("training", "validation", "testing"),
                ("train", "valid", "test"),
            )
        ),
        _fault("a class only in the test set", only_in_test, refused("bcc")),
        _fault("a folder beside the splits", mixed, refused("more")),
        _fault("train alone", partial(split, ("train", "train", "train")), reads("all images are marked as train")),
        _fault("no pictures in one class", lambda p: (classes(p), (p / "bcc").mkdir()), refused("bcc")),
        _fault("one class folder", lambda p: classes(p, NAMES[:10]), refused("melanoma")),
        _fault("no folders at all", lambda p: [save(p / f"{n}.png", scene(n)) for n in NAMES], refused("photos")),
        _fault("empty", lambda p: None, refused("photos")),
        _fault("class folders that differ in case", lambda p: (classes(p), save(p / "Nevus" / "a.png", scene("a"))), refused("nevus")),
        _fault(
            "pictures beside the class folders",
            lambda p: (classes(p), save(p / "loose.png", scene("loose"))),
            either(refused("loose"), reads("loose"), reads("left out")),
        ),
        _fault("two pictures of one stem", same_stem, reads("near-duplicate")),
        _fault("two pictures of one stem and one mask", same_stem_with_mask, refused(FIRST)),
        _fault("a mask without its picture", lambda p: (classes(p), save(p / "nevus" / "gone_mask.png", mask("gone"))), refused("gone")),
        _fault(
            "pictures two folders deep", lambda p: [save(p / LABELS[n] / "2024" / f"{n}.png", scene(n)) for n in NAMES], reads(images=ALL)
        ),
        _fault(
            "names with spaces, umlauts and quotes",
            lambda p: [save(p / LABELS[n] / f"{n} ä'\".png", scene(n)) for n in NAMES],
            reads(images=ALL),
        ),
        _fault(
            "a class name with spaces",
            lambda p: [save(p / f"{LABELS[n]} of skin" / f"{n}.png", scene(n)) for n in NAMES],
            reads(images=ALL),
        ),
        _fault(
            "the same picture in two classes",
            lambda p: (classes(p), save(p / "nevus" / "copy.png", scene(FIRST))),
            either(reads("copy"), refused("copy")),
        ),
    ]


def _entries() -> list[Fault]:
    def link_to_itself(photos: Path) -> None:
        classes(photos)
        (photos / "nevus" / "loop").symlink_to(photos)

    def broken_link(photos: Path) -> None:
        classes(photos)
        (photos / "nevus" / "gone.png").symlink_to("nowhere.png")

    def pipe(photos: Path) -> None:
        classes(photos)
        os.mkfifo(photos / "nevus" / "pipe.png")

    def bytes_in_name(photos: Path) -> None:
        classes(photos)
        save(photos / "nevus" / "a.png", scene("a")).rename(os.fsdecode(os.fsencode(photos) + b"/nevus/\xff\xfe.png"))

    def a_folder_called_png(photos: Path) -> None:
        classes(photos)
        (photos / "nevus" / "x.png").mkdir()

    def many_levels(photos: Path) -> None:
        classes(photos)
        deep = photos / "nevus" / "/".join(["d"] * 200)
        deep.mkdir(parents=True)

    def multi_page(photos: Path) -> None:
        classes(photos)
        pages = [Image.fromarray(np.full((48, 48), 40 * i, np.uint8)) for i in range(1, 4)]
        pages[0].save(photos / "nevus" / "pages.tif", save_all=True, append_images=pages[1:])

    return [
        _fault("a link that leads back", link_to_itself, either(reads(images=ALL), refused("loop"))),
        _fault("a link that leads nowhere", broken_link, either(refused("gone.png"), reads("gone.png"), reads("left out"))),
        _fault("a named pipe", pipe, either(reads(images=ALL), refused("pipe.png"))),
        _fault("a name that is not UTF-8", bytes_in_name, either(reads(images=ALL + 1), refused("nevus"))),
        _fault("a folder called x.png", a_folder_called_png, reads(images=ALL)),
        _fault("200 empty folders inside one another", many_levels, reads(images=ALL)),
        _fault("a TIFF of three pages", multi_page, either(refused("pages.tif"), reads("pages.tif"))),
        Fault("folders", "no such folder", lambda folder: [CHECK], refused("photos")),
        Fault("folders", "no folder given", lambda folder: [CHECK[:3]], refused("root")),
        Fault("folders", "a file in place of the folder", _file_for_folder, refused("photos")),
        Fault("folders", "a pipe in place of the folder", _pipe_for_folder, refused("photos")),
        Fault(
            "folders",
            "a data set that does not exist",
            lambda folder: [["data", "check", "foldr", "--root", "."]],
            refused("foldr", "folder"),
        ),
        *(_fault(f"{c} only", partial(classes, names=[n for n in NAMES if LABELS[n] == c]), refused(c)) for c in CLASSES[1:]),
    ]


def _file_for_folder(folder: Path) -> list[Step]:
    (folder / "photos").write_text("x", encoding="utf-8")
    return [CHECK]


def _pipe_for_folder(folder: Path) -> list[Step]:
    os.mkfifo(folder / "photos")
    return [CHECK]
