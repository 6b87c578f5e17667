"""Which artefacts there are, which of them come with which kind of image, and under which names people tag them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from sightline import catalog
from sightline.config import Data, Kind
from sightline.data.looks import GREY
from sightline.settings import COLOUR

ARTEFACTS_OF: dict[str, tuple[str, ...]] = {
    "dermoscopy": ("ruler", "ink", "gel", "band_aid", "sticker", "hair", "dark_corner"),
    "ultrasound": ("caliper", "text", "body_marker", "depth_scale"),
    "xray": ("token", "tube", "electrode", "text", "collimation"),
    "photograph": ("swatch", "text"),
    "grey": ("text", "token"),  # ultrasound or X-ray: letters are burnt into both
}
NATURAL = ("hair", "dark_corner")  # so common that an image with one still counts as clean for every other artefact
_ALSO = {  # other names of the same thing, in the singular
    "ruler": ("scale_bar", "measuring_tape"),
    "ink": ("skin_marker", "pen", "pen_mark", "ink_mark", "pen_marking", "ink_marking", "surgical_ink", "surgical_marking"),
    "gel": ("gel_bubble", "bubble", "air_bubble", "gel_border"),
    "band_aid": ("bandaid", "plaster", "bandage"),
    "sticker": ("colour_patch", "color_patch", "calibration_chart"),
    "dark_corner": ("vignette", "black_corner", "black_border", "dark_border"),
    "caliper": ("calliper", "measurement_mark"),
    "text": ("burnt_in_text", "burned_in_text", "letter", "annotation_text"),
    "body_marker": ("body_mark", "pictogram", "probe_marker"),
    "depth_scale": ("depth_marker", "depth_mark"),
    "token": ("side_marker", "side_mark", "laterality_marker", "lead_marker"),
    "tube": ("line", "catheter", "drain", "chest_tube", "support_device"),
    "electrode": ("ecg_electrode", "ecg_lead"),
    "collimation": ("collimation_edge", "collimator", "collimator_edge"),
    "swatch": ("colour_swatch", "color_swatch", "colour_chart", "color_chart"),
}
_ARTEFACT_OF = {also: name for name, others in _ALSO.items() for also in (name, *others)} | {"hair": "hair", "artefact": "artefact"}
_MOSTLY = 0.9  # share of grey images that makes a data set grey


@dataclass(frozen=True)
class FoundKind:
    """What kind of image it is: `name`, a key of `ARTEFACTS_OF`, and whether `told`, by the `data set`, or `guessed`."""

    name: str
    how: Literal["told", "data set", "guessed"]


def artefact_of(tag: str) -> str | None:
    """The artefact that a tag names, however it is spelt; None: it names none.

    >>> artefact_of("Calipers"), artefact_of("skin-marker"), artefact_of("side marker"), artefact_of("age")
    ('caliper', 'ink', 'token', None)
    """
    plain = re.sub(r"[^a-z0-9]+", "_", tag.lower()).strip("_")
    return _ARTEFACT_OF.get(plain) or _ARTEFACT_OF.get(plain.removesuffix("s"))


def artefacts_in(tags: Mapping[str, Any]) -> list[str]:
    """The artefacts that an image is tagged with, each once.

    >>> artefacts_in({"Rulers": True, "ink": False, "age": 40})
    ['ruler']
    """
    named = (artefact_of(name) for name, value in tags.items() if isinstance(value, bool | np.bool_) and value)
    return list(dict.fromkeys(name for name in named if name))


def kind_of(data: Data, pixels: np.ndarray, told: Kind | None = None) -> FoundKind:
    """What kind of image a data set holds: as told, as its reader's `KIND` says, or guessed from the colours.

    Args:
        data: its settings, whose `kind` counts before the reader's.
        pixels: (N, C, H, W) uint8, some of its images, in colour where C is 3.
        told: counts before both.
    """
    if kind := told or data.kind:
        return FoundKind(kind, "told")
    reader = catalog.find("data", data.name)
    if kind := getattr(sys.modules[reader.__module__], "KIND", None):
        return FoundKind(kind, "data set")
    if pixels.shape[1] not in (1, COLOUR):
        return FoundKind("grey", "guessed")  # what the channels hold is not colour
    spread = (pixels.max(axis=1).astype(np.int16) - pixels.min(axis=1)).mean(axis=(1, 2))  # (N,)
    return FoundKind("grey" if (spread < GREY).mean() >= _MOSTLY else "photograph", "guessed")


def tried(kind: FoundKind, tagged: Iterable[str], drawable: Iterable[str]) -> list[str]:
    """The artefacts that are put in: those of the kind of image, and any other that images are tagged with and that can be drawn."""
    wanted = (*ARTEFACTS_OF[kind.name], *tagged)
    possible = set(drawable)
    return [name for name in dict.fromkeys(wanted) if name in possible]
