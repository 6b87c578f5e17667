"""DICOM files become arrays, as a viewer shows them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import numpy as np
from pydicom import Dataset, dcmread
from pydicom.errors import InvalidDicomError
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi_lut
from pydicom.pixels.utils import pixel_array
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from sightline.data.dicom_greys import framed, in_window, rescale, window
from sightline.data.greys import Deep, shown
from sightline.errors import UserError

warnings.filterwarnings("ignore", module="pydicom")  # what matters of it is said in our own words
SEGMENTATIONS = {"1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"}  # SOP classes: segmentation, label map
PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
GREYS = ("MONOCHROME1", "MONOCHROME2")
COLOURS = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT", "PALETTE COLOR")


def decode(path: Path) -> np.ndarray:
    """The pixels of a mask in a DICOM file as (H, W, 3) uint8, each file by itself. Raises what `read_pixels` raises."""
    pixels = read_pixels(path, is_mask=True)
    return shown(pixels, None, path) if isinstance(pixels, Deep) else pixels


def read_pixels(path: Path, frame: int | None = None, *, is_mask: bool = False) -> np.ndarray | Deep:
    """The pixels of a DICOM file at full size, so that gaze and masks in its pixels fit: (H, W, 3) uint8, or greys that have no window.

    Greys take the way of the standard (PS3.3 C.11): modality rescale or table, VOI table or else the first window that can be used, then
    inversion. Greys of up to 8 bits without a window are shown as they are; deeper ones have to be scaled by whoever asks.

    Args:
        frame: which one of a file with several, counted from 0; it is decoded alone.
        is_mask: the file is to be a mask, which a segmentation object may be; as a picture it is refused.

    Nothing is halved here (004-09 halves 2544 x 3056 pixels): that is the resize to `image_size`, after the annotations are drawn.

    Raises:
        UserError: a missing file, no DICOM, a damaged one, several frames, a compression without its decoder, or greys that
            cannot be right.
    """
    file = _file(path) if frame is None else framed(_held(path, path.stat().st_mtime_ns), frame)
    if not any(keyword in file for keyword in PIXELS):
        raise UserError(path, "holds no pixels: it is cut short, or is no image", "Fetch it again, or take it off the list.")
    if not is_mask and str(file.get("SOPClassUID")) in SEGMENTATIONS:
        remedy = "Read it with the pictures to which it refers, by data=dicom_seg, or move it out of their folder."
        raise UserError(path, "is a segmentation object and no picture", remedy)
    with in_words(path):
        frames, kind = int(file.get("NumberOfFrames") or 1), str(file.get("PhotometricInterpretation") or "MONOCHROME2").strip()
    if frames > 1 and frame is None:
        remedy = f"Name one of them ({path.name}#1), or give the file to a reader: data=folder or data=table."
        raise UserError(path, f"holds {frames} frames", remedy)
    if kind not in (*GREYS, *COLOURS):
        raise UserError(path, f"holds colours of the kind {kind!r}, which cannot be read", "Export it as MONOCHROME2 or RGB.")
    pixels = _stored(path, file, frame)
    if kind == "PALETTE COLOR":
        with in_words(path):
            coloured = apply_color_lut(pixels, file)  # (H, W, 3 or 4)
        return _eight_bits(coloured[..., :3], coloured.itemsize * 8)
    if pixels.ndim == 3:  # pydicom has turned YBR into RGB
        with in_words(path):
            return _eight_bits(pixels, int(file.BitsStored))
    return _greys(path, file, pixels, kind == "MONOCHROME1")


def _greys(path: Path, file: Dataset, stored: np.ndarray, inverted: bool) -> np.ndarray | Deep:
    with in_words(path), np.errstate(over="ignore", invalid="ignore"):  # attributes are decoded when they are asked for
        (slope, intercept), found, padding = rescale(file, path), window(file), _padding(file, stored)
        tables = [keyword for keyword in ("VOILUTSequence", "ModalityLUTSequence") if file.get(keyword)]
        bits, signed = int(file.get("BitsStored", 64)), bool(file.get("PixelRepresentation", 0))
        values = stored * slope + intercept
        if tables:
            values = np.asarray(apply_modality_lut(stored, file))
            levels = 2 ** int(file[tables[0]].value[0].LUTDescriptor[2]) - 1
            if file.get("VOILUTSequence"):  # it is indexed by whole numbers, and rescaling makes floats
                values, found = np.asarray(apply_voi_lut(np.rint(values).astype(np.int64), file)), None
    if found:
        unit = in_window(values, *found)
    elif tables:
        unit = np.clip(values / levels, 0, 1)
    elif bits <= 8:
        first = -(2 ** (bits - 1)) if signed else 0
        low, high = sorted(end * slope + intercept for end in (first, first + 2**bits - 1))
        unit = np.clip((values - low) / (high - low), 0, 1)
    else:
        telling = values[~padding] if padding.any() and not padding.all() else values
        return Deep(values, "DICOM", float(telling.min()), float(telling.max()), inverted)
    shades = np.rint(255 * (1 - unit if inverted else unit)).astype(np.uint8)
    return np.repeat(shades[:, :, None], 3, axis=2)  # (H, W, 3)


def _padding(file: Dataset, stored: np.ndarray) -> np.ndarray:
    """(H, W) bool: stored values that stand for no measurement."""
    value = file.get("PixelPaddingValue")
    if not isinstance(value, int | float):
        return np.zeros(stored.shape, bool)
    last = file.get("PixelPaddingRangeLimit")
    ends = sorted((value, last if isinstance(last, int | float) else value))
    return np.asarray((stored >= ends[0]) & (stored <= ends[1]))


def size(path: Path) -> tuple[int, int]:
    """(H, W); only the head of the file is read.

    Raises:
        UserError: a missing file, no DICOM, or a damaged one.
    """
    head = _file(path, ["Rows", "Columns"])
    with in_words(path):
        return int(head.Rows), int(head.Columns)


@lru_cache(maxsize=2)
def _held(path: Path, _: int) -> Dataset:
    """A file with several frames, which is read once for all of them, as long as no others come between."""
    file = _file(path)
    with in_words(path):
        if not file.file_meta.TransferSyntaxUID.is_encapsulated:
            _check_bits(path, file)
    return file


def frames(path: Path) -> int:
    """How many frames a file holds; only its head is read. 1 of a file that cannot be read, which is said when its pixels are."""
    try:
        with in_words(path):
            return int(_file(path, ["NumberOfFrames", "Rows", "Columns"]).get("NumberOfFrames") or 1)
    except UserError:
        return 1


def patient(path: Path) -> str | None:
    """The ID of the patient; None where the file tells none or cannot be read, which is said when its pixels are."""
    try:
        with in_words(path):
            return str(_file(path, ["PatientID", "Rows", "Columns"]).get("PatientID") or "").strip() or None
    except UserError:
        return None


def head(path: Path, only: list[str] | None = None) -> Dataset:
    """The attributes of a file, or some of them by their keywords; its pixels are not read.

    Raises:
        UserError: a missing file, no DICOM, or a damaged one.
    """
    with in_words(path):
        return _file(path, only) if only else dcmread(path, force=True, stop_before_pixels=True)


def _file(path: Path, only: list[str] | None = None) -> Dataset:
    """The attributes of a file, also of one without preamble where they are those of an image."""
    with in_words(path):
        try:
            file = dcmread(path, stop_before_pixels=only is not None, specific_tags=only)
        except InvalidDicomError:
            file = dcmread(path, force=True, stop_before_pixels=only is not None, specific_tags=only)
            if not ("Rows" in file and "Columns" in file):
                raise
        if "TransferSyntaxUID" not in file.file_meta:
            implicit, little = file.original_encoding
            explicit = ExplicitVRLittleEndian if little else ExplicitVRBigEndian
            file.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else explicit
        return file


def _stored(path: Path, file: Dataset, frame: int | None = None) -> np.ndarray:
    """(H, W) or (H, W, 3), as stored."""
    with in_words(path):
        syntax = file.file_meta.TransferSyntaxUID
        if syntax.is_encapsulated:
            try:
                decodable = get_decoder(syntax).is_available
            except NotImplementedError:
                raise UserError(path, f"is compressed in a way that cannot be read ({syntax.name})", "Export it uncompressed.") from None
            if not decodable:
                remedy = "Install the decoders with pip install 'sightline[dicom]', or export it uncompressed."
                raise UserError(path, f"cannot be decompressed without a decoder ({syntax.name})", remedy)
        elif frame is None:
            _check_bits(path, file)
        return np.asarray(file.pixel_array if frame is None else pixel_array(file, index=frame))


def _check_bits(path: Path, file: Dataset) -> None:
    """Refuses values that need more bits than the file says: they would be cut off, and bright would turn dark."""
    allocated, bits = int(file.BitsAllocated), int(file.get("BitsStored", file.BitsAllocated))
    overlays = any(element.tag.group & 0xFF00 == 0x6000 and element.keyword == "OverlayBitPosition" and element.value for element in file)
    if "PixelData" not in file or allocated not in (8, 16, 32) or bits >= allocated or file.get("HighBit") != bits - 1 or overlays:
        return
    order = ">" if file.file_meta.TransferSyntaxUID == ExplicitVRBigEndian else "<"
    content = file.PixelData[: len(file.PixelData) // (allocated // 8) * (allocated // 8)]
    if file.PixelRepresentation:
        values = np.frombuffer(content, f"{order}i{allocated // 8}")
        beyond = not np.isin(values >> (bits - 1), (0, -1)).all()
    else:
        values = np.frombuffer(content, f"{order}u{allocated // 8}")
        beyond = bool((values >> bits).any())
    if beyond:
        reason = f"says that its values have {bits} bits, but they reach from {values.min()} to {values.max()}"
        raise UserError(path, reason, "Export it again, or correct its attribute BitsStored.")


def _eight_bits(pixels: np.ndarray, bits: int) -> np.ndarray:
    return (pixels >> max(0, bits - 8)).astype(np.uint8)


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Around what pydicom does: damaged attributes raise almost anything."""
    try:
        yield
    except UserError:
        raise
    except FileNotFoundError:
        raise UserError(path, "no such file", "Check the path, or take the image off the list.") from None
    except IsADirectoryError:
        raise UserError(path, "is a folder, not an image", "Give the file.") from None
    except PermissionError:
        raise UserError(path, "may not be read", "Change its permissions.") from None
    except InvalidDicomError:
        raise UserError(path, "is not a DICOM file", "Export it again; an image of another kind needs its own ending.") from None
    except Exception as error:
        reason = str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
        raise UserError(path, f"is cut short or damaged ({reason})", "Fetch or export the file again.") from None
