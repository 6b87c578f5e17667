"""DICOM files become arrays, as a viewer shows them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from pydicom import Dataset, dcmread
from pydicom.errors import InvalidDicomError
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi_lut

from sightline.errors import UserError


def decode(path: Path) -> np.ndarray:
    """The pixels of a DICOM file as (H, W, 3) uint8, at full size, so that gaze and masks in its pixels fit.

    Nothing is halved here (004-09 halves 2544 x 3056 pixels): that is the resize to `image_size`, after the annotations are drawn.

    Raises:
        UserError: a missing file, no DICOM, a damaged one, several frames, or a compression without its decoder.
    """
    with _in_words(path):
        file = dcmread(path)
        if "PixelData" not in file:
            raise UserError(path, "holds no pixels: it is cut short, or is no image", "Fetch it again, or take it off the list.")
        if (frames := int(file.get("NumberOfFrames") or 1)) > 1:
            raise UserError(path, f"holds {frames} frames", "Save the one that is meant as a file of its own.")
        pixels = _stored(path, file)
        if file.PhotometricInterpretation == "PALETTE COLOR":
            pixels = apply_color_lut(pixels, file)  # (H, W, 3 or 4)
            return _eight_bits(pixels[..., :3], pixels.itemsize * 8)
        if pixels.ndim == 3:  # pydicom has turned YBR into RGB
            return _eight_bits(pixels, int(file.BitsStored))
        first, last = int(pixels.min()), int(pixels.max())
        table = np.rint(255 * brightness(np.arange(first, last + 1), file)).astype(np.uint8)  # each grey once, not each pixel
        grey = table[pixels.astype(np.int32) - first]
    return np.repeat(grey[:, :, None], 3, axis=2)  # (H, W, 3)


def size(path: Path) -> tuple[int, int]:
    """(H, W); only the head of the file is read.

    Raises:
        UserError: a missing file, no DICOM, or a damaged one.
    """
    with _in_words(path):
        head = dcmread(path, stop_before_pixels=True, specific_tags=["Rows", "Columns"])
        return int(head.Rows), int(head.Columns)


def brightness(stored: np.ndarray, file: Dataset) -> np.ndarray:
    """How bright stored values are shown (DICOM PS3.3 C.11): modality rescale, VOI lookup table or else the first window, then inversion.

    Without table and window the whole range of the stored bits is shown: scaling by the image's own maximum would make the brightness
    of the lung depend on whether a marker lies in the corner.

    Args:
        stored: whole numbers, of any shape.
        file: the attributes of their image.

    Returns:
        float64 in [0, 1] of the same shape, 1 is white.
    """
    values = apply_modality_lut(stored, file)
    if file.get("VOILUTSequence"):
        values = np.rint(values).astype(np.int64)  # rescaling makes floats of what indexes the table
    low, high = _range(file)
    shown = np.clip((apply_voi_lut(values, file) - low) / (high - low), 0, 1)
    return np.asarray(1 - shown if file.PhotometricInterpretation == "MONOCHROME1" else shown)


def _range(file: Dataset) -> tuple[float, float]:
    """What black and white stand for after `apply_voi_lut`, which answers in the range of its table, or else in that of its input."""
    for table in ("VOILUTSequence", "ModalityLUTSequence"):
        if file.get(table):
            return 0, 2 ** file[table].value[0].LUTDescriptor[2] - 1
    bits, signed = int(file.BitsStored), int(file.PixelRepresentation)
    slope, intercept = float(file.get("RescaleSlope", 1)), float(file.get("RescaleIntercept", 0))
    low = -(2 ** (bits - 1)) if signed else 0
    return low * slope + intercept, (low + 2**bits - 1) * slope + intercept


def _stored(path: Path, file: Dataset) -> np.ndarray:
    try:
        return file.pixel_array
    except RuntimeError:  # each decoder that pydicom knows is missing, or has failed
        reason = f"cannot be decompressed ({file.file_meta.TransferSyntaxUID.name})"
        remedy = 'Install the decoders with pip install "pylibjpeg[all]"; if they are there, fetch the file again.'
        raise UserError(path, reason, remedy) from None


def _eight_bits(pixels: np.ndarray, bits: int) -> np.ndarray:
    return (pixels >> max(0, bits - 8)).astype(np.uint8)


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except UserError:
        raise
    except FileNotFoundError:
        raise UserError(path, "no such file", "Check the path, or take the image off the list.") from None
    except InvalidDicomError:
        raise UserError(path, "is not a DICOM file", "Export it again; an image of another kind needs its own ending.") from None
    except Exception as error:  # damaged attributes raise almost anything
        reason = str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
        raise UserError(path, f"is cut short or damaged ({reason})", "Fetch or export the file again.") from None
