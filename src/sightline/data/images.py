"""Pictures become arrays, whatever their encoding."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from sightline.data.frames import Frame, is_dicom
from sightline.data.greys import BY_ITSELF, Deep, Kind, Range, range_of, shown
from sightline.data.stacks import array_size, channels_of, is_array, read_array
from sightline.data.volumes import is_nifti
from sightline.errors import UserError
from sightline.settings import COLOUR
from sightline.types import Picture

T = TypeVar("T")
ORIENTATION = 0x0112  # EXIF and TIFF tag; values 5 to 8 turn the picture by a quarter
REDUCED = 0x00FE  # TIFF tag; bit 0: this page is a smaller copy of another
PHOTOMETRIC = 0x0106  # TIFF tag; 0: white is zero, which Pillow heeds at 8 bits only
LARGEST = 2 * 89_478_485  # pixels; Pillow's own limit
warnings.filterwarnings("ignore", module="PIL")  # of large pictures and damaged tags; what matters of it is said in our own words


def open_image(picture: Picture, grey: Range | None = None, channels: int = COLOUR) -> np.ndarray:
    """The pixels of an image as (H, W, 3) uint8, upright as its EXIF tag says; of a DICOM file as a viewer shows them.

    Transparent parts turn black. Where `channels` is neither 1 nor 3, (H, W, channels) uint8: what the file holds, see `data.stacks`.

    Args:
        grey: which values of deep greys (16 bits, 32 bits, float, DICOM without a window) become black and white. None: see
            `greys.range_of`; pictures of one data set share the scale that its survey finds.

    Raises:
        UserError: a missing file, a damaged one, one that is no image, one that holds several, one of other channels, or greys that nothing
            scales.
    """
    return open_scaled(picture, grey, channels)[0]


def open_scaled(picture: Picture, grey: Range | None = None, channels: int = COLOUR) -> tuple[np.ndarray, Range | None]:
    """As `open_image`; and the greys that became black and white by this picture's own highest value. None: nothing was guessed.

    DICOM files and volumes have a scale of their own, which is no guess.
    """
    held = read_pixels(picture, channels) if isinstance(picture, Path | Frame) else picture.draw()
    where = str(picture) if isinstance(picture, Path | Frame) else "image"
    pixels = as_shown(held, grey, where)
    guessed = None
    if grey is None and isinstance(held, Deep) and held.kind not in BY_ITSELF:
        guessed = range_of(held.kind, held.high, held.low)
    if channels not in (1, COLOUR) and pixels.shape[2] != channels:
        raise UserError(
            where, f"has {pixels.shape[2]} channels, but data.channels is {channels}", "Set data.channels to what the images hold."
        )
    return pixels, guessed


def read_pixels(path: Path | Frame, channels: int = COLOUR) -> np.ndarray | Deep:
    """A picture as its file holds it: (H, W, 3) uint8, or deep greys; or of other channels, see `open_image`.

    Raises:
        UserError: see `open_image`.
    """
    if isinstance(path, Frame):
        return path.pixels()
    if is_dicom(path):
        from sightline.data import dicom  # half a second, which only those spend who have such files

        return dicom.read_pixels(path)
    if is_nifti(path):
        remedy = f"Name one of its slices ({path.name}#1), or give the volume to a reader: data=folder or data=table."
        raise UserError(path, "is a volume, not a picture", remedy)
    if is_array(path):
        return read_array(path, channels)
    if channels not in (1, COLOUR):
        return _read(path, lambda image: channels_of(image, channels))
    return _read(path, lambda image: _pixels(_upright(image)))


def as_shown(pixels: np.ndarray | Deep, grey: Range | None, where: str | Path) -> np.ndarray:
    """What `read_pixels` gives as uint8, see `open_image`."""
    return shown(pixels, grey, where) if isinstance(pixels, Deep) else pixels


def open_map(picture: Picture) -> np.ndarray:
    """The grey levels of a picture as (H, W) uint8. What is not zero in the file is not zero here.

    An alpha channel is ignored: it says what a viewer shows, not what was marked. Of coloured marks the strongest channel counts.
    16 bits reach to 65535, floats to 1, or to the largest of the file where that is more.

    Raises:
        UserError: a missing file, a damaged one, one that is no image, or one with negative or undefined values.
    """
    if not isinstance(picture, Path):
        return picture.draw()
    return read_upright(picture, lambda image: _grey(image, picture))


def read_upright(path: Path, use: Callable[[Image.Image], T]) -> T:
    """What `use` makes of the picture, decoded and turned as its EXIF tag says.

    Raises:
        UserError: see `open_image`.
    """
    return use(_read(path, _upright))


def image_size(picture: Picture) -> tuple[int, int]:
    """(H, W) of the upright image; of a file only the head is read."""
    if isinstance(picture, Frame):
        return picture.size()
    if not isinstance(picture, Path):
        height, width = picture.draw().shape[:2]
        return height, width
    if is_dicom(picture):
        from sightline.data import dicom

        return dicom.size(picture)
    if is_array(picture):
        return array_size(picture)
    return _read(picture, _size)


def size_if_readable(picture: Picture) -> tuple[int, int] | None:
    """`image_size`, or None of a picture that cannot be read: the survey says what is wrong with it."""
    try:
        return image_size(picture)
    except UserError:
        return None


def orientation(path: Path | Frame) -> int:
    """How the EXIF tag turns the picture: 1 not at all, 2 to 8 as EXIF counts them."""
    return 1 if isinstance(path, Frame) or is_dicom(path) or is_array(path) else _read(path, _orientation)


def _read(path: Path, use: Callable[[Image.Image], T]) -> T:
    """What `use` reads from the file; it calls the decoders, and nothing else that may go wrong."""
    try:
        with Image.open(path) as image:
            if 0 in image.size:
                raise UserError(path, "has no pixels", "Fetch or export the file again.")
            return use(image)
    except UserError as error:
        raise UserError(path, error.reason, error.remedy) from None
    except FileNotFoundError:
        raise UserError(path, "no such file", "Check the path, or take the image off the list.") from None
    except IsADirectoryError:
        raise UserError(path, "is a folder, not an image", "Give the file.") from None
    except PermissionError:
        raise UserError(path, "may not be read", "Change its permissions.") from None
    except UnidentifiedImageError:
        raise UserError(path, "is not an image that can be read", "Save it as PNG, JPEG or TIFF.") from None
    except Image.DecompressionBombError:
        raise UserError(
            path, f"has more than {LARGEST / 1e6:.0f} million pixels", "Save it smaller, or crop it to the part that is needed."
        ) from None
    except Exception as error:  # decoders of damaged files raise almost anything
        reason = str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
        raise UserError(path, f"is cut short or damaged ({reason})", "Fetch or export the file again.") from None


def _orientation(image: Image.Image) -> int:
    value = image.getexif().get(ORIENTATION, 1)
    return value if value in range(1, 9) else 1


def _size(image: Image.Image) -> tuple[int, int]:
    turned = _orientation(image) >= 5 and image.format != "TIFF"  # of TIFF files Pillow gives the upright size at once
    return image.size if turned else image.size[::-1]


def _upright(image: Image.Image) -> Image.Image:
    """Decoded; refuses files with several pictures."""
    if (pages := _pages(image)) > 1:
        raise UserError("image", f"holds {pages} pictures", "Save the one that is meant as a file of its own.")
    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    return image


def _pages(image: Image.Image) -> int:
    """Pictures in the file, without smaller copies of the first one and what cameras hide behind a photograph (MPO)."""
    pages = int(getattr(image, "n_frames", 1))
    if image.format == "MPO" or pages == 1:
        return 1
    if image.format != "TIFF":
        return pages
    full = 1
    for page in range(1, pages):
        image.seek(page)
        full += not int(image.tag_v2.get(REDUCED, 0)) & 1  # type: ignore[attr-defined]
    image.seek(0)
    return full


def is_deep(image: Image.Image) -> bool:
    return image.mode.startswith("I") or image.mode == "F"


def colours(image: Image.Image) -> np.ndarray:
    """(H, W, 3) uint8 of any mode that is not deep; what is transparent keeps its colour."""
    if image.mode == "LAB":
        lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        return np.array(ImageCms.applyTransform(image, ImageCms.buildTransform(lab, srgb, "LAB", "RGB")))
    return np.array(image.convert("RGB"))


def _pixels(image: Image.Image) -> np.ndarray | Deep:
    if is_deep(image):
        return Deep.of(np.array(image), image.format == "TIFF" and image.tag_v2.get(PHOTOMETRIC) == 0)  # type: ignore[attr-defined]
    if image.has_transparency_data:
        black = Image.new("RGBA", image.size, (0, 0, 0, 255))
        image = Image.alpha_composite(black, image.convert("RGBA"))
    return colours(image)


def _grey(image: Image.Image, where: Path) -> np.ndarray:
    if is_deep(image):
        return levels_of(image, where)
    return np.array(image.convert("L")) if image.mode in ("1", "L") else colours(image).max(axis=2)


def levels_of(image: Image.Image, where: Path, full: float | None = None) -> np.ndarray:
    """Deep greys as (H, W) uint8, of which 0 is 0 alone.

    Args:
        full: the value that becomes 255. None: 65535 of 16 bits; 1 of floats, or the largest of the file where that is more.

    Raises:
        UserError: negative or undefined values.
    """
    grey = np.array(image).astype(np.float64)
    low, high = float(grey.min()), float(grey.max())
    if not (low >= 0 and np.isfinite(high)):
        raise UserError(where, "holds negative or undefined grey values", "Save it with values from 0 (nothing) to 1 or 65535 (all).")
    whole = 65535.0 if image.mode.startswith("I;16") else range_of("whole numbers", high)[1]
    full = full or (max(1.0, high) if image.mode == "F" else whole)
    return np.ceil(np.minimum(grey * (255 / full), 255)).astype(np.uint8)  # upwards: what is faint stays


def deep_peak(path: Path) -> tuple[Kind, float] | None:
    """What the greys of a file are, and the largest of them; None where they are not deep."""

    def peak(image: Image.Image) -> tuple[Kind, float] | None:
        if not is_deep(image):
            return None
        return ("floats" if image.mode == "F" else "whole numbers"), float(np.array(_upright(image)).max())

    return _read(path, peak)
