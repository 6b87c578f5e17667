"""The meaning of names of folders and files: a split, a folder of images, a mask and its image."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from sightline.data.splits import SPLIT_NAMES

IMAGES = {
    "image",
    "images",
    "img",
    "imgs",
    "picture",
    "pictures",
    "photo",
    "photos",
    "original",
    "originals",
    "input",
    "inputs",
    "bild",
    "bilder",
}
MASKS = {
    *("mask", "masks", "segmentation", "segmentations", "segmented", "seg", "segs", "segm", "gt", "gts", "groundtruth", "truth", "truths"),
    *("label", "labels", "annotation", "annotations", "annot", "annots", "ann", "anns", "anno", "annos", "roi", "rois", "maske", "masken"),
}
BESIDE_MASK = {"ground", "lesion", "lesions", "binary", "tumor", "tumour"}  # only together with one of the words above
FILLERS = {
    "set",
    "data",
    "dataset",
    "split",
    "part",
    "class",
    "png",
    "jpg",
    "jpeg",
    "tif",
    "tiff",
    "bmp",
    "xml",
    "xmls",
    "json",
    "jsons",
    "txt",
}

_MASK_WORD = "|".join(sorted({*MASKS, *BESIDE_MASK}, key=len, reverse=True))
_IMAGE_WORD = "|".join(sorted({*IMAGES, "orig", "raw", "rgb"}, key=len, reverse=True))
_BEFORE = r"(?:[\s_.\-(\[]+|(?<=[a-z0-9)])(?=[A-Z])|(?<=[\d)])(?=[A-Za-z]))"  # a separator, or a change of case or kind
_AFTER = r"(?:[\s_.\-)\]]+|(?<=[A-Za-z])(?=\d)|(?<=[a-z])(?=[A-Z]))"
_NUMBER = r"(?:[\s_.\-]*\(?\d+\)?)?"


@dataclass(frozen=True)
class Meaning:
    """What a folder's name says.

    Attributes:
        split: `train`, `val`, `test`, or None.
        role: what lies in it, as far as the name tells.
    """

    split: str | None
    role: Literal["images", "masks"] | None


def meaning(name: str) -> Meaning | None:
    """What a folder's name says; None where it is not made of such words alone, as the name of a class is.

    >>> meaning("Training_Masks"), meaning("JPEGImages"), meaning("no_mask")
    (Meaning(split='train', role='masks'), Meaning(split=None, role='images'), None)
    """
    words = _words(name)
    if not set(words) <= {*SPLIT_NAMES, *IMAGES, *MASKS, *BESIDE_MASK, *FILLERS}:
        return None
    splits = {SPLIT_NAMES[word] for word in words if word in SPLIT_NAMES}
    role: Literal["images", "masks"] | None = (
        "masks" if any(word in MASKS for word in words) else "images" if any(word in IMAGES for word in words) else None
    )
    if len(splits) > 1 or not (splits or role) or (role != "masks" and any(word in BESIDE_MASK for word in words)):
        return None
    return Meaning(next(iter(splits), None), role)


def is_plain(name: str) -> bool:
    """A folder's name says no more than of which kind its files are (`xmls`, `json_data`)."""
    words = set(_words(name))
    return bool(words) and words <= FILLERS


def _words(name: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+", name)]


def image_stems(stem: str) -> list[str]:
    """Of which images a file of this name may be the mask: the name without the words for masks, longest first; empty: of none.

    >>> image_stems("p01_lesion_mask_2"), image_stems("maskP01"), image_stems("p01")
    (['p01_lesion', 'p01'], ['P01'], [])
    """
    return _without(stem, _MASK_WORD)


def bare_stems(stem: str) -> list[str]:
    """The names of an image without the words for images: `img_7` and `7_image` are 7."""
    return _without(stem, _IMAGE_WORD)


def _without(stem: str, words: str) -> list[str]:
    found: list[str] = []
    at_end = re.compile(rf"(.+?){_BEFORE}(?i:{words})[)\]]?{_NUMBER}")
    at_start = re.compile(rf"(?i:{words}){_AFTER}(.+)")
    for pattern in (at_end, at_start):
        rest = stem
        while match := pattern.fullmatch(rest):
            rest = match[1]
            found.append(rest)
    return found
