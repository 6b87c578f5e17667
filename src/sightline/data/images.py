"""Pictures become arrays, whatever their encoding."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from sightline.errors import UserError
from sightline.types import Picture

T = TypeVar("T")
ORIENTATION = 0x0112  # EXIF tag; values 5 to 8 turn the picture by a quarter
DICOM = {".dcm", ".dicom"}


def open_image(picture: Picture) -> np.ndarray:
    """The pixels of an image as (H, W, 3) uint8, upright as its EXIF tag says; of a DICOM file as a viewer shows them.

    Transparent parts turn black. Deep greys (16 bits, 32 bits, float) are scaled by the smallest range 2^n - 1 that holds them, so
    that 12-bit data stored in 16 bits do not come out black.

    Raises:
        UserError: a missing file, a damaged one, or one that is no image.
    """
    if not isinstance(picture, Path):
        return picture.draw()
    if picture.suffix.lower() in DICOM:
        from sightline.data import dicom  # half a second, which only those spend who have such files

        return dicom.decode(picture)
    return _decode(picture, _rgb)


def open_map(picture: Picture) -> np.ndarray:
    """The grey levels of a mask or a heat map as (H, W) uint8. What is not zero in the file is not zero here.

    An alpha channel is ignored: it says what a viewer shows, not what was marked. Of coloured marks the strongest channel counts.

    Raises:
        UserError: a missing file, a damaged one, or one that is no image.
    """
    return _decode(picture, _grey) if isinstance(picture, Path) else picture.draw()


def image_size(picture: Picture) -> tuple[int, int]:
    """(H, W) of the upright image; of a file only the head is read."""
    if not isinstance(picture, Path):
        height, width = picture.draw().shape[:2]
        return height, width
    if picture.suffix.lower() in DICOM:
        from sightline.data import dicom

        return dicom.size(picture)
    return _read(picture, lambda image: image.size if image.getexif().get(ORIENTATION, 1) >= 5 else image.size[::-1])


def _decode(path: Path, convert: Callable[[Image.Image], np.ndarray]) -> np.ndarray:
    return _read(path, lambda image: convert(ImageOps.exif_transpose(image)))


def _read(path: Path, use: Callable[[Image.Image], T]) -> T:
    try:
        with Image.open(path) as image:
            return use(image)
    except UserError as error:
        raise UserError(path, error.reason, error.remedy) from None
    except FileNotFoundError:
        raise UserError(path, "no such file", "Check the path, or take the image off the list.") from None
    except UnidentifiedImageError:
        raise UserError(path, "is not an image that can be read", "Save it as PNG, JPEG or TIFF; DICOM has to end in .dcm.") from None
    except Exception as error:  # decoders of damaged files raise almost anything
        reason = str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
        raise UserError(path, f"is cut short or damaged ({reason})", "Fetch or export the file again.") from None


def _rgb(image: Image.Image) -> np.ndarray:
    if _is_deep(image):
        grey = np.asarray(image)
        return np.repeat(np.rint(_to_255(grey, _range(grey))).astype(np.uint8)[:, :, None], 3, axis=2)  # (H, W, 3)
    if image.has_transparency_data:
        black = Image.new("RGBA", image.size, (0, 0, 0, 255))
        image = Image.alpha_composite(black, image.convert("RGBA"))
    return np.array(image.convert("RGB"))


def _grey(image: Image.Image) -> np.ndarray:
    if _is_deep(image):
        grey = np.asarray(image)
        full = 65535 if image.mode.startswith("I;16") else _range(grey)
        return np.ceil(_to_255(grey, full)).astype(np.uint8)  # upwards: a mask of ones in 16 bits stays a mask
    if image.mode in ("1", "L"):
        return np.array(image.convert("L"))
    return np.array(image.convert("RGB")).max(axis=2)


def _is_deep(image: Image.Image) -> bool:
    return image.mode.startswith("I") or image.mode == "F"


def _range(grey: np.ndarray) -> float:
    top = float(grey.max())
    if grey.dtype.kind == "f" and top <= 1:
        return 1
    return float(2 ** max(8, int(top).bit_length()) - 1)


def _to_255(grey: np.ndarray, full: float) -> np.ndarray:
    if not (grey >= 0).all():
        raise UserError("image", "holds negative or undefined grey values", "Choose a window and save it as unsigned greys.")
    return np.minimum(grey.astype(np.float64) * (255 / full), 255)
