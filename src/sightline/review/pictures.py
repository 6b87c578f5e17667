"""What pages show of a case as pictures: small ones for the grid, the picture itself, and its map as a layer to be laid over it."""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

import numpy as np
from PIL import Image

from sightline.channels import as_rgb
from sightline.data.images import open_image
from sightline.explain.colours import paint, scheme, strength
from sightline.explain.overlay import Range, display, shown
from sightline.explain.window import Window, window
from sightline.review.cases import Case, Cases

SMALL, LAYER = 256, 512  # pixels of the longer side; maps are smooth, and the browser enlarges them
_LOSSLESS = 4_000_000  # pixels up to which a picture is sent as it is; larger ones as a JPEG
_UNSEEN = 150  # alpha, of 255, of the grey over what the network did not see


class Kept:
    """Pictures that were made lately, up to a number of bytes.

    Args:
        most: bytes of all of them together.
    """

    def __init__(self, most: int = 64 * 2**20) -> None:
        self._most, self._bytes, self._lock = most, 0, Lock()
        self._found: OrderedDict[tuple[object, ...], bytes] = OrderedDict()

    def get(self, key: tuple[object, ...], make: Callable[[], bytes]) -> bytes:
        """The picture of that key, made where it is not there."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        made = make()
        with self._lock:
            if key not in self._found:
                self._found[key] = made
                self._bytes += len(made)
            while self._bytes > self._most and len(self._found) > 1:
                self._bytes -= len(self._found.popitem(last=False)[1])
        return made


def pixels_of(cases: Cases, case: Case) -> np.ndarray:
    """The picture, upright, (H, W, 3) uint8.

    Raises:
        UserError: it cannot be read.
    """
    data = cases.dataset(case).data
    return as_rgb(open_image(cases.record(case).image, data.grey, data.channels))


def whole(pixels: np.ndarray) -> tuple[bytes, str]:
    """The picture for a browser, and its media type."""
    picture, buffer = Image.fromarray(pixels), io.BytesIO()
    if pixels.shape[0] * pixels.shape[1] <= _LOSSLESS:
        picture.save(buffer, "PNG", compress_level=1)
        return buffer.getvalue(), "image/png"
    picture.save(buffer, "JPEG", quality=95, subsampling=0)
    return buffer.getvalue(), "image/jpeg"


def small(pixels: np.ndarray) -> np.ndarray:
    """(H, W, 3) -> (h, w, 3), the longer side `SMALL`, or less where the picture has less."""
    picture = Image.fromarray(pixels)
    picture.thumbnail((SMALL, SMALL), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return np.asarray(picture)


def thumbnail(cases: Cases, case: Case, name: str | None) -> bytes:
    """A small JPEG; with the name of a map, the map over the picture.

    Raises:
        UserError: the picture cannot be read.
    """
    pixels = small(pixels_of(cases, case))
    raw = cases.maps.of(case.split, case.id, name) if name else None
    if name and raw is not None:
        # shares of the picture are the same in the small one
        where = window(pixels.shape[:2], cases.dataset(case).data)
        pixels = shown(pixels, raw, cases.maps.range, scale=cases.maps.scale(name), where=where)
    return jpeg(pixels)


def jpeg(pixels: np.ndarray) -> bytes:
    """(H, W, 3) uint8 for a browser, small in bytes."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def layer(raw: np.ndarray, range: Range, scale: float, where: Window, size: tuple[int, int]) -> bytes:
    """A map as a PNG that is transparent where there is nothing to see, of the shape of the picture.

    Args:
        raw: (h, w).
        scale: value that has the last colour.
        where: the part of the picture that the map covers.
        size: (H, W) of the picture.
    """
    factor = min(1.0, LAYER / max(size))
    height, width = (max(1, round(side * factor)) for side in size)
    across, down = width / size[1], height / size[0]
    seen = (where[0] * across, where[1] * down, where[2] * across, where[3] * down)
    values, note = display(raw, range, (height, width), scale, where=seen)
    painted = np.zeros((height, width, 4), np.uint8)
    if not note:
        colours = scheme("default")
        filled = np.nan_to_num(values)
        painted[..., :3] = paint(filled, colours).round()
        painted[..., 3] = (strength(filled, colours) * 255).round()
        painted[np.isnan(values)] = (0, 0, 0, _UNSEEN)
    buffer = io.BytesIO()
    Image.fromarray(painted).save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()


def colour_bar() -> bytes:
    """The colours from nothing to the last, as they look over a grey picture: a PNG of 256 x 1 pixels."""
    values, colours = np.linspace(0, 1, 256)[None], scheme("default")
    cover = strength(values, colours)[..., None]
    blended = 128 * (1 - cover) + paint(values, colours) * cover
    buffer = io.BytesIO()
    Image.fromarray(blended.round().astype(np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()
