"""From the stored values of a DICOM file to brightness: its rescale and its window (PS3.3 C.11)."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from pydicom import Dataset
from pydicom.multival import MultiValue

from sightline.errors import UserError

KEYWORDS = ("RescaleSlope", "RescaleIntercept")
GROUPS = ("PixelValueTransformationSequence", "FrameVOILUTSequence")  # functional groups with rescale and window
Window = tuple[float, float, str]


def rescale(file: Dataset, where: Path) -> tuple[float, float]:
    """Slope and intercept, 1 and 0 where the file gives none.

    Raises:
        UserError: one that is no finite number, or a slope of 0, which would make all values one.
    """
    slope, intercept = ((_numbers(file, keyword) or [default])[0] for keyword, default in zip(KEYWORDS, (1.0, 0.0), strict=True))
    for keyword, value in zip(KEYWORDS, (slope, intercept), strict=True):
        if not math.isfinite(value) or (keyword == "RescaleSlope" and value == 0):
            reason = f"has a {keyword} of {_raw(file, keyword)}, which makes its values meaningless"
            raise UserError(where, reason, f"Export it again, or correct its attribute {keyword}.")
    return slope, intercept


def window(file: Dataset) -> Window | None:
    """(centre, width, function) of the first window that can be used; None where there is none.

    A width has to be above 0, and at least 1 in the standard's own function, LINEAR; viewers pass over others, too.
    """
    function = str(file.get("VOILUTFunction") or "LINEAR").strip().upper()
    least = 1.0 if function == "LINEAR" else 0.0
    for centre, width in zip(_numbers(file, "WindowCenter"), _numbers(file, "WindowWidth"), strict=False):
        if math.isfinite(centre) and math.isfinite(width) and width > 0 and width >= least:
            return centre, width, function
    return None


def in_window(values: np.ndarray, centre: float, width: float, function: str) -> np.ndarray:
    """Values -> float64 in [0, 1], of the same shape (PS3.3 C.11.2.1.2 and C.11.2.1.3). A function of another name counts as LINEAR."""
    if function == "SIGMOID":
        return 1 / (1 + np.exp(np.clip(-4 * (values - centre) / width, -700, 700)))
    if function == "LINEAR_EXACT":
        return np.clip((values - centre) / width + 0.5, 0, 1)
    if width == 1:
        return (values > centre - 0.5).astype(np.float64)
    return np.clip((values - (centre - 0.5)) / (width - 1) + 0.5, 0, 1)


def framed(file: Dataset, frame: int) -> Dataset:
    """The attributes that hold for one frame: those of the file, and of its functional groups (PS3.3 C.7.6.16), the frame's own first."""
    shared = file.get("SharedFunctionalGroupsSequence") or []
    own = file.get("PerFrameFunctionalGroupsSequence") or []
    if not shared and not own:
        return file
    result = Dataset(file)
    result.file_meta = file.file_meta
    for group in (*shared[:1], *own[frame : frame + 1]):
        for keyword in GROUPS:
            for element in (group.get(keyword) or [Dataset()])[0]:
                result[element.tag] = element
    return result


def _numbers(file: Dataset, keyword: str) -> list[float]:
    """The numbers of an attribute with one or several values; empty where there is none, NaN for what is no number."""
    value = _raw(file, keyword)
    if value is None or value == "":
        return []
    return [_number(one) for one in (value if isinstance(value, list | MultiValue) else [value])]


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _raw(file: Dataset, keyword: str) -> Any:
    """The value; a word for it where pydicom cannot read it as the number that it should be."""
    try:
        return file.get(keyword)
    except (TypeError, ValueError, OverflowError):
        return "something unreadable"
