"""A prediction drawn on its picture: the map, the outline of the region, class and probability, and the bar of colours."""

from __future__ import annotations

import io
from pathlib import Path
from typing import cast

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from sightline.config import Data
from sightline.engine.files import safe_name, write_whole
from sightline.explain.colours import paint, scheme
from sightline.explain.overlay import Range, grid_words, shown
from sightline.explain.window import window
from sightline.predict.stream import Seen

SMALLEST = 256  # side of the drawn picture, so that the words can be read


def drawn(seen: Seen, data: Data, range: str) -> np.ndarray | None:
    """(H, W, 3) uint8; None for a picture that could not be read, or without a map."""
    said = seen.prediction
    if said.prediction is None or (both := laid_over(seen, data, range)) is None:
        return None
    assert seen.map is not None
    assert seen.decoded.pixels is not None
    x0, y0, x1, y1 = window((seen.decoded.pixels.shape[0], seen.decoded.pixels.shape[1]), data)
    cells = f"map of {grid_words(seen.map.shape, x1 - x0, y1 - y0)}"
    return _captioned(both[1], f"{said.prediction} {said.probabilities[said.prediction]:.2f}", cells, range)


def laid_over(seen: Seen, data: Data, range: str) -> tuple[np.ndarray, np.ndarray] | None:
    """The picture, and the same with its map over it, (H, W, 3) uint8 each; None for one that could not be read, or without a map."""
    pixels, region = seen.decoded.pixels, seen.decoded.region
    if pixels is None or seen.map is None:
        return None
    scale = max(1.0, SMALLEST / min(pixels.shape[:2]))
    where = tuple(scale * edge for edge in window((pixels.shape[0], pixels.shape[1]), data))
    if scale > 1:
        size = (round(pixels.shape[1] * scale), round(pixels.shape[0] * scale))
        pixels = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))
        region = region if region is None else np.asarray(Image.fromarray(region.astype(np.float32)).resize(size))
    return pixels, shown(pixels, seen.map, cast(Range, range), roi=region, where=cast(tuple[float, float, float, float], where))


def _captioned(picture: np.ndarray, text: str, cells: str, range: str) -> np.ndarray:
    """A band below the picture: class and probability on the left, on the right the colours from nothing to the most; below, the cells of
    the map."""
    height, width = picture.shape[:2]
    band = max(28, height // 14)
    below = round(band * 0.6)  # of the line for the cells
    whole = Image.new("RGB", (width, height + band + below), (255, 255, 255))
    whole.paste(Image.fromarray(picture))
    pen, size = ImageDraw.Draw(whole), band * 0.5
    font = ImageFont.load_default(size)
    while pen.textlength(text, font) > 0.6 * width and size > 8:
        size *= 0.9
        font = ImageFont.load_default(size)
    middle = height + band / 2
    pen.text((band / 3, middle), text, fill=(34, 38, 46), font=font, anchor="lm")
    bar, ends = max(20, width // 6), ("0", "1" if range == "unit" else "max")
    small = ImageFont.load_default(max(8.0, band * 0.36))
    pen.text((band / 3, height + band + below / 3), cells, fill=(34, 38, 46), font=small, anchor="lm")
    right = width - band / 3
    pen.text((right, middle), ends[1], fill=(34, 38, 46), font=small, anchor="rm")
    right -= pen.textlength(ends[1], small) + 4
    colours = paint(np.linspace(0, 1, bar)[None].repeat(max(1, band // 3), axis=0), scheme("default"))
    whole.paste(Image.fromarray(colours.round().astype(np.uint8)), (round(right - bar), round(middle - band // 6)))
    pen.text((right - bar - 4, middle), ends[0], fill=(34, 38, 46), font=small, anchor="rm")
    return np.asarray(whole)


def write_drawing(picture: np.ndarray, path: Path) -> None:
    """A PNG, whole or not at all."""
    write_whole(path, lambda partial: Image.fromarray(picture).save(partial, "PNG"))


def write_map(raw: np.ndarray, path: Path) -> None:
    """The raw values (h, w) float32 as NPY, whole or not at all."""
    buffer = io.BytesIO()
    np.save(buffer, raw.astype(np.float32))
    write_whole(path, lambda partial: partial.write_bytes(buffer.getvalue()))


def file_of(folder: Path, name: str, place: int, suffix: str) -> Path:
    """The file of the picture at a place of the list: numbered, since two pictures may have one name."""
    return folder / f"{place + 1:06d}-{safe_name(Path(name).stem)}{suffix}"
