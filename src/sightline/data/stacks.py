"""Pictures of any number of channels: NumPy arrays, TIFF files with a grey page for each channel, pictures with an alpha channel."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

import numpy as np
from PIL import Image, ImageOps, ImageSequence

from sightline.data.greys import Deep
from sightline.errors import UserError
from sightline.settings import COLOUR, MOST_CHANNELS

MAGIC = b"\x93NUMPY"
_ONE_AT_A_TIME = Lock()  # NumPy has Python's parser read the head of an array, and that of 3.11 fails now and then in several threads
_MODES = {2: ("LA", "La"), 4: ("RGBA", "RGBa")}  # in which Pillow gives a picture with alpha; it becomes the last channel


def is_array(path: Path) -> bool:
    """Whether a file is a NumPy array, by its content, or by its name where there is none."""
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return path.suffix.lower() == ".npy"


def read_array(path: Path, channels: int = COLOUR) -> np.ndarray | Deep:
    """The picture of a `.npy` file: (H, W) or (H, W, C) or (C, H, W), where C, the channels, tells which axis is which.

    Bytes are levels from 0 to 255 of each channel. Whole numbers of more bits and floats are deep: `data.grey` says what is black and
    white. True and false are white and black.

    Returns:
        (H, W, C) uint8, or deep values of the same shape; a single plane becomes three equal ones where three are wanted.

    Raises:
        UserError: no such file, no array, or one of another shape or of something else than numbers.
    """
    return _levels(_channels_last(np.asarray(_array(path)), channels, path), channels)


def array_size(path: Path) -> tuple[int, int]:
    """(H, W) of the picture of a `.npy` file, of which the head alone is read: the shorter of the first and the last axis has the channels.

    Raises:
        UserError: see `read_array`.
    """
    shape = _array(path).shape
    first = len(shape) == 3 and shape[0] < shape[2]
    return (shape[1], shape[2]) if first else (shape[0], shape[1])


def _array(path: Path) -> np.ndarray:
    """(H, W) or three axes, not read into memory."""
    try:
        with _ONE_AT_A_TIME:
            found: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        raise UserError(path, "no such file", "Check the path, or take the image off the list.") from None
    except (OSError, ValueError, EOFError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
        raise UserError(path, f"is cut short or damaged ({reason})", "Save the array again.") from None
    if found.dtype.kind not in "uifb" or found.ndim not in (2, 3) or not found.size:
        remedy = "Save numbers as (height, width, channels), of uint8, uint16 or float32."
        raise UserError(path, f"is an array {found.shape} of {found.dtype}", remedy)
    return found


def _channels_last(values: np.ndarray, channels: int, path: Path) -> np.ndarray:
    """(H, W, 1) or (H, W, channels)."""
    if values.ndim == 2:
        values = values[..., None]
    for count in dict.fromkeys((channels, 1, COLOUR) if channels in (1, COLOUR) else (channels,)):
        if count in (values.shape[2], values.shape[0]):
            return values if values.shape[2] == count else np.moveaxis(values, 0, -1)
    fewest = min(values.shape[0], values.shape[2])
    likely = f", or set data.channels to {fewest}" if fewest <= MOST_CHANNELS else ""
    reason = f"is an array {values.shape}, of which no axis has {channels} channels"
    raise UserError(path, reason, f"Save it as (height, width, channels) or (channels, height, width){likely}.")


def _levels(values: np.ndarray, channels: int) -> np.ndarray | Deep:
    if values.dtype.kind == "b":
        values = values.astype(np.uint8) * np.uint8(255)
    if values.dtype != np.uint8:
        return Deep.of(values[..., 0] if values.shape[2] == 1 and channels in (1, COLOUR) else values)
    return np.repeat(values, COLOUR, axis=2) if values.shape[2] == 1 and channels == COLOUR else values


def channels_of(image: Image.Image, channels: int) -> np.ndarray | Deep:
    """The channels of an opened picture, neither 1 nor 3 of them: a grey page for each (TIFF), or colours with alpha.

    Raises:
        UserError: it has another number of channels.
    """
    pages = int(getattr(image, "n_frames", 1))
    if pages == 1 and image.mode in _MODES.get(channels, ()):
        return np.asarray(ImageOps.exif_transpose(image.convert(_MODES[channels][0])))
    greys = [np.array(page) for page in ImageSequence.Iterator(image)] if pages == channels else []
    if greys and all(grey.ndim == 2 and (grey.shape, grey.dtype) == (greys[0].shape, greys[0].dtype) for grey in greys):
        return _levels(np.stack(greys, axis=-1), channels)
    held = f"{pages} pages" if pages > 1 else f"the channels {''.join(image.getbands())}"
    accepted = ", or with an alpha channel" if channels in _MODES else ""
    remedy = f"Set data.channels to what the files hold, or save them as .npy, as TIFF with {channels} grey pages{accepted}."
    raise UserError("image", f"holds {held}, but data.channels is {channels}", remedy)
